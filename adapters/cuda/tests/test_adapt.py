"""The sums by which adapt chooses, exactly, and the choice at the tolerance where it changes."""

from __future__ import annotations

import random
import struct
from fractions import Fraction
from typing import Any

import pytest

from adapters.cuda.adapt import adapt, total
from adapters.cuda.host import HostBackend
from adapters.cuda.ops import NARROWERS, RefusedError

from . import model
from .model import halves_bytes

GREATEST = 0x7BFF
MOST_AT_ONCE = 1 << 22
"""Elements of which the host build keeps a sum in 64 bits."""
WORKED = [0x3C00, 0xB800, 0x3400, 0x2C92, 0x32DB, 0xBC00, 0x8000, 0x0000] * 4  # adaptive.md, section 4


@pytest.fixture(params=["host", "emulated"])
def backend(request: pytest.FixtureRequest) -> HostBackend:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, HostBackend)
    return found


def in_units(half: int) -> int:
    return model.units(half)


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 64, 65, 700])
def test_energy_is_exact(backend: HostBackend, count: int) -> None:
    chance = random.Random(count)
    exact, back = ([chance.randrange(0x7C00) | chance.choice((0, 0x8000)) for _ in range(count)] for _ in range(2))
    error = sum((in_units(one) - in_units(other)) ** 2 for one, other in zip(exact, back, strict=True))
    assert total(backend.energy(halves_bytes(exact), halves_bytes(back))) == error
    assert total(backend.energy(halves_bytes(exact), None)) == sum(in_units(one) ** 2 for one in exact)


@pytest.mark.parametrize(
    ("exact", "back"), [(0, 0), (1, 0), (1, 0x8001), (GREATEST, 0), (GREATEST, GREATEST | 0x8000), (GREATEST, 0x7BFE)]
)
def test_differences_of_every_size(backend: HostBackend, exact: int, back: int) -> None:
    for one, other in ((exact, back), (back, exact)):
        words = backend.energy(halves_bytes([one] * 70), halves_bytes([other] * 70))
        assert total(words) == 70 * (in_units(exact) - in_units(back)) ** 2


def test_sums_of_more_than_64_bits(host: HostBackend) -> None:
    count = MOST_AT_ONCE + 3
    words = host.energy(halves_bytes([GREATEST]) * count, halves_bytes([GREATEST | 0x8000]) * count)
    assert total(words) == count * (2 * in_units(GREATEST)) ** 2 > 1 << 100


@pytest.mark.parametrize("source", NARROWERS)
def test_conversions_keep_infinities_and_nan(backend: HostBackend, source: str) -> None:
    shift, size = (0, 4) if source == "f32" else (16, 2)
    given = {
        0x7F80_0000: 0x7C00, 0xFF80_0000: 0xFC00, 0x7F81_0000: 0x7E00, 0xFFFF_0000: 0x7E00, 0x7FC0_0000: 0x7E00,
        0x7F7F_0000: 0x7C00, 0xC780_0000: 0xFC00, 0x8000_0000: 0x8000, 0x3380_0000: 0x0001, 0x3300_0000: 0x0000,
        0xBF80_0000: 0xBC00,
    }  # fmt: skip
    if source == "f32":
        given |= {0x7F80_0001: 0x7E00, 0xFF80_0001: 0x7E00, 0x477F_EFFF: 0x7BFF, 0x477F_F000: 0x7C00}
    data = b"".join((one >> shift).to_bytes(size, "little") for one in given)
    assert backend.narrow(NARROWERS[source], len(given), data) == halves_bytes(list(given.values()))


def chosen(backend: HostBackend, tolerance: int, **given: Any) -> str:
    asked = {"source": "f16", "data": halves_bytes(WORKED), "dims": (4, 8), "allow": ("f16", "sparse", "i8", "q4")}
    return str(adapt(backend, lambda size: None, **{**asked, "tolerance": tolerance, **given})["dtype"])


def refused(backend: HostBackend, tolerance: int, **given: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        chosen(backend, tolerance, **given)
    return caught.value.code


def test_the_choice_changes_where_the_specification_says(backend: HostBackend) -> None:
    found = {tolerance: chosen(backend, tolerance) for tolerance in (0, 155, 156, 117_492, 117_493, 2**24)}
    assert found == {0: "f16", 155: "f16", 156: "i8", 117_492: "i8", 117_493: "q4", 2**24: "q4"}
    assert chosen(backend, 0, data=halves_bytes([0, 0x8000] * 16)) == "sparse"
    assert chosen(backend, 2**24, data=halves_bytes([*WORKED[1:], 0x7C00])) == "f16"


def test_other_sources_give_what_their_elements_in_binary16_do(backend: HostBackend) -> None:
    floats = struct.pack("<32f", *(float(Fraction(model.value(half))) for half in WORKED))
    for tolerance in (155, 156, 117_492, 117_493):
        assert chosen(backend, tolerance, data=floats, source="f32") == chosen(backend, tolerance)


def test_faults_have_an_order(backend: HostBackend) -> None:
    """ADA-10: each call has the fault, and all that come after it."""
    late = {"allow": ("i8",), "budget": 1}
    assert refused(backend, 2**24 + 1, data=b"", **late) == "FIELD_RANGE"
    assert refused(backend, -1, data=b"") == "FIELD_RANGE"
    assert refused(backend, 0, budget=2**32) == "FIELD_RANGE"
    assert refused(backend, 0, data=b"", **late) == "LENGTH_MISMATCH"
    assert refused(backend, 0, dims=(0xFFFF_FFFF,) * 255) == "LENGTH_MISMATCH"
    assert refused(backend, 0, **late) == "TOLERANCE"
    assert refused(backend, 0, allow=()) == "TOLERANCE"
    assert refused(backend, 156, **late) == "BUDGET"
