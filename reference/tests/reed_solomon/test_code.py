"""Codes of the reference: the worked one, every loss, arguments of programs, and what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from resonant import RejectCode, ResonantError, rs_decode, rs_encode
from resonant.reed_solomon import field

WORKED = [bytes.fromhex(text) for text in ("0100", "0002", "0380", "ff10")]
PARITY = tuple(bytes.fromhex(text) for text in ("3ef7", "d022", "80eb"))


def refusal(*arguments: Any, call: Any = rs_decode) -> tuple[RejectCode, str]:
    with pytest.raises(ResonantError) as caught:
        call(*arguments)
    assert isinstance(caught.value.code, RejectCode)
    return caught.value.code, caught.value.clause


def test_the_worked_code() -> None:
    """specs/reed-solomon.md section 4."""
    assert rs_encode(4, 3, WORKED) == PARITY
    assert rs_decode(4, 3, [None, WORKED[1], None, WORKED[3], PARITY[0], None, PARITY[2]]) == (*WORKED, *PARITY)


def test_every_loss_that_there_is_parity_for_is_made_good() -> None:
    whole = (*WORKED, *PARITY)
    for lost in itertools.chain.from_iterable(itertools.combinations(range(7), count) for count in range(4)):
        given = [None if number in lost else shard for number, shard in enumerate(whole)]
        assert rs_decode(4, 3, given) == whole
    for lost in itertools.combinations(range(7), 4):
        given = [None if number in lost else shard for number, shard in enumerate(whole)]
        assert refusal(4, 3, given) == (RejectCode.NOT_RECOVERABLE, "RSC-6")


def test_shards_that_are_there_come_back_unchanged_even_if_they_are_wrong() -> None:
    assert rs_decode(1, 2, [b"a", b"b", None])[:2] == (b"a", b"b")


def test_programs_may_give_what_holds_bytes() -> None:
    kinds = [bytearray(b"\1\2"), memoryview(b"\3\4"), np.frombuffer(b"\5\6", np.uint8)]
    assert rs_encode(np.int64(3), 2, kinds) == rs_encode(3, 2, [b"\1\2", b"\3\4", b"\5\6"])  # type: ignore[arg-type]


@pytest.mark.parametrize("shards", [b"ab", "ab", [None, b"a"], [1, 2], None, 3])
def test_what_holds_no_shards_is_a_type_error(shards: Any) -> None:
    with pytest.raises(TypeError, match="shards"):
        rs_encode(2, 1, shards)


@pytest.mark.parametrize(("k", "r"), [(0, 1), (1, 0), (129, 1), (1, 33), (-1, 1), (257, 2), (2**32 + 4, 3)])
def test_counts_out_of_range_are_refused_before_anything_else(k: int, r: int) -> None:
    assert refusal(k, r, [b"a", b""]) == (RejectCode.FIELD_RANGE, "RSC-4")
    assert refusal(k, r, [], call=rs_encode) == (RejectCode.FIELD_RANGE, "RSC-4")


def test_lengths_are_looked_at_before_what_is_missing() -> None:
    assert refusal(2, 2, [b"a", b"", None, None]) == (RejectCode.LENGTH_MISMATCH, "RSC-5")
    assert refusal(2, 2, [None] * 3) == (RejectCode.LENGTH_MISMATCH, "RSC-5")
    assert refusal(2, 2, [None] * 4) == (RejectCode.NOT_RECOVERABLE, "RSC-6")


def test_the_field_is_one() -> None:
    """Every element but 0 has one inverse, x generates them all, and 0x80 times x is what the polynomial leaves."""
    assert (field.products()[1:, 1:] != 0).all()
    assert (field.products()[np.arange(1, 256), field.inverses()[1:]] == 1).all()
    powers = [1]
    while (power := int(field.products()[powers[-1], 2])) != 1:
        powers.append(power)
    assert len(powers) == 255
    assert field.products()[0x80, 2] == 0x1D
