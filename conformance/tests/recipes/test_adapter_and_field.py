"""The recipes for an adapter, of the template that is filled in, and for a field of run.json, `host`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conformance.tests.recipes.workshop import (
    LATE,
    Recipe,
    apply,
    before,
    command,
    judging,
    left_out,
    new_file,
    project,
    run,
)
from conformance.tests.support import ROOT
from conformance.tests.test_readme import FILLED
from conformance.tools.new_adapter import LANGUAGES, TEMPLATES

TEMPLATE = TEMPLATES / "python"

ADAPTER: Recipe = {
    "adapter.toml": [new_file("adapters/mine/adapter.toml", (TEMPLATE / "adapter.toml").read_text("utf-8"))],
    "testee": [
        new_file("adapters/mine/testee.py", (TEMPLATE / "testee.py").read_text("utf-8")),
        new_file("adapters/mine/yours.py", FILLED.read_text("utf-8")),
        *(new_file(f"adapters/mine/{path}", text) for path, text in LANGUAGES["python"].kit.texts().items()),
    ],
}
JUDGED = judging("--impl=mine", "--profile=frame,sparse", "-k", "decode/crc or hello or sparse_encode/values")
SCHEMA = "reports/run.schema.json"
FIELD: Recipe = {
    "schema": [before(SCHEMA, '    "claims":', '    "host": {"type": "string"},')],
    "value": [before("conformance/session/run_json.py", '        "claims":', '        "host": "here",')],
}


def page(name: str) -> tuple[str, ...]:
    """The command that makes a page of a run file."""
    return ("-m", "reports", name, "--html", "report.html")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return project(tmp_path)


@LATE
@pytest.mark.parametrize("step", left_out(ADAPTER, "test_an_adapter_and_a_field_of_run_json"))
def test_a_step_of_an_adapter_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(ADAPTER, copy, without=step)
    assert command(copy, *JUDGED).returncode


@LATE
def test_an_adapter_and_a_field_of_run_json(copy: Path) -> None:
    apply(ADAPTER, copy)
    apply(FIELD, copy)
    assert "passed" in run(copy, *JUDGED, "--report=new")
    run(copy, *page("new/run.json"))
    data = json.loads((copy / "new/run.json").read_bytes())
    assert data.pop("host") == "here"
    (copy / "old.json").write_text(json.dumps(data), "utf-8")
    run(copy, *page("old.json"))
    shutil.copy(ROOT / SCHEMA, copy / SCHEMA)  # which does not have the field
    assert command(copy, *page("new/run.json")).returncode
