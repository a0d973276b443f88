"""The clock of the peer under test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import sleep
from typing import Any, TypeAlias

from adapters.driver import Answer, Ok

Ask: TypeAlias = Callable[[str, Mapping[str, Any]], Answer]
Pass: TypeAlias = Callable[[Ask, int], Answer]
"""Lets so many milliseconds pass."""

REAL = "real"
"""The value of `clock` in hello for such testees (TST-20)."""
REAL_LIMIT_MS = 60_000
"""The most milliseconds that a dialogue may take where time passes by itself."""


def pass_virtually(ask: Ask, ms: int) -> Answer:
    """The clock moves by this op alone (TST-16)."""
    return ask("peer_advance", {"ms": ms})


def pass_really(ask: Ask, ms: int) -> Answer:
    """The testee's peers have a clock of their own (TST-20), so the time has to pass."""
    sleep(min(ms, REAL_LIMIT_MS) / 1000)
    return Ok({})
