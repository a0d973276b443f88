"""The fields of a body, leniently: sealed, compressed or plain."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ..transform.xchacha import NONCE_BYTES, SALT_BYTES, TAG_BYTES
from ..transform.zstd import DESCRIPTORS, MAGIC
from ..transform.zstd_blocks import HEADER_BYTES, read_block, walk_blocks
from . import wording as meanings
from .cursor import Cursor

SHOWN_SLICES = 10
"""How many slices have fields of their own."""
SHOWN_BLOCKS = 10
"""How many blocks of a Zstandard frame have fields of their own."""


def read_slices(plain: Cursor, slice_len: Sequence[int]) -> None:
    """Take a plain body: frame.md section 2. slice_len: the whole table."""
    for index, length in enumerate(slice_len[:SHOWN_SLICES]):
        if not plain.cut:
            _read_slice(plain, f"slice {index}", length)
    more = slice_len[SHOWN_SLICES:]
    if more and not plain.cut:
        plain.take(_skip_slices(plain, more), "slices", f"… {len(more):,} more")
    plain.take_rest(lambda rest: f"{_count(len(rest))} after the last slice!")


def read_sealed(body: Cursor, frame_seq: int, tag_meaning: str) -> None:
    """Take nonce ‖ ciphertext ‖ tag: transform.md section 2."""
    header_bytes = body.offset
    body.take(SALT_BYTES, "nonce", "first 16 bytes: salt and stream_id")
    if not body.cut:
        body.take_uint(NONCE_BYTES - SALT_BYTES, "nonce", lambda value: _sequence_text(value, frame_seq))
    if not body.cut:
        count = max(0, body.left - TAG_BYTES)
        body.take(count, "ciphertext", f"{_count(count)}, associated data = bytes 0 to {header_bytes - 1}")
        body.take(TAG_BYTES, "tag", tag_meaning)


def read_zstd(body: Cursor) -> None:
    """Take a Zstandard frame of the permitted form: transform.md section 1."""
    magic = body.take(4, "magic", lambda found: "0xFD2FB528" if found == MAGIC else "not 28b52ffd!")
    if magic == MAGIC:
        descriptor = body.take_uint(1, "descriptor", _descriptor_text)
        if descriptor in DESCRIPTORS:
            width, bias = DESCRIPTORS[descriptor]
            body.take_uint(width, "content size", lambda value: f"{value + bias:,}")
            if not body.cut:
                _read_blocks(body)
                body.take_rest(lambda rest: f"{_count(len(rest))} after the end of the Zstandard frame!")
    body.take_rest(lambda rest: f"{_count(len(rest))} that are no permitted Zstandard frame")


def _read_slice(plain: Cursor, name: str, length: int) -> None:
    dtype = plain.take_uint(1, f"{name} dtype", meanings.dtype_text)
    rank = 0 if plain.cut else plain.take_uint(1, f"{name} rank", meanings.rank_text)
    dims: tuple[int, ...] = ()
    if rank:
        found = plain.take(4 * rank, f"{name} dims", lambda got: meanings.dims_text(_u32s(got)))
        dims = _u32s(found)
    if not plain.cut:
        plain.take(length, f"{name} payload", lambda got: meanings.payload_text(dtype, dims, got))


def _skip_slices(plain: Cursor, slice_len: Sequence[int]) -> int:
    """The bytes that further slices take, or more than are left where they do not fit."""
    position = 0
    for length in slice_len:
        if position >= plain.left:
            break
        head = plain.peek(2, position)
        position += 2 + 4 * (head[1] if len(head) == 2 else 0) + length
    return position


def _read_blocks(body: Cursor) -> None:
    for _ in range(SHOWN_BLOCKS):
        block = read_block(body.peek(HEADER_BYTES))
        order = "last" if block.last else "not last"
        amount = f"{block.size:,} times" if block.kind == "RLE" else _count(block.size)
        body.take(HEADER_BYTES, "block header", f"{order}, {block.kind}, {amount}")
        if block.kind == "reserved" or body.cut:
            return
        if block.stored:
            body.take(block.stored, block.kind, "the byte repeated" if block.kind == "RLE" else _count(block.size))
        if block.last or body.cut:
            return
    run = walk_blocks(body.peek(body.left))
    body.take(run.length, "blocks", f"… {run.count:,} more")


def _u32s(data: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(data) // 4}I", data)


def _descriptor_text(value: int) -> str:
    if value not in DESCRIPTORS:
        return f"0x{value:02x}: not 0x20, 0x60, 0xA0 or 0xE0!"
    width, _ = DESCRIPTORS[value]
    return f"content size in {_count(width)}, single segment"


def _sequence_text(value: int, frame_seq: int) -> str:
    return "last 8 bytes: frame_seq" if value == frame_seq else f"last 8 bytes: {value}, not this frame's frame_seq"


def _count(count: int) -> str:
    return f"{count:,} byte{'' if count == 1 else 's'}"
