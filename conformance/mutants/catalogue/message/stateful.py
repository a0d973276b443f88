"""Faults of messages behind other requests: MSG-9 to MSG-17."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resonant.errors import RejectCode, ResonantError

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import remembered
from ...engine.patches import wrapped

OBJECT = "message.json.read_object"
DEPTH = "message.json._check_depth"
SCALE = "tensor.quant.check_scale"


def _names_kept(right: Callable[..., Any]) -> Callable[..., Any]:
    seen: list[frozenset[str]] = []

    def read(payload: bytes) -> Any:
        value = right(payload)
        names = frozenset(value)
        if len(names) > 1 and names in seen:
            raise ResonantError(RejectCode.BAD_JSON, "MSG-16", "by a mutant")
        seen.append(names)
        return value

    return read


def _depth_kept(right: Callable[..., Any]) -> Callable[..., Any]:
    left: list[int] = []

    def check(payload: bytes) -> None:
        try:
            right(b"[" * 14 * len(left) + payload)
        except Exception:
            left[:] = left or [1]
            raise

    return check


STATE = (
    Mutant(
        "object-known-by-its-start",
        "MSG-14",
        "Keeps objects by length and first bytes.",
        remembered(OBJECT, lambda payload: (len(payload), payload[:5])),
        Kind.STATE,
    ),
    Mutant(
        "names-of-the-last-object",
        "MSG-16",
        "Does not clear its set of names between objects.",
        wrapped(OBJECT, _names_kept),
        Kind.STATE,
    ),
    Mutant(
        "depth-not-taken-back",
        "MSG-17",
        "Leaves its depth where an object was nested too deep.",
        wrapped(DEPTH, _depth_kept),
        Kind.STATE,
    ),
    Mutant(
        "checked-scales-known-by-count",
        "MSG-9",
        "Checks scales once for each count and first value.",
        remembered(SCALE, lambda data, count, **_: (count, len(data), data[:2])),
        Kind.STATE,
    ),
)
MUTANTS = (*STATE,)
