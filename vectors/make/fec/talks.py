"""Sessions with FEC, and what dialogues on it have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM, Config, own
from ..dialogue.events import Event, dropped, established, message
from ..dialogue.frames import Frame, capable, part, sync
from ..dialogue.sessions import ROLES, dialogue
from ..dialogue.steps import Said, Steps, events, expect, nothing, send
from ..model import Case, Group
from .repair import Frames, RawRepair, repairs

RS8 = ("rs8", "none")
WITH = own(fec=RS8)
UDP = ("udp",)
QUIET: Steps = [*nothing(), *events()]


def sending(k: int, r: int, step: int = 1, **members: Any) -> Config:
    """A peer that sends repair."""
    return own(fec=RS8, repair={"k": k, "r": r, "step": step}, **members)


def group(
    name: str,
    about: str,
    cases: Iterator[Case] | Sequence[Case],
    transports: Sequence[str] = UDP,
    requires: Sequence[str] = (),
) -> Group:
    """A group of dialogues, over UDP unless others are named."""
    return Group("fec", name, "dialogue", about, list(cases), requires, transports)


def recovered(*frames: Frame) -> list[Event]:
    """These were computed."""
    return [{"event": "recovered", "stream_id": frame.stream_id, "frame_seq": str(frame.frame_seq)} for frame in frames]


def brought(*frames: Frame) -> list[Event]:
    """These data frames were computed, and delivered."""
    return [event for frame in frames for event in (*recovered(frame), message(frame))]


def fec_ping(fec: Any = RS8, frame_seq: int = 0, stream: int = HANDSHAKE_STREAM) -> Frame:
    """A short ping that names FEC."""
    return sync({"method": "ping", "ts": 0, "supports": {"critique": True}, "fec": fec}, frame_seq, stream)


def session(role: str, config: Config = WITH, fec: Sequence[str] = RS8) -> Steps:
    """The handshake with an end that names these, up to the event."""
    names = config.fec or ()
    chosen = next((name for name in names if name in fec), "none")
    crypto = next((name for name in config.crypto if name != "none" or not config.require_crypto), "none")
    told = established(compress=config.compress[0], crypto=crypto, dtype=config.dtype, fec=chosen)
    if role == "server":
        answer = Said({"method": "capability"}, HANDSHAKE_STREAM, 0)
        return [*send(fec_ping(fec)), *expect(answer, name="capability"), *events(told)]
    asked = Said({"method": "ping", "fec": names}, HANDSHAKE_STREAM, 0)
    lists: dict[str, Any] = {"compress": config.compress, "crypto": config.crypto, "fec": fec}
    answer_of = capable(gone="modality", **lists)
    return [*expect(asked, name="ping"), *send(answer_of), *events(told)]


def talk(
    case_id: str, about: str, clauses: str, *parts: Steps, config: Config = WITH, roles: Sequence[str] = ROLES
) -> Iterator[Case]:
    """The dialogue in a session with FEC, once for each of the roles."""
    for role in roles:
        yield dialogue(role, case_id, about, clauses, session(role, config), *parts, config=config)


def one(case_id: str, about: str, clauses: str, *parts: Steps, config: Config = WITH) -> Iterator[Case]:
    """The dialogue with a server alone."""
    yield from talk(case_id, about, clauses, *parts, config=config, roles=("server",))


def hear(*frames: Frame) -> Steps:
    """Data frames come, and are delivered."""
    return [*send(*frames), *events(*map(message, frames))]


def drop(datagram: bytes | RawRepair, code: str) -> Steps:
    """Repair comes, and is dropped."""
    wire = datagram.wire() if isinstance(datagram, RawRepair) else datagram
    return [*send(wire), *nothing(), *events(dropped(code))]


def take(*datagrams: bytes | RawRepair) -> Steps:
    """Repair comes, and nothing is told of it."""
    wires = [one.wire() if isinstance(one, RawRepair) else one for one in datagrams]
    return [*send(*wires), *QUIET]


def bring(datagram: bytes | RawRepair, *told: Event) -> Steps:
    """Repair comes, and this is told."""
    wire = datagram.wire() if isinstance(datagram, RawRepair) else datagram
    return [*send(wire), *nothing(), *events(*told)]


def parts(count: int, first: int = 0, stream: int = DATA_STREAM, **fields: Any) -> list[Frame]:
    """So many data frames, of 47 bytes if nothing else is said."""
    return [part(number, stream, **fields) for number in range(first, first + count)]


def pair(frames: Frames, r: int = 2, step: int = 1) -> list[bytes]:
    """The repair of a group."""
    return repairs(frames, r, step)


def changed(repair: RawRepair, **fields: Any) -> RawRepair:
    """The repair with other fields."""
    return replace(repair, **fields)
