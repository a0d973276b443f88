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
    probes: dict[tuple[str, str], Case] = {}
    known = frozenset(claimed)
    for case in (*cases, *PEER_OPS):
        if (
            case.profile not in known
            and case.op != DIALOGUE
            and (case.profile, case.op) not in probes
            and case.needs - known == {case.profile}
            and isinstance(case.expect, Accept)
            and _needs_it(case)
        ):
            probes[case.profile, case.op] = case
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
