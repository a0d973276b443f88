"""Repair datagrams as fields and in words, whatever is wrong with them."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant import DropCode, RejectCode, repair_encode
from resonant.describe.annotate import annotate
from resonant.describe.annotate_repair import NEXT
from resonant.describe.explain import explain, explained
from resonant.errors import Span

from reference.tests.fec.test_group import frame

PAIR = repair_encode(3, 5, 2, 4, [frame(3, 5), frame(3, 9, 40)])


def test_repair_is_told_as_what_it_is() -> None:
    text = explain(PAIR[1])
    assert "valid repair: index 1 of r 2, for 2 frames 5 to 9, 4 apart of stream 3, the longest of 40 bytes\n" in text
    assert [field.name for field in annotate(PAIR[0])] == [
        "magic",
        "stream_id",
        "base",
        "k",
        "r",
        "index",
        "step",
        "parity",
        "crc32",
    ]
    alone = repair_encode(3, 5, 1, 4, [frame(3, 5)])[0]
    assert "valid repair: index 0 of r 1, for frame 5 of stream 3, the longest of 33 bytes\n" in explain(alone)


@pytest.mark.parametrize(
    ("data", "code", "meaning"),
    [
        (PAIR[0][:-1] + b"\0", RejectCode.CRC_MISMATCH, "crc wrong, computed 0x"),
        (PAIR[0][:58], DropCode.BAD_REPAIR, "as long as each symbol"),
        (PAIR[0][:21], DropCode.BAD_REPAIR, "no parity and CRC!"),
        (b"RSF1\0\0", DropCode.BAD_REPAIR, "cut: 2 of 4 bytes"),
    ],
)
def test_what_is_wrong_has_its_code_clause_and_advice(data: bytes, code: str, meaning: str) -> None:
    text = explain(data)
    assert f"rejected: {code} (FEC-1" in text
    assert f"next:    {NEXT[code]}\n" in text
    assert meaning in text
    assert not explained(data).valid


def sealed(data: bytes) -> bytes:
    """The datagram with the CRC of its bytes."""
    return data[:-4] + zlib.crc32(data[:-4]).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("at", "value", "detail"),
    [
        (16, "81", "k is 129, not 1 to 128"),
        (17, "00", "r is 0, not 1 to 32"),
        (18, "02", "index is 2, and with r 2 the greatest is 1"),
        (19, "11", "step is 17, not 1 to 16"),
        (8, "fcffffffffffffff", f"the last of 2 numbers from base {2**64 - 4} on, 4 apart, is over 2^64 - 1"),
    ],
)
def test_the_field_at_fault_is_marked_and_named(at: int, value: str, detail: str) -> None:
    put = bytes.fromhex(value)
    found = explained(sealed(PAIR[0][:at] + put + PAIR[0][at + len(put) :]))
    assert found.fault == Span(at, at + len(put))
    assert found.verdict[:2] == ("rejected: BAD_REPAIR (FEC-15)", f"detail:  {detail}")


def test_a_wrong_crc_is_marked_and_so_is_where_bytes_are_missing_or_too_many() -> None:
    assert explained(PAIR[0][:-1] + b"\0").fault == Span(len(PAIR[0]) - 4, len(PAIR[0]))
    assert "\n>> @58    ^ no more bytes here\n" in explain(PAIR[0][:58])
    assert explained(b"RSF1" + bytes(65_504)).fault == Span(65_507, 65_508)


def test_a_field_out_of_its_range_says_what_it_may_be() -> None:
    data = bytearray(PAIR[0])
    data[16], data[17], data[19] = 129, 0, 17
    meanings = {field.name: field.meaning for field in annotate(bytes(data))}
    assert (meanings["k"], meanings["r"], meanings["step"]) == (
        "129, not 1 to 128!",
        "0, not 1 to 32!",
        "17, not 1 to 16!",
    )


@given(st.binary(max_size=90))
def test_every_byte_comes_out_once_and_in_order(rest: bytes) -> None:
    fields = annotate(b"RSF1" + rest)
    assert b"".join(field.data for field in fields) == b"RSF1" + rest
    assert [field.offset for field in fields] == [
        sum(len(one.data) for one in fields[:place]) for place in range(len(fields))
    ]
