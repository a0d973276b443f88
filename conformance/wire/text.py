"""Frames and datagrams as one line for people."""

from __future__ import annotations

import json
from dataclasses import dataclass

from resonant.console import counted

from ..model.verdict import short
from .read import SYNC, UnreadableError, WireFrame, read_frame
from .repair import repair_text
from .sync import SyncError, read_sync

_TYPES = ("Think", "Cache", "Ask", "Sync", "Critique")


_FLAGS = ("ZSTD", "XCHACHA", "STRONG_TAIL")


_SHOWN_HEX = 32


@dataclass(frozen=True, slots=True)
class Described:
    """A datagram for people. content: what the frame holds; empty where it is none."""

    head: str
    content: str = ""

    def __str__(self) -> str:
        return f"{self.head}: {self.content}" if self.content else self.head


def datagram_text(datagram: bytes, key: bytes | None = None) -> str:
    """A datagram on one line, whatever it holds."""
    return str(described(datagram, key))


def described(datagram: bytes, key: bytes | None = None) -> Described:
    """A datagram in two parts, whatever it holds."""
    repair = repair_text(datagram)
    if repair is not None:
        return Described(repair)
    try:
        return _frame(read_frame(datagram, key))
    except UnreadableError as error:
        shown = datagram[:_SHOWN_HEX].hex() + ("…" if len(datagram) > _SHOWN_HEX else "")
        return Described(f"{counted(len(datagram), 'byte', ',')}, {shown or 'none'} ({error})")


def _frame(frame: WireFrame) -> Described:
    flags = "".join(f" {name}" for bit, name in enumerate(_FLAGS) if frame.flags >> bit & 1)
    return Described(f"{_TYPES[frame.type]} stream {frame.stream_id} #{frame.frame_seq}{flags}", _content(frame))


def _content(frame: WireFrame) -> str:
    if not frame.slices:
        return "HEART" if frame.type == SYNC else "no slices"
    if frame.type == SYNC:
        try:
            return short(json.dumps(read_sync(frame), ensure_ascii=False), 240)
        except SyncError as error:
            return str(error)
    return ", ".join(f"dtype {s.dtype} {list(s.dims)} {short(s.payload.hex(), 32)}" for s in frame.slices)
