"""General mutants: which cases are tried on one, in which order, and what comes of it."""

from __future__ import annotations

from functools import partial

import pytest

from conformance.model.cases import load_cases
from conformance.mutants.engine.price import by_price
from conformance.mutants.general import judge
from conformance.mutants.general.journal import Verdict
from conformance.mutants.general.judge import PACKAGE, Task, judged, module_of, prepared
from conformance.mutants.general.mutant import ROOT, Mutant
from conformance.mutants.general.schedule import Killers, in_order, profiles_of, profiles_of_crate
from conformance.mutants.general.survivors import load_survivors

QUANT = "reference/resonant/tensor/quant.py"
ADD = Mutant("a.py", "add", "return a + b", "return a - b")


def of_reference(old: str, new: str, file: str = QUANT) -> Mutant:
    source = (ROOT / file).read_text("utf-8")
    assert source.count(old) == 1
    return Mutant(file, "", old, new, source.replace(old, new))


@pytest.mark.slow
def test_the_cases_of_the_module_come_first_and_none_is_left_out() -> None:
    cases = by_price(load_cases())
    likely = "frame/decode/sizes/size-33"
    ordered = in_order(cases, profiles_of("tensor/quant"), [likely])
    assert {case.id for case in ordered} == {case.id for case in cases}
    assert ordered[0].id == likely
    first = [case.profile in ("quant", "message") for case in ordered[1:]]
    assert first == sorted(first, reverse=True)
    assert profiles_of("peer/state/replay_window") == ("handshake", "stream")
    assert profiles_of_crate("adapters/rust/resonant-protocol/src/transform/zstd.rs") == ("zstd", "xchacha")
    assert profiles_of_crate("adapters/rust/resonant-protocol/src/error.rs") == ("frame",)


def test_what_killed_a_mutant_or_its_neighbours_is_tried_first() -> None:
    killers = Killers({ADD.name: "killed-it-before"})
    other = Mutant("a.py", "other", "1", "2")
    neighbour = Mutant("a.py", "add", "1", "2")
    killers.add(other, "of-the-file")
    killers.add(neighbour, "of-the-function")
    assert killers.likely(ADD) == ["killed-it-before", "of-the-function", "of-the-file"]
    assert killers.likely(Mutant("b.py", "add", "1", "2")) == []


def test_every_module_of_the_reference_has_profiles_or_a_reason() -> None:
    outside = load_survivors().outside
    for path in PACKAGE.rglob("*.py"):
        file = path.relative_to(ROOT).as_posix()
        assert file in outside or profiles_of(module_of(file)) is not None, file


def given(mutant: Mutant | None) -> Mutant | None:
    return mutant


@pytest.mark.slow
@pytest.mark.late("mutants that hang take seconds of the processor; the next test judges others in a few cases")
def test_the_vectors_kill_mutants_and_those_that_hang_and_leave_the_reference_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some in the code of a function, which is put in place, and others in what is run when a module is imported."""
    monkeypatch.setattr(judge, "CASE_LIMIT_S", 1.0)
    code = "    expected = count if bits == 8"
    dead = of_reference(code, code.replace("8", "4"))
    mutants = {
        "same": of_reference("BLOCK = 32", "BLOCK = 16 + 16"),
        "constant": of_reference("BLOCK = 32", "BLOCK = 33"),
        "function": dead,
        "hangs in a case": of_reference(code, f"    while bits == 8:\n        pass\n{code}"),
        "hangs": of_reference("BLOCK = 32", "BLOCK = 32\nwhile True:\n    pass\n"),
        "nothing": None,
    }
    cases = by_price(case for case in load_cases() if case.profile == "quant")
    bench = prepared(cases[::5], 2.0)
    assert not bench.coverage.failing
    tasks = [Task(key, QUANT, partial(given, one)) for key, one in mutants.items()]
    tasks.append(Task("owes no case", QUANT, partial(given, dead), owed=()))
    found = {entry.key: entry for entry in judged(tasks, bench, Killers({}), jobs=2, size=None)}
    assert {key for key, entry in found.items() if entry.verdict is Verdict.SURVIVES} == {"same", "owes no case"}
    assert {key for key, entry in found.items() if entry.verdict is Verdict.NONE} == {"nothing"}
    killers = {key: entry.killer for key, entry in found.items() if entry.verdict is Verdict.KILLED}
    assert killers.pop("hangs") == ""
    assert set(killers.values()) <= {case.id for case in cases}


@pytest.mark.slow
def test_as_many_mutants_are_judged_as_are_wanted() -> None:
    bench = prepared([case for case in load_cases() if case.profile == "quant"][:3], 8.0)
    same = of_reference("BLOCK = 32", "BLOCK = 16 + 16")
    tasks = [Task(f"{at}", QUANT, partial(given, same if at % 2 else None)) for at in range(20)]
    entries = list(judged(tasks, bench, Killers({}), jobs=2, size=3))
    assert sum(entry.verdict is not Verdict.NONE for entry in entries) == 3
