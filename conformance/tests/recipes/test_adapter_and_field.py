"""The recipes for an adapter, of the template that is filled in, and for a field of run.json, `host`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
JUDGED = judging("--impl=mine", "-k", "crc or hello or sparse_encode")
FIELD: Recipe = {
    "schema": [before("reports/run.schema.json", '    "claims":', '    "host": {"type": "string"},')],
    "value": [before("conformance/session/run_json.py", '        "claims":', '        "host": "here",')],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return project(tmp_path)


@LATE
def test_an_adapter(copy: Path) -> None:
    apply(ADAPTER, copy)
    assert "passed" in run(copy, *JUDGED)


@LATE
@pytest.mark.parametrize("step", left_out(ADAPTER, "test_an_adapter"))
def test_a_step_of_an_adapter_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(ADAPTER, copy, without=step)
    assert command(copy, *JUDGED).returncode


def reported(folder: Path) -> dict[str, Any]:
    """run.json of a run of one case, of which a page can be made."""
    run(folder, *judging("--case=frame/decode/crc/crc-zero", "--report=new"))
    run(folder, "-m", "reports", "new/run.json", "--html", "report.html")
    data: dict[str, Any] = json.loads((folder / "new/run.json").read_bytes())
    return data


@LATE
def test_a_field_of_run_json(copy: Path) -> None:
    apply(FIELD, copy)
    data = reported(copy)
    assert data.pop("host") == "here"
    (copy / "old.json").write_text(json.dumps(data), "utf-8")
    run(copy, "-m", "reports", "old.json", "--html", "report.html")


@LATE
def test_a_field_that_the_schema_does_not_have_is_found(copy: Path) -> None:
    apply(FIELD, copy, without="schema")
    assert command(copy, *judging("--case=frame/decode/crc/crc-zero", "--report=new")).returncode == 0
    assert command(copy, "-m", "reports", "new/run.json", "--html", "report.html").returncode
