"""Streams that the peer under test sends: their frames, and what it refuses (STM-2 to STM-5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..dialogue.configs import DATA_STREAM, PEER_SALT, own
from ..dialogue.events import error_received, message
from ..dialogue.frames import Frame, critique, heart, nonce_of, part, think, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Said, Steps, act, again, events, expect, nothing, refusal, say, send
from ..dialogue.streams import FRAMES, sizes
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL, XCHACHA

HASHES = ("frames", "total_len", "md5", "xxhash3_64")
STATE = "STREAM_STATE"


@dataclass(frozen=True, slots=True)
class Sent:
    """A stream from a peer of that role; every frame of it has a name, for `again`: n0, n1 and so on."""

    role: str
    data: tuple[Frame, ...]
    stream_id: int = DATA_STREAM
    flags: int = 0
    tail_seq: int = FRAMES + 1

    def sizes(self) -> dict[str, str]:
        """The sizes and hashes in its HEAD and TAIL."""
        return sizes([replace(frame, salt=PEER_SALT).wire() for frame in self.data])

    def _sync(self, members: dict[str, Any], frame_seq: int, absent: tuple[str, ...]) -> Said:
        nonce = nonce_of(PEER_SALT, self.stream_id, frame_seq) if self.flags & XCHACHA else None
        return Said(members, self.stream_id, frame_seq, self.flags, nonce=nonce, absent=absent)

    def name(self, frame_seq: int) -> str:
        """The name of one of its frames."""
        return f"s{self.stream_id}-{frame_seq}"

    def head(self, *, announced: bool = False) -> Steps:
        """The program asks for HEAD, with or without the sizes, and the peer sends it."""
        strong = bool(self.flags & STRONG_TAIL)
        told = self.sizes() if announced else {}
        given: dict[str, Any] = {"announce": told} if announced else {}
        asked = act("head", self.stream_id, strong_tail=strong, **given)
        members = {"method": "head", "dir": "up" if self.role == "client" else "down", **told}
        said = self._sync(members, 0, () if announced else HASHES)
        return [*asked, *expect(said, name=self.name(0))]

    def some(self, *numbers: int) -> Steps:
        """The program asks for the data frames of these numbers, all of them if none are given."""
        frames = [frame for frame in self.data if not numbers or frame.frame_seq in numbers]
        return [step for one in frames for step in (*say(one), *expect(one, name=self.name(one.frame_seq)))]

    def tail(self) -> Steps:
        """The program asks for TAIL, and the peer sends what it counted."""
        told = self.sizes()
        strong = bool(self.flags & STRONG_TAIL)
        members = {"method": "tail"} | {
            name: told[name] for name in ("frames", "total_len", *(HASHES[3:] if strong else ()))
        }
        said = self._sync(members, self.tail_seq, ("md5",) if strong else ("md5", "xxhash3_64"))
        return [*act("tail", self.stream_id), *expect(said, name=self.name(self.tail_seq))]

    def whole(self, *, announced: bool = False) -> Steps:
        """All of it."""
        return [*self.head(announced=announced), *self.some(), *self.tail()]

    def asks(self, missing: Sequence[int], frame_seq: int = 0, code: str = "STREAM_INCOMPLETE", **adds: Any) -> Steps:
        """The receiver answers the TAIL with this error, which is told. missing: in that order."""
        ref = (self.stream_id, self.tail_seq)
        adds |= {"missing": [str(number) for number in missing]} if code == "STREAM_INCOMPLETE" else {}
        return [*send(wrong(code, frame_seq, self.stream_id, ref, **adds)), *events(error_received(code, ref))]

    def resent(self, *numbers: int) -> Steps:
        """These frames come again, and TAIL."""
        return [*again(*(self.name(number) for number in (*numbers, self.tail_seq))), *nothing()]


def short_sent(role: str, stream_id: int = DATA_STREAM, flags: int = 0) -> Sent:
    """The stream of three data frames."""
    return Sent(role, tuple(part(n, stream_id, flags=flags) for n in range(1, FRAMES + 1)), stream_id, flags)


def groups() -> Iterator[Group]:
    """Frames, refusals."""
    about = "HEAD, data frames and TAIL of streams that a peer sends."
    yield Group("stream", "sent/frames", "dialogue", about, [case for role in ROLES for case in _frames(role)])
    about = "What a peer refuses to send on a stream."
    yield Group("stream", "sent/refused", "dialogue", about, [case for role in ROLES for case in _refused(role)])


def _frames(role: str) -> Iterator[Case]:
    stream, strong = short_sent(role), short_sent(role, flags=STRONG_TAIL)
    none = Sent(role, (), tail_seq=1)
    clauses = "STM-2 STM-3 STM-5 HSK-2 HSK-3"
    for case_id, about, steps in (
        ("open-ended", "HEAD without sizes: TAIL counts what was sent.", stream.whole()),
        ("announced", "HEAD with sizes and hashes that the program gave.", stream.whole(announced=True)),
        ("strong", "STRONG_TAIL on every frame, and the hash in TAIL.", strong.whole()),
        ("strong-announced", "STRONG_TAIL, and HEAD with sizes.", strong.whole(announced=True)),
        ("empty", "No data frame.", none.whole()),
        ("strong-empty", "STRONG_TAIL and no data frame.", replace(none, flags=STRONG_TAIL).whole()),
        ("stream-0", "A stream on stream_id 0.", short_sent(role, 0).whole()),
        ("stream-largest", "A stream on the largest stream_id.", short_sent(role, 2**32 - 1).whole()),
    ):
        yield dialogue(role, case_id, about, clauses, session(role), steps)
    yield from _frames_in_turns(role)


def _frames_in_turns(role: str) -> Iterator[Case]:
    stream = short_sent(role)
    about = "A HEART takes a number, and is not counted."
    beats = Sent(role, (part(2), part(4)), tail_seq=5)
    steps = [
        *beats.head(),
        *act("heart"),
        *expect(heart(1)),
        *beats.some(2),
        *act("heart"),
        *expect(heart(3)),
        *beats.some(4),
        *beats.tail(),
    ]
    yield dialogue(role, "hearts", about, "STM-4 STM-5 STM-23", session(role), steps)
    about = "A HEART on a stream with STRONG_TAIL has the flag too."
    beats = Sent(role, (part(2, flags=STRONG_TAIL),), flags=STRONG_TAIL, tail_seq=3)
    steps = [*beats.head(), *act("heart"), *expect(heart(1, flags=STRONG_TAIL)), *beats.some(), *beats.tail()]
    yield dialogue(role, "strong-hearts", about, "STM-3 STM-5", session(role), steps)
    about = "An error on the stream_id of an own stream with STRONG_TAIL: it has a number, and never the flag."
    answered = Sent(role, (part(1, flags=STRONG_TAIL), part(3, flags=STRONG_TAIL)), flags=STRONG_TAIL)
    bad = part(0, space_hash32=7)
    said = [*answered.head(), *answered.some(1), *send(bad), *refusal(bad, "SPACE_MISMATCH", 2), *answered.some(3)]
    after = [*answered.tail(), *send(bad), *refusal(bad, "SPACE_MISMATCH", 5)]
    yield dialogue(role, "strong-and-error", about, "HSK-45 STM-3", session(role), said, after)
    about = "Two streams in turns: each counts by itself."
    other = short_sent(role, 5)
    turns = [*stream.head(), *other.head(), *stream.some(1), *other.some(1), *other.some(2), *stream.some(2, 3)]
    yield dialogue(
        role, "two-in-turns", about, "STM-5 HSK-2", session(role), turns, other.some(3), stream.tail(), other.tail()
    )
    about = "A single message on another stream_id is not of the stream."
    one = part(0, 5)
    steps = [*stream.head(), *stream.some(1), *say(one), *expect(one), *stream.some(2, 3), *stream.tail()]
    yield dialogue(role, "beside-message", about, "STM-5", session(role), steps)
    about = "A message that is refused is not of the stream, and uses no number."
    config = own(dtype=("i8",))
    steps = [*stream.head(), *stream.some(1), *say(think(2), "UNSUPPORTED_DTYPE"), *stream.some(2, 3), *stream.tail()]
    yield dialogue(role, "refused-is-not-of-it", about, "STM-5 HSK-6", session(role, config), steps, config=config)
    about = "What is received on the same stream_id has numbers of its own."
    received = [*send(part(0)), *events(message(part(0)))]
    yield dialogue(
        role, "both-ways", about, "STM-5 HSK-2", session(role), stream.head(), received, stream.some(), stream.tail()
    )


def _refused(role: str) -> Iterator[Case]:
    stream = short_sent(role)
    begun, whole = [*stream.head(), *stream.some(1)], stream.whole()
    head_again = act("head", 3, STATE, strong_tail=False)
    single = [*say(part(0)), *expect(part(0))]
    for case_id, about, steps in (
        ("second-head", "A second HEAD.", [*begun, *head_again]),
        ("head-after-data", "HEAD on a stream_id with a single message.", [*single, *head_again]),
        ("head-after-heart", "HEAD on a stream_id with a HEART.", [*act("heart"), *expect(heart(0)), *head_again]),
        ("head-on-handshake", "HEAD on the stream_id of the handshake.", act("head", 1, STATE, strong_tail=False)),
        ("head-after-tail", "HEAD after TAIL.", [*whole, *head_again]),
        ("tail-without-head", "TAIL where nothing was sent.", act("tail", 3, STATE)),
        ("tail-after-data", "TAIL on a stream_id with a single message.", [*single, *act("tail", 3, STATE)]),
        ("second-tail", "A second TAIL.", [*whole, *act("tail", 3, STATE)]),
        ("data-after-tail", "A data frame after TAIL.", [*whole, *say(part(5), STATE)]),
        ("heart-after-tail", "A HEART after TAIL.", [*whole, *act("heart", 3, STATE)]),
    ):
        yield dialogue(role, case_id, about, "STM-4", session(role), steps, nothing())
    about = "After what was refused the stream goes on, and no number is missing."
    steps = [*begun, *head_again, *stream.some(2, 3), *stream.tail()]
    yield dialogue(role, "goes-on", about, "STM-4 HSK-2", session(role), steps)
    if role == "client":
        yield dialogue(
            role, "ping-on-a-stream", "A ping on a stream.", "STM-4 HSK-30", session(role), begun, act("ping", 3, STATE)
        )
    about = "A data frame of an open stream that the other end would refuse."
    config = own(critique=False)
    steps = [*begun, *say(critique(2), "UNSUPPORTED_FEATURE"), *stream.some(2, 3), *stream.tail()]
    yield dialogue(role, "critique", about, "HSK-6 STM-5", session(role, config), steps, config=config)
