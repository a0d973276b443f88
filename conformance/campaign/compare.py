"""The answers of several implementations to one input: whether they agree, by the judgement that cases have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resonant.describe.registry import registry

from adapters.driver import Answer, Crash, HarnessError, Ok, Reject, RequestError, Timeout, Unsupported
from reports.outcome import Outcome

from ..checks.judge import judge_answer
from ..model.cases import Accept, Case, Refuse
from ..model.difference import Path, path_text, same
from ..model.unanswered import REJECTED
from ..model.verdict import Verdict, short
from ..wire.build import Frame, Slice, header, plain_body
from .inputs import Input
from .several import deserved

_REGISTRY = registry()
_ZSTD = _REGISTRY.mask("ZSTD")
_CLAUSES: Mapping[str, str] = {name: code.clause for name, code in _REGISTRY.codes.items()}
_BROKEN: Mapping[type, str] = {
    Crash: "crash",
    Timeout: "timeout",
    HarnessError: "harness error",
    RequestError: "request error",
}
_CRASH_CLAUSE = {"decode": "FRM-30"}


@dataclass(frozen=True, slots=True, order=True)
class Signature:
    """The signature by which two disagreements are one finding."""

    op: str
    outcomes: tuple[tuple[str, str], ...]
    """Each implementation asked, and what came of it."""
    field: str = ""
    """The path to the first difference, if all of them succeeded."""
    clause: str = ""
    """The clause of the code that was named by some and not by others."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The disagreement that an input has shown."""

    signature: Signature
    expected: str
    """The answer of the implementation that the others are held to."""
    got: Mapping[str, str]
    """The answers of those that differ from it."""


def label(answer: Answer) -> str:
    """The outcome of a request, in a word or two."""
    match answer:
        case Ok():
            return "ok"
        case Reject(code):
            return f"reject {code}"
        case Unsupported():
            return "unsupported"
    return _BROKEN[type(answer)]


def disagreement(one: Input, answers: Mapping[str, Answer]) -> Disagreement | None:
    """The disagreement of the answers, None if there is none. Others are held to the first implementation."""
    told = {name: answer for name, answer in answers.items() if not isinstance(answer, Unsupported)}
    judged = {name: answer for name, answer in told.items() if isinstance(answer, Ok | Reject)}
    if len(judged) == len(told) and _plainly_agree(one, list(judged.values())):
        return None
    if not judged or len(judged) < len(told):
        return _broken(one, told)
    standard = _standard(judged)
    case = _case(one, judged[standard])
    verdicts = {name: judge_answer(case, answer) for name, answer in judged.items()}
    wrong = {
        name: found for name, found in verdicts.items() if not found.passed and not _may(one, judged, standard, name)
    }
    if not wrong:
        return None
    outcomes = {name: _named(judged[name], judged[standard], wrong.get(name)) for name in judged}
    field = next((path_text(_plain(v.difference.path)) for v in wrong.values() if v.difference is not None), "")
    signature = Signature(one.op, tuple(sorted(outcomes.items())), field, _clause(outcomes.values()))
    return Disagreement(
        signature, next(iter(wrong.values())).expected, {n: v.got or v.summary for n, v in wrong.items()}
    )


def _plainly_agree(one: Input, judged: list[Answer]) -> bool:
    """The usual case, without a judgement."""
    if any(isinstance(answer, Ok) for answer in judged) and not _is_canonical(one):
        return False
    first = judged[0] if judged else None
    for answer in judged[1:]:
        if isinstance(first, Ok) and isinstance(answer, Ok):
            if not same(first.value, answer.value):
                return False
        elif not (isinstance(first, Reject) and isinstance(answer, Reject) and first.code == answer.code):
            return False
    return bool(judged)


def _is_canonical(one: Input) -> bool:
    return one.op != "compress" and not (one.op == "encode" and one.given["fields"]["flags"] & _ZSTD)


def _standard(judged: Mapping[str, Answer]) -> str:
    """The first that can name its reason."""
    return next((n for n, answer in judged.items() if answer != Reject(REJECTED)), next(iter(judged)))


def _case(one: Input, answer: Answer) -> Case:
    if isinstance(answer, Ok):
        return case_of(one, Accept(answer.value if _is_canonical(one) else _described(one)))
    assert isinstance(answer, Reject)
    return case_of(one, Refuse(answer.code))


def case_of(one: Input, expect: Accept | Refuse) -> Case:
    """The input as a case that expects this."""
    about = "found by a campaign"
    return Case(f"{one.profile}/found", one.profile, (), one.op, about, (), one.given, expect, one.transport)


def _described(one: Input) -> Mapping[str, Any]:
    """The expectation of an encoder that may write this or that."""
    if one.op == "compress":
        return {"plain": one.given["plain"]}
    fields = one.given["fields"]
    slices = tuple(Slice(s["dtype"], tuple(s["dims"]), bytes.fromhex(s["payload"])) for s in fields["slices"])
    names = ("type", "stream_id", "flags", "space_hash32", "modality")
    frame = Frame(slices=slices, frame_seq=int(fields["frame_seq"]), **{name: fields[name] for name in names})
    return {"header": header(frame).hex(), "plain_body": plain_body(frame).hex()}


def expectation(one: Input, answer: Answer) -> Accept | Refuse:
    """The expectation of a case that holds others to this answer, which is ok or reject."""
    return _case(one, answer).expect


def _may(one: Input, judged: Mapping[str, Answer], standard: str, name: str) -> bool:
    """Whether both name a fault that the input has, in an op that asks for no order."""
    left, right = judged[standard], judged[name]
    if isinstance(left, Reject) and isinstance(right, Reject):
        return {left.code, right.code} <= deserved(one.op, one.given)
    return False


def _named(answer: Answer, standard: Answer, wrong: Verdict | None) -> str:
    differs = wrong is not None and isinstance(answer, Ok) and isinstance(standard, Ok)
    return f"{label(answer)}, differs" if differs else label(answer)


def _plain(path: Path) -> Path:
    """The path without indices: two places in one list are one finding."""
    return tuple(part for part in path if isinstance(part, str))


def _clause(outcomes: Any) -> str:
    codes = sorted(text.removeprefix("reject ") for text in outcomes if text.startswith("reject "))
    found = [_CLAUSES[code] for code in codes if code in _CLAUSES]
    return found[0] if found else ""


def _broken(one: Input, told: Mapping[str, Answer]) -> Disagreement | None:
    if not told:
        return None
    outcomes = tuple(sorted((name, label(answer)) for name, answer in told.items()))
    got = {name: _why(answer) for name, answer in told.items() if type(answer) in _BROKEN}
    expected = next((short(str(a)) for a in told.values() if isinstance(a, Ok | Reject)), "ok or reject")
    clause = _CRASH_CLAUSE.get(one.op, "") if "crash" in dict(outcomes).values() else ""
    return Disagreement(Signature(one.op, outcomes, "", clause), expected, got)


def _why(answer: Answer) -> str:
    match answer:
        case Crash(status):
            return f"{Outcome.CRASH}: {status}"
        case Timeout():
            return "no reply in time"
        case HarnessError(text) | RequestError(text):
            return short(text)
    return label(answer)
