"""A finding settled: which requests it takes, made as small as may be, and shown three times by fresh testees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from .compare import Disagreement, Signature
from .hunt import Plan, ask
from .inputs import Input
from .shrink.parts import cuts, smaller
from .testees import Testees

CONFIRMATIONS = 3
CHECKS, CHECKS_AFRESH = 400, 40
"""How many smaller inputs are tried: a count and no time, so that everybody comes to the same."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding once it is shrunk and confirmed."""

    inputs: tuple[Input, ...]
    """The requests to ask of fresh testees in this order; the last shows the disagreement."""
    disagreement: Disagreement | None
    confirmed: int
    """How many of three times."""
    bytes_before: int
    """The size of the first request that showed it, as JSON."""


def settle(plan: Plan, number: int, count: int, index: int, signature: Signature) -> Settled:
    """Settle the finding that input `index` of a batch has shown."""
    inputs = plan.inputs(number, count)
    one = inputs[index]
    before = size(one)
    if shown(plan, [one]) == signature:
        sequence = [_shrunk(plan, one, signature)]
        if shown(plan, sequence) != signature:
            sequence = [one]
    else:
        sequence = _fewest(plan, list(inputs[: index + 1]), signature)
    times = [_asked(plan, sequence) for _ in range(CONFIRMATIONS)]
    confirmed = [found for found in times if found is not None and found.signature == signature]
    return Settled(tuple(sequence), next(iter(confirmed), None), len(confirmed), before)


def size(one: Input) -> int:
    """The size of an input as JSON, in characters."""
    return len(json.dumps(one.given))


def shown(plan: Plan, sequence: Sequence[Input]) -> Signature | None:
    """The signature of what the last of these shows to fresh testees."""
    found = _asked(plan, sequence)
    return None if found is None else found.signature


def _asked(plan: Plan, sequence: Sequence[Input]) -> Disagreement | None:
    with Testees(plan.implementations) as fresh:
        return ask(sequence, fresh).found.get(len(sequence) - 1)


def _shrunk(plan: Plan, one: Input, signature: Signature) -> Input:
    """The smallest that is found; testees stay as long as none of them ends."""
    left, testees = CHECKS, Testees(plan.implementations)
    try:
        smaller_found = True
        while smaller_found:
            smaller_found = False
            for candidate in smaller(one):
                if not left:
                    return one
                left -= 1
                found = ask([candidate], testees).found.get(0)
                if testees.worn:
                    testees.close()
                    testees = Testees(plan.implementations)
                if found is not None and found.signature == signature and _is_less(candidate, one):
                    one, smaller_found = candidate, True
                    break
        return one
    finally:
        testees.close()


def _is_less(candidate: Input, one: Input) -> bool:
    """Shorter, or as long and plainer; so that shrinking ends."""
    left, right = json.dumps(candidate.given), json.dumps(one.given)
    return (len(left), -left.count("0"), left) < (len(right), -right.count("0"), right)


def _fewest(plan: Plan, sequence: list[Input], signature: Signature) -> list[Input]:
    """As few of the requests before the last as show it: there is state in play, so each try needs fresh testees."""
    left, changed = CHECKS_AFRESH, True
    while changed:
        changed = False
        for first, last in cuts(len(sequence) - 1):
            if not left:
                return sequence
            left -= 1
            candidate = sequence[:first] + sequence[last:]
            if shown(plan, candidate) == signature:
                sequence, changed = candidate, True
                break
    return sequence
