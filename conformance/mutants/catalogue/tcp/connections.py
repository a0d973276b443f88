"""Faults in how connections end, and in what may be sent on them: TCP-10 to TCP-19."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

PIPE = "transport.pipe.Pipe"
ENDPOINT = "endpoint.endpoint.Endpoint"
END = f"{ENDPOINT}._end"
PEER_END = "peer.state.peer_state.PeerState.end"
_ENDING = "self._collect(link, connection.peer.end())"

MUTANTS = (
    Mutant(
        "clean-ends-are-cuts",
        "TCP-10",
        "Has one code for every end that it did not want.",
        edited(f"{ENDPOINT}.receive_end", "pipe.finish()", "pipe.finish() or CloseCode.TRUNCATED_FRAME"),
    ),
    Mutant(
        "clean-ends-are-not-answered",
        "TCP-10",
        "Reads on where the other end has stopped, and keeps its own side open.",
        edited(f"{ENDPOINT}.receive_end", "if pipe is not None:", "if pipe is not None and pipe.finish():"),
    ),
    Mutant(
        "cuts-are-clean",
        "TCP-11",
        "Does not look whether a frame was under way at the end.",
        edited("transport.framing.Splitter.finish", "and self._waiting:", "and False:"),
    ),
    Mutant(
        "cut-lengths-are-clean",
        "TCP-11",
        "Takes an end inside a length for one between two frames.",
        edited("transport.framing.Splitter.finish", "and self._waiting:", "and len(self._waiting) > 4:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "cut-before-the-last-byte",
        "TCP-11",
        "Takes a frame that lacks its last byte for whole enough to end behind it.",
        edited(
            "transport.framing.Splitter.finish",
            "and self._waiting:",
            "and self._waiting and not (self.held > 4 and self.held == self._length() + 3):",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "resets-are-clean",
        "TCP-12",
        "Treats a reset as any end.",
        edited(f"{ENDPOINT}.receive_reset", "CloseCode.CONNECTION_RESET", "None"),
    ),
    Mutant(
        "resets-inside-a-frame-are-cuts",
        "TCP-12",
        "Looks at the bytes first, whatever ended the connection.",
        edited(
            f"{ENDPOINT}.receive_reset",
            "CloseCode.CONNECTION_RESET",
            "pipe.finish() or CloseCode.CONNECTION_RESET",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "sessions-outlive-connections",
        "TCP-14",
        "Waits for silence before it ends the session.",
        edited(END, _ENDING, "pass"),
    ),
    Mutant(
        "pings-outlive-connections",
        "TCP-14",
        "Repeats a ping that has no way to go any more.",
        edited(PEER_END, "if self.waiting is not None:", "if False:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "pings-are-told-as-failed",
        "TCP-14",
        "Tells of a ping that is given up with the connection.",
        edited(
            PEER_END,
            "self.turn(Turn.EXPIRED)",
            "self.turn(Turn.EXPIRED)\nfrom ..events import ErrorReceived\n"
            "self.events.append(ErrorReceived('HANDSHAKE_TIMEOUT'))",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "closed-comes-first",
        "TCP-15",
        "Tells that the connection ended before it tells of the session.",
        edited(END, _ENDING, "pass", ("self._ended.append(link)", f"{_ENDING}\nself._ended.append(link)")),
    ),
    Mutant(
        "lost-without-a-session",
        "TCP-15",
        "Tells of a loss where there was no session.",
        edited(
            PEER_END,
            "if self.session is not None:\n        self.lose()",
            "self.events.append(Lost())\nif self.session is not None:\n    self.turn(Turn.LOST)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "closed-is-told-again",
        "TCP-15",
        "Forgets that a connection has ended, and tells of what else ends it.",
        edited(END, "pipe.ended = True", "pass"),
        Kind.COMBINATION,
    ),
    Mutant(
        "codes-kept-back",
        "TCP-15",
        "Tells the end without its code where there was a session.",
        edited(END, "Closed(code)", "Closed(None if any(isinstance(one, Lost) for _, one in self._events) else code)"),
        Kind.COMBINATION,
    ),
    Mutant(
        "requests-without-a-connection",
        "TCP-16",
        "Sends into nothing what is asked of a connection that has ended.",
        edited(f"{ENDPOINT}.request", "if pipe.ended:", "if pipe.ended and False:"),
    ),
    Mutant(
        "pings-without-a-connection",
        "TCP-16",
        "Refuses what needs a session, and begins another on a connection that has ended.",
        edited(f"{ENDPOINT}.request", "if pipe.ended:", "if pipe.ended and self._role is Role.SERVER:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "datagrams-everywhere",
        "TCP-18",
        "Refuses what no datagram holds, whatever carries it.",
        edited(f"{ENDPOINT}._new_peer", "MAX_FRAME_BYTES", "MAX_DATAGRAM_BYTES"),
    ),
    Mutant(
        "frames-of-65535",
        "TCP-18",
        "Refuses the largest frame that a length announces.",
        edited(f"{ENDPOINT}._new_peer", "MAX_FRAME_BYTES", "MAX_FRAME_BYTES - 1"),
        Kind.SIZE,
    ),
    Mutant(
        "sixty-three-connections",
        "TCP-19",
        "Has room for one connection less.",
        replaced("peer_endpoint.MAX_PEERS", 63),
        Kind.SIZE,
    ),
    Mutant(
        "one-connection",
        "TCP-19",
        "Talks to one client at a time.",
        replaced("peer_endpoint.MAX_PEERS", 1),
    ),
)
