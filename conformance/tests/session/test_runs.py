"""Whole runs of the suite in processes of their own: exit status, what is said, and run.json."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import Hello
from conformance.model.cases import load_cases
from conformance.model.profiles import PROFILES
from conformance.model.transports import LIBRARIES
from conformance.mutants.testees.hostile.attack import ATTACKED
from conformance.probes.unclaimed import refusal_probes
from conformance.properties.streams.counterexample import case_of, write_found
from conformance.session.testee_ids import running_ids
from conformance.tests.doubles import claiming, sound, write_double
from conformance.tests.stand_in import dialogue
from conformance.tests.support import (
    Ran,
    check_run_json,
    replayed,
    replays,
    run_pytest,
    run_suite,
    write_adapter,
    write_wrong,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("run")]

OK, FAILED, USAGE = 0, 1, 4  # exit statuses of pytest
HASHES = [case.id for case in load_cases() if case.op == "tail_hash"]
FEW = ("--profile=frame", "-k", "tail_hash")  # one op of one profile
SEED = 7
WRONG = "wrong-hash-of-one-case"


def usage_error(*arguments: str) -> str:
    status, out = run_pytest(["conformance", "-q", *arguments])
    assert status == USAGE, out
    assert "Traceback" not in out
    (line,) = [line for line in out.splitlines() if line.startswith("ERROR: ")]
    return line


Judged = tuple[tuple[str, ...], str | Path, Ran]
"""The claims, the implementation, and a run of it that nothing was left out of."""
CLAIMS = {
    "part": ("sparse", "rs"),
    "reference": tuple(name for name in PROFILES if name not in LIBRARIES),
}
WHOLE = pytest.mark.nightly(
    "make conformance judges the whole reference, and what is counted of it a part shows as well"
)


@pytest.fixture(scope="module", params=["part", pytest.param("reference", marks=WHOLE)])
def green(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Judged:
    folder, claims = tmp_path_factory.mktemp("green"), CLAIMS[request.param]
    whole = request.param == "reference"
    impl = "reference" if whole else write_double(folder / "impl", claiming, *claims)
    return claims, impl, run_suite(impl, folder)


def test_one_that_is_right_is_green_and_every_case_is_counted(green: Judged) -> None:
    claims, _, run = green
    assert run.status == OK, run.out
    planned: dict[str, int] = {}
    counting = [case for case in load_cases() if case.needs <= {*claims}]
    for case in counting:
        planned[case.profile] = planned.get(case.profile, 0) + 1
    assert planned.keys() == {*claims}
    for profile, count in planned.items():
        row = {"planned": count, "executed": count, "passed": count, "failed": 0, "known": 0}
        assert run.report["profiles"][profile] == row
        assert any(line.split() == [profile, *(str(count),) * 3, "0", "0"] for line in run.out.splitlines())
    hello = Hello("x", "1", "x", "1.0", claims, transports=("udp", "tcp") if "tcp" in claims else ("udp",))
    others = running_ids(hello, "process", claims, refusal_probes(load_cases(), claims))
    assert run.outcomes.keys() == {*others, *(case.id for case in counting)}
    assert run.failed == {}


def test_its_account_fits_the_schema(green: Judged) -> None:
    claims, _, run = green
    check_run_json(run.report)
    assert run.report["exit_status"] == OK
    assert run.report["faults"] == []
    assert run.report["claims"] == [*claims]


@pytest.mark.nightly("test_two_workers_write_the_same compares two workers with one process on a part of the cases")
def test_two_workers_judge_the_same(green: Judged, tmp_path: Path) -> None:
    _, impl, run = green
    parallel = run_suite(impl, tmp_path, "-n", "2")
    assert parallel.status == OK, parallel.out
    assert parallel.report == run.report


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    orders: dict[str, dict[str, str]] = {"a": {}, "b": {"PYTHONHASHSEED": "1"}}  # sets come in another order
    runs = [run_suite(f"wrong:{WRONG}", tmp_path / name, *FEW, env=env) for name, env in orders.items()]
    assert [run.status for run in runs] == [FAILED, FAILED]
    first, second = ((tmp_path / name / "run.json").read_bytes() for name in "ab")
    assert first == second
    check_run_json(runs[0].report)
    assert runs[0].report["exit_status"] == FAILED
    assert not (tmp_path / "a" / "run.json.part").exists()


def test_an_unknown_implementation_is_refused_with_those_that_are_known() -> None:
    line = usage_error("--impl=referense")
    assert "no adapter is called 'referense'" in line
    assert "reference, reference-quic" in line


def test_an_implementation_may_be_the_path_of_a_folder(tmp_path: Path) -> None:
    impl = write_double(tmp_path / "impl", sound)
    run = run_suite(impl.parent, tmp_path, *FEW)
    assert run.status == OK, run.out
    assert set(run.outcomes) == set(HASHES)


def test_a_testee_that_does_not_start_is_one_clear_error() -> None:
    status, out = run_pytest(["conformance", "--impl=wrong:library-missing", "-q"])
    assert status == USAGE
    assert "the testee did not start: the library is missing" in out
    assert "Traceback" not in out


def test_a_build_that_fails_is_shown(tmp_path: Path) -> None:
    impl = write_adapter(tmp_path, build="""["{python}", "-c", "raise SystemExit('no compiler')"]""")
    status, out = run_pytest(["conformance", f"--impl={impl}", "-q"])
    assert status == USAGE
    assert "no compiler" in out


def test_a_selection_of_nothing_fails(tmp_path: Path) -> None:
    run = run_suite("reference", tmp_path, "-k", "nothing_has_this_name")
    assert run.status == FAILED
    assert "FAILED RUN: no case was executed" in run.out
    assert run.report["exit_status"] == FAILED
    assert run.report["faults"] == ["no case was executed: nothing is judged"]


def test_a_claimed_profile_without_a_case_fails(tmp_path: Path) -> None:
    run = run_suite("reference", tmp_path, "-k", "tail_hash")
    assert run.status == FAILED
    for profile in ("zstd", "xchacha"):
        assert f"FAILED RUN: no case of profile {profile} was executed although it is claimed" in run.out
    assert run.failed == {}


@pytest.mark.parametrize("node", [f"test_vectors.py::test_case[{HASHES[0]}]", "test_testee.py::test_probe[unknown-op]"])
def test_one_case_or_probe_by_its_node_id_can_be_green(tmp_path: Path, node: str) -> None:
    run = run_suite("reference", tmp_path, what=f"conformance/{node}")
    assert run.status == OK, run.out
    assert len(run.outcomes) == 1


def test_a_node_id_that_does_not_exist_fails(tmp_path: Path) -> None:
    run = run_suite("reference", tmp_path, what="conformance/test_vectors.py::test_case[frame/no/such]")
    assert run.status not in (OK, 5)


def test_a_wrong_answer_fails_with_a_command_that_replays_it(tmp_path: Path) -> None:
    impl = write_wrong(tmp_path / "an impl", WRONG)
    run = run_suite(impl, tmp_path / "first", *FEW)
    assert run.status == FAILED
    assert run.failed == {ATTACKED: "fail"}
    (line,) = replays(run.out)
    again = replayed(line)
    assert (again.status, again.outcomes) == (FAILED, {ATTACKED: "fail"})
    assert "0" * 16 in again.out


def test_the_seed_is_printed_and_kept(tmp_path: Path) -> None:
    status, out = run_pytest(["conformance", *FEW, "--seed=77", "--report", str(tmp_path)])
    assert status == OK
    assert "seed 77" in out
    report: dict[str, Any] = json.loads((tmp_path / "run.json").read_bytes())
    assert report["seed"] == 77


def test_a_dialogue_that_cannot_be_read_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "found.json").write_text("{}", "utf-8")
    line = usage_error(f"--dialogue={tmp_path / 'found.json'}")
    assert "found.json: the file does not fit vectors/schema.json" in line


def test_a_dialogue_that_cites_no_clause_of_specs_is_refused(tmp_path: Path) -> None:
    path = write_found(tmp_path, replace(case_of(dialogue({"advance": 1}).input, 1), clauses=("STM-99",)))
    assert "cites STM-99, which specs/ does not have" in usage_error(f"--dialogue={path}")


def test_a_dialogue_of_a_file_is_judged_and_its_replay_names_the_file(tmp_path: Path) -> None:
    path = write_found(tmp_path, case_of(dialogue({"expect_nothing": True}, {"events": [{"event": "lost"}]}).input, 1))
    named = ("--profile=stream", f"--dialogue={path}", "-k", "found", f"--seed={SEED}")
    run = run_suite("reference", tmp_path / "report", *named, what="conformance/test_vectors.py")
    assert run.status == FAILED
    assert run.failed == {"stream/found/seed-1": "fail"}
    (line,) = replays(run.out)
    again = replayed(line)
    assert (again.status, again.outcomes) == (FAILED, {"stream/found/seed-1": "fail"})
    assert "step 2" in again.out


def test_an_unknown_profile_is_refused() -> None:
    assert "no profile 'fram'; the profiles are frame, zstd, xchacha" in usage_error("--profile=fram")


def test_a_judgement_of_no_known_seed_is_refused() -> None:
    status, _ = run_pytest(["conformance", "--seed=none"])
    assert status == USAGE
