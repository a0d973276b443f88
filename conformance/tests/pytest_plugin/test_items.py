"""Cases as items: pytest's options do to them what users expect, and a case that passes is one report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.model.cases import load_cases
from conformance.mutants.testees.hostile.attack import ATTACKED
from conformance.tests.support import ROOT, RUN_LIMIT_S, inherited, run_pytest

OK, FAILED = 0, 1
HASHES = [case.id for case in load_cases() if case.op == "tail_hash"]
FEW = ("conformance/test_vectors.py", "--profile=frame", "-k", "tail_hash", "-q")
WRONG = "--impl=wrong:wrong-hash-of-one-case"
COUNTS = """\
import collections
seen = collections.Counter()
def pytest_runtest_logreport(report):
    seen[report.when, report.outcome] += 1
def pytest_sessionfinish():
    print("\\nseen:", sorted(seen.items()))
"""


def run(folder: Path, *arguments: str, plugin: str = "") -> tuple[int, str]:
    (folder / "users_plugin.py").write_text(plugin, "utf-8")
    given = [*FEW, "-p", "users_plugin", *arguments]
    return run_pytest(given, {"PYTHONPATH": str(folder)})


def seen(out: str) -> dict[tuple[str, str], int]:
    (line,) = [line for line in out.splitlines() if line.startswith("seen:")]
    return dict(eval(line.removeprefix("seen:")))


@pytest.mark.slow
def test_a_case_that_passes_is_one_report_and_one_that_fails_has_all_three(tmp_path: Path) -> None:
    status, out = run(tmp_path, WRONG, "-s", plugin=COUNTS)
    assert status == FAILED
    found = seen(out)
    assert found["call", "failed"] == 1
    assert found["call", "passed"] == len(HASHES) - 1
    assert found["setup", "passed"] == found["teardown", "passed"] < len(HASHES)


STARTS = """\
from _pytest.terminal import TerminalReporter
seen = []
right = TerminalReporter.pytest_runtest_logstart
def logstart(self, nodeid, location):
    seen.append(nodeid)
    right(self, nodeid, location)
logstart.__module__ = right.__module__
TerminalReporter.pytest_runtest_logstart = logstart
def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"starts: {len(seen)}")
"""


@pytest.mark.slow
@pytest.mark.parametrize(("options", "told"), [((), False), (("-v",), True)], ids=["the account", "each by name"])
def test_the_terminal_is_told_of_starts_where_it_shows_each_test(
    tmp_path: Path, options: tuple[str, ...], told: bool
) -> None:
    words = [word for word in FEW if word != "-q"]
    (tmp_path / "users_plugin.py").write_text(STARTS, "utf-8")
    given = [*words, "--impl=reference", "-p", "users_plugin", *options]
    status, out = run_pytest(given, {"PYTHONPATH": str(tmp_path)})
    assert status == OK, out
    assert f"starts: {len(HASHES) if told else 1}\n" in out  # the last goes pytest's own way


@pytest.mark.slow
def test_the_first_failure_ends_a_run_that_is_to_end_there(tmp_path: Path) -> None:
    status, out = run(tmp_path, WRONG, "-x")
    assert status == FAILED
    assert "1 failed" in out
    assert f"{HASHES.index(ATTACKED)} passed" in out


@pytest.mark.slow
def test_a_failure_that_ends_a_run_of_two_processes_is_no_signal(tmp_path: Path) -> None:
    """Exit status 2 is that of a run which a signal ended; pytest-xdist has it for `-x` as well."""
    status, out = run(tmp_path, WRONG, "-x", "-n", "2")
    assert status == FAILED
    assert "stopping after 1 failures" in out


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_junit_and_durations_have_every_case(tmp_path: Path, workers: tuple[str, ...]) -> None:
    report = tmp_path / "report"
    status, out = run(tmp_path, WRONG, f"--report={report}", "--durations=3", "--durations-min=0", *workers)
    assert status == FAILED
    cases = ET.parse(report / "junit.xml").getroot().findall(".//testcase")
    assert {case.attrib["name"] for case in cases} == {f"test_case[{one}]" for one in HASHES}
    assert [case.attrib["name"] for case in cases if case.find("failure") is not None] == [f"test_case[{ATTACKED}]"]
    assert "s call " in out
    data = json.loads((report / "run.json").read_bytes())
    assert {case["id"]: case["outcome"] for case in data["cases"]} == {
        one: "fail" if one == ATTACKED else "pass" for one in HASHES
    }


EVENTS = """\
import collections
from xdist.dsession import DSession
seen = collections.Counter()
def counted(name, right):
    def worker_event(self, *given, **named):
        seen[name, type(self.sched).__name__] += 1
        return right(self, *given, **named)
    return worker_event
for name in ("logstart", "logfinish", "testreport"):
    setattr(DSession, f"worker_{name}", counted(name, getattr(DSession, f"worker_{name}")))
def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        print("\\nseen:", sorted(seen.items()))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "scheduler"),
    [((), "WorkStealingScheduling"), (("--dist=loadfile",), "LoadFileScheduling")],
    ids=["-n alone", "another --dist"],
)
def test_a_worker_sends_a_report_of_a_case_that_passes_and_nothing_else(
    tmp_path: Path, options: tuple[str, ...], scheduler: str
) -> None:
    status, out = run(tmp_path, "-n", "1", "-s", *options, plugin=EVENTS)
    assert status == OK, out
    found = seen(out)
    assert found["testreport", scheduler] == len(HASHES) + 2  # the last before the end goes pytest's own way
    assert found.get(("logstart", scheduler), 0) <= 1


@pytest.mark.slow
def test_a_worker_tells_of_every_case_where_somebody_listens(tmp_path: Path) -> None:
    listening = f"{EVENTS}\ndef pytest_runtest_logstart():\n    pass\n"
    status, out = run(tmp_path, "-n", "1", "-s", plugin=listening)
    assert status == OK, out
    assert seen(out)["logstart", "WorkStealingScheduling"] == len(HASHES)


IMPORTED = """\
import sys
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        wanted = ("hypothesis", "rich", "tomlkit", "conformance.server.catalogue", "conformance.test_laws")
        print("\\nimported:", sorted(set(wanted) & sys.modules.keys()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("case", [HASHES[0], "testee/test_probe[hello-again]"])
def test_a_run_of_one_case_makes_one_item_and_imports_nothing_that_it_has_no_use_for(tmp_path: Path, case: str) -> None:
    (tmp_path / "users_plugin.py").write_text(IMPORTED, "utf-8")
    words = ["-m", "pytest", "conformance", "--impl=reference", "-p", "users_plugin", "-q", "--case", case, "-s"]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=inherited() | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )
    assert done.returncode == OK, done.stdout + done.stderr
    assert "imported: []" in done.stdout
    assert "1 passed" in done.stdout
    assert ("deselected" in done.stdout) is not case.startswith("frame/")  # other probes are in the same file
