"""The suite in the pytest of a user: plugins that rename, repeat, rerun or skip tests; pytest's own switched off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.model.cases import load_cases
from conformance.mutants.testees.hostile.attack import ATTACKED
from conformance.probes import PROBES
from conformance.session.results import Results
from conformance.tests.support import case_of, run_pytest
from reports.entry import Entry
from reports.outcome import KNOWN, Outcome

OK, FAILED, USAGE = 0, 1, 4  # exit statuses of pytest
HASHES = [case.id for case in load_cases() if case.op == "tail_hash"]
FEW = ("--profile=frame", "-k", "tail_hash or unknown-op")
UNKNOWN_OP = "testee/test_probe[unknown-op]"
WRONG = "wrong:wrong-hash-of-one-case"
TWICE = """\
import pytest
@pytest.fixture
def turn():
    pass
@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("turn")
    metafunc.parametrize("turn", [1, 2], indirect=True, ids=["1-2", "2-2"])
"""
"""As plugins do it that repeat tests."""
AGAIN = """\
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        for report in reports:
            report.outcome = "rerun" if report.failed else report.outcome
            item.ihook.pytest_runtest_logreport(report=report)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    return True
def pytest_report_teststatus(report):
    return ("rerun", "R", "RERUN") if report.outcome == "rerun" else None
"""
"""As plugins do it that execute a failed test again."""
SKIPS = """\
import pytest
def pytest_collection_modifyitems(items):
    for item in [item for item in items if "tail_hash" in item.name][:3]:
        item.add_marker(pytest.mark.skip(reason="slow"))
"""
FOREIGN = "def test_case():\n    assert True\ndef test_wrong():\n    assert {}\n"


class Judged:
    """A run with a plugin of the user's."""

    def __init__(self, folder: Path, plugin: str, *arguments: str, impl: str | Path = "reference") -> None:
        (folder / "users_plugin.py").write_text(plugin, "utf-8")
        report = folder / "report"
        given = ["conformance", f"--impl={impl}", f"--report={report}", "-q", "-p", "users_plugin", *arguments]
        self.status, self.out = run_pytest(given, {"PYTHONPATH": str(folder)})
        data = json.loads((report / "run.json").read_bytes()) if report.exists() else {"cases": [], "faults": []}
        self.faults = data["faults"]
        self.outcomes = {case["id"]: case["outcome"] for case in data["cases"]}
        self.count = len(data["cases"])

    @property
    def failed(self) -> dict[str, str]:
        return {one: outcome for one, outcome in self.outcomes.items() if outcome != "pass"}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_plugin_that_renames_and_repeats_changes_no_account(tmp_path: Path, workers: tuple[str, ...]) -> None:
    run = Judged(tmp_path, TWICE, *FEW, *workers)
    assert run.status == OK, run.out
    assert set(run.outcomes) == {*HASHES, UNKNOWN_OP}
    assert run.count == len(HASHES) + 1
    assert f"{2 * run.count} passed" in run.out


@pytest.mark.slow
def test_a_case_that_fails_one_of_its_times_fails(tmp_path: Path) -> None:
    run = Judged(tmp_path, TWICE, *FEW, impl="wrong:wrong-hash-every-second-time")
    assert run.status == FAILED
    assert run.failed == {ATTACKED: "fail"}
    assert run.count == len(HASHES) + 1


@pytest.mark.slow
@pytest.mark.parametrize(("impl", "outcome"), [("wrong:wrong-hash-once", None), (WRONG, "fail")])
def test_a_case_that_is_executed_again_counts_as_it_ends(tmp_path: Path, impl: str, outcome: str | None) -> None:
    run = Judged(tmp_path, AGAIN, *FEW, impl=impl)
    assert run.status == (FAILED if outcome else OK), run.out
    assert run.failed == ({ATTACKED: outcome} if outcome else {})
    assert run.count == len(HASHES) + 1


@pytest.mark.slow
def test_what_a_plugin_skips_is_not_judged_and_not_green(tmp_path: Path) -> None:
    run = Judged(tmp_path, SKIPS, *FEW)
    assert run.status == FAILED
    (fault,) = run.faults
    assert fault.startswith("not judged, as pytest skipped them: 3, such as frame/tail_hash/")
    assert run.failed == {}


@pytest.mark.slow
def test_tests_of_the_user_beside_the_suite_are_not_in_its_account(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(FOREIGN)
    run = Judged(tmp_path, "", *FEW[:1], "-k", "tail_hash or test_mine", str(tmp_path / "test_mine.py"))
    assert run.status == FAILED  # by the test of the user
    assert set(run.outcomes) == set(HASHES)
    assert run.failed == {}


# What the suite reads options of, or uses.
OFF = (
    "junitxml",
    "cacheprovider",
    "capture",
    "xdist",
    "skipping",
    "warnings",
    "logging",
    "stepwise",
    "hypothesispytest",
)


ALONE = pytest.mark.nightly(
    "test_plugins_of_pytest_that_are_switched_off_cost_no_judgement[all] has them all off at once: what needs one fails"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", [pytest.param(OFF, id="all"), *(pytest.param((name,), id=name, marks=ALONE) for name in OFF)]
)
def test_plugins_of_pytest_that_are_switched_off_cost_no_judgement(tmp_path: Path, names: tuple[str, ...]) -> None:
    off = [word for name in names for word in ("-p", f"no:{name}")]
    known = tmp_path / "known.toml"
    known.write_text(f'[[known]]\nid = "{ATTACKED}"\nreason = "slow"\nissue = "https://example.org/7"\n')
    run = Judged(tmp_path, "", *FEW, *off, f"--known-failures={known}", impl=WRONG)
    assert run.status == OK, run.out
    assert run.failed == {ATTACKED: KNOWN}
    assert run.count == len(HASHES) + 1
    assert (tmp_path / "report" / "junit.xml").exists() == ("junitxml" not in names)


# pyproject.toml has -ra, which is an option of the plugin that is switched off.
NO_TERMINAL = ("-o", "addopts=--import-mode=importlib", "-p", "no:terminal")


@pytest.mark.slow
def test_without_a_terminal_the_judgement_is_printed_all_the_same() -> None:
    status, out = run_pytest(["conformance", f"--impl={WRONG}", *FEW, *NO_TERMINAL])
    assert status == FAILED
    assert "INTERNALERROR" not in out
    (row,) = [line.split() for line in out.splitlines() if line.startswith("frame ")]
    assert row[2:5] == [str(len(HASHES)), str(len(HASHES) - 1), "1"]
    status, out = run_pytest(["conformance", "--impl=no-such", *NO_TERMINAL])
    assert status == USAGE
    assert out.startswith("ERROR: no adapter is called 'no-such'")


FORKS = "def pytest_addoption(parser):\n    parser.addoption('--forked', action='store_true')\n"


@pytest.mark.slow
def test_a_process_for_each_test_is_refused_in_one_line(tmp_path: Path) -> None:
    run = Judged(tmp_path, FORKS, "--forked")
    assert run.status == USAGE
    assert [line for line in run.out.splitlines() if line] == [
        "ERROR: --forked: a testee answers only the process that it was started by; leave it out"
    ]


@pytest.mark.slow
def test_to_collect_only_judges_nothing_and_writes_nothing(tmp_path: Path) -> None:
    run = Judged(tmp_path, "", *FEW, "--collect-only")
    assert run.status == OK
    assert not (tmp_path / "report").exists()
    assert "FAILED RUN" not in run.out
    assert "executed" not in run.out
    planned = Judged(tmp_path, "", *FEW, "--setup-plan")
    assert planned.status == FAILED
    assert planned.faults == ["no case was executed: nothing is judged"]


@pytest.mark.slow
def test_help_builds_nothing(tmp_path: Path) -> None:
    for flag in ("--help", "--version", "--markers"):
        status, out = run_pytest(["conformance", "--impl=no-such", flag])
        assert status == OK, out
        assert "no-such'" not in out


def test_an_entry_that_comes_again_keeps_the_worst_end() -> None:
    case = case_of("a", {}, {})
    results = Results(("frame",), {case.id: case})
    for outcome, kept in (
        (Outcome.PASS, Outcome.PASS),
        (KNOWN, KNOWN),
        (Outcome.PASS, KNOWN),
        (Outcome.CRASH, Outcome.CRASH),
        (Outcome.FAIL, Outcome.CRASH),
        (Outcome.PASS, Outcome.CRASH),
    ):
        results.add(Entry(case.id, "frame", (), outcome))
        assert [entry.outcome for entry in results.entries] == [kept]


def test_probes_have_names_that_can_be_written_in_a_file() -> None:
    assert all(probe.id.replace("-", "").isalpha() and probe.id.islower() for probe in PROBES)
