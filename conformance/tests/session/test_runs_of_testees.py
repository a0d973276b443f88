"""Whole runs against testees that claim less, fail in known ways, end, hang, or answer anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from conformance.dialogue.timing import advances_ms
from conformance.model.cases import DIALOGUE, Refuse, load_cases
from conformance.mutants.engine.patches import Change
from conformance.mutants.testees.few_cases import ANOTHER
from conformance.mutants.testees.hostile.attack import ATTACKED
from conformance.probes.unclaimed import refusal_probes
from conformance.tests.doubles import frame_only, real_clock, sound, write_double
from conformance.tests.support import ADAPTERS, Ran, check_run_json, run_pytest, run_suite, write_adapter

pytestmark = pytest.mark.slow

OK, FAILED, USAGE = 0, 1, 4  # exit statuses of pytest
CASES = load_cases()
HASHES = [case.id for case in CASES if case.op == "tail_hash"]
FEW = ("--profile=frame", "-k", "tail_hash")  # one op of one profile
UNCLAIMED = {
    f"testee/test_unclaimed_profile_is_refused[{case.profile}-{case.op}]" for case in refusal_probes(CASES, ("frame",))
}
LAW = "decode_inverts_encode or tail_hash"
UNSHRUNK = ("-p", "conformance.tests.session.unshrunk")
UNRUN = ("-p", "conformance.tests.session.unrun")
HASTY = ("-p", "conformance.tests.session.hasty")


def judge(impl: str | Path, folder: Path, *arguments: str) -> Ran:
    """A run whose account fits the schema."""
    run = run_suite(impl, folder / "report", *arguments)
    if run.report:
        check_run_json(run.report)
    return run


def test_a_testee_that_claims_nothing_fails(tmp_path: Path) -> None:
    run = judge("wrong:claims-nothing", tmp_path, *UNRUN)
    assert run.status == FAILED
    assert "FAILED RUN: no case was executed: nothing is judged" in run.out
    assert run.report["claims"] == []
    assert run.report["profiles"] == {}


def test_unclaimed_profiles_are_probed_and_their_cases_are_not_run(tmp_path: Path) -> None:
    run = judge(write_double(tmp_path / "impl", frame_only), tmp_path, "-k", "unclaimed or tail_hash")
    assert run.status == OK, run.out
    assert set(run.report["profiles"]) == {"frame"}
    assert {case["profile"] for case in run.report["cases"]} == {"frame", "testee"}
    assert set(run.outcomes) >= UNCLAIMED
    assert len(UNCLAIMED) == 26  # decode and encode twice, and the twenty-two ops of the unclaimed profiles


def test_performing_what_is_not_claimed_fails(tmp_path: Path) -> None:
    run = run_suite("wrong:performs-what-it-does-not-claim", tmp_path, "-k", "unclaimed or tail_hash")
    assert run.status == FAILED
    assert run.failed == dict.fromkeys(UNCLAIMED, "fail")
    assert "1. TST-10: does not follow the testee protocol (26 cases)" in run.out


def test_a_profile_that_is_not_claimed_cannot_be_asked_for(tmp_path: Path) -> None:
    run = judge(write_double(tmp_path / "impl", frame_only), tmp_path, "--profile=frame,zstd")
    assert run.status == USAGE
    assert "profile zstd is not claimed; the testee claims frame" in run.out


def known_file(folder: Path, *case_ids: str) -> str:
    path = folder / "known.toml"
    path.write_text(
        "".join(
            f'[[known]]\nid = "{case_id}"\nreason = "slow"\nissue = "https://example.org/7"\n' for case_id in case_ids
        )
    )
    return f"--known-failures={path}"


def test_a_known_failure_that_fails_is_green_and_counted(tmp_path: Path) -> None:
    run = judge("wrong:wrong-hash-of-one-case", tmp_path, known_file(tmp_path, ATTACKED), *FEW)
    assert run.status == OK, run.out
    assert run.failed == {ATTACKED: "known failure"}
    row = run.report["profiles"]["frame"]
    assert (row["passed"], row["failed"], row["known"]) == (len(HASHES) - 1, 0, 1)


def test_another_failure_beside_a_known_one_fails(tmp_path: Path) -> None:
    run = judge("wrong:wrong-hash-of-two-cases", tmp_path, known_file(tmp_path, ATTACKED), *FEW)
    assert run.status == FAILED
    assert run.failed == {ATTACKED: "known failure", ANOTHER: "fail"}


def test_a_known_failure_that_passes_fails(tmp_path: Path) -> None:
    run = judge("reference", tmp_path, known_file(tmp_path, ATTACKED), *FEW)
    assert run.status == FAILED
    assert "is listed as a known failure but passes; remove it from that file" in run.out
    assert f"\ndelete    {tmp_path / 'known.toml'}:1: {ATTACKED.rpartition('/')[2]} passed\n" in run.out
    assert f"example    {ATTACKED}\n" in run.out
    assert "--fix-known-failures removes the" in run.out
    assert run.failed == {ATTACKED: "fail"}


@pytest.mark.parametrize(
    ("case_id", "make", "says"),
    [
        (
            "frame/no/such/case",
            sound,
            "known.toml: no such case: frame/no/such/case (line 1); remove the stale entries",
        ),
        (UNCLAIMED_CASE := "zstd/compress/levels/empty-level-1", frame_only, f": {UNCLAIMED_CASE} (line 1); remove"),
    ],
    ids=["gone", "unclaimed"],
)
def test_a_known_failure_without_meaning_is_refused(
    tmp_path: Path, case_id: str, make: Callable[[], Change], says: str
) -> None:
    run = judge(write_double(tmp_path / "impl", make), tmp_path, known_file(tmp_path, case_id))
    assert run.status == USAGE
    assert says in run.out
    assert "Traceback" not in run.out


def test_a_file_of_known_failures_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text("frame/a/b")
    status, out = run_pytest(["conformance", f"--known-failures={tmp_path / 'known.toml'}"])
    assert status == USAGE
    assert "the file is TOML like this" in out


def test_a_testee_that_ends_costs_one_case(tmp_path: Path) -> None:
    run = judge("wrong:crashes-on-one-case", tmp_path, *FEW)
    assert run.status == FAILED
    assert run.failed == {ATTACKED: "crash"}
    assert len(run.outcomes) == len(HASHES)
    assert "exit status 134" in run.out
    assert "     stderr: assertion failed\n" in run.out


def test_a_testee_that_hangs_costs_one_case_and_its_time(tmp_path: Path) -> None:
    run = judge("wrong:hangs-on-one-case", tmp_path, *FEW, *HASTY)
    assert run.status == FAILED
    assert run.failed == {ATTACKED: "timeout"}
    assert "no reply within 1.0 s" in run.out


def test_by_the_real_clock_what_needs_time_is_left_out_and_counted(tmp_path: Path) -> None:
    groups = ("handshake/client/", "stream/timers/", "stream/at-once/")
    few = " or ".join([*groups, "the_model_does", "clock-by-advance"])
    run = judge(write_double(tmp_path / "impl", real_clock), tmp_path, "--profile=handshake,stream", "-k", few)
    assert run.status == OK, run.out
    dialogues = [case for case in CASES if case.op == DIALOGUE and case.profile in ("handshake", "stream")]
    still = {case.id for case in dialogues if advances_ms(case) is None}
    asked = {name for name in still if name.startswith(groups)}
    assert {case["id"] for case in run.report["cases"] if case["profile"] in ("handshake", "stream")} == asked
    assert run.report["left_out"] == len(dialogues) - len(still) > 50
    assert f"{run.report['left_out']} dialogues need time to pass" in run.out
    planned = sum(name.startswith("handshake/") for name in still)
    assert planned == run.report["profiles"]["handshake"]["planned"] > 100
    assert not [name for name in run.outcomes if "the_model_does" in name or "clock-by-advance" in name]


def test_a_profile_all_of_whose_cases_need_time_is_not_judged_by_none(tmp_path: Path) -> None:
    timed = [case.id for case in CASES if case.profile == "stream" and advances_ms(case) is not None]
    run = judge(
        write_double(tmp_path / "impl", real_clock), tmp_path, "--profile=stream", "-k", f"{timed[0]} or ports-line"
    )
    assert run.status == FAILED
    assert "FAILED RUN: no case was executed: nothing is judged" in run.out
    assert run.failed == {}


def test_a_failure_that_does_not_come_again_is_still_a_verdict(tmp_path: Path) -> None:
    run = judge("wrong:first-encode-rejected", tmp_path, "-k", LAW, "--profile=frame", *UNSHRUNK)
    assert run.status == FAILED
    assert run.failed == {"testee/test_decode_inverts_encode": "fail"}
    assert "   expected   ok for valid fields" in run.out


def test_ok_to_everything_fails_nearly_everything(tmp_path: Path) -> None:
    few = "sparse/sparse_encode/values"
    run = judge("wrong:ok-to-everything", tmp_path, "--profile=sparse", "--tb=line", "-k", few)
    assert run.status == FAILED
    planned = sum(case.profile == "sparse" for case in CASES)
    asked = sum(case.id.startswith(f"{few}/") for case in CASES)
    assert run.report["profiles"]["sparse"] == {
        "planned": planned, "executed": asked, "passed": 0, "failed": asked, "known": 0,
    }  # fmt: skip


def test_a_refusal_of_everything_agrees_with_refusals_only(tmp_path: Path) -> None:
    few = "zstd/decompress"
    run = judge("wrong:rejects-without-a-code", tmp_path, "--profile=zstd", "--tb=line", "-k", few)
    assert run.status == FAILED
    mine = [case for case in CASES if case.id.startswith(f"{few}/")]
    refusals = {case.id for case in mine if isinstance(case.expect, Refuse)}
    passed = {case["id"] for case in run.report["cases"] if case["outcome"] == "pass" and case["profile"] == "zstd"}
    assert passed == refusals
    assert {case["id"] for case in run.report["cases"] if case["unnamed"]} == refusals
    assert f"{len(refusals)} refusals came without a code" in run.out


@pytest.fixture
def attached(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A testee started by hand: the adapter to attach to it, and the environment with its token."""
    env = {"RESONANT_TOKEN": "by hand"}
    command = [sys.executable, str(ADAPTERS / "reference" / "testee.py"), "--attach"]
    with subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        control = f'"127.0.0.1:{ports["control"]}"'
        yield write_adapter(tmp_path, launch='"attach"', control=control, run=()), env
        process.kill()


def test_an_attached_testee_is_judged_by_one_runner_after_another(attached: tuple[Path, dict[str, str]]) -> None:
    impl, env = attached
    arguments = ["conformance", f"--impl={impl}", "-q", *FEW]
    assert run_pytest(arguments, env)[0] == OK
    status, out = run_pytest([*arguments, "-n", "2"], env)
    assert status == USAGE
    assert "attached to serves one runner; omit -n" in out
    assert run_pytest(arguments, env)[0] == OK
    status, out = run_pytest(arguments)
    assert status == USAGE
    assert "start the testee and the runner with the same RESONANT_TOKEN" in out
    assert "Traceback" not in out


def test_a_testee_that_never_answers_ends_the_run_by_itself(tmp_path: Path) -> None:
    """By the driver's limits, some seconds of hangs in a row, and what the restarts take."""
    began = monotonic()
    run = judge("wrong:never-answers", tmp_path, "--profile=sparse", "--tb=line", *HASTY)
    assert monotonic() - began < 60
    assert run.status == FAILED
    outcomes = Counter(run.outcomes.values())
    assert "pass" not in outcomes
    assert set(outcomes) <= {"timeout", "harness error"}
    assert "hangs in a row, without a reply in between, have cost" in run.out
