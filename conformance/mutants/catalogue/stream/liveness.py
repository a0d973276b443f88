"""Faults in what keeps a session alive and ends it, and in nonces: STM-22 to STM-25 and XCH-11."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import both, edited, replaced

TURN = "peer.state.peer_state.PeerState.turn"

MUTANTS = (
    Mutant(
        "heart-after-15001",
        "STM-22",
        "Compares with > and waits a millisecond longer.",
        replaced("peer.handlers.timers.HEART_MS", 15_001),
    ),
    Mutant(
        "heart-after-14999",
        "STM-22",
        "Counts the millisecond in which it begins.",
        replaced("peer.handlers.timers.HEART_MS", 14_999),
    ),
    Mutant(
        "heart-since-the-last-heart",
        "STM-22",
        "Beats every 15 s, whatever it has sent in between.",
        both(
            edited("peer.state.peer_state.PeerState.push", "self.sent_ms = self.now_ms", "pass"),
            edited("peer.handlers.timers._beat", "state.post(", "state.sent_ms = state.now_ms\ntalk.post("),
        ),
    ),
    Mutant(
        "heart-on-stream-0",
        "STM-22",
        "Has one stream_id for its HEARTs, whatever the handshake's was.",
        edited("peer.handlers.timers._beat", "state.session.stream_id)", "0)"),
    ),
    Mutant(
        "heart-of-the-first-handshake",
        "STM-22",
        "Keeps the stream_id of the first handshake when another has been made.",
        edited(
            "peer.state.peer_state.PeerState.establish",
            "self.turn(Turn.AGREED)",
            "stream_id = self.session.stream_id if self.session else stream_id\nself.turn(Turn.AGREED)",
        ),
    ),
    Mutant(
        "heart-without-session",
        "STM-22",
        "Beats whether or not anybody is there to hear it.",
        both(
            edited(
                "peer.handlers.timers._heart_due", "if state.session is not None and", "if state.session is None and"
            ),
            edited("peer.handlers.timers._beat", "is not None", "is None", ("state.session.stream_id)", "0)")),
        ),
    ),
    Mutant(
        "heart-without-number",
        "STM-23",
        "Gives a HEART the number of the frame before it, since it carries nothing.",
        edited(
            "peer.state.send_streams.SendStreams._encode",
            "number = stream.next_seq",
            "number = max(0, stream.next_seq - (draft.action in (Action.BEAT, Action.HEART)))",
        ),
    ),
    Mutant(
        "heart-uses-up-no-number",
        "STM-23",
        "Sends a HEART under the next number, which the next frame has again.",
        edited(
            "peer.state.send_streams.SendStreams._advance",
            "stream.next_seq += 1",
            "stream.next_seq += draft.action not in (Action.BEAT, Action.HEART)",
        ),
    ),
    Mutant(
        "heart-uses-up-no-number-on-streams",
        "STM-23",
        "Leaves the numbers of a stream to its data frames.",
        edited(
            "peer.state.send_streams.SendStreams._advance",
            "stream.next_seq += 1",
            "stream.next_seq += stream.machine.state is not SendState.OPEN or draft.action is not Action.HEART",
        ),
    ),
    Mutant(
        "lost-after-45001",
        "STM-24",
        "Compares with > and waits a millisecond longer.",
        replaced("peer.handlers.timers.LOSS_MS", 45_001),
    ),
    Mutant(
        "lost-after-44999",
        "STM-24",
        "Counts the millisecond in which it begins.",
        replaced("peer.handlers.timers.LOSS_MS", 44_999),
    ),
    Mutant(
        "lost-counts-dropped-frames",
        "STM-24",
        "Takes every datagram for a sign of life, one that it drops included.",
        edited(
            "peer.handlers.dispatch.receive_frame",
            "    try:\n        received",
            "    state.touch()\n    try:\n        received",
        ),
    ),
    Mutant(
        "lost-keeps-its-numbers",
        "STM-24",
        "Keeps what it remembers of numbers, and drops the next session's frames for duplicates.",
        edited(TURN, "self.recv_streams.clear()", "pass"),
    ),
    Mutant(
        "lost-keeps-its-agreement",
        "STM-24",
        "Tells that the other end is lost, and goes on answering it.",
        edited(
            "peer.state.peer_state.PeerState.lose",
            "self.turn(Turn.LOST)",
            "self.session.accepted_ms = self.now_ms",
        ),
    ),
    Mutant(
        "lost-since-the-last-frame-before",
        "STM-24",
        "Does not count the establishment as a sign of life.",
        edited(
            "peer.state.peer_state.PeerState.establish",
            "self.turn(Turn.AGREED)",
            "first_ms = self.waiting.first_ms if self.waiting else self.now_ms\nself.turn(Turn.AGREED)",
            ("Session(agreement, stream_id, self.now_ms,", "Session(agreement, stream_id, first_ms,"),
        ),
    ),
    Mutant(
        "lost-numbers-from-0",
        "STM-25",
        "Begins everything anew with the next session, its numbers included, under the salt that it has.",
        edited(
            "peer.state.send_streams.SendStreams.lose",
            "self._ended.clear()",
            "self._ended.clear()\nself._streams.clear()",
        ),
    ),
    Mutant(
        "lost-stream-numbers-from-0",
        "STM-25",
        "Forgets a stream with its session, and its numbers with the stream.",
        edited(
            "peer.state.send_streams.SendStreams.lose",
            "stream.strong = False",
            "stream.strong = False\nstream.next_seq = 0",
        ),
    ),
    Mutant(
        "nonce-of-the-number-alone",
        "XCH-11",
        "Takes a number for unique in the session, and two streams have the same ones.",
        edited(
            "peer.state.send_streams.SendStreams._encode",
            "nonce_for(self._config.salt, draft.stream_id, number)",
            "nonce_for(self._config.salt, 0, number)",
        ),
    ),
    Mutant(
        "nonce-of-the-stream-alone",
        "XCH-11",
        "Makes one nonce for a stream and keeps it.",
        edited(
            "peer.state.send_streams.SendStreams._encode",
            "nonce_for(self._config.salt, draft.stream_id, number)",
            "nonce_for(self._config.salt, draft.stream_id, 0)",
        ),
    ),
    Mutant(
        "nonce-again-after-a-heart",
        "XCH-11",
        "Gives a HEART the nonce of the frame before it, as it has no content to protect.",
        edited(
            "peer.state.send_streams.SendStreams._encode",
            "nonce_for(self._config.salt, draft.stream_id, number)",
            "nonce_for(\n"
            "    self._config.salt, draft.stream_id, max(0, number - (draft.action in (Action.BEAT, Action.HEART))))",
        ),
    ),
)
