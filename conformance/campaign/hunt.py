"""One batch asked of every implementation: what a worker does. The result is a function of plan and number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from adapters.driver import Answer, Ok, Reject

from ..model.cases import DIALOGUE
from .asking import ask_all
from .batch import batch, kinds_of
from .compare import Disagreement, Signature, disagreement, label
from .inputs import Input, Kind
from .talk import talk
from .testees import Implementation, Testees


@dataclass(frozen=True)
class Plan:
    """The inputs of a campaign and those who are asked; the others are held to the first implementation."""

    seed: int
    implementations: tuple[Implementation, ...]
    profiles: tuple[str, ...]
    """Those whose inputs are made."""

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of inputs, which take turns."""
        return kinds_of(self.profiles)

    def inputs(self, number: int, count: int) -> tuple[Input, ...]:
        """The inputs of a batch."""
        return batch(self.kinds, self.seed, number, count).inputs


@dataclass(frozen=True, slots=True)
class Seen:
    """One signature in one batch."""

    signature: Signature
    index: int
    """The first input that showed it."""
    times: int


@dataclass(slots=True)
class Result:
    """The outcome of a batch."""

    number: int
    count: int
    asked: int = 0
    """Inputs that two implementations or more were asked."""
    seen: list[Seen] = field(default_factory=list)
    codes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Profile -> what came of its inputs -> how often."""
    unrepeated: list[Seen] = field(default_factory=list)
    """Disagreements that fresh testees did not show again."""


@dataclass(slots=True)
class Round:
    """The batch asked once."""

    found: dict[int, Disagreement] = field(default_factory=dict)
    codes: dict[str, Counter[str]] = field(default_factory=dict)
    asked: int = 0

    def see(self, profile: str, what: Counter[str] | dict[str, int]) -> None:
        """Count what came of an input."""
        self.codes.setdefault(profile, Counter()).update(what)


_KEPT: dict[Plan, Testees] = {}
"""The testees of this process. A worker has one thread, and one campaign at a time."""


def hunt(plan: Plan, number: int, count: int) -> Result:
    """Ask a batch. Where answers differ, it is asked once more of fresh testees, and what these show counts."""
    inputs = plan.inputs(number, count)
    testees = _KEPT.get(plan) or _keep(plan)
    first = ask(inputs, testees)
    if testees.worn:
        let_go()
    made = first
    if first.found:
        with Testees(plan.implementations) as fresh:
            made = ask(inputs, fresh)
    again = {one.signature for one in made.found.values()}
    gone = {at: one for at, one in first.found.items() if one.signature not in again}
    codes = {profile: dict(sorted(seen.items())) for profile, seen in sorted(made.codes.items())}
    return Result(number, count, made.asked, list(_seen(made.found)), codes, list(_seen(gone)))


def _keep(plan: Plan) -> Testees:
    let_go()
    _KEPT[plan] = Testees(plan.implementations)
    return _KEPT[plan]


def let_go() -> None:
    """End the testees of this process."""
    for testees in _KEPT.values():
        testees.close()
    _KEPT.clear()


def _seen(found: Mapping[int, Disagreement]) -> Iterator[Seen]:
    times = Counter(one.signature for one in found.values())
    first: dict[Signature, int] = {}
    for index, one in found.items():
        first.setdefault(one.signature, index)
    for signature in sorted(times):
        yield Seen(signature, first[signature], times[signature])


def ask(inputs: Sequence[Input], testees: Testees) -> Round:
    """Ask these inputs in order, each of whoever claims what it needs."""
    made = Round()
    stateless = [(at, one) for at, one in enumerate(inputs) if one.op != DIALOGUE]
    answers = _answers(stateless, testees)
    for at, one in enumerate(inputs):
        if one.op == DIALOGUE:
            named = testees.asked(one)
            if len(named) < 2:
                continue
            found, seen = talk(one, named)
            made.see(one.profile, seen)
        else:
            told = answers.get(at, {})
            if len(told) < 2:
                continue
            found = disagreement(one, told)
            made.see(one.profile, {_what(told): 1})
        made.asked += 1
        if found is not None:
            made.found[at] = found
    return made


def _answers(inputs: Sequence[tuple[int, Input]], testees: Testees) -> Mapping[int, Mapping[str, Answer]]:
    """Index -> implementation -> its answer. Each implementation gets its requests in the order of the inputs."""
    given = {at: testees.asked(one) for at, one in inputs}
    found: dict[int, dict[str, Answer]] = {at: {} for at in given}
    for name in testees.names:
        mine = [(at, one) for at, one in inputs if name in given[at] and len(given[at]) > 1]
        if mine:
            testee = given[mine[0][0]][name]
            told = ask_all(testee, [(one.op, one.profile, one.given) for _, one in mine])
            for (at, _), answer in zip(mine, told, strict=True):
                found[at][name] = answer
    return found


def _what(told: Mapping[str, Answer]) -> str:
    """The outcome of an input by the first that says: ok, or a code."""
    judged: list[Answer] = [answer for answer in told.values() if isinstance(answer, Ok | Reject)]
    return label((judged or list(told.values()))[0]).removeprefix("reject ")
