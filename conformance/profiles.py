"""Profiles, and which cases count for an implementation that claims some of them (specs/README.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .cases import DIALOGUE, Accept, Case
from .peer_ops import PEER_OPS

# profile -> the clause families it is made of; TST holds for every testee whatever it claims
PROFILES: Mapping[str, tuple[str, ...]] = {
    "frame": ("FRM", "SPC"),
    "zstd": ("ZST",),
    "xchacha": ("XCH",),
    "message": ("MSG",),
    "sparse": ("SPR",),
    "quant": ("QNT",),
    "handshake": ("HSK",),
    "stream": ("STM",),
}
# profile -> the profile that must be claimed with it (TST-12)
NEEDS: Mapping[str, str] = {
    "zstd": "frame",
    "xchacha": "frame",
    "message": "frame",
    "handshake": "message",
    "stream": "handshake",
}
EVERYWHERE = ("TST",)
FLAG_OF: Mapping[str, int] = {"zstd": 1, "xchacha": 2}


class SelectionError(Exception):
    """A choice of profiles that cannot be run; the text says what to do."""


def selected_profiles(claimed: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """The profiles to judge: those claimed, or the chosen ones of them (empty: all).

    Raises SelectionError for a name that is no profile and for one that is not claimed: a run that was asked to judge a
    profile must not end green without it.
    """
    for name in (*chosen, *claimed):
        if name not in PROFILES:
            raise SelectionError(f"no profile {name!r}; there are {', '.join(PROFILES)}")
    for name in claimed:
        if NEEDS.get(name, name) not in claimed:
            raise SelectionError(f"the testee claims {name} but not {NEEDS[name]}, which it needs (TST-12)")
    for name in chosen:
        if name not in claimed:
            raise SelectionError(f"profile {name} is not claimed; the testee claims {', '.join(claimed) or 'nothing'}")
    return tuple(name for name in PROFILES if name in (chosen or claimed))


def selected_cases(cases: Iterable[Case], claimed: Sequence[str], selected: Sequence[str]) -> tuple[Case, ...]:
    """The cases of the selected profiles that need nothing unclaimed."""
    return tuple(case for case in cases if case.profile in selected and case.needs <= set(claimed))


def refusal_probes(cases: Iterable[Case], claimed: Sequence[str]) -> tuple[Case, ...]:
    """For each unclaimed profile one valid case an op: the testee must answer `unsupported` (TST-10).

    stream has no ops of its own, so that a testee with handshake is asked nothing for it.
    """
    probes: dict[tuple[str, str], Case] = {}
    for case in (*cases, *PEER_OPS):
        if (
            case.op != DIALOGUE
            and case.needs - set(claimed) == {case.profile}
            and isinstance(case.expect, Accept)
            and _needs_it(case)
        ):
            probes.setdefault((case.profile, case.op), case)
    return tuple(probes.values())


def _needs_it(case: Case) -> bool:
    """Whether the op cannot be performed without the case's profile; a frame without its flag can."""
    if case.op == "decode":
        flags = int(case.input["frame"][4:6], 16)
    elif case.op == "encode":
        flags = case.input["fields"]["flags"]
    else:
        return True
    return case.profile not in FLAG_OF or bool(flags & FLAG_OF[case.profile])
