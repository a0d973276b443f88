"""`resonant-conformance run` and `pytest --pyargs resonant_conformance` of a checkout, in folders of somebody else."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.tests.support import ROOT, replayed, run_line, run_words
from conformance.tests.tools.test_new_adapter import FILLED
from conformance.tools.new_adapter import main as new_adapter

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

USAGE = 4
BIN = Path(sys.executable).parent
RUN = shlex.join([str(BIN / "resonant-conformance"), "run"])
PYARGS = shlex.join([str(BIN / "pytest"), "--pyargs", "resonant_conformance"])
MODULE = shlex.join([sys.executable, "-m", "pytest", "--pyargs", "resonant_conformance"])
ITSELF = shlex.join([sys.executable, "-m", "resonant_conformance", "run"])
LINE = "--profile sparse --case ports-line"
FEW = "-k 'ports-line or all-zero'"
CONFIGURATION = """\
[pytest]
addopts = --strict-markers --strict-config -p theirs --their-option=7
pythonpath = .
python_files = check_*.py
python_functions = check_*
filterwarnings = error
"""
PLUGIN = """\
def pytest_addoption(parser):
    parser.addoption("--their-option")
"""
CONFTEST = """\
import pytest

@pytest.fixture(autouse=True)
def theirs():
    raise RuntimeError("for other tests")
"""
QUANT = "quant/dequantize/bad-scale/q4-scale-empty"
TOTAL = "--profile frame --case total"
UNNAMED = "NO IMPLEMENTATION IS NAMED: this run judges the suite's own reference"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with pytest settings of its own, packages called as folders of a checkout, and an implementation."""
    folder = tmp_path_factory.mktemp("a project")
    (folder / "pytest.ini").write_text(CONFIGURATION, "utf-8")
    (folder / "theirs.py").write_text(PLUGIN, "utf-8")
    (folder / "conftest.py").write_text(CONFTEST, "utf-8")
    for name in ("adapters", "conformance", "reports", "vectors"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
    assert new_adapter(["mine", "--lang", "python", "--into", str(folder / "my testee")]) == 0
    shutil.copyfile(FILLED / "python/yours.py", folder / "my testee/yours.py")
    return folder


FRESH, FORKED = True, False


@pytest.mark.parametrize(
    ("command", "fresh"),
    [
        (f"{RUN} './my testee'", FRESH),
        (f"{RUN} -n 2 'my testee/adapter.toml'", FORKED),
        (f"{RUN} --impl='my testee' './my testee/adapter.toml'", FORKED),
        (f"{ITSELF} 'my testee'", FRESH),
        (f"{PYARGS} --impl './my testee'", FORKED),
        (f"{MODULE} --impl './my testee' -n 2", FRESH),
        (f"{MODULE} --impl './my testee' --import-mode=importlib", FORKED),
    ],
)
def test_a_project_with_settings_of_its_own_judges_its_implementation(project: Path, command: str, fresh: bool) -> None:
    """Each program once in a shell and an interpreter of its own; what else is asked of it, forks can say as well."""
    run = replayed(f"{command} --profile sparse -k sparse_encode/counts", project, fresh=fresh)
    assert run.status == 0, run.out
    assert run.report["adapter"] == "mine"
    assert run.report["profiles"]["sparse"]["passed"] > 100
    assert UNNAMED not in run.out


@pytest.mark.parametrize("where", ["/", str(ROOT), str(ROOT / "conformance")])
def test_the_folder_does_not_matter(where: str) -> None:
    for command in (f"{RUN} reference", f"{PYARGS} --impl=reference"):
        run = replayed(f"{command} {LINE} -p no:cacheprovider", Path(where))
        assert (run.status, list(run.outcomes)) == (0, ["testee/test_probe[ports-line]"]), run.out


def test_a_checkout_can_be_reached_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ROOT)
    pytest_of_link = shlex.join([str(BIN / "pytest"), "link/conformance", "--impl=reference"])
    run = replayed(f"{pytest_of_link} {LINE}", tmp_path, fresh=True)
    assert (run.status, list(run.outcomes)) == (0, ["testee/test_probe[ports-line]"]), run.out


def test_the_values_of_options_are_no_implementation(project: Path) -> None:
    run = replayed(f"{RUN} -k dims -n 2 'my testee' --profile sparse --seed 3", project)
    assert (run.status, run.report["adapter"], run.report["seed"]) == (0, "mine", 3), run.out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{RUN} ./a ./b", "a run judges one implementation, and you named 2: ./a, ./b"),
        (f"{RUN} ./a --impl b", "a run judges one implementation, and you named 2: ./a, b"),
        (f"{RUN} ''", "--impl is empty"),
        (f"{RUN} ./nowhere", "there is no nowhere/adapter.toml; check the path"),
        (f"{PYARGS} './my testee'", "not a test; name it with --impl './my testee'"),
        (f"{PYARGS} udp://127.0.0.1:9", "not a test; name it with --impl udp://127.0.0.1:9"),
        (f"{PYARGS} reference", "not a test; name it with --impl reference"),
        (f"{RUN} reference --case crc-zero", "no such id; the nearest are frame/decode/crc/crc-zero"),
        (f"{RUN} reference --case unknown-opp", "no such id; the nearest are unknown-op"),
        (f"{RUN} './my testee' --case {QUANT}", "it is not judged here; its profile is not claimed"),
        (f"{RUN} './my testee' --case twins-quant", "it is not judged here; its profile is not claimed"),
        (f"{RUN} reference --case total --plan p --write-plan", "--write-plan needs a whole run; leave out --case"),
    ],
)
def test_what_cannot_be_meant_is_one_line(project: Path, line: str, said: str) -> None:
    status, out = run_words(line, project)
    assert status == USAGE, out
    (error,) = [line for line in out.splitlines() if line.startswith("ERROR: ")]
    assert said in error


@pytest.mark.parametrize(
    "command", [RUN, PYARGS, f"make -C {shlex.quote(str(ROOT))} conformance ARGS={shlex.quote(TOTAL)}"]
)
def test_a_run_of_nobody_says_whom_it_judges_first_and_last(tmp_path: Path, command: str) -> None:
    made = "make" in command
    status, out = run_line(command, tmp_path) if made else run_words(f"{command} {TOTAL} -q", tmp_path)
    assert status == 0, out
    told = [line for line in out.splitlines() if line and not line.startswith(("make", ".venv/bin/pytest"))]
    assert [UNNAMED in told[0], UNNAMED in told[-1]] == [True, True], out
    assert "run PATH/TO/YOUR/adapter.toml" in told[0]


def test_cases_are_chosen_by_the_names_of_failures_and_of_run_json() -> None:
    chosen = "--profile frame --case total --case 'testee/test_probe[unknown-op]'"
    run = replayed(f"{RUN} reference {chosen} -n 2", ROOT)
    assert run.status == 0, run.out
    assert sorted(run.outcomes) == ["testee/test_decode_is_total", "testee/test_probe[unknown-op]"]


def test_help_is_whole_and_starts_nothing(project: Path) -> None:
    status, out = run_words(f"{RUN} ./nowhere --help", project)
    assert status == 0, out
    assert out.startswith("usage: resonant-conformance run IMPL [OPTION ...]")
    for option in ("--impl", "--case", "--profile", "--known-failures", "--plan", "--report", "--seed", "--no-build"):
        assert f"\n  {option}" in out


def test_a_run_is_started_before_anything_is_imported() -> None:
    """It is imported in the process that judges, and would be twice."""
    code = "import sys; old = {*sys.modules}; import resonant_conformance.cli; print(*{*sys.modules} - old)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    packages = {name.partition(".")[0] for name in done.stdout.split()}
    assert "resonant_conformance" in packages
    assert not packages & {"numpy", "pytest", "resonant", "conformance", "adapters", "reports", "argparse"}


def test_a_run_whose_output_is_closed_is_judged_all_the_same(tmp_path: Path) -> None:
    line = f"{RUN} reference {LINE} -q --report {shlex.quote(str(tmp_path))} >&- 2>&-"
    assert run_line(line, tmp_path)[0] == 0
    assert json.loads((tmp_path / "run.json").read_bytes())["exit_status"] == 0


def test_vectors_are_copied_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    command = [str(BIN / "resonant-conformance"), "vectors", "--to", "file/golden"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "resonant-conformance vectors: file/golden: cannot be written: Not a directory\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
