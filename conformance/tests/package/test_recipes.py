"""The recipes for CI are of the form that their services read, and give inputs to no shell as text."""

from __future__ import annotations

import re
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
SCRIPTS = [".ci/run", ".ci/engine", "adapters/ci/judge.sh"]


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
