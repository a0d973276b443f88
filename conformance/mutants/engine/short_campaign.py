"""The short campaign for mutants that no vector kills: the inputs of `make campaign`, which the reference answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from adapters.driver import Answer

from ...campaign.asking import Request
from ...campaign.batch import batch, counts, kinds_of
from ...campaign.compare import case_of, disagreement
from ...campaign.inputs import Input
from ...campaign.talk import expected_of
from ...dialogue.judge import judge_dialogue
from ...model.cases import DIALOGUE, Accept, Case
from ...model.profiles import PROFILES
from ...model.testee import AsksPeers
from ...model.transports import LIBRARIES
from .mutant import Mutant
from .patches import applied
from .testee import InProcess

INPUTS, SEED = 5_000, 1
"""Those of `make campaign`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An input and what the reference made of it: its answer, or the dialogue as a case."""

    one: Input
    answer: Answer | None = None
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of one kind. name: the kind's, profile/what."""

    name: str
    asked: tuple[Asked, ...]


AskAll: TypeAlias = Callable[[Any, Sequence[Request]], Sequence[Answer]]
"""Has a testee perform requests, in order."""


def one_by_one(testee: InProcess, requests: Sequence[Request]) -> list[Answer]:
    """For the testee in this process, which nothing travels to."""
    return [testee.ask(op, given, profile=profile) for op, profile, given in requests]


def answered_batches(inputs: int = INPUTS, seed: int = SEED) -> tuple[Batch, ...]:
    """The inputs of a campaign, answered by the reference as it stands."""
    kinds = kinds_of([name for name in PROFILES if name not in LIBRARIES])
    with InProcess() as reference:
        made = (batch(kinds, seed, number, count) for number, count in enumerate(counts(kinds, inputs)))
        return tuple(Batch(one.kind.name, tuple(_asked(one.inputs, reference))) for one in made)


def _asked(inputs: Sequence[Input], reference: InProcess) -> Iterator[Asked]:
    for one in inputs:
        if one.op == DIALOGUE:
            given, stopped, _ = expected_of(one, reference)
            if stopped is None:
                yield Asked(one, case=case_of(replace(one, given=given), Accept({})))
        else:
            yield Asked(one, reference.ask(one.op, one.given, profile=one.profile))


def first_finding(testee: AsksPeers, batches: Sequence[Batch], ask_all: AskAll) -> str:
    """The kind and place of the first input by which a testee differs from the reference; empty if there is none."""
    for number, one in enumerate(batches):
        found = _found(testee, one.asked, ask_all)
        if found is not None:
            return f"{one.name}, input {found} of batch {number}"
    return ""


def finding_of(mutant: Mutant, batches: Sequence[Batch]) -> str:
    """The first input by which a mutant of the reference differs from it, as `first_finding` says it."""
    with InProcess() as testee, applied(mutant.change):
        return first_finding(testee, batches, one_by_one)


def _found(testee: AsksPeers, asked: Sequence[Asked], ask_all: AskAll) -> int | None:
    stateless = [(at, one) for at, one in enumerate(asked) if one.case is None]
    requests = [(one.one.op, one.one.profile, one.one.given) for _, one in stateless]
    for (at, one), answer in zip(stateless, ask_all(testee, requests), strict=True):
        if disagreement(one.one, _both(one.answer, answer)) is not None:
            return at
    dialogues = (at for at, one in enumerate(asked) if one.case and not judge_dialogue(testee, one.case).passed)
    return next(dialogues, None)


def _both(standard: Answer | None, answer: Answer) -> Mapping[str, Answer]:
    assert standard is not None
    return {"reference": standard, "mutant": answer}
