"""Typed messages: specs/message.md. Each kind is a class whose fields are its slots."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..arguments import instance, octets, unlike
from ..errors import RejectCode, ResonantError
from ..frame.encode import check_fields, plain_frame
from ..tensor.tensor import Tensor, text_slice
from ..wire_values import DType, Flags, Frame, MessageType, Modality, Slice
from .slots import SlotReader


@dataclass(frozen=True, slots=True)
class Think:
    """A hidden state."""

    hidden: Tensor

    def __post_init__(self) -> None:
        instance("hidden", self.hidden, Tensor)


@dataclass(frozen=True, slots=True)
class Cache:
    """Keys and values of an attention cache."""

    keys: Tensor
    values: Tensor

    def __post_init__(self) -> None:
        instance("keys", self.keys, Tensor)
        instance("values", self.values, Tensor)


@dataclass(frozen=True, slots=True)
class Ask:
    """A query embedding, and what it is about."""

    query: Tensor
    context: Tensor | None = None

    def __post_init__(self) -> None:
        instance("query", self.query, Tensor)
        if self.context is not None:
            instance("context", self.context, Tensor)


@dataclass(frozen=True, slots=True)
class Sync:
    """A control message: one JSON object."""

    json: Mapping[str, Any]

    def __post_init__(self) -> None:
        _check_object("json", self.json)


@dataclass(frozen=True, slots=True)
class Heart:
    """A sign of life: Sync without slices (MSG-4)."""


@dataclass(frozen=True, slots=True)
class Critique:
    """A critique of a result: where it diverges, which elements are meant, and why."""

    divergence: Tensor
    mask: bytes | None = None
    """One byte an element of the divergence, 0 or 1, in its dims."""
    explanation: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        instance("divergence", self.divergence, Tensor)
        if self.mask is not None and type(self.mask) is not bytes:
            object.__setattr__(self, "mask", octets("mask", self.mask))
        if self.explanation is not None:
            _check_object("explanation", self.explanation)


def _check_object(name: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(unlike(name, "a mapping of names to JSON values", value))


Message: TypeAlias = Think | Cache | Ask | Sync | Heart | Critique


def read_message(frame: Frame) -> Message:
    """The message of a decoded frame. Raises ResonantError with a code of the message layer (MSG-1 to MSG-20).

    A frame made by hand is checked as `encode` does it.
    """
    frame = plain_frame(frame)
    check_fields(frame)
    return message_of(frame)


def message_of(frame: Frame) -> Message:
    """The same for a frame that comes from `decode`, or was checked."""
    reader = SlotReader(frame.slices)
    message = _READERS.get(frame.type, _unknown)(reader)
    reader.finish()
    return message


def _unknown(_: SlotReader) -> Message:
    """A type that the table of headers has and this one lacks is no reason for any other error than ours."""
    raise ResonantError(RejectCode.BAD_SLOTS, "MSG-1", "no message has this type")


def _think(reader: SlotReader) -> Message:
    return Think(reader.tensor("hidden"))


def _cache(reader: SlotReader) -> Message:
    return Cache(reader.tensor("keys"), reader.tensor("values"))


def _ask(reader: SlotReader) -> Message:
    query = reader.tensor("query")
    return Ask(query, reader.tensor("context") if reader.left else None)


def _sync(reader: SlotReader) -> Message:
    return Sync(reader.json("json")) if reader.left else Heart()


def _critique(reader: SlotReader) -> Message:
    divergence = reader.tensor("divergence", (DType.F16, DType.I8))
    mask = reader.mask(divergence.dims) if reader.left and not reader.at_json() else None
    return Critique(divergence, mask, reader.explanation() if reader.left else None)


_READERS: Mapping[int, Callable[[SlotReader], Message]] = {
    MessageType.THINK: _think,
    MessageType.CACHE: _cache,
    MessageType.ASK: _ask,
    MessageType.SYNC: _sync,
    MessageType.CRITIQUE: _critique,
}
_TYPES: Mapping[type[Message], MessageType] = {
    Think: MessageType.THINK,
    Cache: MessageType.CACHE,
    Ask: MessageType.ASK,
    Sync: MessageType.SYNC,
    Heart: MessageType.SYNC,
    Critique: MessageType.CRITIQUE,
}


def to_frame(
    message: Message,
    *,
    stream_id: int,
    frame_seq: int,
    flags: Flags = Flags.NONE,
    space_hash32: int = 0,
    modality: Modality = Modality.TEXT,
) -> Frame:
    """The frame of a message. Raises ResonantError for a message that a receiver would refuse (MSG-22)."""
    kind = type_of(message)
    frame = plain_frame(Frame(kind, flags, stream_id, frame_seq, space_hash32, modality, slices_of(message)))
    check_fields(frame)
    message_of(frame)
    return frame


def type_of(message: Message) -> MessageType:
    """The type of the frame that carries the message. Raises TypeError for what is no message."""
    if type(message) not in _TYPES:
        *names, last = (kind.__name__ for kind in _TYPES)
        raise TypeError(unlike("message", f"a {', '.join(names)} or {last}", message))
    return _TYPES[type(message)]


def slices_of(message: Message) -> tuple[Slice, ...]:
    """The slices of a message, which are not checked."""
    match message:
        case Think(hidden):
            return hidden.slices()
        case Cache(keys, values):
            return keys.slices() + values.slices()
        case Ask(query, context):
            return query.slices() + (context.slices() if context else ())
        case Sync(value):
            return (text_slice(json_bytes(value)),)
        case Heart():
            return ()
        case Critique(divergence, mask, explanation):
            flags = () if mask is None else (Slice(DType.I8, divergence.dims, mask),)
            reason = () if explanation is None else (text_slice(json_bytes(explanation)),)
            return divergence.slices() + flags + reason


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """An object as the payload of a JSON slice, without white space. Raises TypeError, ValueError or BAD_JSON."""
    try:
        return json.dumps(dict(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except RecursionError:
        raise ResonantError(RejectCode.BAD_JSON, "MSG-17", "the object nests far too deep") from None
