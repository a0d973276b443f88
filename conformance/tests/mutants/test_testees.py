"""Wrong implementations by name: each is listed, can be started, and is red by the clause that it breaks."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest
from resonant.describe.clauses import load_clauses

from adapters.driver import Testee
from conformance.mutants.catalogue.table import MUTANTS
from conformance.mutants.engine.patches import applied
from conformance.mutants.testees.registry import TESTEES, WRONG
from conformance.session.implementations import Wrong, find_adapter, wrong_implementations


def test_every_mutant_has_a_name_of_its_own_beside_the_testees() -> None:
    assert len(WRONG) == len(TESTEES) + len(MUTANTS)
    assert [name for name in TESTEES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)] == []


def test_each_testee_breaks_clauses_and_says_how_in_a_sentence() -> None:
    clauses = load_clauses()
    for one in TESTEES.values():
        assert one.clauses, one.name
        assert all(clauses[clause].must for clause in one.clauses)
        assert re.fullmatch(r"[A-Z].*\S\.", one.about), one.about


def test_every_change_can_be_made_and_undone() -> None:
    for one in TESTEES.values():
        with applied(one.change):
            pass
    with ExitStack() as undo:
        for one in TESTEES.values():
            one.change(undo)


def test_the_program_lists_the_registry() -> None:
    expected = [Wrong(one.name, one.clauses, one.about) for one in WRONG.values()]
    assert list(wrong_implementations()) == expected


@pytest.mark.parametrize("name", ["any-magic", MUTANTS[0].id, MUTANTS[-1].id])
def test_it_is_started_by_its_name(name: str) -> None:
    adapter = find_adapter(f"wrong:{name}")
    assert (adapter.name, adapter.about) == (f"wrong:{name}", WRONG[name].about)
    with Testee(adapter) as testee:
        assert testee.hello.name == "resonant"
