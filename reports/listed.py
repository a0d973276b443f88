"""The cases that a page lists: all of a run, or of a huge one the first of each group, and the number of the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .failures import Case, Group, Told

MOST_FAILURES = 20_000
"""On a page, of all its runs: as many as nearly all cases of this suite."""
MOST_PASSED = 50_000
"""Of a run: more than this suite has over every transport, and a compressed list of them is short."""
_CUTS = tuple(1 << power for power in reversed(range(MOST_PASSED.bit_length())))


def failures(parts: Sequence[Sequence[Told]], most: int = MOST_FAILURES) -> tuple[tuple[Told, ...], ...]:
    """The failures of each run. The example of a cause is always listed."""
    everything = [those for part in parts for those in part]
    cut = _cut((group for those in everything for group in those.groups), most)
    if cut is None:
        return tuple(map(tuple, parts))
    share = most // max(len(everything), 1)
    return tuple(tuple(_told(those, cut, max(share, 1)) for those in part) for part in parts)


def passed(groups: Sequence[Group], most: int = MOST_PASSED) -> tuple[Group, ...]:
    """The groups of cases that passed; beyond so many groups none."""
    cut = _cut(groups, most)
    return tuple(groups) if cut is None else tuple(_group(group, cut, None) for group in groups[:most])


def _cut(groups: Iterable[Group], most: int) -> int | None:
    """So many cases of each group are listed, that all are at most so many; None where all fit."""
    sizes = [group.size for group in groups]
    if sum(sizes) <= most:
        return None
    return next((cut for cut in _CUTS if sum(min(size, cut) for size in sizes) <= most), 1)


def _told(those: Told, cut: int, most_groups: int) -> Told:
    groups = those.groups
    if len(groups) > most_groups:
        groups = tuple(one for at, one in enumerate(groups) if at < most_groups or those.example in one.cases)
    return replace(those, groups=tuple(_group(group, cut, those.example) for group in groups))


def _group(group: Group, cut: int, example: Case | None) -> Group:
    if group.size <= cut:
        return group
    cases = group.cases[:cut]
    if example in group.cases and example not in cases and example is not None:
        cases = (*cases, example)
    return replace(group, cases=cases, left_out=group.size - len(cases))
