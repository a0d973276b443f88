"""One dialogue of several implementations: the first says what is expected, the others are held to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from reports.outcome import Outcome

from ..dialogue.judge import judge_dialogue
from ..model.cases import DIALOGUE, Accept, Case
from ..model.difference import path_text
from ..model.testee import AsksPeers
from ..model.verdict import Verdict
from .compare import Disagreement, Signature
from .inputs import Input
from .record import Recorder
from .spent import Watch

_SHORT = 60
_BROKEN = {
    Outcome.CRASH: "crash",
    Outcome.TIMEOUT: "timeout",
    Outcome.HARNESS_ERROR: "harness error",
    Outcome.REQUEST_ERROR: "request error",
    Outcome.UNSUPPORTED: "unsupported",
}


def expected_of(one: Input, testee: AsksPeers) -> tuple[Mapping[str, Any], Verdict | None, Counter[str]]:
    """The dialogue with what this implementation did; why it was not played to the end; events and codes seen."""
    found = Recorder(testee, one.profile, one.transport).record(one.given)
    return {**one.given, "steps": found.steps}, found.stopped, found.seen


def talk(one: Input, testees: Mapping[str, AsksPeers], watch: Watch) -> tuple[Disagreement | None, Counter[str]]:
    """Have the dialogue with each; how they differ, and what events and codes there were."""
    first, *others = testees
    with watch.asking(first):
        given, stopped, seen = expected_of(one, testees[first])
    if stopped is not None:
        outcome = _BROKEN.get(stopped.outcome, "fails")
        outcomes = ((first, outcome), *((name, "not asked") for name in others))
        return Disagreement(
            Signature(DIALOGUE, tuple(sorted(outcomes)), _where(stopped)), "", {first: stopped.summary}
        ), seen
    about, name = "found by a campaign", f"{one.profile}/found"
    case = Case(name, one.profile, (), DIALOGUE, about, (), given, Accept({}), one.transport)
    verdicts = {}
    for name in others:
        with watch.asking(name):
            verdicts[name] = judge_dialogue(testees[name], case)
    wrong = {name: verdict for name, verdict in verdicts.items() if not verdict.passed}
    if not wrong:
        return None, seen
    outcomes = ((first, "ok"), *((name, _outcome(verdicts[name])) for name in others))
    field = next((_where(verdict) for verdict in wrong.values()), "")
    summary = {name: verdict.summary for name, verdict in wrong.items()}
    expected = next(iter(wrong.values())).expected
    return Disagreement(Signature(DIALOGUE, tuple(sorted(outcomes)), field), expected, summary), seen


def _outcome(verdict: Verdict) -> str:
    return "ok" if verdict.passed else _BROKEN.get(verdict.outcome, "differs")


def _where(verdict: Verdict) -> str:
    """The differing member; else the fault, without the step at which it was."""
    if verdict.difference is None:
        parted = f"{verdict.expected}, {verdict.got}"
        return f"{verdict.summary.rpartition(': ')[2]}{f': {parted}' if len(parted) <= _SHORT else ''}"
    return path_text(tuple(part for part in verdict.difference.path if isinstance(part, str)))
