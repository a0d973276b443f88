"""Frames and events in a few words, for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ..console import counted
from ..describe.wording import display_name, dtype_text, flags_text, type_text
from ..frame.header import FIXED
from ..message.messages import Sync
from ..peer import (
    Completed,
    Done,
    Dropped,
    ErrorReceived,
    ErrorSent,
    Established,
    Event,
    Failed,
    Incomplete,
    Lost,
    Opened,
    Recovered,
)
from ..peer.received.frame import Kind, Received
from ..peer.sync.objects import Blocked, Capability, Credit, Error, Head, Ping, Reset, Tail
from ..wire_values import MessageType, Modality, Slice

_LONGEST = 200
"""Characters of a text of the other end."""
_MOST_JSON = 4_000
_MOST = 3
"""Slices of a frame, and missing numbers, that are named."""

Numbers: TypeAlias = tuple[int | None, int | None]
"""stream_id and frame_seq, as far as they are there."""


def numbers_of(data: bytes) -> Numbers:
    """The numbers of anything that has enough bytes for a header, right or wrong."""
    if len(data) < FIXED.size:
        return None, None
    _, _, _, stream_id, frame_seq, _ = FIXED.unpack_from(data)
    return stream_id, frame_seq


def header_words(data: bytes) -> tuple[str, tuple[str, ...]]:
    """A name and flags for a frame that cannot be read, by its header alone."""
    if len(data) < FIXED.size or data[0] != 1:
        return "no frame", ()
    _, type_, flags, _, _, _ = FIXED.unpack_from(data)
    name = type_text(type_) if type_ in set(MessageType) else f"type {type_}"
    return name, (flags_text(flags),) if flags else ()


def frame_words(received: Received) -> tuple[str, tuple[str, ...]]:
    """A name for a frame that was read, and what else there is to say."""
    frame = received.frame
    flags = [flags_text(frame.flags)] if frame.flags else []
    if received.kind is Kind.DATA:
        modality = [] if frame.modality == Modality.TEXT else [display_name(Modality(frame.modality))]
        return display_name(MessageType(frame.type)), (*flags, *modality, _slices(frame.slices))
    return _sync_name(received), (*flags, *_sync_words(received.sync))


def _slices(slices: tuple[Slice, ...]) -> str:
    shown = [f"{dtype_text(one.dtype)} {_dims(one.dims)}" for one in slices[:_MOST]]
    more = [f"{len(slices) - _MOST:,} more"] if len(slices) > _MOST else []
    return "; ".join([*shown, *more]) or "no slices"


def _dims(dims: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, dims[:4]))}{', …' if len(dims) > 4 else ''}]"


def _sync_name(received: Received) -> str:
    match received.sync, received.message:
        case Error(code=code), _:
            return f"error {cut(code, 64)}"
        case None, message if received.kind in (Kind.OTHER, Kind.STRAY) and message is not None:
            return f"Sync {cut(str(getattr(message, 'json', {}).get('method')), 64)}"
    if received.kind is Kind.UNREADABLE:
        return "Sync"
    return str(received.kind).upper() if received.kind in (Kind.HEAD, Kind.TAIL, Kind.HEART) else str(received.kind)


def _sync_words(sync: object) -> list[str]:
    if isinstance(sync, Ping | Capability):
        names = ((name, getattr(sync, name)) for name in ("compress", "crypto", "dtype", "fec"))
        return [f"{name} {cut(', '.join(value), 40) or '–'}" for name, value in names if isinstance(value, tuple)]
    return list(_members(sync))


def _members(sync: object) -> Iterator[str]:
    match sync:
        case Error(message=message, missing=missing):
            if missing is not None:
                yield f"missing {_some(missing)}"
            yield cut(message, _LONGEST)
        case Head(frames=frames, total_len=total, urgency=urgency):
            if frames is not None and total is not None:
                yield f"{counted(frames, 'frame', ',')}, {counted(total, 'byte', ',')} announced"
            if isinstance(urgency, int):
                yield f"urgency {urgency}"
        case Tail(frames=frames, total_len=total):
            yield f"{counted(frames, 'frame', ',')}, {counted(total, 'byte', ',')}"
        case Credit(limit=limit) | Blocked(limit=limit):
            yield f"limit {limit}"
        case Reset(code=code):
            yield code


def json_of(received: Received | None) -> str:
    """The object of a Sync frame, line by line; empty for what has none."""
    if received is None or not isinstance(received.message, Sync):
        return ""
    return cut(json.dumps(received.message.json, indent=2, ensure_ascii=False), _MOST_JSON)


def cut(text: str, most: int) -> str:
    """The text, or its beginning."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _some(numbers: Iterable[int]) -> str:
    listed = list(numbers)
    more = f" and {len(listed) - _MOST:,} more" if len(listed) > _MOST else ""
    return ", ".join(map(str, listed[:_MOST])) + more


def _established(event: Established) -> str:
    lists = ", ".join(event.dtype) or "–"
    parts = [f"compress {event.compress}", f"crypto {event.crypto}", f"dtype {lists}"]
    parts.append(f"modality {', '.join(event.modality) or '–'}")
    parts += ["critique"] if event.critique else []
    parts += ["mux"] if event.mux is not None else []
    parts += [f"fec {event.fec}"] if event.fec is not None else []
    return f"session established: {'; '.join(parts)}"


def _failed(event: Failed) -> str:
    return f"stream {event.stream_id} failed: {event.code}{f', {event.what} differs' if event.what else ''}"


_EVENTS: Mapping[type, tuple[Callable[[Any], str], Callable[[Any], str]]] = {
    Established: (_established, lambda _: ""),
    ErrorReceived: (lambda event: f"the handshake failed: {cut(event.code, 64)}", lambda event: cut(event.code, 64)),
    ErrorSent: (
        lambda event: f"owes an error {event.code} for stream {event.stream_id} frame {event.frame_seq}",
        lambda event: str(event.code),
    ),
    Opened: (lambda event: f"stream {event.stream_id} opened", lambda _: ""),
    Incomplete: (
        lambda event: f"stream {event.stream_id} is incomplete: it lacks {_some(event.missing)}",
        lambda _: "",
    ),
    Completed: (
        lambda event: (
            f"stream {event.stream_id} complete: {counted(event.frames, 'frame', ',')}, "
            f"{counted(event.total_len, 'byte', ',')}, xxhash3_64 {event.xxhash3_64}"
        ),
        lambda _: "",
    ),
    Done: (lambda event: f"stream {event.stream_id} is whole at the other end", lambda _: ""),
    Failed: (_failed, lambda event: str(event.code)),
    Lost: (lambda _: "the other peer is lost, and the session ends", lambda _: ""),
    Recovered: (
        lambda event: f"frame {event.frame_seq} of stream {event.stream_id} recovered from repair",
        lambda _: "",
    ),
    Dropped: (lambda event: f"dropped: {event.code}", lambda event: str(event.code)),
}


def event_words(event: Event) -> tuple[str, str] | None:
    """An event in words, and its code, empty where nothing is wrong; None for what a frame says itself."""
    if type(event) not in _EVENTS or (isinstance(event, ErrorReceived) and event.ref is not None):
        return None
    text, code = _EVENTS[type(event)]
    return text(event), code(event)
