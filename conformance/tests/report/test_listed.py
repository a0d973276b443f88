"""The page of a huge run: bounded, with every number right and every example listed."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from dataclasses import replace

import pytest
from resonant.describe.clauses import load_clauses

from conformance.tests.report.runs import EXAMPLE
from conformance.tests.report.test_causes import entry
from reports import listed
from reports.entry import Entry
from reports.failures import Anchors, Told, passed, told
from reports.html import render
from reports.read import Run, read_run

WRONG = [entry(f"frame/{group}/{at:05}", ("FRM-5",), got="BAD_TYPE") for group in "abc" for at in range(40)]
RIGHT = [entry(f"frame/{group}/{at:05}", ("FRM-5",), outcome="pass") for group in "de" for at in range(30)]


def run_of(*entries: Entry) -> Run:
    return replace(read_run(EXAMPLE), entries=entries)


def failures(most: int, *entries: Entry) -> tuple[Told, ...]:
    (found,) = listed.failures([told(run_of(*entries), load_clauses(), Anchors())], most)
    return found


def sizes(those: Told) -> list[tuple[int, int]]:
    return [(len(group.cases), group.left_out) for group in those.groups]


def test_what_fits_is_listed_whole() -> None:
    (one,) = failures(120, *WRONG)
    assert sizes(one) == [(40, 0)] * 3
    assert one.left_out == 0


def test_of_more_the_first_of_each_group_are_listed_and_the_others_counted() -> None:
    (one,) = failures(60, *WRONG)
    assert sizes(one) == [(16, 24)] * 3
    assert one.count == sum(group.size for group in one.groups) == len(WRONG)
    assert [case.name for case in one.groups[0].cases] == [f"{at:05}" for at in range(16)]


def test_small_groups_stay_whole_beside_large_ones() -> None:
    (one,) = failures(40, *WRONG[:40], *WRONG[40:43])
    assert sizes(one) == [(32, 8), (3, 0)]


def test_the_example_of_a_cause_is_listed_wherever_it_stands() -> None:
    telling = entry("frame/c/zzz", ("FRM-4",), got="BAD_TYPE")
    late = replace(telling, clauses=("FRM-5",))
    few = [replace(one, clauses=("FRM-9", "FRM-5")) for one in WRONG]
    (one,) = (those for those in failures(6, *few, late) if those.example is not None and those.example.name == "zzz")
    assert one.example in [case for group in one.groups for case in group.cases]


def test_more_groups_than_a_page_lists_are_counted() -> None:
    many = [entry(f"frame/{at:03}/a", ("FRM-5",), got="BAD_TYPE") for at in range(100)]
    (one,) = failures(10, *many)
    assert len(one.groups) <= 11
    assert one.left_out == 100 - sum(group.size for group in one.groups) > 0


def test_passed_cases_are_cut_in_the_same_way() -> None:
    groups = passed(run_of(*RIGHT), load_clauses(), Anchors())
    assert listed.passed(groups, 60) == groups
    assert [(len(group.cases), group.left_out) for group in listed.passed(groups, 20)] == [(8, 22), (8, 22)]


def test_a_page_of_a_huge_run_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = render([run_of(*WRONG, *RIGHT)])
    assert "run.json has them all" not in whole
    monkeypatch.setattr(listed.failures, "__defaults__", (60,))
    monkeypatch.setattr(listed.passed, "__defaults__", (20,))
    page = render([run_of(*WRONG, *RIGHT)])
    assert "Of 120 failures 48 are listed here" in page
    assert page.count("24 more: run.json has them all.") == 3
    assert page.count('<li class="case"') == 48
    assert "<summary>60 cases</summary>" in page
    packed = re.findall(r'<div data-packed="([^"]+)"', page)
    inside = zlib.decompress(b64decode(packed[-1])).decode()
    assert inside.count("<li id=") == 16
    assert inside.count("22 more: run.json has them all.") == 2
