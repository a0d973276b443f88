"""Faults in the steps before content is judged: HSK-31 to HSK-35, HSK-38 to HSK-41, HSK-69 and XCH-12."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, replaced
from ...engine.peer_patches import judged, moved, of_kinds, without

WINDOW = "peer.state.replay_window.Window"
DELIVERING = "peer.state.peer_state.PeerState.accept"
RECEIVE = "peer.handlers.dispatch.receive_frame"
JUDGE = "peer.handlers.dispatch._judge"
ACT = "peer.handlers.dispatch._act_on"

MUTANTS = (
    Mutant(
        "frame-layer-answered",
        "HSK-31",
        "Answers every frame that it refuses, one that cannot be decoded included.",
        edited(
            RECEIVE,
            "state.drop(error.code)  # HSK-31",
            "state.drop(error.code)\nfrom .events import Ref\n"
            'state.reply_error(Ref(0, 0), "HSK-31", Refusal(error.code, "refused"))',
        ),
    ),
    Mutant(
        "frame-layer-in-silence",
        "HSK-31",
        "Drops what cannot be decoded, and tells nobody.",
        edited(RECEIVE, "state.drop(error.code)  # HSK-31", "pass"),
    ),
    Mutant(
        "frame-layer-one-code",
        "HSK-31",
        "Has one code for everything that cannot be decoded.",
        edited(RECEIVE, "state.drop(error.code)  # HSK-31", "state.drop(RejectCode.CRC_MISMATCH)"),
    ),
    Mutant(
        "reflection-taken",
        "HSK-32",
        "Has no eye for its own frames.",
        without("reflected"),
    ),
    Mutant(
        "reflection-looked-for-late",
        "HSK-32",
        "Looks for its own frames when it has looked for duplicates.",
        moved("reflected", "no_session"),
    ),
    Mutant(
        "reflection-by-the-bare-salt",
        "XCH-12",
        "Compares with the salt, where nonces begin with salt and stream_id.",
        judged("reflected", "nonce_start(state.config.salt, received.frame.stream_id)", "state.config.salt"),
    ),
    Mutant(
        "reflection-by-12-bytes",
        "XCH-12",
        "Compares the bytes that no stream_id changes, and drops the other end's frames with them.",
        judged(
            "reflected",
            "received.nonce_start == nonce_start(state.config.salt, received.frame.stream_id)",
            "received.nonce_start[:12] == state.config.salt[:12]",
        ),
    ),
    Mutant(
        "reflection-of-data-alone",
        "XCH-12",
        "Looks at data frames, and takes its own HEART for one of the other end's.",
        of_kinds("reflected", less=("heart", "head", "tail", "other", "error")),
    ),
    Mutant(
        "ping-again-is-a-duplicate",
        "HSK-33",
        "Drops a ping that comes again before it looks whether it has an answer.",
        moved("answered", "no_session"),
    ),
    Mutant(
        "ping-again-on-a-closed-stream",
        "HSK-33",
        "Looks for the answer when number and content have been judged.",
        moved("answered", ""),
    ),
    Mutant(
        "window-of-1025",
        "HSK-34",
        "Compares with > and remembers one number more.",
        edited(f"{WINDOW}.judge", "below >= WINDOW", "below > WINDOW"),
    ),
    Mutant(
        "window-of-1023",
        "HSK-34",
        "Counts the highest number apart from the window.",
        edited(f"{WINDOW}.judge", "below >= WINDOW", "below >= WINDOW - 1"),
    ),
    Mutant(
        "window-without-memory",
        "HSK-34",
        "Drops what is too old, and takes everything else as often as it comes.",
        edited(
            f"{WINDOW}.judge",
            "DropCode.DUPLICATE if counted >> below & 1 else None",
            "DropCode.DUPLICATE if below == 0 else None",
        ),
    ),
    Mutant(
        "window-of-higher-numbers-alone",
        "HSK-34",
        "Takes no number below the highest, in whatever order the network brings them.",
        edited(f"{WINDOW}.judge", "DropCode.DUPLICATE if counted >> below & 1 else None", "DropCode.DUPLICATE"),
    ),
    Mutant(
        "window-forgets-with-a-jump",
        "HSK-34",
        "Shifts the window by one, however far the number is ahead.",
        edited(f"{WINDOW}.accept", "self._accepted << min(ahead, WINDOW)", "self._accepted << 1"),
    ),
    Mutant(
        "window-counts-refused-frames",
        "HSK-34",
        "Remembers a number as soon as it sees it, and drops the frame when it comes right.",
        edited(
            ACT,
            "match verdict:",
            "if isinstance(verdict, Refusal) and state.recv_streams.open_stream(received.frame.stream_id) is None:\n"
            "    list(state.recv_streams.accept(received.frame, None, state.now_ms))\n"
            "match verdict:",
        ),
    ),
    Mutant(
        "window-of-the-conversation",
        "HSK-34",
        "Remembers numbers without the stream_ids that they are of.",
        edited(
            "peer.state.recv_streams.RecvStreams._window",
            "self._single.get(stream_id)",
            "next(iter(self._single.values()), None)",
        ),
    ),
    Mutant(
        "window-of-1023-streams",
        "HSK-69",
        "Remembers one stream_id less than it has to.",
        replaced("peer.state.recv_streams.REMEMBERED", 1023),
    ),
    Mutant(
        "bare-numbers-looked-at",
        "HSK-35",
        "Remembers the number of a bare frame, with which anybody can shut out a sealed one.",
        edited(
            "peer.state.peer_state.PeerState.numbered",
            "return received.sealed or not self.config.require_crypto",
            "return True",
        ),
    ),
    Mutant(
        "bare-pings-remembered",
        "HSK-35",
        "Looks past the number of a bare frame, and remembers it all the same.",
        edited(DELIVERING, "if self.numbered(received):", "if True:"),
    ),
    Mutant(
        "sync-of-another-space-refused",
        "HSK-38",
        "Compares the space of every frame.",
        of_kinds("other_space", more=("ping", "capability", "error", "head", "tail", "heart", "other")),
    ),
    Mutant(
        "ping-of-another-header-refused",
        "HSK-38",
        "Compares the hash in a ping's header, where the one in its object counts.",
        of_kinds("other_space", more=("ping",)),
    ),
    Mutant(
        "bare-handshake-refused",
        "HSK-38",
        "Requires crypto of everything, the frames that agree on it included.",
        of_kinds("unsealed", more=("ping", "capability", "error")),
    ),
    Mutant(
        "error-answered",
        "HSK-39",
        "Answers a malformed error as it answers everything that is malformed.",
        judged("fault_dropped", "Drop(RejectCode.BAD_MESSAGE)", "fault(_, received)"),
    ),
    Mutant(
        "error-malformed-taken",
        "HSK-39",
        "Reads the code of an error, and never minds the rest.",
        edited(
            JUDGE,
            "if found is None:",
            "if found is not None and received.kind is Kind.ERROR and received.fault is not None:\n"
            "    streams.take(state, received)\n"
            "    return\n"
            "if found is None:",
        ),
    ),
    Mutant(
        "error-unreadable-answered-by-clients",
        "HSK-40",
        "Answers what it cannot read in either role.",
        judged("unreadable", "if state.role is Role.CLIENT else fault", "if not state.role else fault"),
    ),
    Mutant(
        "sync-unreadable-taken-by-clients",
        "HSK-40",
        "Passes by what it cannot read, and remembers its number.",
        edited(
            JUDGE,
            "if found is None:",
            "if found is not None and received.kind is Kind.UNREADABLE and state.role == 'client':\n"
            "    streams.take(state, received)\n"
            "    return\n"
            "if found is None:",
        ),
    ),
    Mutant(
        "single-frames-in-order",
        "HSK-41",
        "Delivers single frames in the order of their numbers, and holds what comes early.",
        edited(
            DELIVERING,
            "self.deliver(self.recv_streams.accept(received.frame, hold(received, waits=waits), self.now_ms))",
            "early = received.frame.frame_seq > 0 and self.recv_streams.judge_number(\n"
            "    received.frame.stream_id, received.frame.frame_seq - 1) is None\n"
            "turns = list(self.recv_streams.accept(received.frame, hold(received, waits=waits), self.now_ms))\n"
            "self.deliver([] if early and not waits else turns)",
        ),
    ),
    Mutant(
        "single-frames-need-a-head",
        "HSK-41",
        "Delivers what belongs to an opened stream, and nothing else.",
        edited(
            DELIVERING,
            "self.deliver(self.recv_streams.accept(received.frame, hold(received, waits=waits), self.now_ms))",
            "turns = list(self.recv_streams.accept(received.frame, hold(received, waits=waits), self.now_ms))\n"
            "self.deliver(turns if self.recv_streams.open_stream(received.frame.stream_id) is not None else [])",
        ),
    ),
)
