"""Profiles, and which cases count for an implementation that claims some of them (specs/README.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from resonant.describe.registry import registry

from .cases import Case

_REGISTRY = registry()
PROFILES: Mapping[str, tuple[str, ...]] = {one.name: one.families for one in _REGISTRY.profiles.values()}
"""Profile -> the clause families it is made of."""
NEEDS: Mapping[str, tuple[str, ...]] = {one.name: one.needs for one in _REGISTRY.profiles.values() if one.needs}
"""Profile -> the profiles that must be claimed with it (TST-12)."""
EVERYWHERE = _REGISTRY.testee.families
"""The families that hold for every testee, whatever it claims."""
FLAG_OF: Mapping[str, int] = {one.name: _REGISTRY.mask(one.flag) for one in _REGISTRY.profiles.values() if one.flag}
"""Profile -> the flag of the header that only its frames have."""


class SelectionError(Exception):
    """A choice of profiles that cannot be run; the text says what to do."""


def selected_profiles(claimed: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """The profiles to judge: those claimed, or the chosen ones of them (empty: all).

    Raises SelectionError for a name that is no profile, for one that is claimed without what it needs, and for one that
    is chosen but not claimed: a run that was asked to judge a profile must not end green without it.
    """
    for name in (*chosen, *claimed):
        if name not in PROFILES:
            raise SelectionError(f"no profile {name!r}; the profiles are {', '.join(PROFILES)}")
    for name in claimed:
        for needed in NEEDS.get(name, ()):
            if needed not in claimed:
                raise SelectionError(f"the testee claims {name} but not {needed}, which it needs (TST-12)")
    for name in chosen:
        if name not in claimed:
            raise SelectionError(f"profile {name} is not claimed; the testee claims {', '.join(claimed) or 'nothing'}")
    return tuple(name for name in PROFILES if name in (chosen or claimed))


def families_with_needs(name: str, apart: Collection[str] = ()) -> Iterator[str]:
    """The families of a profile, and those of all it needs. apart: profiles whose families are not wanted with it."""
    yield from PROFILES[name]
    for needed in NEEDS.get(name, ()):
        if needed not in apart:
            yield from families_with_needs(needed, apart)


def selected_cases(cases: Iterable[Case], claimed: Sequence[str], selected: Sequence[str]) -> tuple[Case, ...]:
    """The cases of the selected profiles that need nothing unclaimed."""
    known = frozenset(claimed)
    return tuple(
        case for case in cases if case.profile in selected and case.profile in known and known.issuperset(case.requires)
    )
