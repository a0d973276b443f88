"""Talking to a server: conversations, and what their replies must be."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final

from reports.outcome import Outcome

from ..model.verdict import Verdict, short
from ..wire.build import Frame, build, sync
from ..wire.lengths import LengthError
from ..wire.read import UnreadableError
from ..wire.sync import SyncError, schema_fault
from .lanes import Lane
from .reply import Reply, is_reply, read_reply
from .ways import EndedError

SMALLEST_PING: Final = {"method": "ping", "ts": 0}
FENCE_STREAM: Final = 0xFFFF_FFFE
PING_STREAM: Final = 7
_SPECIAL: Final = 1 << 16
"""From here on stream_ids mean themselves; those below are a check's own."""
_FENCE: Final = {"method": "ping", "ts": 0, "v": 0}  # answered, and changes nothing (HSK-11, HSK-17)
_ADDED: Final[Mapping[str, tuple[str, ...]]] = {  # members of the table before HSK-43
    "UNSUPPORTED_VERSION": ("min", "max"),
    "UNSUPPORTED_FEATURE": ("feature",),
    "UNSUPPORTED_MODALITY": ("modality",),
    "UNSUPPORTED_DTYPE": ("dtype",),
    "SPACE_MISMATCH": ("expected_hash", "got_hash"),
    "BAD_MESSAGE": ("detail",),
    "STREAM_INCOMPLETE": ("missing",),
    "STREAM_CORRUPT": ("what",),
}


class WrongError(Exception):
    """The server did something else than it must; the verdict says what."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.summary)
        self.verdict = verdict


def wrong(summary: str, expected: str, got: object, outcome: Outcome = Outcome.FAIL) -> WrongError:
    """The error to raise for a server that is wrong."""
    return WrongError(Verdict(outcome, summary, expected, short(str(got), 600)))


def need(condition: bool, summary: str, expected: object, got: object) -> None:
    """Raise WrongError unless the condition holds."""
    if not condition:
        raise wrong(summary, str(expected), got)


@dataclass(frozen=True, slots=True)
class Waits:
    """Waiting times, in seconds."""

    reply: float = 1.0
    """For one answer; a ping is sent once more after that, and waited for as long again."""
    begin: tuple[float, ...] = (1.0, 2.0, 3.0)
    """For the first answer of all, after each time that the ping is sent."""
    limit: float = 1.05
    """After which replies that the limit forbade are allowed again (HSK-42)."""
    run: float = 240.0
    """For the whole run."""
    connect: float = 5.0
    """For a connection, and for the server to take what is written on it."""
    frame: float = 10.0
    """After which a connection ends on which a frame is not whole (TCP-8)."""
    session: float = 15.0
    """After which a connection without a session ends (TCP-9)."""


class Conversation:
    """One check at one local address. It sees its stream_ids from 0 on, whichever they are for the server.

    What a verdict quotes of an answer has the server's stream_ids; they are the same at an address of its own.
    """

    def __init__(self, lane: Lane, waits: Waits) -> None:
        self._lane = lane
        self._waits = waits
        self._again: Counter[bytes] = Counter()

    def placed(self, frame: Frame) -> Frame:
        """The frame with the stream_id that the server sees."""
        own = frame.stream_id < _SPECIAL
        return replace(frame, stream_id=frame.stream_id + self._lane.base) if own else frame

    def send(self, frame: Frame | bytes) -> None:
        """Send one datagram, when its answer is allowed by HSK-42. Raises WrongError if the port is closed."""
        self._lane.pause(self._waits.limit)
        with reachable():
            self._lane.way.send(frame if isinstance(frame, bytes) else build(self.placed(frame)))

    def rest(self) -> None:
        """Wait until the server may send 8 replies within a second."""
        self._lane.rest(self._waits.limit)

    def datagram(self, seconds: float | None = None) -> bytes | None:
        """The next answer, None if none comes in time. One that comes again as it was asked for again counts once."""
        end = monotonic() + (self._waits.reply if seconds is None else seconds)
        while (left := end - monotonic()) > 0:
            with reachable():
                found = self._lane.way.receive(left)
            if found is None:
                return None
            if not is_reply(found):
                continue
            self._lane.note_reply()
            if not self._again[found]:
                return found
            self._again[found] -= 1
        return None

    def _read(self, raw: bytes, expected: str) -> Reply:
        """Read a reply, with stream_ids as the check sees them; those of earlier checks are below 0."""
        reply = read(raw, expected)
        base, ref = self._lane.base, reply.message.get("ref")
        if not base or reply.stream_id >= _SPECIAL:
            return reply
        message = dict(reply.message)
        if isinstance(ref, dict) and type(ref.get("stream_id")) is int:
            message["ref"] = {**ref, "stream_id": ref["stream_id"] - base}
        return replace(reply, stream_id=reply.stream_id - base, message=message)

    def reply(self, expected: str) -> Reply:
        """The next datagram as a Sync frame of the server. Raises WrongError."""
        found = self.datagram()
        if found is None:
            raise _silent(expected, self._waits.reply)
        return self._read(found, expected)

    def asked(self, ping: Frame, expected: str) -> Reply:
        """Send a ping, once more if no answer comes, and give the answer, which must be on its stream_id."""
        reply = self.answer(ping, expected)
        need(reply.stream_id == ping.stream_id, f"the answer is not on stream {ping.stream_id}", expected, reply.text())
        return reply

    def answer(self, ping: Frame, expected: str, waits: tuple[float, ...] = ()) -> Reply:
        """Send a ping, again after each of these seconds without an answer (twice in all unless told otherwise)."""
        waits = waits or (self._waits.reply,) * 2
        for sent, seconds in enumerate(waits):
            self.send(ping)
            found = self.datagram(seconds)
            if found is not None:
                self._again[found] += sent  # the first answer may only have been late (HSK-18)
                self._lane.clean &= not sent
                return self._read(found, expected)
        raise _silent(expected, sum(waits))

    def capability(self, ping: Frame) -> Reply:
        """Send a ping that must be answered with capability."""
        reply = self.asked(ping, "capability")
        need(reply.method == "capability", "a ping was not answered with capability", "capability", reply.text())
        check_object(reply, "capability")
        return reply

    def agree(self, seq: int = 0, **members: Any) -> Reply:
        """Ping with these members beside ts, and so begin or change a session."""
        return self.capability(sync(PING_STREAM, seq, SMALLEST_PING | members))

    def refused(self, frame: Frame, code: str, **members: Any) -> Reply:
        """Send a frame that must be answered with this error, these members in it."""
        self.send(frame)
        return check_error(self.reply(f"error {code}"), frame, code, members)

    def refused_ping(self, ping: Frame, code: str, **members: Any) -> Reply:
        """The same for a ping, which may be sent twice: its answer is repeated, not made anew (HSK-18)."""
        return check_error(self.asked(ping, f"error {code}"), ping, code, members)

    def silent(self, *frames: Frame | bytes, what: str) -> None:
        """Send what must not be answered. A ping follows, and the next thing to arrive must be its answer."""
        for frame in frames:
            self.send(frame)
        self.nothing_but_a_ping(what)

    def is_answered(self, frame: Frame) -> bool:
        """Send a frame, and whether an answer to it came before that to a ping which changes nothing."""
        self.send(frame)
        if self._fenced("an answer").stream_id == FENCE_STREAM:
            return False
        self.reply("the answer to a ping")
        return True

    def _fenced(self, expected: str) -> Reply:
        """Send a ping that changes nothing, and give what comes next."""
        fence = sync(FENCE_STREAM, self._lane.fences, _FENCE)
        self._lane.fences += 1
        return self.answer(fence, expected)

    def nothing_but_a_ping(self, what: str) -> None:
        """Send a ping that changes nothing, and see that nothing came before its answer."""
        expected = f"nothing for {what}, and then the answer to the ping after it"
        reply = self._fenced(expected)
        need(reply.stream_id == FENCE_STREAM, f"{what} was answered", expected, reply.text())


def read(raw: bytes, expected: str) -> Reply:
    """Read a reply. Raises WrongError for what is none."""
    try:
        return read_reply(raw)
    except (UnreadableError, SyncError) as error:
        raise wrong(f"not a valid reply: {error}", expected, short(raw.hex())) from None


def check_object(reply: Reply, method: str) -> None:
    """The object fits specs/sync/<method>.json, and the frame is one of a peer (HSK-3). Raises WrongError."""
    fault = schema_fault(reply.message)
    need(
        fault is None,
        f"the {method} is malformed: {fault}",
        f"one that fits specs/sync/{method}.json",
        reply.text(),
    )
    need(reply.modality == 0, f"{method} is a Sync frame of modality {reply.modality} (HSK-3)", 0, reply.modality)


def check_error(reply: Reply, frame: Frame, code: str, members: Mapping[str, Any]) -> Reply:
    """An error of this code in answer to this frame, with its ref and what its code adds (HSK-43)."""
    wanted = {"code": code, "ref": {"stream_id": frame.stream_id, "frame_seq": str(frame.frame_seq)}, **members}
    expected = f"error {wanted} on stream {frame.stream_id}"
    need(reply.method == "error", "the answer is not an error", expected, reply.text())
    need(reply.message.get("code") == code, "rejected, but with the wrong code", expected, reply.text())
    check_object(reply, "error")
    need(reply.stream_id == frame.stream_id, "the error is not on the stream_id of the frame", expected, reply.text())
    for name, value in wanted.items():
        got = reply.message.get(name)
        same = _contains(got, value) if isinstance(value, dict) else _same(got, value)
        need(same, f"{name} of the error is {short(got)}", expected, reply.text())
    lacking = [name for name in _ADDED.get(code, ()) if name not in reply.message]
    need(not lacking, f"the error lacks {', '.join(lacking)} (HSK-43)", expected, reply.text())
    return reply


def _contains(got: object, wanted: Mapping[str, Any]) -> bool:
    return isinstance(got, dict) and all(_same(got.get(name), value) for name, value in wanted.items())


def _same(got: object, wanted: object) -> bool:
    """Equal and of one type: true is not 1."""
    return type(got) is type(wanted) and got == wanted


def _silent(expected: str, seconds: float) -> WrongError:
    return wrong("the server did not answer", expected, f"nothing within {seconds:.1f} s", Outcome.TIMEOUT)


@contextlib.contextmanager
def reachable() -> Iterator[None]:
    """Raise WrongError in place of what a way to the server raises."""
    try:
        yield
    except EndedError as error:
        raise wrong("the server ended the connection", "one that goes on", error, Outcome.CRASH) from None
    except OSError as error:
        raise wrong("the server cannot be reached", "an open port", error, Outcome.CRASH) from None
    except LengthError as error:
        raise wrong("not frames behind their lengths", "a length, and then a frame", error) from None
