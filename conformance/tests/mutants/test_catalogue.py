"""The catalogue of mutants is well-formed, and the suite kills those that are tried here."""

from __future__ import annotations

import gc
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from resonant.describe.clauses import load_clauses

from conformance.model.cases import load_cases
from conformance.mutants.catalogue.table import FAMILIES, MUTANTS
from conformance.mutants.engine import targets as places
from conformance.mutants.engine.kill_matrix import trial_faults
from conformance.mutants.engine.mutant import Kind
from conformance.mutants.engine.patches import applied
from conformance.mutants.engine.trial import suite_of, try_mutant
from conformance.tests.support import ROOT

FOLDER = ROOT / "conformance" / "mutants" / "catalogue"


def test_ids_are_unique_words_with_hyphens() -> None:
    assert [name for name, count in Counter(mutant.id for mutant in MUTANTS).items() if count > 1] == []
    assert [mutant.id for mutant in MUTANTS if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", mutant.id)] == []


def test_each_breaks_a_testable_clause_that_obliges() -> None:
    clauses = load_clauses()
    testable = {name for name, clause in clauses.items() if clause.must and clause.untestable is None}
    assert {mutant.id: mutant.clause for mutant in MUTANTS if mutant.clause not in testable} == {}


def test_each_story_is_a_sentence_or_two() -> None:
    stories = [mutant.story for mutant in MUTANTS]
    assert [story for story in stories if not re.fullmatch(r"[A-Z].*\S\.", story)] == []
    assert [story for story in stories if len(story.split()) < 6 or len(story) > 200] == []


def test_the_mutants_of_a_clause_are_in_one_file() -> None:
    files = defaultdict(set)
    for file, family in FAMILIES.items():
        for mutant in family:
            if mutant.kind == Kind.RULE:  # narrow ones stand apart
                files[mutant.clause].add(file)
    assert {clause: names for clause, names in files.items() if len(names) > 1} == {}


def test_each_file_says_at_its_top_which_clauses_it_breaks() -> None:
    for file, family in FAMILIES.items():
        top = (FOLDER / f"{file}.py").read_text("utf-8").splitlines()[0]
        ranges = re.findall(r"([A-Z]{3})-(\d+)(?: to [A-Z]{3}-(\d+))?", top)
        told = {f"{name}-{n}" for name, first, last in ranges for n in range(int(first), int(last or first) + 1)}
        assert {mutant.clause for mutant in family} <= told, file


def test_every_file_of_mutants_is_in_the_catalogue() -> None:
    paths = [path for path in FOLDER.rglob("*.py") if "\nMUTANTS = (" in path.read_text("utf-8")]
    held = {path.relative_to(FOLDER).with_suffix("").as_posix() for path in paths}
    assert held == set(FAMILIES)


def state() -> dict[tuple[str, str], object]:
    """The value of every name of the reference, and the contents of its classes and tables."""
    found: dict[tuple[str, str], object] = {}
    for module_name, module in places.modules().items():
        for name, value in vars(module).items():
            found[module_name, name] = value.tobytes() if isinstance(value, np.ndarray) else value
            if isinstance(value, type) and value.__module__.startswith(("resonant", module.__name__)):
                found[module_name, f"{name}.*"] = dict(vars(value))
            elif type(value) is dict and name != "__builtins__":
                found[module_name, f"{name}[]"] = dict(value)
    return found


@pytest.mark.slow
def test_each_can_be_made_and_leaves_the_reference_as_it_was() -> None:
    """That each changes anything is a matter of `make mutants`, by which a case fails."""
    places.load_libraries()
    before = state()
    for mutant in MUTANTS:
        with applied(mutant.change):
            pass
    after = state()
    left = [place for place in before.keys() | after.keys() if before.get(place) != after.get(place)]
    assert left == [], "a mutant of one of these left something behind"
    assert after == before


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_the_suite_kills_the_first_mutant_of_each_file_by_a_case_that_cites_its_clause() -> None:
    """`make mutants`, which CI runs, tries all of them, and the reference as it is."""
    some = tuple(family[0] for family in FAMILIES.values())
    cases = [case for case in load_cases() if not case.id.endswith(("@quic", "@webrtc"))]
    suite = suite_of(cases)
    gc.freeze()  # what the search for garbage below need not walk through
    trials = {mutant.id: try_mutant(mutant, suite) for mutant in some}
    gc.collect()  # the sockets that mutants have left open
    assert list(trial_faults(some, trials)) == []
    cited = {case.id: case.clauses for case in cases}
    not_cited = [mutant.id for mutant in some if mutant.clause not in cited[trials[mutant.id].killers[0]]]
    assert not_cited == []


def test_files_are_short() -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in Path(FOLDER).rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 250} == {}
