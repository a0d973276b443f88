"""The recipes for CI are of the form that their services read, and give inputs to no shell as text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.tests.support import ROOT

FILES = [
    ("vendor.github-actions", "action.yml"),
    ("vendor.gitlab-ci", "adapters/ci/gitlab.yml"),
    ("vendor.github-workflows", "adapters/template/common/.github/workflows/conformance.yml"),
]
SCRIPTS = [".ci/run", ".ci/beside", ".ci/nightly", ".ci/engine", "adapters/ci/judge.sh"]


@pytest.mark.parametrize(("schema", "name"), FILES)
def test_the_file_fits_the_schema_of_its_service(schema: str, name: str) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / name)]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_gives_its_inputs_by_the_environment_alone() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    commands = re.findall(r"^\s+run: (.*)", text, re.MULTILINE)
    assert commands == ['bash "$RESONANT_SUITE/adapters/ci/judge.sh"']
    told = set(re.findall(r"RESONANT_[A-Z_]+", (ROOT / "adapters" / "ci" / "judge.sh").read_text("utf-8")))
    assert set(re.findall(r"^\s+(RESONANT_[A-Z_]+):", text, re.MULTILINE)) == told


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_none_of_the_usual_mistakes_of_shell(name: str) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([str(shellcheck), str(ROOT / name)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


FORMS = ("PATH/TO/THE/CHECKOUT", "pip wheel --no-deps PATH/TO/THE/CHECKOUT", "git+https://HOST/OWNER/REPOSITORY@COMMIT")
TELLS_HOW_TO_INSTALL = ["README.md", "adapters/ci/judge.sh", "adapters/template/common/README.md"]


@pytest.mark.parametrize("name", TELLS_HOW_TO_INSTALL)
def test_what_can_be_installed_is_said_alike_everywhere(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert [form for form in FORMS if form not in text] == []


def test_nothing_is_installed_from_an_index_that_does_not_have_it() -> None:
    for name in (*TELLS_HOW_TO_INSTALL, *(name for _, name in FILES)):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"(install|SUITE(:|=|:-)) *\"?resonant-conformance", text), name


def recipe(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def pretended(tmp_path: Path) -> Path:
    """A checkout whose path has a space, and a python3 on PATH that writes down what it is asked to install."""
    checkout = tmp_path / "my clone"
    (checkout / "adapters" / "ci").mkdir(parents=True)
    shutil.copy(ROOT / "adapters" / "ci" / "judge.sh", checkout / "adapters" / "ci")
    shutil.copy(ROOT / "pyproject.toml", checkout)
    (tmp_path / "python3").write_text(PYTHON, "utf-8")
    (tmp_path / "python3").chmod(0o755)
    work = tmp_path / "their work"
    work.mkdir()
    (work / "adapter.toml").touch()
    return tmp_path


PYTHON = """\
#!/bin/sh
[ "$2" = venv ] || exit 0
mkdir -p .resonant/bin
printf '#!/bin/sh\\nfor last; do :; done; echo "installed: $last"\\n' > .resonant/bin/python
printf '#!/bin/sh\\necho "called: $*"\\nexit 3\\n' > .resonant/bin/resonant-conformance
chmod +x .resonant/bin/python .resonant/bin/resonant-conformance
"""


def judged(pretended: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{pretended}{os.pathsep}{os.environ['PATH']}"
    return recipe(pretended / "their work", line, **{"PATH": path, **environment})


def test_the_recipe_installs_the_checkout_that_it_is_in(pretended: Path) -> None:
    done = judged(pretended, "bash '../my clone/adapters/ci/judge.sh'", RESONANT_ARGS="-q -n 2")
    assert f"installed: {(pretended / 'my clone').resolve()}\n" in done.stdout
    assert "called: run --impl adapter.toml --report conformance-report -q -n 2\n" in done.stdout
    assert done.returncode == 3


def test_the_recipe_installs_what_it_is_told_to(pretended: Path) -> None:
    (pretended / "their work" / "suite").mkdir()
    for told, installed in (
        ("suite", str((pretended / "their work" / "suite").resolve())),
        ("git+https://example.org/a/b@c0ffee", "git+https://example.org/a/b@c0ffee"),
    ):
        shutil.rmtree(pretended / "their work" / ".resonant", ignore_errors=True)
        done = judged(pretended, "bash '../my clone/adapters/ci/judge.sh'", RESONANT_SUITE=told)
        assert f"installed: {installed}\n" in done.stdout, done.stderr


def test_a_copy_of_the_recipe_asks_for_the_suite_before_anything_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "adapters" / "ci" / "judge.sh", tmp_path)
    done = recipe(tmp_path, "bash judge.sh")
    (line,) = done.stderr.splitlines()
    assert line.startswith("judge.sh: set RESONANT_SUITE to what pip is to install")
    assert (done.returncode, [path.name for path in tmp_path.iterdir()]) == (2, ["judge.sh"])


def test_a_folder_of_that_name_that_is_no_environment_is_kept(pretended: Path) -> None:
    kept = pretended / "their work" / ".resonant" / "mine"
    kept.parent.mkdir()
    kept.touch()
    done = judged(pretended, "bash '../my clone/adapters/ci/judge.sh'")
    assert (done.returncode, kept.exists()) == (2, True)
    assert "move it away" in done.stderr


def test_the_job_of_gitlab_fetches_the_repository_and_calls_the_recipe(pretended: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(pretended / "my clone")]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    text = (ROOT / "adapters" / "ci" / "gitlab.yml").read_text("utf-8")
    script = re.findall(r"^    - (.*)", text.partition("  script:\n")[2].partition("  artifacts:")[0], re.MULTILINE)
    variables = dict(re.findall(r"^    (RESONANT_[A-Z]+): \"?([^\s\"]*)", text, re.MULTILINE))
    variables |= {"RESONANT_REPOSITORY": str(pretended / "my clone")}
    for _ in range(2):  # a runner may keep the folder from one job to the next
        shutil.rmtree(pretended / "their work" / ".resonant", ignore_errors=True)
        done = judged(pretended, "set -e\n" + "\n".join(script), **variables)
        assert f"installed: {(pretended / 'their work' / '.resonant-suite').resolve()}\n" in done.stdout, done.stderr
        assert "called: run --impl adapter.toml --report conformance-report\n" in done.stdout


STUBS = {
    "python3": '#!/bin/sh\n[ "$1" = -m ] || exit 0\n'
    'mkdir -p .resonant/bin\ncp "$STUBS/python" "$STUBS/resonant-conformance" .resonant/bin\n',
    "python": "#!/bin/sh\n",
    "resonant-conformance": "#!/bin/sh\n"
    '[ "$1" = run ] || exit "$REPORTED"\nmkdir -p conformance-report\n>conformance-report/run.json\nexit "$JUDGED"\n',
}
"""The programs that the recipe for any CI starts: a Python that makes an environment, its pip, and the suite."""


@pytest.mark.parametrize(("judged", "reported", "status"), [("0", "0", 0), ("1", "0", 1), ("4", "3", 4), ("0", "3", 1)])
def test_the_status_of_the_recipe_for_any_ci_is_that_of_the_run_or_of_its_report(
    tmp_path: Path, judged: str, reported: str, status: int
) -> None:
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name, text in STUBS.items():
        (stubs / name).write_text(text, "utf-8")
        (stubs / name).chmod(0o755)
    (tmp_path / "adapter.toml").touch()
    environment = {"JUDGED": judged, "REPORTED": reported, "STUBS": str(stubs)}
    done = subprocess.run(
        ["bash", str(ROOT / "adapters" / "ci" / "judge.sh")],
        cwd=tmp_path,
        env={**environment, "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status, done.stderr
