"""One batch asked of every implementation: what a worker does. The result is a function of plan and number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from adapters.driver import Answer, Ok, Reject

from ..model.cases import DIALOGUE
from .asking import ask_messages, message_of
from .batch import batch, kinds_of
from .compare import Disagreement, Signature, disagreement, label
from .inputs import Input, Kind
from .spent import DIALOGUES, STATELESS, Spent, Watch
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
    spent: Spent = field(default_factory=Spent, compare=False)
    """The time that it took, which is nothing of the result."""


@dataclass(slots=True)
class Round:
    """The batch asked once."""

    found: dict[int, Disagreement] = field(default_factory=dict)
    codes: dict[str, Counter[str]] = field(default_factory=dict)
    asked: int = 0
    watch: Watch = field(default_factory=Watch)

    def see(self, profile: str, what: Counter[str]) -> None:
        """Count what came of a dialogue."""
        self.codes.setdefault(profile, Counter()).update(what)

    def see_one(self, profile: str, what: str) -> None:
        """Count what came of an input."""
        self.codes.setdefault(profile, Counter())[what] += 1


_KEPT: dict[Plan, Testees] = {}
"""The testees of this process. A worker has one thread, and one campaign at a time."""


def hunt(plan: Plan, number: int, count: int) -> Result:
    """Ask a batch. Where answers differ, it is asked once more of fresh testees, and what these show counts."""
    testees = _KEPT.get(plan) or _keep(plan)
    watch = Watch(testees.pids)
    with watch.making():
        inputs = plan.inputs(number, count)
    first = ask(inputs, testees, watch)
    what = DIALOGUES if inputs[0].op == DIALOGUE else STATELESS
    spent = watch.spent(what, count, testees.pids)
    if testees.worn:
        let_go()
    made = first
    if first.found:
        with Testees(plan.implementations) as fresh:
            made = ask(inputs, fresh)
    again = {one.signature for one in made.found.values()}
    gone = {at: one for at, one in first.found.items() if one.signature not in again}
    codes = {profile: dict(sorted(seen.items())) for profile, seen in sorted(made.codes.items())}
    return Result(number, count, made.asked, list(_seen(made.found)), codes, list(_seen(gone)), spent)


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


def ask(inputs: Sequence[Input], testees: Testees, watch: Watch | None = None) -> Round:
    """Ask these inputs in order, each of whoever claims what it needs."""
    made = Round() if watch is None else Round(watch=watch)
    _compare(inputs, _answers([(at, one) for at, one in enumerate(inputs) if one.op != DIALOGUE], testees, made), made)
    for at, one in enumerate(inputs):
        if one.op == DIALOGUE and len(named := testees.asked(one)) > 1:
            found, seen = talk(one, named, made.watch)
            made.see(one.profile, seen)
            made.asked += 1
            if found is not None:
                made.found[at] = found
    made.found = dict(sorted(made.found.items()))
    return made


def _compare(inputs: Sequence[Input], answers: Mapping[int, Mapping[str, Answer]], made: Round) -> None:
    with made.watch.comparing():
        for at, told in answers.items():
            if len(told) > 1:
                made.asked += 1
                made.see_one(inputs[at].profile, _what(told))
                found = disagreement(inputs[at], told)
                if found is not None:
                    made.found[at] = found


def _answers(inputs: Sequence[tuple[int, Input]], testees: Testees, made: Round) -> Mapping[int, Mapping[str, Answer]]:
    """Index -> implementation -> its answer. Each implementation gets its requests in the order of the inputs."""
    given = {at: testees.asked(one) for at, one in inputs}
    found: dict[int, dict[str, Answer]] = {at: {} for at in given}
    with made.watch.making():
        messages = {at: message_of((one.op, one.profile, one.given)) for at, one in inputs}
    for name in testees.names:
        mine = [at for at, _ in inputs if name in given[at] and len(given[at]) > 1]
        if mine:
            with made.watch.asking(name):
                told = ask_messages(given[mine[0]][name], [messages[at] for at in mine])
            for at, answer in zip(mine, told, strict=True):
                found[at][name] = answer
    return found


def _what(told: Mapping[str, Answer]) -> str:
    """The outcome of an input by the first that says: ok, or a code."""
    judged: list[Answer] = [answer for answer in told.values() if isinstance(answer, Ok | Reject)]
    return label((judged or list(told.values()))[0]).removeprefix("reject ")
