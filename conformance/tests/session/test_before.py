"""Files that a run cannot use are reported before it, on one line, and nothing is written by looking."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.mutants.servers.serving import serving
from conformance.session.before import file_fault, file_faults, folder_fault
from conformance.session.options import Options
from conformance.tests.doubles import in_the_way, write_double
from conformance.tests.support import ROOT, RUN_LIMIT_S, run_pytest, run_suite

USAGE, FAILED = 4, 1  # exit statuses of pytest
FEW = ("--profile=message", "-k", "message/read/json-depth")
OPTIONS = Options(impl="reference", profiles=(), known=None, report=None, seed=1, build=True)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Something of each kind; nothing may be different in the end."""
    (tmp_path / "file").write_text("kept")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "run.json").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    before = sorted(tmp_path.rglob("*"))
    yield tmp_path
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("file", "file is a file; a folder is needed"),
        ("file/below/it", "file is a file; a folder is needed"),
        ("link", "link is a link to nothing"),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_a_folder_that_cannot_be_written(folder: Path, name: str, why: str) -> None:
    assert str(folder_fault(folder / name)).endswith(why)
    assert str(file_fault(folder / name / "run.json")).endswith(why)


@pytest.mark.parametrize("name", [".", "full", "not/yet/there"])
def test_a_folder_that_can(folder: Path, name: str) -> None:
    assert folder_fault(folder / name) is None
    assert file_fault(folder / name / "new.json") is None


def test_a_folder_in_place_of_a_file(folder: Path) -> None:
    assert file_fault(folder / "full") == "full is a folder; name a file"


def test_what_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system tells it to anybody but root."""

    def denied(**_given: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (tmp_path / "known.toml").touch()
    monkeypatch.setattr("conformance.session.before.os.access", lambda _path, _mode: False)
    assert file_fault(tmp_path / "known.toml") == "known.toml cannot be written: it is read-only"
    monkeypatch.setattr("conformance.session.before.tempfile.TemporaryFile", denied)
    assert folder_fault(tmp_path) == "cannot be written: Permission denied"


def test_each_flag_tells_its_path(folder: Path) -> None:
    file, full = folder / "file", folder / "full"
    told = {
        "--report=": replace(OPTIONS, report=full),
        "--plan=": replace(OPTIONS, plan=full, write_plan=True),
        "--known-failures=": replace(OPTIONS, known=full, fix_known=True),
        "--dialogue=": replace(OPTIONS, dialogues=(full,)),
    }
    for flag, options in told.items():
        (fault,) = file_faults(options, None)
        assert fault.startswith(f"{flag}{full}")
        assert "folder" in fault or "directory" in fault
    (fault,) = file_faults(OPTIONS, file / "junit.xml")
    assert fault == f"--junitxml={file / 'junit.xml'}: {file} is a file; a folder is needed"


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"format": 1}', "\x00"])
def test_a_plan_that_cannot_be_used(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "plan.json"
    if text is not None:
        path.write_text(text)
    options = replace(OPTIONS, plan=path)
    (fault,) = file_faults(options, None)
    assert fault.startswith(f"--plan={path}: ")
    assert ("--write-plan" in fault) == (text is None)
    assert list(file_faults(replace(options, write_plan=True), None)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "flag", ["--impl", "--plan", "--known-failures", "--report", "--profile", "--dialogue", "--case"]
)
@pytest.mark.parametrize("value", ["", " "])
def test_a_variable_that_is_not_set_leaves_out_no_gate(flag: str, value: str) -> None:
    impl = [] if flag == "--impl" else ["--impl=reference"]
    status, out = run_pytest(["conformance", *impl, "-q", f"{flag}={value}"])
    assert status == USAGE
    assert f"ERROR: {flag} is empty; name " in out


@pytest.mark.slow
@pytest.mark.parametrize("outside", [False, True], ids=["testee", "server"])
@pytest.mark.parametrize("flags", [("--report={}",), ("--plan={}", "--write-plan"), ("--plan={}/none",)], ids=str)
def test_a_run_does_not_begin(folder: Path, flags: tuple[str, ...], outside: bool) -> None:
    given = [flag.format(folder / "file" if "report" in flag else folder / "full") for flag in flags]
    with serving() as server:
        impl = server if outside else str(folder / "no" / "such" / "adapter.toml")
        status, out = run_pytest(["conformance", f"--impl={impl}", "-q", *given])
    assert status == USAGE
    (line,) = [line for line in out.splitlines() if line]
    assert line.startswith(f"ERROR: {given[0]}")


@pytest.mark.slow
def test_a_folder_that_goes_during_the_run_is_a_line_beside_the_table(tmp_path: Path) -> None:
    report = tmp_path / "report"
    run = run_suite(write_double(tmp_path / "impl", in_the_way, str(report)), report, *FEW)
    assert run.status == FAILED
    assert "Traceback" not in run.out
    assert f"FAILED RUN: {report / 'run.json'}: cannot be written: " in run.out
    assert f"FAILED RUN: {report / 'junit.xml'}: cannot be written: " in run.out
    assert [line.split()[-1] for line in run.out.splitlines() if line.startswith("message ")] == ["0"]
    assert "report: " not in run.out
    assert report.read_text() == "in the way"


@pytest.mark.slow
def test_a_disk_that_is_full_is_a_line_beside_the_table_and_leaves_no_parts(tmp_path: Path) -> None:
    # Files of at most one or two blocks, by a limit that only the run has.
    command = [sys.executable, "-m", "pytest", "conformance", "-q", *FEW, "-p", "no:cacheprovider"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 2; exec "$@"', "sh", *command, f"--report={tmp_path}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )
    assert done.returncode == FAILED
    assert "Traceback" not in done.stdout
    for name in ("run.json", "junit.xml"):
        assert f"FAILED RUN: {tmp_path / name}: cannot be written: File too large" in done.stdout
    assert list(tmp_path.iterdir()) == []
