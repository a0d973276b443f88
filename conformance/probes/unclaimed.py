"""One valid case for each op of a profile that is not claimed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.cases import DIALOGUE, Accept, Case
from ..model.peer_requests import PEER_OPS
from ..model.profiles import FLAG_OF


def refusal_probes(cases: Iterable[Case], claimed: Sequence[str]) -> tuple[Case, ...]:
    """For each unclaimed profile one valid case an op: the testee must answer `unsupported` (TST-10).

    stream has no ops of its own, so that a testee with handshake is asked nothing for it.
    """
    known = frozenset(claimed)
    unclaimed = (case for case in cases if case.profile not in known and known.issuperset(case.requires))
    return _one_an_op((*unclaimed, *(case for case in PEER_OPS if case.profile not in known)))


def possible_refusals(cases: Iterable[Case]) -> tuple[Case, ...]:
    """For each profile those of a testee that claims all others."""
    return _one_an_op((*cases, *PEER_OPS))


def _one_an_op(cases: Iterable[Case]) -> tuple[Case, ...]:
    probes: dict[tuple[str, str], Case] = {}
    for case in cases:
        place = case.profile, case.op
        if place in probes or case.op == DIALOGUE or not isinstance(case.expect, Accept):
            continue
        if _needs_it(case):
            probes[place] = case
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
