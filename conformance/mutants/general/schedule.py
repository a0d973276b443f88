"""The order in which cases judge a mutant: first those of the profiles that its module matters to, then the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from ...model.cases import Case

PEERS = ("handshake", "stream")
FIRST: Mapping[str, tuple[str, ...]] = {
    "__init__": (),
    "describe/__init__": (),
    "frame/__init__": (),
    "message/__init__": (),
    "tensor/__init__": (),
    "transform/__init__": (),
    "transform/zstd_blocks": ("zstd",),
    "transform/zstd": ("zstd",),
    "frame/decode": ("frame", "zstd", "xchacha"),
    "frame/encode": ("frame", "zstd", "xchacha"),
    "errors": ("frame",),
    "frame/header": ("frame",),
    "message/messages": ("message", "sparse"),
    "tensor/quant": ("quant", "message"),
    "transform/xchacha": ("xchacha",),
    "frame/slices": ("frame",),
    "message/slots": ("message", "sparse"),
    "frame/space_hash": ("frame",),
    "tensor/sparse": ("sparse",),
    "message/json": ("message",),
    "frame/tail_hash": ("frame", "stream"),
    "tensor/tensor": ("message", "sparse"),
    "wire_values": ("frame",),
}
"""A module of the reference -> its profiles; those in peer/ and endpoint/ have PEERS."""


def profiles_of(module: str) -> tuple[str, ...]:
    """The profiles that a module matters to most. module: its path without suffix, from the package: peer/window."""
    return PEERS if module.startswith(("peer/", "endpoint/")) else FIRST[module]


def by_price(cases: Iterable[Case]) -> list[Case]:
    """The cases with the shortest input first."""
    return sorted(cases, key=lambda case: (len(json.dumps(case.input)), case.id))


def in_order(cases: Sequence[Case], module: str) -> list[Case]:
    """All cases; those of the module's profiles first. No mutant survives for the choice alone."""
    first = profiles_of(module)
    return sorted(cases, key=lambda case: case.profile not in first)
