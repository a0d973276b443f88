"""The order in which cases judge a mutant: what killed its like, those of its module's profiles, then all others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath

from ...model.cases import Case
from .mutant import Mutant

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
    "tensor/adapt": ("adapt",),
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
    "reed_solomon/__init__": ("rs",),
    "reed_solomon/code": ("rs",),
    "reed_solomon/field": ("rs",),
    "fec/__init__": ("fec",),
    "fec/datagram": ("fec",),
    "fec/group": ("fec",),
    "fec/symbols": ("fec",),
    "transport/framing": ("tcp",),
    "transport/pipe": ("tcp",),
    "transport/__init__": ("tcp",),
}
"""A module of the reference -> its profiles; those in peer/, endpoint/ and observe/ have PEERS."""


CRATE: Mapping[str, tuple[str, ...]] = {
    "frame": ("frame", "zstd", "xchacha"),
    "transform": ("zstd", "xchacha"),
    "tensor": ("quant", "sparse", "message"),
    "message": ("message", "sparse"),
    "json": ("message", "handshake", "stream"),
    "peer": PEERS,
    "endpoint": PEERS,
    "transport": ("tcp",),
}
"""A folder of the crate -> its profiles; what lies in none matters to frames most."""
_LATEST = 12


def profiles_of(module: str) -> tuple[str, ...]:
    """The profiles that a module matters to most. module: its path without suffix, from the package: peer/window."""
    return PEERS if module.startswith(("peer/", "endpoint/", "observe/")) else FIRST[module]


def profiles_of_crate(file: str) -> tuple[str, ...]:
    """The same for a file of the crate, by its path from the root of the repository."""
    return CRATE.get(PurePosixPath(file).parts[4], ("frame",))


def in_order(cases: Sequence[Case], profiles: Collection[str], first: Sequence[str] = ()) -> list[Case]:
    """All cases: those with these ids, then those of these profiles. No mutant survives for the choice alone."""
    rank = {name: place for place, name in enumerate(first)}
    last = len(rank)
    return sorted(cases, key=lambda case: rank.get(case.id, last + (case.profile not in profiles)))


class Killers:
    """The cases that killed mutants before: what kills one in a function is likely to kill the next one there."""

    def __init__(self, before: Mapping[str, str]) -> None:
        """before: of earlier runs, by the mutant's name."""
        self._before = before
        self._found: dict[tuple[str, str], dict[str, None]] = {}

    def add(self, mutant: Mutant, case: str) -> None:
        """Remember that this case has killed this mutant."""
        for place in _places(mutant):
            known = self._found.setdefault(place, {})
            known.pop(case, None)
            known[case] = None

    def likely(self, mutant: Mutant) -> list[str]:
        """The cases to try first: what has killed this mutant, others of its function or file; the latest first."""
        found = [case for place in _places(mutant) for case in [*self._found.get(place, ())][: -_LATEST - 1 : -1]]
        return [*dict.fromkeys([*filter(None, [self._before.get(mutant.name)]), *found])]


def _places(mutant: Mutant) -> tuple[tuple[str, str], ...]:
    return (mutant.file, mutant.function), (mutant.file, "")
