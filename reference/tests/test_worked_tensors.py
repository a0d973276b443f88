"""The worked blocks of quant.md and the worked tensor of sparse.md: by exact fractions, and by the reference."""

from __future__ import annotations

import re
import struct
import zlib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from resonant import Frame, MessageType, Modality, decode, encode
from resonant.messages import Think, read_message
from resonant.quant import dequantize, quantize
from resonant.sparse import sparse_decode, sparse_encode
from resonant.values import DType, Flags, Slice

from reference.tests.support import ROOT, joined

SPECS = ROOT / "specs"
QUANT = (SPECS / "quant.md").read_text(encoding="utf-8")
BITS = {"worked-q4": 4, "worked-i8": 8, "worked-cap": 4}
GREATEST = {4: (7, 0x7091), 8: (127, 0x6007)}
FINITE = 0x7C00
"""The bits of infinity: those of every finite number without its sign are less."""


@dataclass(frozen=True)
class Row:
    """x: its bits. quotient: as printed. back: what dequantizing gives, as bits."""

    printed_x: str
    x: int
    quotient: str
    code: int
    printed_back: str
    back: int


@dataclass(frozen=True)
class Block:
    rows: tuple[Row, ...]
    elements: bytes
    codes: bytes
    scale: bytes


def _block(name: str) -> Block:
    (table,) = re.findall(rf"^```block {name}\n.*\n((?:.*\n)*?)```", QUANT, re.M)
    cells = [line.split() for line in table.splitlines()]
    rows = [Row(x, int(bits, 16), ratio, int(code), back, int(out, 16)) for x, bits, ratio, code, back, out in cells]
    (text,) = re.findall(rf"^```bytes {name}\n((?:.*\n)*?)```", QUANT, re.M)
    data = {line.split()[0]: bytes.fromhex("".join(line.split()[1:])) for line in text.splitlines()}
    return Block(tuple(rows), **data)


BLOCKS: Mapping[str, Block] = {name: _block(name) for name in BITS}


def number(bits: int) -> Fraction:
    """A finite binary16, exactly."""
    return Fraction(struct.unpack("<e", struct.pack("<H", bits))[0])


def to_half(value: Fraction) -> int:
    """The bits of the nearest finite binary16 without its sign; of two as near, the even one."""
    above = bisect_left(range(FINITE), abs(value), key=number)
    near = range(max(above - 1, 0), min(above + 1, FINITE))
    return min(near, key=lambda bits: (abs(number(bits) - abs(value)), bits & 1))


@pytest.mark.parametrize("name", BITS)
def test_the_scale_follows_from_the_clauses(name: str) -> None:
    block, (q, greatest) = BLOCKS[name], GREATEST[BITS[name]]
    largest = max(abs(number(row.x)) for row in block.rows)
    assert int.from_bytes(block.scale, "little") == min(to_half(largest / q), greatest)


@pytest.mark.parametrize("name", BITS)
def test_each_row_follows_from_the_clauses(name: str) -> None:
    block, (q, _) = BLOCKS[name], GREATEST[BITS[name]]
    scale = number(int.from_bytes(block.scale, "little"))
    for row in block.rows:
        assert number(row.x) == Fraction(row.printed_x), row
        quotient = number(row.x) / scale
        assert f"{float(quotient):.4f}".removeprefix("-" if quotient == 0 else "") == row.quotient, row
        assert row.code == max(-q, min(q, round(quotient))), row  # round() of a Fraction: ties to even
        sign = 0x8000 if row.code < 0 else 0
        assert row.back == to_half(row.code * scale) | sign, row
        assert number(row.back) == Fraction(row.printed_back), row


@pytest.mark.parametrize("name", BITS)
def test_the_bytes_are_those_of_the_rows(name: str) -> None:
    block = BLOCKS[name]
    assert block.elements == struct.pack(f"<{len(block.rows)}H", *(row.x for row in block.rows))
    codes = [row.code for row in block.rows]
    if BITS[name] == 8:
        assert block.codes == struct.pack(f"{len(codes)}b", *codes)
    else:
        pairs = [*codes, 0][: len(codes) + len(codes) % 2]
        nibbles = [code % 16 for code in pairs]
        assert block.codes == bytes(low + 16 * high for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))


@pytest.mark.parametrize("name", BITS)
def test_the_reference_quantizes_and_dequantizes_the_block(name: str) -> None:
    block, bits = BLOCKS[name], BITS[name]
    made = quantize(np.frombuffer(block.elements, "<f2"), bits)
    assert (made.codes, made.scale) == (block.codes, block.scale)
    back = dequantize(block.codes, bits=bits, count=len(block.rows), scale=block.scale)
    assert back.tobytes() == struct.pack(f"<{len(block.rows)}H", *(row.back for row in block.rows))


DENSE, VALUES = "0000003e000000c000800034", "003e00c00034"
ROWS = ((0, 1), (1, 0), (1, 2))
INDEX = b"".join(struct.pack("<2I", *row) for row in ROWS)


def test_sparse_md_prints_the_tensor() -> None:
    text = (SPECS / "sparse.md").read_text(encoding="utf-8")
    printed = ["".join(found.split()) for found in re.findall(r"`((?:[0-9a-f]{4} ?)+)`", text)]
    assert printed == [DENSE, VALUES]
    grid = [[cell.strip() for cell in line.split("|")[2:-1]] for line in text.splitlines() if line.startswith("| **")]
    numbers = [float(cell.replace("−", "-")) for row in grid for cell in row]
    assert struct.pack("<6e", *numbers).hex() == DENSE
    assert f"tensor, {len(joined('worked-sparse'))} bytes long" in text


def test_the_reference_makes_the_tensor_sparse_and_dense_again() -> None:
    assert sparse_encode([2, 3], bytes.fromhex(DENSE)) == (bytes.fromhex(VALUES), INDEX)
    dense = sparse_decode([2, 3], bytes.fromhex(VALUES), [3, 2, 4], INDEX)
    assert dense.tobytes().hex() == DENSE.replace("0080", "0000")


def test_the_worked_sparse_frame_holds_the_tensor() -> None:
    data = joined("worked-sparse")
    assert data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little")
    slices = (Slice(DType.SPARSE_COO, (2, 3), bytes.fromhex(VALUES)), Slice(DType.I8, (3, 2, 4), INDEX))
    frame = Frame(MessageType.THINK, Flags.NONE, 0x1234, 1, 0, Modality.TEXT, slices)
    assert decode(data) == frame
    assert encode(frame) == data
    message = read_message(frame)
    assert isinstance(message, Think)
    assert message.hidden.dense().tolist() == [[0.0, 1.5, 0.0], [-2.0, 0.0, 0.25]]
