"""Faults in how carriages end, and what that means to streams: QUI-8 to QUI-12."""

from __future__ import annotations

from resonant.errors import CloseCode

from ...engine.mutant import Kind, Mutant
from ...engine.patches import both, edited, entries
from .carriages import CARRIAGES, ENDPOINT, ON_UNI, SENT

_STOP = "self._act(link, Stop(on, number_of(uni.fault)))"
_FAIL = "self._fail_uni(link, carriages, on)"

MUTANTS = (
    Mutant(
        "faults-on-unis-close",
        "QUI-8",
        "Closes the connection at a fault on any carriage.",
        edited(ON_UNI, _STOP, "self._end(link, carriages.main, uni.fault)\nreturn"),
    ),
    Mutant(
        "faults-on-unis-unsaid",
        "QUI-8",
        "Reads no more of a uni with a fault, and does not stop it.",
        edited(ON_UNI, _STOP, "pass"),
    ),
    Mutant(
        "stopped-with-0",
        "QUI-8",
        "Knows one number for all ends.",
        edited(ON_UNI, _STOP, "self._act(link, Stop(on, 0))"),
    ),
    Mutant(
        "slow-is-cut",
        "QUI-8",
        "Has the number of another code for a frame that took too long.",
        entries("transport.quic.numbers.NUMBERS", {CloseCode.FRAME_TIMEOUT: 3}),
        Kind.DIGIT,
    ),
    Mutant(
        "unis-have-time",
        "QUI-8",
        "Has a timer for main alone.",
        edited("transport.quic.carriages.Uni.deadline_ms", "None if self.over else self.pipe.deadline_ms", "None"),
        Kind.COMBINATION,
    ),
    Mutant(
        "cut-unis-are-clean",
        "QUI-9",
        "Does not look whether a uni ended inside a frame.",
        edited(f"{ENDPOINT}.receive_fin", "carriages.uni(on).pipe.finish() is not None", "False"),
        Kind.COMBINATION,
    ),
    Mutant(
        "clean-unis-are-cut",
        "QUI-9",
        "Fails a stream whose uni has ended, wherever.",
        edited(f"{ENDPOINT}.receive_fin", "carriages.uni(on).pipe.finish() is not None", "True"),
        Kind.COMBINATION,
    ),
    Mutant(
        "resets-pass-by",
        "QUI-9",
        "Waits for STREAM_INCOMPLETE to bring what a reset has cut off.",
        edited(f"{ENDPOINT}.receive_reset_of", _FAIL, "pass"),
    ),
    Mutant(
        "stopped-streams-stay",
        "QUI-9",
        "Stops a uni, and leaves its stream open.",
        edited(ON_UNI, _FAIL, "uni.over = True"),
    ),
    Mutant(
        "cut-streams-time-out",
        "QUI-9",
        "Has one code for every stream that does not come to its end.",
        edited("peer.state.recv_stream.RecvStream.cut", "CloseCode.TRUNCATED_FRAME", "RejectCode.STREAM_TIMEOUT"),
        Kind.DIGIT,
    ),
    Mutant(
        "cut-streams-are-answered",
        "QUI-9",
        "Tells the other end with an error what it knows.",
        edited(
            "peer.handlers.streams.cut",
            "state.recv_streams.settle(stream)",
            "state.recv_streams.settle(stream)\n"
            "state.reply_error(Ref(stream_id, 0), 'QUI-9', Refusal(RejectCode.STREAM_TIMEOUT, 'cut'))",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "stopped-streams-go-on",
        "QUI-10",
        "Lets the library see to a stop, and knows nothing of it.",
        edited(f"{ENDPOINT}.receive_stop_of", "broken = carriages.stopped(on, number)", "broken = None"),
    ),
    Mutant(
        "stops-are-told",
        "QUI-10",
        "Tells of a stop as of a stream that failed.",
        edited(
            f"{ENDPOINT}.receive_stop_of",
            "self._act(link, act)",
            "self._act(link, act)\nfrom ..peer import Failed\n"
            "self._events.append((link, Failed(stream_id, CloseCode.TRUNCATED_FRAME)))",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "any-number-of-mains",
        "QUI-11",
        "Reads every QUIC stream, whatever its kind.",
        edited(f"{CARRIAGES}.is_foreign", "on != MAIN and not on & _UNI", "False"),
    ),
    Mutant(
        "servers-may-have-mains",
        "QUI-11",
        "Looks for further bidirectional streams of clients alone.",
        edited(f"{CARRIAGES}.is_foreign", "not on & _UNI", "not on & 3"),
        Kind.COMBINATION,
    ),
    Mutant(
        "second-mains-mismatch",
        "QUI-11",
        "Has another code for a second main.",
        edited(f"{ENDPOINT}.receive_on", "CloseCode.STREAM_CREATION", "CloseCode.STREAM_MISMATCH"),
        Kind.DIGIT,
    ),
    Mutant(
        "fin-with-the-tail",
        "QUI-12",
        "Ends a uni with the TAIL, and has nowhere to repair.",
        edited(
            f"{SENT}._advance",
            "stream.tail_seq = number",
            "stream.tail_seq = number\nself.released.append(stream_id)",
        ),
    ),
    Mutant(
        "unis-never-end",
        "QUI-12",
        "Leaves every uni open as long as the connection lasts.",
        edited(f"{CARRIAGES}.release", "if on is not None and", "if False and"),
    ),
    Mutant(
        "fin-at-10000",
        "QUI-12",
        "Ends a uni a millisecond early.",
        both(
            edited(f"{SENT}.release_ms", "KEPT_MS + 1", "KEPT_MS"),
            edited(f"{SENT}.expire", "<= KEPT_MS", "< KEPT_MS"),
        ),
        Kind.SIZE,
    ),
    Mutant(
        "unis-outlive-sessions",
        "QUI-12",
        "Leaves the unis of a lost session open.",
        edited(f"{SENT}.lose", "self.released.append(stream_id)", "pass"),
        Kind.COMBINATION,
    ),
)
