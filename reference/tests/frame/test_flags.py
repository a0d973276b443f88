"""Flags are numbers whose bits can be asked for, and stay flags."""

from __future__ import annotations

import pytest
from resonant.wire_values import ALL_FLAGS, Flags


@pytest.mark.parametrize("other", [*range(-2, ALL_FLAGS + 3), 0x8000, 0x8001])
def test_the_bits_that_two_have_in_common_are_flags(other: int) -> None:
    for value in (*range(ALL_FLAGS + 1), 0x8000, 0x8007):
        for found in (Flags(value) & other, other & Flags(value)):
            assert type(found) is Flags
            assert int(found) == value & other
    assert str(Flags.ZSTD & Flags(7)) == str(Flags.ZSTD)
