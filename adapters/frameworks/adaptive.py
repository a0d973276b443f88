"""The choice among forms by their sizes (specs/adaptive.md). Each framework says itself which are exact enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from .quantizers import block_count, code_count
from .refusals import RejectCode, ResonantError

# In the order in which the first of equals is chosen (ADA-7)
FORMS: Final = ("f16", "sparse", "i8", "q4")
BITS: Final = {"i8": 8, "q4": 4}
MAX_TOLERANCE: Final = 2**24  # ADA-2
MAX_BUDGET_BYTES: Final = 2**32 - 1
_Payloads = TypeVar("_Payloads")


def check_limits(tolerance: int, budget: int | None) -> None:
    """Raise ResonantError with FIELD_RANGE for one that is out of range (ADA-2)."""
    for name, value, most in (("tolerance", tolerance, MAX_TOLERANCE), ("budget", budget, MAX_BUDGET_BYTES)):
        if value is not None and not 0 <= value <= most:
            raise ResonantError(RejectCode.FIELD_RANGE, "ADA-2", f"{name} is {value}, not from 0 to {most}")


def form_sizes(count: int, rank: int, nnz: int) -> dict[str, int]:
    """The bytes of each form: payloads, and for each slice 6 and 4 for each dim (the table in adaptive.md)."""
    entry, scales = 6 + 4 * rank, 2 * block_count(count) + 10
    return {
        "f16": 2 * count + entry,
        "sparse": (2 + 4 * rank) * nnz + entry + 18,
        **{form: code_count(count, bits) + scales + entry for form, bits in BITS.items()},
    }


def smallest(
    allow: Iterable[str],
    sizes: Mapping[str, int],
    candidate: Callable[[str], _Payloads | None],
    tolerance: int,
    budget: int | None,
) -> tuple[str, _Payloads]:
    """The form with the fewest bytes, and its payloads.

    candidate: gives the payloads of a form, None where it is none or not exact enough. Raises ResonantError with
    TOLERANCE or BUDGET (ADA-8).
    """
    for form in sorted(allow, key=lambda one: (sizes[one], FORMS.index(one))):  # ADA-7
        payloads = candidate(form)
        if payloads is not None:
            break
    else:
        detail = f"no form that is allowed is exact enough for a tolerance of {tolerance}"
        raise ResonantError(RejectCode.TOLERANCE, "ADA-8", detail)
    if budget is not None and sizes[form] > budget:
        raise ResonantError(RejectCode.BUDGET, "ADA-8", f"{form} takes {sizes[form]} bytes of a budget of {budget}")
    return form, payloads
