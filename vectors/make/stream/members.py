"""Each member of HEAD and TAIL in each wrong form, one after the other, and what must be taken (HSK-10, STM-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..dialogue.configs import DATA_STREAM
from ..dialogue.frames import Frame, sync
from ..dialogue.sessions import ROLES, dialogue, direction, session
from ..dialogue.steps import Steps, advance, events, refusal, send
from ..dialogue.streams import Stream, short, sizes
from ..handshake.received.members import DECIMALS, FURTHER, HASHES, of_type, with_further
from ..handshake.server.malformed import with_text
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL

TEXTS: Mapping[str, Sequence[str]] = {
    "dir": (*of_type("string"), '""', '"UP"', '"Down"', '"up "', '"both"'),
    "frames": (*of_type("string"), *DECIMALS),
    "total_len": (*of_type("string"), *DECIMALS),
    "md5": (*of_type("string"), *HASHES, '"' + "0" * 31 + '"', '"' + "0" * 33 + '"'),
    "xxhash3_64": (*of_type("string"), *HASHES, '"' + "0" * 15 + '"', '"' + "0" * 17 + '"'),
}
A_SECOND = 8
"""So many replies can be sent in one (HSK-42)."""


def groups() -> Iterator[Group]:
    """HEAD and TAIL."""
    about = "Each member of HEAD in each wrong form, and then a good HEAD."
    yield Group("stream", "members/head", "dialogue", about, [c for role in ROLES for c in _heads(role)])
    about = "Each member of TAIL in each wrong form, and then a good TAIL."
    yield Group("stream", "members/tail", "dialogue", about, [c for role in ROLES for c in _tails(role)])


def _refused(frames: Sequence[Frame]) -> Steps:
    """The frames are answered, eight a second."""
    steps: list[Mapping[str, Any]] = []
    for number, frame in enumerate(frames):
        steps += advance(1_000) if number % A_SECOND == 0 else []
        steps += [*send(frame), *refusal(frame, "BAD_MESSAGE", number, detail="BAD_JSON")]
    return steps


def _heads(role: str) -> Iterator[Case]:
    stream = short(role)
    members: dict[str, Any] = {"method": "head", "dir": direction(role), **sizes(stream.wires)}
    for place, (name, texts) in enumerate(TEXTS.items()):
        if name != "dir" and ROLES[place % 2] != role:
            continue  # `dir` depends on the role; of the others each role has some
        bad = [sync(with_text(members, name, text), 0, DATA_STREAM) for text in texts]
        case_id = name.replace("_", "-")
        about = f"{name} of HEAD in {len(bad)} wrong forms."
        yield dialogue(role, case_id, about, "HSK-37 HSK-10 STM-2", session(role), _refused(bad), stream.whole())
    more = sync(with_further(members), 0, DATA_STREAM)
    about = "HEAD with members that there are not, of every type."
    rest = [*events(stream.opened()), *send(*stream.data, stream.tail())]
    rest += events(*stream.messages(), stream.complete())
    yield dialogue(role, "further", about, "HSK-8", session(role), send(more), rest)


def _tails(role: str) -> Iterator[Case]:
    mine = {"server": (("total_len", 0),), "client": (("frames", 0), ("xxhash3_64", STRONG_TAIL))}
    for name, flags in mine[role]:
        stream = short(role, flags=flags)
        bad = [_tail(stream, with_text(_members(stream), name, text)) for text in TEXTS[name]]
        about = f"{name} of TAIL in {len(bad)} wrong forms."
        steps = [*stream.begun(1, 2, 3), *_refused(bad), *send(stream.tail()), *events(stream.complete())]
        case_id = name.replace("_", "-")
        yield dialogue(role, case_id, about, "HSK-37 HSK-10 STM-5", session(role), steps)
    stream = short(role)
    about = f"TAIL with {len(FURTHER)} members that there are not, of every type."
    more = _tail(stream, with_further(_members(stream)))
    steps = [*stream.begun(1, 2, 3), *send(more), *events(stream.complete())]
    yield dialogue(role, "further", about, "HSK-8", session(role), steps)


def _members(stream: Stream) -> dict[str, Any]:
    told = sizes(stream.wires)
    names = ("frames", "total_len", *(["xxhash3_64"] if stream.flags & STRONG_TAIL else []))
    return {"method": "tail", **{name: told[name] for name in names}}


def _tail(stream: Stream, text: str) -> Frame:
    return sync(text, stream.tail_seq, stream.stream_id, flags=stream.flags)
