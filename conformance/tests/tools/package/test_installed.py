"""The suite, installed in an empty folder of somebody who has only the wheel, or only the source archive."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
from resonant.describe.registry import registry

from conformance.tests.support import ROOT, replayed, replays
from conformance.tests.tools.test_new_adapter import FILLED
from conformance.tools.new_adapter import LANGUAGES, write_adapter

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installed")]

LIMIT_S = 300
ADAPTER = """\
name = "mine"
about = "somebody's implementation"
launch = "process"
run = ["{python}", "{testee}"]
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """A Python that has the suite from the wheel, and an empty folder to work in."""

    bin: Path
    folder: Path

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHON", "VIRTUAL_ENV"))
        }
        return subprocess.run(
            [str((self.folder if os.sep in program else self.bin) / program), *arguments],
            cwd=self.folder,
            env=environment | {"COLUMNS": "120"},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )


def execute(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    execute(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    return folder


@pytest.fixture(scope="session")
def by_recipe(
    archives: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """An empty folder but for an adapter of somebody's own, in which the recipe for any CI installed the wheel and ran.

    What the suite depends on has the versions of the lock file.
    """
    (wheel,) = archives.glob("*.whl")
    folder = tmp_path_factory.mktemp("empty")
    site = f".resonant/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    testee = folder / site / "resonant_conformance" / "adapters" / "reference" / "testee.py"
    (folder / "adapter.toml").write_text(ADAPTER.replace("{testee}", str(testee)), "utf-8")
    locked = tmp_path_factory.mktemp("locked") / "constraints.txt"
    locked.write_text(without_hashes("requirements.lock"), "utf-8")
    given = {"RESONANT_SUITE": str(wheel), "RESONANT_ARGS": "--profile sparse -q", "RESONANT_REPORT": "by-recipe"}
    return folder, recipe(folder, {**given, "PIP_CONSTRAINT": str(locked)})


def without_hashes(lock: str) -> str:
    """A lock file as constraints."""
    return re.sub(r" \\\n(?: +--hash=\S+(?: \\)?\n)+", "\n", (ROOT / lock).read_text("utf-8"))


def recipe(folder: Path, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The recipe for any CI, run in the folder with the Python that runs this."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    line = ["bash", str(ROOT / "adapters" / "ci" / "judge.sh")]
    return subprocess.run(
        line, cwd=folder, env={**given, "PATH": path}, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


@pytest.fixture(scope="session")
def installed(by_recipe: tuple[Path, subprocess.CompletedProcess[str]]) -> Installed:
    """The suite, installed from the wheel, with an adapter of somebody's own."""
    folder, done = by_recipe
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(folder / ".resonant" / "bin", folder)


@pytest.fixture(scope="session")
def by_readme(installed: Installed) -> list[subprocess.CompletedProcess[str]]:
    """The lines of README for CI, of which the first is a whole run, by a plan of one profile."""
    options = ("-q", "-n", "2", "--profile", "sparse", "--plan", "plan.json", "--write-plan")
    planned = installed.run("pytest", "--pyargs", "resonant_conformance", "--impl=./adapter.toml", *options)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "warning" not in planned.stdout
    _, _, section = (ROOT / "README.md").read_text("utf-8").partition("\n## In your CI\n")
    lines = re.findall(r"^resonant-conformance .*", section, re.MULTILINE)
    assert [line.split()[1] for line in lines] == ["run", "report", "statement"]
    (installed.folder / "known.toml").write_text("known = []\n", "utf-8")
    return [installed.run(*shlex.split(line)) for line in lines]


def test_the_source_archive_installs_as_the_same_suite(archives: Path, tmp_path: Path) -> None:
    (wheel,), (source,) = archives.glob("*.whl"), archives.glob("*.tar.gz")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    execute(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(source), cwd=tmp_path)
    (again,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as first, ZipFile(again) as second:
        assert {name: first.read(name) for name in first.namelist()} == {
            name: second.read(name) for name in second.namelist()
        }


def test_the_wheel_adds_two_packages_and_nothing_else(archives: Path) -> None:
    (wheel,) = archives.glob("*.whl")
    with ZipFile(wheel) as archive:
        names = {name.partition("/")[0] for name in archive.namelist()}
    assert names == {"resonant", "resonant_conformance", wheel.name.rpartition("-py3")[0] + ".dist-info"}


def test_a_whole_run_judges_every_profile(
    by_readme: list[subprocess.CompletedProcess[str]], installed: Installed
) -> None:
    assert by_readme[0].returncode == 0, by_readme[0].stdout + by_readme[0].stderr
    run = json.loads((installed.folder / "out" / "run.json").read_text("utf-8"))
    assert run["adapter"] == "mine"
    assert {name: row["passed"] == row["executed"] > 200 for name, row in run["profiles"].items()} == dict.fromkeys(
        registry().profiles, True
    )


def test_the_programs_of_the_references_readme_run(installed: Installed) -> None:
    """Those without a file name; one of them talks to a peer over UDP."""
    programs = re.findall(r"^```python\n(.*?)^```", (ROOT / "reference/README.md").read_text("utf-8"), re.M | re.S)
    assert any("resonant.asyncio" in program for program in programs)
    for program in programs:
        done = installed.run("python", "-c", program)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_judges_one_profile(installed: Installed) -> None:
    done = installed.run("resonant-conformance", "run", "--impl", "adapter.toml", "--profile", "sparse", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sparse" in done.stdout


def test_what_readme_says_for_ci_works_line_by_line(
    by_readme: list[subprocess.CompletedProcess[str]], installed: Installed
) -> None:
    for done in by_readme:
        assert done.returncode == 0, " ".join(done.args) + done.stdout + done.stderr
    made = {path.name for path in (installed.folder / "out").iterdir()}
    assert {"run.json", "junit.xml", "report.html", "statement.json", "badge.svg"} <= made
    assert installed.run("resonant-conformance", "verify", "out/statement.json").returncode == 0
    assert installed.run("resonant-conformance", "compare", "out/run.json", "out/run.json").returncode == 0


def test_the_vectors_can_be_copied_and_a_testee_begun(installed: Installed) -> None:
    assert installed.run("resonant-conformance", "vectors", "--to", "golden").returncode == 0
    assert (installed.folder / "golden" / "data" / "frame" / "decode" / "crc.json").is_file()
    assert installed.run("resonant-conformance", "vectors", "--to", "golden").returncode == 2
    begun = installed.run("resonant-conformance", "new-adapter", "fresh", "--lang", "python")
    assert begun.returncode == 0
    (line,) = [shlex.split(line) for line in begun.stdout.splitlines() if line.startswith("    ")]
    stub = installed.run(*line, "-q", "-k", "frame/decode/counts")
    assert stub.returncode == 1
    assert "unsupported" in stub.stdout
    shutil.copyfile(FILLED / "python/yours.py", installed.folder / "fresh/yours.py")
    done = installed.run(*line, "-q", "-k", "frame/decode/counts or sparse/sparse_encode")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_testee_begun_by_an_installed_suite_is_the_one_of_the_checkout(installed: Installed, tmp_path: Path) -> None:
    """`test_new_adapter.py` judges the first run of that one, in every language."""
    for language in LANGUAGES:
        begun = installed.folder / "begun" / language
        done = installed.run("resonant-conformance", "new-adapter", "x", "--lang", language, "--into", str(begun))
        assert done.returncode == 0, done.stderr
        write_adapter("x", language, tmp_path / language)
        assert contents(begun) == contents(tmp_path / language)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_failure_of_an_installed_suite_is_replayed_by_the_command_that_it_prints(installed: Installed) -> None:
    (installed.folder / "wrong impl").mkdir()
    testee = (installed.folder / "adapter.toml").read_text("utf-8").split('"')[-2]
    (installed.folder / "wrong impl" / "testee.py").write_text(
        f"import sys\nsys.path.insert(0, {str(Path(testee).parent)!r})\nimport testee, ops\n"
        "ops.OPS['space_hash'] = lambda given: {}\ntestee.main()\n",
        "utf-8",
    )
    adapter = ADAPTER.replace("{testee}", "testee.py")
    (installed.folder / "wrong impl" / "adapter.toml").write_text(adapter, "utf-8")
    done = installed.run("resonant-conformance", "run", "./wrong impl", "-q", "-k", "space_hash/refused/arch-empty")
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = replays(done.stdout)
    again = replayed(line, installed.folder)
    assert (again.status, again.outcomes) == (1, {"frame/space_hash/refused/arch-empty": "crash"}), again.out


def test_the_recipe_for_any_ci_judges_and_reports(by_recipe: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = by_recipe
    assert done.returncode == 0, done.stdout + done.stderr
    run = json.loads((folder / "by-recipe" / "run.json").read_text("utf-8"))
    assert run["profiles"]["sparse"]["passed"] > 200
    assert (folder / "by-recipe" / "report.html").is_file()
    done = recipe(folder, {"RESONANT_IMPL": "none.toml"})
    assert (done.returncode, "set RESONANT_IMPL" in done.stderr) == (2, True)


def test_a_failing_case_fails_the_command(installed: Installed) -> None:
    (installed.folder / "known.toml").write_text("known = 7\n", "utf-8")
    done = installed.run("resonant-conformance", "run", "--impl", "adapter.toml", "--known-failures", "known.toml")
    assert done.returncode == 4
    assert "known.toml" in done.stderr


def test_the_command_explains_frames_clauses_and_itself(installed: Installed) -> None:
    clause = installed.run("resonant-conformance", "clause", "FRM-24")
    assert (clause.returncode, "FRM-24, specs/frame.md" in clause.stdout) == (0, True)
    explained = installed.run("resonant-conformance", "explain", "00")
    assert explained.returncode == 1
    assert "TOO_SHORT" in explained.stdout
    usage = installed.run("resonant-conformance", "--help")
    for command in ("run", "explain", "clause", "report", "verify", "compare", "list", "vectors", "new-adapter"):
        assert f"  {command} " in usage.stdout
    options = installed.run("resonant-conformance", "run", "--help")
    assert "--known-failures" in options.stdout
    assert installed.run("resonant-conformance", "nonsense").returncode == 2


def test_what_can_be_judged_is_listed_and_nothing_wrong_is_installed(installed: Installed) -> None:
    done = installed.run("resonant-conformance", "list")
    assert done.returncode == 0, done.stderr
    assert "\n  wrong:NAME needs a checkout of the suite" in done.stdout
    assert "\n  reference  Python" in done.stdout
    assert "\n  frame      FRM, SPC" in done.stdout
    for name in ("any-magic", "server-crc-not-read"):
        refused = installed.run("resonant-conformance", "run", f"wrong:{name}")
        assert refused.returncode == 4
        assert "ERROR: wrong:NAME needs a checkout of the suite" in refused.stdout + refused.stderr


def test_other_sessions_of_pytest_are_left_alone(installed: Installed) -> None:
    (installed.folder / "test_own.py").write_text("def test_own():\n    assert 1 + 1 == 2\n", "utf-8")
    done = installed.run("pytest", "-q", "test_own.py")
    assert (done.returncode, "1 passed" in done.stdout, "profile" in done.stdout) == (0, True, False)
    assert "Resonant conformance" not in installed.run("pytest", "--help").stdout


def test_a_campaign_says_what_it_lacks_and_runs_once_that_is_there(installed: Installed) -> None:
    arguments = ("campaign", "--impl", "./adapter.toml", "--profile", "quant", "--inputs", "300", "--seed", "1")
    lacking = installed.run("resonant-conformance", *arguments)
    assert lacking.returncode == 2
    assert lacking.stdout == ""
    (line,) = lacking.stderr.splitlines()
    assert line.endswith("-m pip install 'resonant-conformance[campaign]'")
    constraints = installed.folder / "constraints.txt"
    constraints.write_text(without_hashes("requirements-campaign.lock"), "utf-8")
    pip = (str(installed.bin / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check")
    execute(*pip, "install", "-c", str(constraints), "distributed", "cryptography", cwd=installed.folder)
    done = installed.run("resonant-conformance", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "300 inputs, seed 1, 0 findings" in done.stdout
    assert (installed.folder / "campaign-report" / "campaign.html").exists()
