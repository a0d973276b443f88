"""The steps of dialogues on multiplexing: sessions in which it is agreed, its four methods, and streams of the peer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..dialogue.configs import DATA_STREAM, Config, own
from ..dialogue.events import Event, opened
from ..dialogue.frames import Frame, sync, think
from ..dialogue.sessions import ROLES, dialogue, head, session
from ..dialogue.steps import Said, Steps, act, events, expect, say, send
from ..model import Case, Group

OWN = {"streams": 3, "frames": 20}
"""The own value of the peer under test: it binds what is sent to it."""
OURS = {"streams": 2, "frames": 16}
"""The own value of the other ends: it binds what the peer under test sends."""
MUX = own(mux=OWN)
OUT = 6
"""The stream_id of a stream that the peer under test opens."""
LIMIT = OWN["frames"]
WITH_CREDIT = ("udp", "tcp", "webrtc")
"""The transports over which there are limits: QUIC has flow control of its own."""
DONE = {"event": "done", "stream_id": OUT}


def group(name: str, about: str, cases: Sequence[Case], transports: Sequence[str] = ()) -> Group:
    """The group of these cases."""
    return Group("mux", name, "dialogue", about, cases, transports=transports)


def agreed(
    case_id: str, about: str, clauses: str, *parts: Steps, config: Config = MUX, ours: Any = None
) -> Iterator[Case]:
    """The dialogue in a session in which multiplexing is agreed, once for each role; ours: in place of OURS."""
    for role in ROLES:
        yield for_role(role, case_id, about, clauses, *parts, config=config, ours=ours)


def for_role(
    role: str, case_id: str, about: str, clauses: str, *parts: Steps, config: Config = MUX, ours: Any = None
) -> Case:
    """The same for one role, where what is said depends on it."""
    begun = session(role, config, ours or OURS)
    return dialogue(role, case_id, about, clauses, begun, *parts, config=config)


def credit(limit: int, frame_seq: int, stream: int = OUT, **fields: Any) -> Frame:
    """A credit to the peer under test, for a stream that it sends."""
    return sync({"method": "credit", "limit": str(limit)}, frame_seq, stream, **fields)


def blocked(frame_seq: int, stream: int = DATA_STREAM, limit: int = LIMIT, **fields: Any) -> Frame:
    """A blocked to the peer under test, for a stream that it receives."""
    return sync({"method": "blocked", "limit": str(limit)}, frame_seq, stream, **fields)


def done(frame_seq: int, stream: int = OUT, **fields: Any) -> Frame:
    """A done to the peer under test."""
    return sync({"method": "done"}, frame_seq, stream, **fields)


def reset(frame_seq: int, stream: int = DATA_STREAM, code: str = "GIVEN_UP", **fields: Any) -> Frame:
    """A reset to the peer under test, for a stream that it receives."""
    return sync({"method": "reset", "code": code}, frame_seq, stream, **fields)


def credited(limit: int, frame_seq: int = 0, stream: int = DATA_STREAM, **fields: Any) -> Steps:
    """The peer under test sends a credit."""
    return expect(Said({"method": "credit", "limit": str(limit)}, stream, frame_seq, **fields))


def told_blocked(limit: int, frame_seq: int, stream: int = OUT, name: str = "") -> Steps:
    """The peer under test sends a blocked. name: for `again`."""
    return expect(Said({"method": "blocked", "limit": str(limit)}, stream, frame_seq), name=name)


def told_done(frame_seq: int, stream: int = DATA_STREAM, **fields: Any) -> Steps:
    """The peer under test sends a done."""
    return expect(Said({"method": "done"}, stream, frame_seq, **fields))


def begin(role: str, stream: int = DATA_STREAM, **fields: Any) -> Steps:
    """A stream to the peer under test is opened."""
    return [*send(head(role, stream, **fields)), *events(opened(stream))]


def opens(stream: int = OUT, urgency: int | None = None) -> Steps:
    """The peer under test opens a stream."""
    told: dict[str, Any] = {} if urgency is None else {"urgency": urgency}
    said = Said({"method": "head"} | told, stream, 0)
    return [*act("head", stream, strong_tail=False, **told), *expect(said)]


def asks(count: int, stream: int = OUT, frame: Frame | None = None) -> Steps:
    """The peer under test is asked to send the data frame so many times."""
    return [*say(think(0, stream=stream) if frame is None else frame)] * count


def goes(*numbers: int, stream: int = OUT, **fields: Any) -> Steps:
    """Data frames of these numbers come from the peer under test."""
    return expect(*[think(number, stream=stream, **fields) for number in numbers])


def fills(stream: int = OUT) -> Steps:
    """The peer under test sends data frames up to its limit of 16."""
    return [*asks(15, stream), *goes(*range(1, 16), stream=stream)]


def filled(stream: int = OUT) -> Steps:
    """The same as `fills`, each frame with a name for `again`: f1 to f15."""
    sent = [step for number in range(1, 16) for step in expect(think(number, stream=stream), name=f"f{number}")]
    return [*asks(15, stream), *sent]


def ends(frame_seq: int, stream: int = OUT) -> Steps:
    """The TAIL of the peer under test comes."""
    return expect(Said({"method": "tail"}, stream, frame_seq))


def failed_event(code: str, stream: int = DATA_STREAM, what: str | None = None) -> Event:
    """A stream failed; what: of a reset its code."""
    return {"event": "failed", "stream_id": stream, "code": code} | ({} if what is None else {"what": what})
