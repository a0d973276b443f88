"""The way in which an input is refused."""

from __future__ import annotations

from enum import StrEnum


class RejectCode(StrEnum):
    """The codes of the registry that can come of these operations."""

    LENGTH_MISMATCH = "LENGTH_MISMATCH"
    NON_FINITE = "NON_FINITE"
    BAD_SCALE = "BAD_SCALE"
    BAD_INDEX = "BAD_INDEX"
    FIELD_RANGE = "FIELD_RANGE"
    TOLERANCE = "TOLERANCE"
    BUDGET = "BUDGET"


class ResonantError(ValueError):
    """An input that the specification refuses."""

    def __init__(self, code: RejectCode, clause: str, detail: str) -> None:
        super().__init__(f"{code} ({clause}): {detail}")
        self.code = code
        self.clause = clause
        self.detail = detail
