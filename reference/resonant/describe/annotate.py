"""Any bytes as the fields of a V-Frame, with their names in specs/ and their meanings: for people, not for verdicts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Mapping

from ..arguments import octets
from ..console import counted
from ..errors import Part, ResonantError, Span
from ..fec.datagram import is_repair
from ..frame.header import CRC_BYTES, FIXED_FIELDS, TAIL_FIELDS
from ..transform.xchacha import check_key, open_body
from ..transform.zstd import decompress_body
from ..wire_values import MAX_FRAME_BYTES, MIN_FRAME_BYTES, Flags
from . import wording as meanings
from .annotate_body import read_sealed, read_slices, read_zstd
from .annotate_repair import repair_fields
from .cursor import Cursor, Field

__all__ = ["Field", "annotate"]

SHOWN_ENTRIES = 10
"""How many entries of the table of slice lengths have a field of their own."""

_MEANINGS: Mapping[str, Callable[[int], str]] = {
    "version": meanings.version_text,
    "type": meanings.type_text,
    "flags": meanings.flags_text,
    "stream_id": lambda value: f"0x{value:x}",
    "frame_seq": str,
    "num_slices": lambda value: f"{value:,}",
    "space_hash32": lambda value: str(value) if value else "0, none",
    "modality": meanings.modality_text,
}


def annotate(data: bytes, *, key: bytes | None = None) -> tuple[Field, ...]:
    """Every byte of `data` once and in order as fields of Part.FRAME, then the stages of its body.

    Works on any bytes and refuses none. Where the transforms can be undone (key, 32 bytes: for a sealed frame), the
    fields of the compressed body and of the plain body follow. However long a table or a body claims to be, the fields
    are few: what goes on is one field that says how much more there is. What begins as repair does has the fields of
    that. Raises ValueError for a key of the wrong size.
    """
    key = check_key(key)
    data = octets("data", data)
    if is_repair(data):
        return repair_fields(data)
    frame = Cursor(data, Part.FRAME, end=min(len(data), MAX_FRAME_BYTES))
    complete = MIN_FRAME_BYTES <= len(data) <= MAX_FRAME_BYTES
    if complete:
        frame.end -= CRC_BYTES
    values, slice_len = _read_header(frame)
    stages = [] if frame.cut else _read_body(frame, values, slice_len, key, undo=complete)
    frame.take_rest(lambda rest: f"{len(rest):,} byte{'' if len(rest) == 1 else 's'}")
    frame.end = len(data)
    if complete:
        frame.take_uint(CRC_BYTES, "crc32", lambda sent: _crc_text(sent, zlib.crc32(data[:-CRC_BYTES])))
    over = f"{frame.left:,} more than the {MAX_FRAME_BYTES:,} bytes that a frame may have!"
    frame.take_rest(over, "beyond the frame")
    return (*frame.fields, *(field for stage in stages for field in stage.fields))


def _read_header(frame: Cursor) -> tuple[dict[str, int], tuple[int, ...]]:
    """Take the header: its values by name and the table of slice lengths, as far as both are there."""
    values = _read_fields(frame, FIXED_FIELDS)
    count = values.get("num_slices", 0)
    room = frame.left // 4
    if count > room:
        cut = frame.left
        for index in range(min(room, SHOWN_ENTRIES)):
            frame.take_uint(4, f"slice_len[{index}]", str)
        hidden = count - min(room, SHOWN_ENTRIES)
        frame.take(
            frame.left, "slice_len", f"… {hidden:,} more, but {counted(cut, 'byte', ',')} can hold {room:,} in all!"
        )
        frame.cut = True
        return values, ()
    slice_len = struct.unpack(f"<{count}I", frame.peek(4 * count))
    for index, length in enumerate(slice_len[:SHOWN_ENTRIES]):
        frame.take(4, f"slice_len[{index}]", str(length))
    if count > SHOWN_ENTRIES:
        frame.take(4 * (count - SHOWN_ENTRIES), "slice_len", f"… {count - SHOWN_ENTRIES:,} more")
    return values | _read_fields(frame, TAIL_FIELDS), slice_len


def _read_fields(frame: Cursor, fields: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {name: frame.take_uint(size, name, _MEANINGS[name]) for name, size in fields if not frame.cut}


def _read_body(
    frame: Cursor, values: Mapping[str, int], slice_len: tuple[int, ...], key: bytes | None, *, undo: bool
) -> list[Cursor]:
    """Take the body, and give the stages behind its transforms, as far as they can be undone."""
    stages: list[Cursor] = []
    here = frame
    flags = values["flags"]
    if flags & Flags.XCHACHA:
        opened, tag_meaning = _open(frame, key if undo else None)
        read_sealed(frame, values["frame_seq"], tag_meaning)
        if opened is None:
            return stages
        here = Cursor(opened, Part.COMPRESSED_BODY if flags & Flags.ZSTD else Part.PLAIN_BODY)
        stages.append(here)
    if flags & Flags.ZSTD:
        body = here.peek(here.left)
        read_zstd(here)
        try:
            here = Cursor(decompress_body(body if undo else b"", num_slices=len(slice_len)), Part.PLAIN_BODY)
        except ResonantError:
            return stages
        stages.append(here)
    read_slices(here, slice_len)
    return stages


def _open(frame: Cursor, key: bytes | None) -> tuple[bytes | None, str]:
    """The plain bytes of the sealed body from here on, or None; and what to say about its tag."""
    if key is None:
        return None, "16 bytes, not checked without a key"
    span = Span(frame.offset, frame.end)
    try:
        opened = open_body(frame.peek(frame.left), key=key, aad=frame.taken(), span=span)
    except ResonantError:
        return None, "16 bytes, not right under this key!"
    return opened, "16 bytes, right under this key"


def _crc_text(sent: int, computed: int) -> str:
    return "crc right" if sent == computed else f"crc wrong, computed 0x{computed:08x}!"
