"""The table of classes in vectors/README.md is true: every class has its case, and no case is large in vain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from resonant.describe.registry import registry

from vectors.classes import coverage
from vectors.classes.coverage import KINDS, README, fresh, large_groups, main, missing
from vectors.classes.table import LARGE, ROWS
from vectors.classes.view import BY_PEERS, View, views

pytestmark = pytest.mark.xdist_group("classes")


@cache
def cases() -> tuple[View, ...]:
    return tuple(views())


def of(op: str) -> Iterator[View]:
    return (case for case in cases() if case.op == op)


@pytest.mark.parametrize("op", ROWS)
def test_every_class_has_a_case(op: str) -> None:
    assert list(missing(of(op), {op: ROWS[op]})) == []


def test_every_op_without_state_and_every_profile_of_dialogues_has_its_rows() -> None:
    assert {case.op for case in cases()} == set(ROWS)
    profiles = registry().profiles
    ops = {one for profile in profiles.values() for one in profile.ops}
    dialogues = {BY_PEERS.get(name, name) for name, profile in profiles.items() if profile.dialogues}
    assert ops | dialogues >= set(ROWS)


def test_every_row_is_of_a_kind_and_wants_something() -> None:
    for op, rows in ROWS.items():
        for row in rows:
            assert row.kind in KINDS, op
            assert len(row.accepted) + len(row.rejected) > 0, row.about


def test_a_class_that_loses_its_last_case_is_told() -> None:
    kept = [case for case in of("decode") if not (case.code == "BAD_RANK" and case.header.get("type") == 3)]
    told = list(missing(kept, {"decode": ROWS["decode"]}))
    assert "decode: code × type × STRONG_TAIL: ('BAD_RANK', 3, 4) is not rejected by any case" in told


def test_a_dialogue_that_was_the_last_of_its_class_is_told() -> None:
    kept = [case for case in of("stream") if not case.id.startswith("stream/sequences/mixtures/server-")]
    told = list(missing(kept, {"stream": ROWS["stream"]}))
    assert len(told) >= 15
    assert all("every mixture of two streams" in line and "'server'" in line for line in told)


def test_a_case_that_changes_sides_is_told() -> None:
    turned = [replace(case, code="" if case.code else "BAD_SPACE_ID") for case in of("space_hash")]
    assert list(missing(turned, {"space_hash": ROWS["space_hash"]})) != []


def test_large_cases_are_where_size_is_the_subject() -> None:
    assert large_groups() == set(LARGE)


@pytest.mark.slow
def test_the_readme_has_the_tables_as_they_are_now(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coverage, "views", cases)  # the same ones, taken apart already
    assert fresh(README.read_text("utf-8")) == README.read_text("utf-8")
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_a_readme_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="no <!-- classes -->"):
        fresh("# Vectors\n")
