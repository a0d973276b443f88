"""The objects of Sync frames, read and written by one table: specs/handshake.md section 1, specs/stream.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from ...errors import RejectCode, ResonantError
from ..events import Mux, Ref
from . import fields as shapes
from .fields import Garbled, Shape

Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """A client's request for an agreement; None for what it leaves out."""

    ts: int
    v: int | None = None
    d_model: int | None = None
    embedding_space_id: str | None = None
    space_hash32: int | None = None
    modality: Names | None = None
    compress: Names | None = None
    crypto: Names | None = None
    critique: bool | None = None
    dtype: Names | None = None
    mux: Mux | Garbled | None = None
    fec: Names | Garbled | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """A server's answer: what is agreed."""

    v: int
    agreed_proto: int
    d_model: int
    embedding_space_id: str
    space_hash32: int
    compress: Names
    crypto: Names
    critique: bool
    dtype: Names
    modality: Names | None = None
    require_crypto: bool | None = None
    mux: Mux | Garbled | None = None
    fec: Names | Garbled | None = None


@dataclass(frozen=True, slots=True)
class Error:
    """The reason for rejecting a frame. Of the members that codes add, only `missing` is looked at."""

    code: str
    message: str
    ref: Ref | None = None
    missing: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a stream, with or without its sizes and hashes."""

    dir: str
    frames: int | None = None
    total_len: int | None = None
    md5: str | None = None
    xxhash3_64: str | None = None
    urgency: int | Garbled | None = None


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a stream."""

    frames: int
    total_len: int
    xxhash3_64: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """Leave for the sender of a stream to go further: data frames below limit."""

    limit: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """The sender of a stream waits: it has a data frame that limit does not let go."""

    limit: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The receiver of a stream has all of it, verified: the method `done`."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The sender of a stream ends it before its time."""

    code: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The error that the receiver of tensors can bear, in 2^-24 of their energy."""

    tolerance: int


SyncObject: TypeAlias = Ping | Capability | Error | Head | Tail | Credit | Blocked | Finished | Reset | Quality


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object. path: its name, or the names from the outside in; the last one names the field."""

    path: tuple[str, ...]
    shape: Shape
    required: bool


def _must(path: str, shape: Shape) -> Member:
    return Member(tuple(path.split(".")), shape, True)


def _may(path: str, shape: Shape) -> Member:
    return Member(tuple(path.split(".")), shape, False)


MEMBERS: Mapping[type[SyncObject], tuple[Member, ...]] = {
    Ping: (
        _must("ts", shapes.INTEGER),
        _may("v", shapes.INTEGER),
        _may("d_model", shapes.SIZE),
        _may("embedding_space_id", shapes.SPACE_ID),
        _may("space_hash32", shapes.U32),
        _may("modality", shapes.NAMES),
        _may("compress", shapes.NAMES),
        _may("crypto", shapes.NAMES),
        _may("supports.critique", shapes.BOOLEAN),
        _may("supports.dtype", shapes.NAMES),
        _may("mux", shapes.MUX),
        _may("fec", shapes.FEC),
    ),
    Capability: (
        _must("v", shapes.INTEGER),
        _must("agreed_proto", shapes.INTEGER),
        _must("d_model", shapes.SIZE),
        _must("embedding_space_id", shapes.SPACE_ID),
        _must("space_hash32", shapes.U32),
        _may("modality", shapes.NAMES),
        _must("compress", shapes.NAMES),
        _must("crypto", shapes.NAMES),
        _must("supports.critique", shapes.BOOLEAN),
        _must("supports.dtype", shapes.NAMES),
        _may("supports.require_crypto", shapes.BOOLEAN),
        _may("mux", shapes.MUX),
        _may("fec", shapes.FEC),
    ),
    Error: (
        _must("code", shapes.TEXT),
        _must("message", shapes.TEXT),
        _may("ref", shapes.REF),
        _may("missing", shapes.NUMBERS),
    ),
    Head: (
        _must("dir", shapes.DIRECTION),
        _may("frames", shapes.DECIMAL),
        _may("total_len", shapes.DECIMAL),
        _may("md5", shapes.MD5),
        _may("xxhash3_64", shapes.XXH3),
        _may("urgency", shapes.URGENCY),
    ),
    Tail: (
        _must("frames", shapes.DECIMAL),
        _must("total_len", shapes.DECIMAL),
        _may("xxhash3_64", shapes.XXH3),
    ),
    Credit: (_must("limit", shapes.DECIMAL),),
    Blocked: (_must("limit", shapes.DECIMAL),),
    Finished: (),
    Reset: (_must("code", shapes.RESET_CODE),),
    Quality: (_must("tolerance", shapes.TOLERANCE),),
}
METHODS: Mapping[str, type[SyncObject]] = {
    "ping": Ping,
    "capability": Capability,
    "error": Error,
    "head": Head,
    "tail": Tail,
    "credit": Credit,
    "blocked": Blocked,
    "done": Finished,
    "reset": Reset,
    "quality": Quality,
}
_NAMES = {cls: name for name, cls in METHODS.items()}


def read_sync(cls: type[SyncObject], members: Mapping[str, Any]) -> SyncObject:
    """The object's known members as a value. Raises BAD_JSON for one that is missing or of another type (HSK-10)."""
    values = {}
    for member in MEMBERS[cls]:
        found = _find(members, member)
        if found is not None:
            values[member.path[-1]] = found
    return cls(**values)


def write_sync(value: SyncObject) -> dict[str, Any]:
    """The object with its method; members that are None are left out."""
    written: dict[str, Any] = {"method": _NAMES[type(value)]}
    for member in MEMBERS[type(value)]:
        content = getattr(value, member.path[-1])
        if content is not None:
            inner = written
            for name in member.path[:-1]:
                inner = inner.setdefault(name, {})
            inner[member.path[-1]] = member.shape.write(content)
    return written


def _find(members: Mapping[str, Any], member: Member) -> Any:
    inner: Any = members
    for name in member.path:
        if not isinstance(inner, dict):
            malformed(f"what holds {name} is not an object")
        if name not in inner:
            if member.required:
                malformed(f"{'.'.join(member.path)} is missing")
            return None
        inner = inner[name]
    value = member.shape.read(inner)
    if value is None:
        malformed(f"{'.'.join(member.path)} is not {member.shape.says}")
    return value


def malformed(detail: str) -> NoReturn:
    """Raise BAD_JSON for a Sync object that breaks its table (HSK-10)."""
    raise ResonantError(RejectCode.BAD_JSON, "HSK-10", detail)
