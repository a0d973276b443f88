"""Long texts from a testee are shown in part, and a text of one line does not hide what the driver saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.driver import Answer, Crash, HarnessError, Ok, Reject, RequestError, Unsupported
from conformance.checks.judge import judge_answer
from conformance.model.verdict import Verdict
from conformance.pytest_plugin.failure_text import failure_text, probe_text
from conformance.tests.hostile.runs import run_hostile
from conformance.tests.hostile.table import RUN_S
from conformance.tests.support import case_of
from reports.outcome import Outcome

LONG = "x" * 3_000_000
CASE = case_of("tail_hash", {"data": ""}, {"xxhash3_64": "2d06800538d394c2"})


def test_no_answer_makes_a_text_of_megabytes() -> None:
    answers: list[Answer] = [
        Ok({"xxhash3_64": LONG}),
        Ok({LONG: 1}),
        Ok({"xxhash3_64": "2d06800538d394c2", LONG: LONG}),
        Reject(LONG.upper(), LONG),
        Unsupported(LONG),
        RequestError("\n" * 1_000_000),
        HarnessError(LONG, LONG),
        Crash("exit status 1", "\n".join([LONG] * 20)),
    ]
    for answer in answers:
        verdict = judge_answer(CASE, answer)
        assert not verdict.passed
        text = failure_text(CASE, verdict, "pytest again")
        assert len(text) < 250_000
        assert "(FRM-" in text or "clause    FRM-1 " in text
        assert text.endswith("\nreplay    pytest again")


def test_a_text_of_many_lines_is_cut_before_the_replay() -> None:
    verdict = Verdict(Outcome.FAIL, "wrong", "this", "\n".join(["that"] * 900_000))
    text = probe_text("name", "about", (), verdict, "pytest again")
    assert len(text) < 250_000
    assert text.endswith("\nreplay    pytest again")


@pytest.mark.slow
def test_one_line_of_standard_error_does_not_hide_why_no_run_begins(tmp_path: Path) -> None:
    run = run_hostile(tmp_path, "wrong:hello-is-a-text", ["conformance"], RUN_S)
    assert "the testee did not start: one line (ok is not an object: 'xxx" in run.out
