"""Testees that answer rightly at a price, or until something: what cases one by one do not see, and campaigns do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from adapters.testee_kit import Op

from ..engine.patches import Change, wrapped
from .wrong import WrongTestee

Perform = Callable[..., dict[str, Any]]
HOARD_BYTES = 128 << 20
"""The most that one request is given here: twice what a campaign allows, and no danger to a machine."""


def _performed(op: str, make: Callable[[Perform], Perform]) -> Change:
    """An op performed by what `make` makes of the right way."""

    def table(ops: Mapping[str, Op]) -> dict[str, Op]:
        return {**ops, op: ops[op]._replace(perform=make(ops[op].perform))}

    return wrapped("ops.OPS", table)


def _forgetful(right: Perform) -> Perform:
    known: dict[tuple[str, str], dict[str, Any]] = {}

    def hashed(space_id: str, arch: str, data_sig: str) -> dict[str, Any]:
        if (space_id, arch) not in known:
            known[space_id, arch] = right(space_id=space_id, arch=arch, data_sig=data_sig)
        return known[space_id, arch]

    return hashed


def _dying(right: Perform) -> Perform:
    def hashed(data: bytes) -> dict[str, Any]:
        if len(data) == 64:
            os._exit(3)
        return right(data=data)

    return hashed


def _square(right: Perform) -> Perform:
    def hashed(data: bytes) -> dict[str, Any]:
        for _ in range((len(data) // 300) ** 2):
            pass
        return right(data=data)

    return hashed


def _counting(right: Perform) -> Perform:
    def dequantized(count: int, **given: Any) -> dict[str, Any]:
        time.sleep(min(count / 1e5, 2.0))
        return right(count=count, **given)

    return dequantized


def _hoarding(right: Perform) -> Perform:
    kept: list[bytearray] = []

    def dequantized(count: int, **given: Any) -> dict[str, Any]:
        kept[:] = [bytearray(min(count, HOARD_BYTES))]
        kept[0][::4096] = bytes(len(kept[0][::4096]))
        return right(count=count, **given)

    return dequantized


WRONG = (
    WrongTestee(
        "spaces-known-by-two-parts",
        "Keeps space hashes by space_id and arch.",
        ("SPC-1",),
        _performed("space_hash", _forgetful),
    ),
    WrongTestee("dies-of-64-bytes", "Ends when it hashes 64 bytes.", ("FRM-37",), _performed("tail_hash", _dying)),
    WrongTestee(
        "hashes-in-square-time", "Takes the square of the time.", ("FRM-37",), _performed("tail_hash", _square)
    ),
    WrongTestee(
        "counts-what-is-announced",
        "Takes time for a number, not for what came.",
        ("QNT-14",),
        _performed("dequantize", _counting),
    ),
    WrongTestee(
        "holds-what-is-announced",
        "Allocates as many bytes as elements are announced, up to 128 MiB.",
        ("QNT-14",),
        _performed("dequantize", _hoarding),
    ),
)
