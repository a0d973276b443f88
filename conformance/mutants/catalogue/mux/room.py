"""Faults in how much may wait to be sent: MUX-12."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

OUTBOX = "peer.state.outbox.Outbox"
PUT = f"{OUTBOX}.put"

MUTANTS = (
    Mutant(
        "1025-frames-wait",
        "MUX-12",
        "Lets one frame more wait than there is room for.",
        replaced("peer.state.outbox.MAX_WAITING_FRAMES", 1_025),
        Kind.SIZE,
    ),
    Mutant(
        "1023-frames-wait",
        "MUX-12",
        "Lets one frame less wait than there is room for.",
        replaced("peer.state.outbox.MAX_WAITING_FRAMES", 1_023),
        Kind.SIZE,
    ),
    Mutant(
        "any-number-of-bytes-waits",
        "MUX-12",
        "Counts the frames that wait, and never their bytes.",
        edited(PUT, "or self._bytes + size > MAX_WAITING_BYTES", ""),
    ),
    Mutant(
        "room-to-send-to-the-byte",
        "MUX-12",
        "Refuses the frame that fills the last byte.",
        edited(PUT, "> MAX_WAITING_BYTES", ">= MAX_WAITING_BYTES"),
        Kind.SIZE,
    ),
    Mutant(
        "room-for-each-stream",
        "MUX-12",
        "Gives every stream a room of its own.",
        edited(
            PUT,
            "self._bytes + size",
            "sum(plain_size(one.slices) for one in self._streams[draft.stream_id].waiting) + size",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "tails-take-room",
        "MUX-12",
        "Counts TAILs that wait among the frames.",
        edited(
            PUT,
            "self.frames >= MAX_WAITING_FRAMES",
            "self.frames + sum(one.tail_waits for one in self._streams.values()) >= MAX_WAITING_FRAMES",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "room-is-used-up",
        "MUX-12",
        "Never counts down the bytes of what has gone.",
        edited(f"{OUTBOX}._out", "self._bytes -= plain_size(draft.slices)", "pass"),
        Kind.COMBINATION,
    ),
    Mutant(
        "bytes-as-compressed",
        "MUX-12",
        "Counts frames that wait with what they will be when compressed.",
        edited(
            PUT,
            "size = plain_size(draft.slices)",
            'size = len(__import__("zlib").compress(b"".join(bytes(one.payload) for one in draft.slices)))',
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "payloads-alone-wait",
        "MUX-12",
        "Counts payloads, and not the bytes around them.",
        edited(PUT, "size = plain_size(draft.slices)", "size = sum(len(one.payload) for one in draft.slices)"),
        Kind.SIZE,
    ),
    Mutant(
        "room-comes-first",
        "MUX-12",
        "Looks for room before anything else that a request can be refused for.",
        edited(
            "peer.handlers.mux_send.send",
            "state.send_streams.try_out(draft, state.agreement)\n    state.outbox.put(draft)",
            "state.outbox.put(draft)\nstate.send_streams.try_out(draft, state.agreement)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "a-client-lets-all-bytes-wait",
        "MUX-12",
        "Counts the bytes that wait in servers alone.",
        edited(
            "peer.handlers.mux_send.send",
            "    state.outbox.put(draft)",
            '    state.outbox._bytes *= state.role.name == "SERVER"\n    state.outbox.put(draft)',
        ),
        Kind.COMBINATION,
    ),
)
