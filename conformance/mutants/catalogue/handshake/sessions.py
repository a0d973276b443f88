"""Faults in what ends a session and what is heard in it: HSK-60 to HSK-68, HSK-70 and HSK-71."""

from __future__ import annotations

from resonant.peer.state.machine import Standing, Turn

from ...engine.mutant import Mutant
from ...engine.patches import both, edited, replaced
from ...engine.peer_patches import judged, of_kinds, rows

TURN = "peer.state.peer_state.PeerState.turn"
PING = "peer.handlers.client.ping"
REPEAT = "peer.handlers.server.repeat"
CLIENT = "peer.state.machine.CLIENT"

MUTANTS = (
    Mutant(
        "unknown-methods-need-no-seal",
        "HSK-60",
        "Lets pass unsealed what has no meaning to it.",
        of_kinds("unsealed", less=("other",)),
    ),
    Mutant(
        "strays-need-a-seal",
        "HSK-60",
        "Requires crypto of what the other role would have to act on.",
        of_kinds("unsealed", more=("stray",)),
    ),
    Mutant(
        "unknown-methods-need-a-session",
        "HSK-60",
        "Says that there is no session, before it looks for a seal.",
        of_kinds("no_session", more=("other",)),
    ),
    Mutant(
        "answers-63",
        "HSK-61",
        "Keeps one answer less than it has to.",
        replaced("peer.replies.REMEMBERED", 63),
    ),
    Mutant(
        "newest-answer-forgotten",
        "HSK-61",
        "Makes room among its answers at the wrong end once there are 64.",
        edited("peer.replies.Answers.remember", "last=False", "last=True"),
    ),
    Mutant(
        "errors-to-pings-forgotten",
        "HSK-61",
        "Keeps capabilities alone among its answers.",
        edited(
            "peer.replies.Answers.remember",
            "self._kept[ping] = answer",
            "self._kept[ping] = answer\nerrors = [one for one, kept in self._kept.items() if kept.code is not None]\n"
            "for one in errors[:-8]:\n    del self._kept[one]",
        ),
    ),
    Mutant(
        "repeated-pings-not-heard",
        "HSK-62",
        "Answers a ping again, and does not take it for a sign of life.",
        edited(REPEAT, "streams.take_again(state, received)", "pass"),
    ),
    Mutant(
        "repeated-pings-take-no-number",
        "HSK-62",
        "Takes a ping that it answers again for a sign of life, and forgets its number.",
        edited(REPEAT, "streams.take_again(state, received)", "state.touch()"),
    ),
    Mutant(
        "malformed-errors-outside-a-session",
        "HSK-63",
        "Says nothing of malformed errors as long as there is no session.",
        judged(
            "fault_dropped",
            "return None if received.fault is None else Drop(RejectCode.BAD_MESSAGE)",
            "from ..errors import DropCode as D\n"
            "if received.fault is None:\n    return None\n"
            "return Drop(RejectCode.BAD_MESSAGE if _.agreement else DropCode.IGNORED)",
        ),
    ),
    Mutant(
        "agreement-ends-with-the-second-ping",
        "HSK-64",
        "Forgets the agreement when it asks for another.",
        rows(CLIENT, {(Standing.IN_SESSION, Turn.PING): Standing.PINGING}),
    ),
    Mutant(
        "failure-keeps-its-numbers",
        "HSK-65",
        "Ends the session when it gives up, and keeps what it has received in it.",
        edited(TURN, "self.recv_streams.clear()", "trigger is Turn.UNFIT or self.recv_streams.clear()"),
    ),
    Mutant(
        "failure-keeps-its-streams",
        "HSK-65",
        "Ends the session when it gives up, and goes on with its own streams in the next.",
        edited(TURN, "self.send_streams.lose()", "trigger is Turn.UNFIT or self.send_streams.lose()"),
    ),
    Mutant(
        "second-ping-keeps-the-time",
        "HSK-66",
        "Begins its times with the first ping, whichever one waits.",
        edited(
            PING,
            "state.turn(Turn.PING)",
            "first_ms = state.waiting.first_ms if state.waiting else state.now_ms\nstate.turn(Turn.PING)",
            ("datagram, state.now_ms)", "datagram, first_ms)"),
        ),
    ),
    Mutant(
        "second-ping-keeps-the-repeats",
        "HSK-66",
        "Counts the repeats of the first ping among those of the second.",
        edited(
            PING,
            "state.turn(Turn.PING)",
            "resent = state.waiting.resent if state.waiting else 0\nstate.turn(Turn.PING)",
            ("datagram, state.now_ms)", "datagram, state.now_ms, resent)"),
        ),
    ),
    Mutant(
        "first-ping-still-waits",
        "HSK-66",
        "Takes an error for any ping that it has sent for the end of the handshake.",
        edited(
            "peer.handlers.client.hear_error",
            "state.waiting is not None and state.waiting.ping == error.ref",
            "state.waiting is not None and error.ref.frame_seq == 0 and error.ref.stream_id in (1, 7)",
        ),
    ),
    Mutant(
        "loss-ends-the-wait",
        "HSK-67",
        "Gives up its ping with the session that it was to renegotiate.",
        rows(CLIENT, {(Standing.RENEGOTIATING, Turn.LOST): Standing.NO_SESSION}),
    ),
    Mutant(
        "loss-begins-the-wait-anew",
        "HSK-67",
        "Gives a ping 15 s more when the session is lost.",
        edited(
            "peer.state.peer_state.PeerState.lose",
            "self.turn(Turn.LOST)",
            "self.turn(Turn.LOST)\nif self.waiting is not None:\n    self.waiting.first_ms = self.now_ms",
        ),
    ),
    Mutant(
        "pings-need-an-agreed-transform",
        "HSK-68",
        "Refuses a ping with a transform that is not agreed.",
        both(of_kinds("zstd", more=("ping",)), of_kinds("xchacha20poly1305", more=("ping",))),
    ),
    Mutant(
        "errors-need-an-agreed-transform",
        "HSK-68",
        "Answers an error with a transform that is not agreed.",
        both(of_kinds("zstd", more=("error",)), of_kinds("xchacha20poly1305", more=("error",))),
    ),
    Mutant(
        "limited-stream-goes-on",
        "HSK-70",
        "Lets a stream live on as long as it cannot say that it is corrupt.",
        edited(
            "peer.handlers.streams.conclude",
            "what = stream.difference(ending)",
            "what = stream.difference(ending)\n"
            "if what is not None and not state.replies.allows(state.now_ms):\n"
            '    state.reply_error(_ref(stream, ending), "STM-16", _corrupt(what))\n    return',
        ),
    ),
    Mutant(
        "limited-error-told-first",
        "HSK-70",
        "Tells that it may not answer, and then that the stream has failed.",
        edited(
            "peer.handlers.streams.conclude",
            "_close(state, stream, ending, what)",
            "limited = what is not None and not state.replies.allows(state.now_ms)\n"
            "if limited:\n"
            '    state.reply_error(_ref(stream, ending), "STM-16", _corrupt(what))\n'
            "_close(state, stream, ending, what)\n"
            "if limited:\n    return",
        ),
    ),
    Mutant(
        "numbers-of-1024-alone",
        "HSK-71",
        "Forgets the numbers of the stream_id used longest ago.",
        edited(
            "peer.state.send_streams.SendStreams._remember",
            "self._streams[stream_id] = stream",
            "self._streams[stream_id] = stream\n"
            "while len(self._streams) > 1024:\n    del self._streams[next(iter(self._streams))]",
        ),
    ),
    Mutant(
        "ping-refused-ends-the-session",
        "HSK-64",
        "Ends the session when a second ping is answered with an error.",
        rows(CLIENT, {(Standing.RENEGOTIATING, Turn.REFUSED): Standing.FAILED}),
    ),
    Mutant(
        "ping-unanswered-ends-the-session",
        "HSK-64",
        "Ends the session when a second ping is not answered.",
        rows(CLIENT, {(Standing.RENEGOTIATING, Turn.EXPIRED): Standing.FAILED}),
    ),
    Mutant(
        "ping-unfit-answer-keeps-the-session",
        "HSK-65",
        "Goes on by the earlier agreement when the new one cannot be used.",
        rows(CLIENT, {(Standing.RENEGOTIATING, Turn.UNFIT): Standing.IN_SESSION}),
    ),
)
