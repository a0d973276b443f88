"""The suite, installed in an empty folder of somebody who has only the wheel, or only the source archive."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest
from resonant.describe.registry import registry

from conformance.model.cases import load_cases
from conformance.model.transports import LIBRARIES
from conformance.tests.support import ROOT, replayed, replays
from conformance.tests.tools.package.installing import SITE, Installed, execute, link, recipe
from conformance.tests.tools.test_new_adapter import FILLED
from conformance.tools.new_adapter import LANGUAGES, write_adapter
from conformance.tools.package.tree import NAME, write_tree

LATE = pytest.mark.late("builds the archives, installs the suite from one of them and starts each program anew")
pytestmark = [LATE, pytest.mark.slow, pytest.mark.xdist_group("installed")]

ADAPTER = """\
name = "mine"
about = "somebody's implementation"
launch = "process"
run = ["{python}", "{testee}"]
"""
CLAIMS = ("sparse", "rs")
FEW = ("--profile", "sparse", "-k", "sparse_encode/counts", "-q")
KEPT = {"hello", "stop", *(case.op for case in load_cases() if case.needs <= {*CLAIMS})}
CLAIMS_LESS = """\
import sys
sys.path.insert(0, {folder!r})
import ops, testee
ops.PROFILES = {claims!r}
for name in ops.OPS.keys() - {kept!r}:
    del ops.OPS[name]
testee.main()
"""


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    execute(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    return folder


@pytest.fixture(scope="session")
def requirements(archives: Path) -> list[str]:
    """The requirements of the wheel."""
    (wheel,) = archives.glob("*.whl")
    with ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(archive.read(name).decode()).get_all("Requires-Dist", [])


@pytest.fixture(scope="session")
def needed(requirements: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages that the wheel needs without an extra."""
    folder = tmp_path_factory.mktemp("needed")
    link(folder, [one for one in requirements if "extra ==" not in one])
    return folder


@pytest.fixture(scope="session")
def by_recipe(
    archives: Path, needed: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """An empty folder but for an adapter of somebody's own, in which the recipe for any CI installed the wheel."""
    (wheel,) = archives.glob("*.whl")
    folder = tmp_path_factory.mktemp("empty")
    testee = folder / ".resonant" / SITE / "resonant_conformance" / "adapters" / "reference" / "testee.py"
    (folder / "adapter.toml").write_text(ADAPTER.replace("{testee}", str(testee)), "utf-8")
    (folder / "less").mkdir()
    less = CLAIMS_LESS.format(folder=str(testee.parent), claims=CLAIMS, kept=KEPT)
    (folder / "less" / "testee.py").write_text(less, "utf-8")
    (folder / "less" / "adapter.toml").write_text(ADAPTER.replace("{testee}", "testee.py"), "utf-8")
    given = {
        "RESONANT_SUITE": str(wheel),
        "RESONANT_ARGS": "--profile sparse -k sparse_encode -q",
        "RESONANT_REPORT": "by-recipe",
    }
    return folder, recipe(folder, {**given, "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PYTHONPATH": str(needed)})


@pytest.fixture(scope="session")
def installed(by_recipe: tuple[Path, subprocess.CompletedProcess[str]], needed: Path) -> Installed:
    """The suite, installed from the wheel, with an adapter of somebody's own."""
    folder, done = by_recipe
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(folder, needed)


@pytest.fixture(scope="session")
def by_readme(installed: Installed) -> list[subprocess.CompletedProcess[str]]:
    """The lines of README for CI: the first is a whole run of an adapter that claims a part, by a plan of a profile."""
    adapter = "./less/adapter.toml"
    options = ("-q", "-n", "2", "--profile", "sparse", "--plan", "plan.json", "--write-plan")
    planned = installed.run("pytest", "--pyargs", "resonant_conformance", f"--impl={adapter}", *options)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "warning" not in planned.stdout
    _, _, section = (ROOT / "README.md").read_text("utf-8").partition("\n## In your CI\n")
    lines = re.findall(r"^resonant-conformance .*", section, re.MULTILINE)
    assert [line.split()[1] for line in lines] == ["run", "report", "statement"]
    assert "./adapter.toml" in lines[0]
    (installed.folder / "known.toml").write_text("known = []\n", "utf-8")
    return [installed.run(*shlex.split(line.replace("./adapter.toml", adapter))) for line in lines]


def test_the_wheel_that_the_source_archive_gives_is_the_suite_of_the_checkout(archives: Path, tmp_path: Path) -> None:
    (wheel,) = archives.glob("*.whl")
    write_tree(ROOT, tmp_path / NAME)
    shutil.copytree(ROOT / "reference" / "resonant", tmp_path / "resonant", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(ROOT / "specs", tmp_path / "resonant" / "specs")
    with ZipFile(wheel) as archive:
        held = {Path(name): archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}
    assert len(held) > 500
    assert held == contents(tmp_path)


def test_the_wheel_adds_two_packages_and_nothing_else(archives: Path) -> None:
    (wheel,) = archives.glob("*.whl")
    with ZipFile(wheel) as archive:
        names = {name.partition("/")[0] for name in archive.namelist()}
    assert names == {"resonant", "resonant_conformance", wheel.name.rpartition("-py3")[0] + ".dist-info"}


def test_each_op_of_every_profile_is_judged(installed: Installed) -> None:
    chosen = {(case.profile, case.op): case.id for case in load_cases() if not case.needs & LIBRARIES.keys()}
    assert {profile for profile, _ in chosen} == set(registry().profiles) - LIBRARIES.keys()
    options = [f"--case={case}" for case in chosen.values()]
    done = installed.run("resonant-conformance", "run", "./adapter.toml", "-q", "--report", "each", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    run = json.loads((installed.folder / "each" / "run.json").read_text("utf-8"))
    assert {case["id"]: case["outcome"] for case in run["cases"]} == dict.fromkeys(chosen.values(), "pass")


def test_a_whole_run_judges_all_that_is_claimed(
    by_readme: list[subprocess.CompletedProcess[str]], installed: Installed
) -> None:
    assert by_readme[0].returncode == 0, by_readme[0].stdout + by_readme[0].stderr
    run = json.loads((installed.folder / "out" / "run.json").read_text("utf-8"))
    assert run["adapter"] == "mine"
    rows = {name: row for name, row in run["profiles"].items() if row["executed"]}
    assert {name: row["passed"] == row["executed"] > 200 for name, row in rows.items()} == dict.fromkeys(CLAIMS, True)


def test_the_programs_of_the_references_readme_run(installed: Installed) -> None:
    """Those without a file name; one of them talks to a peer over UDP."""
    programs = re.findall(r"^```python\n(.*?)^```", (ROOT / "reference/README.md").read_text("utf-8"), re.M | re.S)
    assert any("resonant.asyncio" in program for program in programs)
    for program in programs:
        done = installed.run("python", "-c", program)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_judges_one_profile(installed: Installed) -> None:
    done = installed.run("resonant-conformance", "run", "--impl", "adapter.toml", *FEW)
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


def test_a_campaign_says_what_it_lacks_and_runs_once_that_is_there(
    installed: Installed, requirements: list[str]
) -> None:
    arguments = ("campaign", "--impl", "./adapter.toml", "--profile", "quant", "--inputs", "300", "--seed", "1")
    lacking = installed.run("resonant-conformance", *arguments)
    assert lacking.returncode == 2
    assert lacking.stdout == ""
    (line,) = lacking.stderr.splitlines()
    assert line.endswith("-m pip install 'resonant-conformance[campaign]'")
    link(installed.needed, [one for one in requirements if re.search("extra == .campaign.", one)])
    done = installed.run("resonant-conformance", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "300 inputs, seed 1, 0 findings" in done.stdout
    assert (installed.folder / "campaign-report" / "campaign.html").exists()
