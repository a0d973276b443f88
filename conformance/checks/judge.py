"""One judgement: plain functions over (testee, case), called by pytest, mutants, campaigns and the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from adapters.driver import Answer, Ok, Reject, RequestError
from reports.outcome import Outcome

from ..dialogue.judge import judge_dialogue
from ..model.cases import DIALOGUE, Accept, Case, Refuse
from ..model.difference import first_difference
from ..model.testee import Asks, AsksPeers
from ..model.unanswered import REJECTED, not_judged
from ..model.verdict import PASSED, PASSED_UNNAMED, Verdict, short
from . import transformed

DIGEST = "_sha256"
BOMBS = frozenset({"ZST-4", "ZST-5", "ZST-6", "ZST-10"})
"""Clauses whose inputs hold more than a reply can; who decompresses them may be able to say no more than `error`."""


def judge(testee: Asks, case: Case) -> Verdict:
    """Ask the testee for the case's op and judge the answer. Never raises for what the testee does."""
    if case.op == DIALOGUE:
        return judge_dialogue(cast(AsksPeers, testee), case)  # what has peers has a wire
    return verdict_on(case, testee.ask(case.op, case.input, case=case.id, profile=case.profile))


def verdict_on(case: Case, answer: Answer) -> Verdict:
    """The verdict on the answer to the case's request, which a report keeps."""
    verdict = judge_answer(case, answer)
    return verdict if verdict.passed else replace(verdict, reply=_reply(answer))


def _reply(answer: Answer) -> Any:
    """The reply as the testee gave it; None if it gave none."""
    match answer:
        case Ok(value):
            return {"ok": value}
        case Reject(code, detail):
            return {"reject": {"code": code, "detail": detail} if detail else {"code": code}}
    return None


def judge_answer(case: Case, answer: Answer) -> Verdict:
    """Judge an answer to the case's request."""
    match case.expect, answer:
        case Refuse(code), Reject():
            return _check_code(code, answer)
        case Refuse(), RequestError(text) if BOMBS & {*case.clauses}:
            summary = "accepted a body that must be rejected, and could not reply with what it holds"
            return Verdict(Outcome.FAIL, summary, expected_text(case), f"error {short(text)}")
        case Refuse(), Ok(value):
            return Verdict(
                Outcome.FAIL, "accepted an input that must be rejected", expected_text(case), f"ok {short(value)}"
            )
        case Accept(), Reject():
            return Verdict(Outcome.FAIL, "rejected a valid input", expected_text(case), _reject_text(answer))
        case Accept(wanted), Ok(value):
            return _CHECKS.get(case.op, _check_exactly)(case, wanted, value)
    return not_judged(answer, expected_text(case))


def _check_code(code: str, answer: Reject) -> Verdict:
    if answer.code == REJECTED:
        return PASSED_UNNAMED
    if answer.code == code:
        return PASSED
    return Verdict(Outcome.FAIL, "rejected, but with the wrong code", f"reject {code}", _reject_text(answer))


def _reject_text(answer: Reject) -> str:
    return f"reject {answer.code}" + (f": {short(answer.detail)}" if answer.detail else "")


def expected_text(case: Case) -> str:
    """The expectation on one line."""
    if isinstance(case.expect, Refuse):
        return f"reject {case.expect.code}"
    return f"ok {short(case.expect.value)}"


def _check_exactly(case: Case, expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    difference = first_difference(expected, got)
    if difference is None:
        return PASSED
    frame = got.get("frame", "")
    produced = frame if isinstance(frame, str) else ""
    return Verdict(
        Outcome.FAIL, difference.text(), f"ok {short(expected)}", f"ok {short(got)}", difference, produced=produced
    )


def _check_encode(case: Case, expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """Bytes where they are canonical; else the header and what the body comes back to (ZST-9)."""
    if "frame" in expected:
        return _check_sealed(case, expected, got)
    return transformed.check_frame(case.input, expected, got)


def _check_sealed(case: Case, expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """Bytes; a seal that differs for want of associated data is named as such (XCH-3)."""
    verdict = _check_exactly(case, expected, got)
    note = "" if verdict.passed else transformed.seal_note(case.op, case.input, got)
    return replace(verdict, summary=f"{verdict.summary}; {note} (XCH-3)") if note else verdict


def _check_compress(case: Case, expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    return transformed.check_compressed(expected, got)


def _check_digested(case: Case, expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """Bytes, or for long results their SHA-256: codes_sha256 stands for codes."""
    members = {name.removesuffix(DIGEST) for name in expected}
    if members == set(expected):
        return _check_exactly(case, expected, got)
    return _check_exactly(case, expected, {_digest_name(name, members): _digest(value) for name, value in got.items()})


def _digest_name(name: str, members: set[str]) -> str:
    return name + DIGEST if name in members else name


def _digest(value: Any) -> Any:
    try:
        return hashlib.sha256(bytes.fromhex(value)).hexdigest()
    except (TypeError, ValueError):
        return value


def _check_message(case: Case, expected: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """As given, but numbers in JSON by value: 3 and 3.0 are one number there."""
    return _check_exactly(case, _by_value(expected), _by_value(got))


def _by_value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _by_value(member) for name, member in value.items()}
    return [_by_value(item) for item in value] if isinstance(value, list) else value


_CHECKS: Mapping[str, Callable[[Case, Mapping[str, Any], Mapping[str, Any]], Verdict]] = {
    "encode": _check_encode,
    "seal": _check_sealed,
    "compress": _check_compress,
    "decompress": _check_digested,
    "quantize": _check_digested,
    "dequantize": _check_digested,
    "sparse_decode": _check_digested,
    "read_message": _check_message,
}
