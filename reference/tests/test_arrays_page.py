"""The page about arrays stays true: its programs for numpy run; those of frameworks run in reference/frameworks."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from resonant.arrays import FORMS

from reference.tests.support import ROOT

TEXT = (ROOT / "reference" / "arrays.md").read_text("utf-8")


@pytest.mark.slow
def test_the_program_for_numpy_runs() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", TEXT.partition("\n## ")[0], re.S)
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_every_form_has_its_row() -> None:
    assert sorted(re.findall(r'^\| `"(\w+)"` \|', TEXT, re.M)) == sorted(FORMS)


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert len(links) >= 3
    assert [link for link in links if not (ROOT / "reference" / link).exists()] == []
