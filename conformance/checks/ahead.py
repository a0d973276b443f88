"""Judging many cases: the same judgement as of one, but stateless requests travel together.

A testee is asked for them in the order of the cases, whether they come alone or in batches, and dialogues have it for
themselves, so that what a case finds there is the same. What it costs is not: most of a small request's time is the
way there and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice, takewhile
from time import perf_counter
from typing import NamedTuple

from adapters.driver import Testee, ask_paced, learn, pace_of, request_bytes

from ..dialogue.judge import attempt_of
from ..dialogue.overlap import Overlap
from ..model.cases import DIALOGUE, Case
from ..model.verdict import Verdict
from .finding import FindsAhead
from .judge import judge, verdict_on


class Judgement(NamedTuple):
    """A verdict, and how many seconds it took; of a batch, each of its cases has an equal part."""

    verdict: Verdict
    seconds: float


class Ahead:
    """Judges cases one after another, and asks for those that are about to come along with the one that is due."""

    def __init__(self, testee: Testee, lanes: FindsAhead | None = None) -> None:
        """lanes: those that judge as well, of which each case is taken first."""
        self._testee = testee
        self._lanes = lanes
        self._kept: dict[str, Judgement] = {}
        self._overlap = Overlap(testee, attempt_of, judge)

    def judge(self, case: Case, following: Iterable[Case] = ()) -> Judgement:
        """The judgement of this case. following: those that are expected next; it takes no more of them than it asks.

        A case that is judged once more is asked for once more.
        """
        kept = self._kept.pop(case.id, None)
        found = kept or self._of_lanes(case)
        if found is not None:
            return found
        began = perf_counter()
        if case.op == DIALOGUE:
            verdict = self._overlap.judge(case, takewhile(self._is_here, following))
            return Judgement(verdict, perf_counter() - began)
        more = pace_of(self._testee).size - 1
        group = [case, *islice(takewhile(self._is_new, following), more)]
        verdicts = judge_first(self._testee, group)
        seconds = (perf_counter() - began) / len(verdicts)
        for one, verdict in zip(group[1:], verdicts[1:], strict=False):
            self._kept[one.id] = Judgement(verdict, seconds)
        return Judgement(verdicts[0], seconds)

    def close(self) -> None:
        """Leave what was begun for cases that have not been judged. May be called twice."""
        self._overlap.close()

    def _of_lanes(self, case: Case) -> Judgement | None:
        finding = self._lanes.take(case.id) if self._lanes is not None else None
        if finding is None:
            return None
        self._testee.bear(gone=finding.gone, lost_s=finding.lost_s)
        self._testee.tokens |= finding.tokens
        if finding.gone:
            learn(self._testee, alone=finding.alone, broke=True)
        return Judgement(finding.verdict, finding.seconds)

    def _is_new(self, case: Case) -> bool:
        return case.op != DIALOGUE and case.id not in self._kept and self._is_here(case)

    def _is_here(self, case: Case) -> bool:
        """Whether it is judged here, and not by a lane."""
        return self._lanes is None or not self._lanes.has(case.id)


def judge_first(testee: Testee, cases: Sequence[Case]) -> Sequence[Verdict]:
    """The verdicts on as many of the first cases as the testee is asked for at once, at least one. None is a dialogue.

    It never raises for what the testee does.
    """
    messages = [request_bytes(one.op, one.input, one.id, one.profile) for one in cases[: pace_of(testee).size]]
    answers = ask_paced(testee, messages)
    return [verdict_on(one, answer) for one, answer in zip(cases, answers, strict=False)]


def judge_all(testee: Testee, cases: Sequence[Case]) -> Iterator[Verdict]:
    """The verdicts on these cases, in their order. Never raises for what the testee does."""
    with closing(Ahead(testee)) as ahead:
        for at, case in enumerate(cases):
            yield ahead.judge(case, behind(cases, at)).verdict


def behind(cases: Sequence[Case], place: int) -> Iterator[Case]:
    """The cases behind this place. `islice` would go through all those before it each time."""
    return (cases[at] for at in range(place + 1, len(cases)))
