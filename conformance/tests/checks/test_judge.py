"""judge_answer: every expectation against every kind of answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from adapters.driver import Answer, Crash, HarnessError, Ok, Reject, RequestError, Timeout, Unsupported
from conformance.checks.judge import judge, judge_answer
from conformance.model.unanswered import not_judged
from conformance.model.verdict import Verdict
from conformance.tests.support import KEY, NONCE, XCHACHA, case_of, closed, header_bytes
from reports.outcome import Outcome

ACCEPTS = case_of("tail_hash", {"data": "00"}, {"xxhash3_64": "c44bdff4074eecdb"})
REFUSES = case_of("decode", {"frame": ""}, "FRAME_TOO_SHORT")


def seal(plain: bytes, data: bytes) -> bytes:
    return crypto_aead_xchacha20poly1305_ietf_encrypt(plain, data, NONCE, KEY)


def accepts(value: Mapping[str, Any], op: str = "decode") -> Any:
    return case_of(op, {}, value)


def test_the_expected_value_passes() -> None:
    assert judge_answer(ACCEPTS, Ok({"xxhash3_64": "c44bdff4074eecdb"})) == Verdict(Outcome.PASS)


def test_the_expected_code_passes_whatever_its_detail() -> None:
    assert judge_answer(REFUSES, Reject("FRAME_TOO_SHORT", "0 bytes")) == Verdict(Outcome.PASS)


def test_a_refusal_without_a_code_agrees_and_is_noted() -> None:
    verdict = judge_answer(REFUSES, Reject("REJECTED"))
    assert verdict.passed
    assert verdict.unnamed


def test_a_named_refusal_is_not_noted() -> None:
    assert not judge_answer(REFUSES, Reject("FRAME_TOO_SHORT")).unnamed


def test_another_code_fails_and_both_are_shown() -> None:
    verdict = judge_answer(REFUSES, Reject("CRC_MISMATCH", "why"))
    assert verdict.outcome is Outcome.FAIL
    assert (verdict.expected, verdict.got) == ("reject FRAME_TOO_SHORT", "reject CRC_MISMATCH: why")


def test_accepting_what_is_to_be_refused_fails() -> None:
    verdict = judge_answer(REFUSES, Ok({"fields": 1}))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.expected == "reject FRAME_TOO_SHORT"
    assert verdict.got == 'ok {"fields": 1}'


@pytest.mark.parametrize("code", ["CRC_MISMATCH", "REJECTED"])
def test_refusing_what_is_to_be_accepted_fails(code: str) -> None:
    verdict = judge_answer(ACCEPTS, Reject(code))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.got == f"reject {code}"
    assert not verdict.unnamed


OTHERS: Mapping[Outcome, tuple[Answer, str]] = {
    Outcome.UNSUPPORTED: (Unsupported("zstd"), "unsupported zstd"),
    Outcome.REQUEST_ERROR: (RequestError("no frame"), "error no frame"),
    Outcome.CRASH: (Crash("exit status 3", "boom"), "exit status 3"),
    Outcome.TIMEOUT: (Timeout(5.0, "boom", "a note"), "no reply within 5.0 s; a note"),
    Outcome.HARNESS_ERROR: (HarnessError("not JSON (TST-8)", "boom"), "not JSON (TST-8)"),
}


def test_a_bomb_that_cannot_be_replied_to_was_accepted() -> None:
    bomb = replace(case_of("decompress", {"zstd": ""}, "PLAIN_TOO_LARGE"), clauses=("ZST-4",))
    verdict = judge_answer(bomb, RequestError("the reply has 209,715,200 bytes"))
    assert verdict.outcome is Outcome.FAIL
    assert "could not reply with what it holds" in verdict.summary
    assert verdict.got == "error the reply has 209,715,200 bytes"
    assert judge_answer(replace(bomb, clauses=("ZST-1",)), RequestError("?")).outcome is Outcome.REQUEST_ERROR
    compresses = replace(case_of("compress", {"plain": "00"}, {"plain": "00"}), clauses=("ZST-10",))
    assert judge_answer(compresses, RequestError("?")).outcome is Outcome.REQUEST_ERROR


def test_a_seal_without_associated_data_is_named() -> None:
    given = {"key": KEY.hex(), "nonce": NONCE.hex(), "aad": "0102", "plain": "03"}
    case = case_of("seal", given, {"sealed": seal(b"\3", b"\1\2").hex()})
    assert judge_answer(case, Ok({"sealed": seal(b"\3", b"\1\2").hex()})).passed
    verdict = judge_answer(case, Ok({"sealed": seal(b"\3", b"").hex()}))
    assert verdict.outcome is Outcome.FAIL
    assert "it opens with empty associated data" in verdict.summary
    assert "associated data" not in judge_answer(case, Ok({"sealed": seal(b"\3", b"\1").hex()})).summary
    assert "associated data" not in judge_answer(case, Ok({"sealed": 7})).summary


def test_a_sealed_frame_without_associated_data_is_named() -> None:
    header = header_bytes(XCHACHA, [])
    given = {"fields": {"flags": XCHACHA, "slices": []}, "key": KEY.hex(), "nonce": NONCE.hex()}
    right, wrong = (closed(header + NONCE + seal(b"", data)) for data in (header, b""))
    case = case_of("encode", given, {"frame": right.hex()})
    assert judge_answer(case, Ok({"frame": right.hex()})).passed
    verdict = judge_answer(case, Ok({"frame": wrong.hex()}))
    assert verdict.outcome is Outcome.FAIL
    assert "it opens with empty associated data" in verdict.summary


def test_only_the_runner_gives_up_whatever_words_a_testee_has() -> None:
    words = "gave up: enough"
    assert judge_answer(ACCEPTS, HarnessError(words, gave_up="enough")).gave_up == "enough"
    for answer in (HarnessError(words, words), Crash(words, words), RequestError(words), Unsupported(words)):
        assert judge_answer(ACCEPTS, answer).gave_up == ""


@pytest.mark.parametrize("case", [ACCEPTS, REFUSES], ids=["accept", "refuse"])
@pytest.mark.parametrize("outcome", OTHERS)
def test_other_answers_have_outcomes_of_their_own(case: Any, outcome: Outcome) -> None:
    answer, got = OTHERS[outcome]
    verdict = judge_answer(case, answer)
    assert verdict.outcome is outcome
    assert verdict.got == got
    assert verdict.stderr == getattr(answer, "stderr", "")
    assert verdict.expected.startswith("ok {" if case is ACCEPTS else "reject FRAME_TOO_SHORT")
    assert not verdict.passed


def test_every_outcome_but_pass_and_fail_stands_in_the_table() -> None:
    assert set(OTHERS) == set(Outcome) - {Outcome.PASS, Outcome.FAIL}


def test_a_timeout_without_a_note_has_no_empty_end() -> None:
    assert judge_answer(REFUSES, Timeout(1.25)).got == "no reply within 1.2 s"


def test_another_kind_where_one_kind_was_due_fails() -> None:
    assert not_judged(Ok({}), "unsupported").outcome is Outcome.FAIL
    assert not_judged(Reject("BAD_TYPE"), "unsupported").outcome is Outcome.FAIL


@pytest.mark.parametrize("wrong", [True, 1.0, "1", None, [1]])
def test_an_integer_is_only_an_integer(wrong: object) -> None:
    verdict = judge_answer(accepts({"fields": {"type": 1}}), Ok({"fields": {"type": wrong}}))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.difference is not None
    assert verdict.difference.path == ("fields", "type")


@pytest.mark.parametrize("wrong", [{}, {"plain": "00", "more": 1}, {"Plain": "00"}, {"plain": "0"}, {"plain": "AA"}])
def test_members_and_their_text_are_exact(wrong: dict[str, Any]) -> None:
    assert judge_answer(accepts({"plain": "aa"}, "decompress"), Ok(wrong)).outcome is Outcome.FAIL


@pytest.mark.parametrize("op", ["decode", "encode", "open", "seal", "decompress", "space_hash", "tail_hash"])
def test_every_exact_op_fails_on_an_empty_value(op: str) -> None:
    assert judge_answer(case_of(op, {}, {"frame": "00"}), Ok({})).outcome is Outcome.FAIL


def test_produced_bytes_are_kept_for_the_report() -> None:
    verdict = judge_answer(accepts({"frame": "0100"}, "encode"), Ok({"frame": "0101"}))
    assert verdict.produced == "0101"
    assert verdict.difference is not None
    assert verdict.difference.byte == 1


def test_a_frame_that_is_no_text_is_not_kept_as_bytes() -> None:
    verdict = judge_answer(accepts({"frame": "0100"}, "encode"), Ok({"frame": 7}))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.produced == ""


def test_compress_is_judged_by_what_it_decompresses_to() -> None:
    case = case_of("compress", {"plain": ""}, {"plain": ""})
    empty = "28b52ffd2000" + "010000"  # content size 0; one last raw block of 0 bytes
    assert judge_answer(case, Ok({"zstd": empty})).passed
    assert not judge_answer(case, Ok({"plain": ""})).passed


class _Stub:
    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any], str, str]] = []

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        self.asked.append((op, input, case, profile))
        return Reject("FRAME_TOO_SHORT")


def test_the_expectation_is_never_sent() -> None:
    stub = _Stub()
    assert judge(stub, REFUSES).passed
    assert stub.asked == [("decode", {"frame": ""}, "frame/decode/made", "frame")]
