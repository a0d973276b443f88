"""Frames and datagrams as one line for people."""

from __future__ import annotations

import json

from ..model.verdict import short
from .read import SYNC, UnreadableError, WireFrame, read_frame
from .sync import SyncError, read_sync

_TYPES = ("Think", "Cache", "Ask", "Sync", "Critique")


_FLAGS = ("ZSTD", "XCHACHA", "STRONG_TAIL")


_SHOWN_HEX = 32


def datagram_text(datagram: bytes, key: bytes | None = None) -> str:
    """A datagram on one line, whatever it holds."""
    try:
        return frame_text(read_frame(datagram, key))
    except UnreadableError as error:
        shown = datagram[:_SHOWN_HEX].hex() + ("…" if len(datagram) > _SHOWN_HEX else "")
        return f"{len(datagram):,} bytes, {shown or 'none'} ({error})"


def frame_text(frame: WireFrame) -> str:
    """A frame on one line."""
    flags = "".join(f" {name}" for bit, name in enumerate(_FLAGS) if frame.flags >> bit & 1)
    head = f"{_TYPES[frame.type]} stream {frame.stream_id} #{frame.frame_seq}{flags}"
    return f"{head}: {_content(frame)}"


def _content(frame: WireFrame) -> str:
    if not frame.slices:
        return "HEART" if frame.type == SYNC else "no slices"
    if frame.type == SYNC:
        try:
            return short(json.dumps(read_sync(frame), ensure_ascii=False), 240)
        except SyncError as error:
            return str(error)
    return ", ".join(f"dtype {s.dtype} {list(s.dims)} {short(s.payload.hex(), 32)}" for s in frame.slices)
