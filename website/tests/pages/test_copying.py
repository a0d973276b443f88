"""Copies of a case: the tests among them run, and fail where the implementation is wrong."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from resonant.describe.registry import registry

from website.tests.pages.conftest import Opener
from website.tests.pages.copied import FAILED, WRONG, copies, sample, spoiled

NIGHTLY = {"Rust"}
"""Languages whose compiler takes longest."""


def copied(opener: Opener, path: str, label: str) -> str:
    page = opener.go(opener.window(), f"vectors/{path}")
    row = page.locator(f"[id='{path.partition('#')[2]}'] .copies")
    row.get_by_role("button", name=label, exact=True).click()
    expect(row.locator(".code")).to_be_visible()
    return row.locator(".code").text_content() or ""


@pytest.mark.parametrize("language", FAILED)
def test_copied_tests_of_every_op_run_and_bite(tmp_path: Path, language: str) -> None:
    if os.environ.get("PAGES") != "all" and language in NIGHTLY:
        pytest.skip("takes a compiler that is slow: PAGES=all runs it, every night")
    right = sample()
    cases = [*right, *map(spoiled, right)]
    assert {case["op"] for case in right} == stateless()
    texts = [made[f"{language} test"] for made in copies(cases, tmp_path)]
    folder = tmp_path / "tests"
    folder.mkdir()
    failed = sorted(map(plain, FAILED[language](texts, folder)))
    assert failed == sorted(plain(case["id"]) for case in cases if case["id"].endswith(WRONG))


def plain(name: str) -> str:
    """A name of a case or of its test in any language, without what languages do to it."""
    return re.sub(r"^test|[^a-z0-9]", "", name.lower())


def stateless() -> set[str]:
    """The ops that say all in one request."""
    ops = {op for profile in registry().profiles.values() for op in profile.ops}
    return {op for op in ops if not op.startswith("peer_") and op not in ("hello", "stop", "reset")}


def test_any_case_is_a_vector_file_and_a_command(opener: Opener) -> None:
    path = "quant/quantize/blocks.html#q4-scale-per-tensor"
    file = json.loads(copied(opener, path, "JSON"))
    assert (file["profile"], file["op"], len(file["cases"])) == ("quant", "quantize", 1)
    assert "--case quant/quantize/blocks/q4-scale-per-tensor" in copied(opener, path, "command")


def test_a_dialogue_says_how_it_is_run_over_each_transport(opener: Opener) -> None:
    path = "stream/corners.html"
    page = opener.go(opener.window(), f"vectors/{path}")
    name = page.locator(".vector").first.get_attribute("id")
    text = copied(opener, f"{path}#{name}", "command")
    assert f"make conformance IMPL=rust ARGS='--case stream/corners/{name}'" in text
    assert f"/{name}@tcp" in text
