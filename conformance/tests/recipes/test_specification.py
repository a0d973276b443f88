"""The recipes for a dtype, a message type and a profile, followed one after the other in one copy of the project.

Its vectors are made, its tests run and its cases judged once; each recipe's file says what finds a step left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.tests.recipes import test_dtype as dtype
from conformance.tests.recipes import test_message_type as message_type
from conformance.tests.recipes import test_profile as profile
from conformance.tests.recipes.workshop import (
    CLAUSES,
    DOCS,
    LATE,
    REGISTRY,
    VECTORS,
    apply,
    judging,
    own_tests,
    project,
    run,
)

pytestmark = [LATE, pytest.mark.slow, pytest.mark.xdist_group("specification")]

TYPES = 6
"""The message types that there are in the end."""
TESTS = own_tests(
    *REGISTRY,
    *CLAUSES,
    "conformance/tests/test_imports.py",
    "conformance/tests/test_architecture.py",
    "conformance/tests/mutants/general/test_judge.py",
    "vectors/tests/test_data.py",
    "vectors/tests/release/test_canary.py",
    choose="not crate and (test_registry or test_clauses or test_build_order or room or house or product"
    " or two_outcomes or every_profile_and_op or every_module)",
)
"""Those that find a step that is left out, for all of the recipes."""
CHOSEN = "product or dtype or sizes or type or slots or parity"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which the recipes were followed, and what is drawn and made of its specification is."""
    folder = project(tmp_path_factory.mktemp("followed"))
    for recipe in (dtype.RECIPE, message_type.RECIPE, profile.RECIPE):
        apply(recipe, folder)
    run(folder, *DOCS)
    run(folder, *VECTORS)
    return folder


@pytest.fixture(scope="module")
def report(followed: Path) -> Mapping[str, Any]:
    """run.json of its cases."""
    run(followed, *judging("--profile=frame,zstd,xchacha,message,parity", "-k", CHOSEN, "--report=judged"))
    told: dict[str, Any] = json.loads((followed / "judged/run.json").read_bytes())
    return told


def passed(report: Mapping[str, Any]) -> set[str]:
    return {case["id"] for case in report["cases"] if case["outcome"] == "pass"}


def test_its_tests_are_green(followed: Path) -> None:
    run(followed, *TESTS)


def test_a_dtype(followed: Path, report: Mapping[str, Any]) -> None:
    group = json.loads((followed / "vectors/data/frame/decode/product.json").read_bytes())
    assert sum("FRM-99" in case["clauses"] for case in group["cases"]) == TYPES * 2 * 5  # STRONG_TAIL, modalities
    assert "frame/decode/product/think-f32-plain-text" in passed(report)


def test_a_message_type(followed: Path, report: Mapping[str, Any]) -> None:
    assert "message/read/slots/trace-f16" in passed(report)
    run(followed, "-c", message_type.SEND)


def test_a_profile(followed: Path, report: Mapping[str, Any]) -> None:
    assert report["profiles"]["parity"]["passed"] == report["profiles"]["parity"]["planned"] == 4
    run(followed, *profile.MUTANTS)
