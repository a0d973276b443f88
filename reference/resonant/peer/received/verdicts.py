"""Verdicts on received frames that do not pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ...errors import DropCode, RejectCode
from ..events import Ref
from ..replies import Answer
from ..sync.fields import decimals


@dataclass(frozen=True, slots=True)
class Drop:
    """No answer and no effect."""

    code: RejectCode | DropCode


@dataclass(frozen=True, slots=True)
class Refusal:
    """Answered with error. adds: the members that its code adds (HSK-43). missing: of a TAIL.

    about: the ref of the error, where that is not the frame.
    """

    code: RejectCode
    detail: str
    adds: tuple[tuple[str, object], ...] = ()
    missing: tuple[int, ...] = ()
    about: Ref | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Answered with the same bytes as before (HSK-18)."""

    answer: Answer


Verdict: TypeAlias = Drop | Refusal | Repeat


def incomplete(missing: tuple[int, ...]) -> Refusal:
    """The answer to a TAIL below which numbers are missing (STM-12)."""
    detail = f"number {missing[0]} is missing, and perhaps more"
    return Refusal(RejectCode.STREAM_INCOMPLETE, detail, (("missing", decimals(missing)),), missing)
