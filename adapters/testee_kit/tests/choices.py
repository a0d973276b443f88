"""Checks of the op adapt of a framework's testee: the tolerance at which a form begins to pass, and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.testee_kit.arrays import Implementation

from . import model
from .cases import refused

BITS = {"i8": 8, "q4": 4}
WORKED = bytes.fromhex("003c00b80034922cdb3200bc00800000" * 4)
ASKED: Mapping[str, Any] = {
    "source": "f16",
    "data": WORKED,
    "dims": (4, 8),
    "allow": ("f16", "sparse", "i8", "q4"),
    "tolerance": 0,
}


def in_units(halves: NDArray[np.uint16]) -> NDArray[np.object_]:
    """Finite elements as whole numbers of 2 ** -24, which know no bounds."""
    found: NDArray[np.object_] = np.array([model.units(half) for half in range(0x7C00)], object)[halves & 0x7FFF]
    return np.where(halves >> 15, -found, found)


def least_tolerance(implementation: Implementation, halves: NDArray[np.uint16], form: str) -> int:
    """The least at which a form passes, of what the implementation quantizes."""
    made = implementation.performers["quantize"](bits=BITS[form], source="f16", data=halves.tobytes())
    back = implementation.performers["dequantize"](bits=BITS[form], count=halves.size, **made)["data"]
    exact, found = in_units(halves), in_units(np.frombuffer(back, np.uint16))
    error, energy = ((exact - found) ** 2).sum(), (exact**2).sum()
    return int(-(-(error << 24) // energy))


def drawn(size: int) -> list[NDArray[np.uint16]]:
    """Tensors of all sizes of numbers, of one size, and of tiny ones beside a large one."""
    random = np.random.default_rng(size)
    signs = random.integers(0, 2, size) << 15
    kinds = [random.integers(0, 0x7C00, size), random.integers(0x3800, 0x4000, size), random.integers(0, 0x10, size)]
    kinds[2][0] = 0x7BFF
    return [(kind | signs).astype(np.uint16) for kind in kinds]


def forms_pass_from_the_exact_tolerance_on(implementation: Implementation) -> None:
    """ADA-6: to the last unit, with more elements than are summed at once."""
    for size in (1, 33, 4096, 70_001, (1 << 20) + 1):
        for halves in drawn(size)[: 1 if size > 1 << 20 else 3]:
            for form in BITS:
                least = least_tolerance(implementation, halves, form)
                given = {**ASKED, "data": halves.tobytes(), "dims": (size,), "allow": (form,)}
                if least <= 2**24:
                    assert implementation.performers["adapt"](**{**given, "tolerance": least})["dtype"] == form
                if least > 0:
                    refused(implementation, "adapt", {**given, "tolerance": min(least - 1, 2**24)}, "TOLERANCE")


def faults_have_an_order(implementation: Implementation) -> None:
    """ADA-10: each call has the fault, and all that come after it."""
    late = {"allow": ("i8",), "budget": 1}
    for given, code in (
        ({"tolerance": 2**24 + 1, "data": b"0", **late}, "FIELD_RANGE"),
        ({"tolerance": -1}, "FIELD_RANGE"),
        ({"budget": 2**32, "data": b""}, "FIELD_RANGE"),
        ({"budget": -1}, "FIELD_RANGE"),
        ({"data": WORKED[:-1], **late}, "LENGTH_MISMATCH"),
        ({"data": WORKED[:-2], **late}, "LENGTH_MISMATCH"),
        ({"dims": (0xFFFF_FFFF,) * 255}, "LENGTH_MISMATCH"),
        (late, "TOLERANCE"),
        ({"allow": ()}, "TOLERANCE"),
        ({"tolerance": 156, **late}, "BUDGET"),
    ):
        refused(implementation, "adapt", {**ASKED, **given}, code)


CHECKS = (forms_pass_from_the_exact_tolerance_on, faults_have_an_order)
