"""Repair datagrams as fields and in words, whatever is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant import DropCode, RejectCode, repair_encode
from resonant.describe.annotate import annotate
from resonant.describe.annotate_repair import NEXT
from resonant.describe.explain import explain, explained

from reference.tests.fec.test_group import frame

PAIR = repair_encode(3, 5, 2, 4, [frame(3, 5), frame(3, 9, 40)])


def test_repair_is_told_as_what_it_is() -> None:
    text = explain(PAIR[1])
    assert "valid repair: 1 of 2 for 2 frames 5 to 9, 4 apart of stream 3, the longest of 40 bytes\n" in text
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
    assert "valid repair: 0 of 1 for frame 5 of stream 3, the longest of 33 bytes\n" in explain(alone)


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
