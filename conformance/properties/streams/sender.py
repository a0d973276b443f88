"""The sender of the law: streams planned as a whole, from whose frames any may be lost, repeated or late."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import xxhash

from ...model.peer_requests import CONFIG, SPACE_HASH
from ...wire.build import STRONG_TAIL, DType, Frame, Slice, Type, build, heart, sync

HANDSHAKE_STREAM = 1
SINGLES_STREAM = 2


class Kind(StrEnum):
    """The kind of a frame, to the receiver of a stream."""

    PING = "ping"
    CAPABILITY = "capability"
    HEAD = "head"
    DATA = "data"
    HEART = "heart"
    OTHER = "other"
    TAIL = "tail"
    BLOCKED = "blocked"
    CREDIT = "credit"
    RESET = "reset"


AT_ONCE = (Kind.BLOCKED, Kind.CREDIT, Kind.RESET)
"""The methods of multiplexing: they fill their number whatever lower ones are missing (MUX-7)."""
RESET_CODE = "GIVEN_UP"
LISTS = ("modality", "compress", "crypto")
_MEMBERS: Mapping[Kind, Mapping[str, str]] = {
    Kind.BLOCKED: {"limit": "16"},
    Kind.CREDIT: {"limit": "99"},
    Kind.RESET: {"code": RESET_CODE},
}


class Lie(StrEnum):
    """The member that HEAD or TAIL states wrongly, if any."""

    NOTHING = ""
    FRAMES = "frames"
    TOTAL_LEN = "total_len"
    MD5 = "md5"
    HASH = "xxhash3_64"


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame that may be sent any number of times. sums: what a HEAD or TAIL says of its stream."""

    kind: Kind
    frame: Frame
    sums: Mapping[str, str] = field(default_factory=dict)

    @property
    def stream_id(self) -> int:
        """The stream of the frame."""
        return self.frame.stream_id

    @property
    def number(self) -> int:
        """Its frame_seq."""
        return self.frame.frame_seq

    @property
    def strong(self) -> bool:
        """Whether STRONG_TAIL is set."""
        return bool(self.frame.flags & STRONG_TAIL)

    @property
    def datagram(self) -> bytes:
        """The frame's bytes."""
        return build(self.frame)

    def with_other_flag(self) -> Sent:
        """The same frame with STRONG_TAIL set otherwise; a TAIL has its hash exactly with it."""
        flags = self.frame.flags ^ STRONG_TAIL
        if self.kind is Kind.TAIL:
            sums = {name: value for name, value in self.sums.items() if name != Lie.HASH}
            return _tail(self.stream_id, self.number, sums if self.strong else sums | {"xxhash3_64": "0" * 16}, flags)
        return replace(self, frame=replace(self.frame, flags=flags))


@dataclass(frozen=True, slots=True)
class Plan:
    """A stream as its sender means it: HEAD, what is between, TAIL, by their numbers. lie: what it says wrong."""

    frames: tuple[Sent, ...]
    lie: Lie

    @property
    def stream_id(self) -> int:
        """The stream_id."""
        return self.frames[0].stream_id


def ping(number: int, **more: Any) -> Sent:
    """A ping that takes part in everything. more: further members."""
    message = {"method": "ping", "ts": 0, "supports": {"critique": True}, **more}
    return Sent(Kind.PING, own_frame(sync(HANDSHAKE_STREAM, number, message)))


def capability(stream_id: int, **more: Any) -> Sent:
    """A capability that agrees on all that a ping of CONFIG offers. more: further members."""
    members = {name: CONFIG[name] for name in ("d_model", "embedding_space_id", "space_hash32", *LISTS)}
    supports = {"critique": True, "dtype": CONFIG["dtype"], "require_crypto": False}
    message = {"method": "capability", "v": 1, "agreed_proto": 1, **members, "supports": supports, **more}
    return Sent(Kind.CAPABILITY, own_frame(sync(stream_id, 0, message)))


def data(stream_id: int, number: int, payload: bytes, flags: int = 0) -> Sent:
    """A Think frame of one I8 slice."""
    one = Slice(DType.I8, (len(payload),), payload)
    return Sent(Kind.DATA, own_frame(Frame(Type.THINK, stream_id, number, (one,), flags)))


def beat(stream_id: int, number: int, flags: int = 0) -> Sent:
    """A HEART."""
    return Sent(Kind.HEART, own_frame(heart(stream_id, number, flags=flags)))


def at_once(kind: Kind, stream_id: int, number: int) -> Sent:
    """One of AT_ONCE."""
    return Sent(kind, own_frame(sync(stream_id, number, {"method": kind.value, **_MEMBERS[kind]})))


def _between(kind: Kind, stream_id: int, number: int, flags: int) -> Sent:
    if kind is Kind.HEART:
        return beat(stream_id, number, flags)
    if kind in AT_ONCE:
        return at_once(kind, stream_id, number)
    if kind is Kind.OTHER:
        return Sent(kind, own_frame(sync(stream_id, number, {"method": "reserved-later"}, flags=flags)))
    return data(stream_id, number, bytes([stream_id & 0xFF, number, *range(number % 5)]), flags)


def plan(stream_id: int, kinds: Sequence[Kind], *, strong: bool, sized: bool, lie: Lie, toward: str = "up") -> Plan:
    """A stream of these frames between HEAD and TAIL. sized: HEAD says what will come. toward: its dir."""
    flags = STRONG_TAIL if strong else 0
    between = [_between(kind, stream_id, number, flags) for number, kind in enumerate(kinds, start=1)]
    sent = [one.datagram for one in between if one.kind is Kind.DATA]
    true = sums_of(sent)
    told = {**true, **_wrong(lie, true)}
    head = told if sized else {}
    # What only HEAD says is wrong there; the rest is wrong in TAIL.
    names = ("frames", "total_len", *(("xxhash3_64",) if strong else ()))
    tail = {name: (true if sized else told)[name] for name in names}
    frames = (
        Sent(Kind.HEAD, own_frame(sync(stream_id, 0, {"method": "head", "dir": toward, **head}, flags=flags)), head),
        *between,
        _tail(stream_id, len(kinds) + 1, tail, flags),
    )
    return Plan(frames, lie)


def _tail(stream_id: int, number: int, sums: Mapping[str, str], flags: int) -> Sent:
    return Sent(Kind.TAIL, own_frame(sync(stream_id, number, {"method": "tail", **sums}, flags=flags)), sums)


def sums_of(datagrams: Sequence[bytes]) -> dict[str, str]:
    """The sizes and hashes in HEAD and TAIL for a stream of these data frames (STM-1)."""
    stream = b"".join(datagrams)
    return {
        "frames": str(len(datagrams)),
        "total_len": str(len(stream)),
        "md5": hashlib.md5(stream, usedforsecurity=False).hexdigest(),
        "xxhash3_64": f"{xxhash.xxh3_64_intdigest(stream):016x}",
    }


def _wrong(lie: Lie, true: Mapping[str, str]) -> dict[str, str]:
    if lie is Lie.NOTHING:
        return {}
    if lie in (Lie.FRAMES, Lie.TOTAL_LEN):
        return {lie.value: str(int(true[lie]) + 1)}
    return {lie.value: f"{int(true[lie], 16) ^ 1:0{len(true[lie])}x}"}


def own_frame(frame: Frame) -> Frame:
    """The frame with the space that both ends have."""
    return replace(frame, space_hash32=SPACE_HASH)


def message_of(sent: Sent) -> dict[str, Any]:
    """The event by which a data frame is delivered."""
    return {
        "event": "message",
        "stream_id": sent.stream_id,
        "frame_seq": str(sent.number),
        "type": int(sent.frame.type),
        "modality": sent.frame.modality,
        "slices": [
            {"dtype": int(s.dtype), "dims": list(s.dims), "payload": s.payload.hex()} for s in sent.frame.slices
        ],
    }
