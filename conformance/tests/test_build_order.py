"""The build order on the first page of specs/ is true: its ops, its options, and about how many cases each step has."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import pytest
from resonant.describe.clauses import load_clauses

from conformance.model.cases import Case, load_cases
from conformance.model.profiles import NEEDS, PROFILES
from conformance.tests.support import ROOT
from conformance.tests.tables import names, table

SPECS = ROOT / "specs"
CASES = load_cases()
ROWS = table((SPECS / "README.md").read_text("utf-8"), "| step | read | ops to add |")
PROTOCOL = table((SPECS / "testee.md").read_text("utf-8"), "| op |")


def options(row: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The profile that a step names, and the words of which -k wants one, or with `not` before it does not want."""
    (line,) = names(row[4])
    words = shlex.split(line)
    assert words[0] == "--profile"
    assert words[2:3] in ([], ["-k"])
    return words[1], tuple(part for text in words[3:] for part in text.split(" or "))


def selected(row: Sequence[str]) -> list[Case]:
    profile, words = options(row)
    return [case for case in CASES if case.profile == profile and (not words or any(wants(one, case) for one in words))]


def wants(word: str, case: Case) -> bool:
    unwanted = word.removeprefix("not ")
    return word in case.id if unwanted == word else unwanted not in case.id


def added(row: Sequence[str]) -> list[str]:
    """The ops that a step adds; those that it only extends stand behind a semicolon."""
    return [op for op in row[2].partition(";")[0].split(", ") if op != "none"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[4])
def test_about_as_many_cases_wait_as_the_step_says(row: list[str]) -> None:
    said = int(re.fullmatch(r"about ([\d,]+)", row[3])[1].replace(",", ""))  # type: ignore[index]
    assert 0.75 < said / len(selected(row)) < 1.25


def test_every_case_waits_at_one_step() -> None:
    assert sorted(case.id for row in ROWS for case in selected(row)) == sorted(case.id for case in CASES)


def test_every_profile_and_every_op_of_a_profile_has_its_step() -> None:
    assert {options(row)[0] for row in ROWS} == set(PROFILES)
    ops = [(names(row[0])[0], names(row[1])[0]) for row in PROTOCOL if names(row[1])]
    assert sorted((op, options(row)[0]) for row in ROWS for op in added(row)) == sorted(ops)


def test_a_step_comes_after_the_profiles_that_its_own_needs() -> None:
    order = [options(row)[0] for row in ROWS]
    found = [(needed, profile) for profile, all_needed in NEEDS.items() for needed in all_needed]
    assert found
    assert all(order.index(needed) < order.index(profile) for needed, profile in found)


def test_what_a_step_says_to_read_is_there() -> None:
    found = [
        place for row in ROWS for place in re.findall(r"\b([\w-]+\.md)(?!\])\)?(?:[a-z, ]*section (\d+))?", row[1])
    ]
    assert {page for page, _ in found} == {clause.file for clause in load_clauses().values()}
    sections = [(page, section) for page, section in found if section]
    assert len(sections) >= 6
    for page, section in sections:
        assert f"\n## {section}. " in (SPECS / page).read_text("utf-8"), f"{page} has no section {section}"
