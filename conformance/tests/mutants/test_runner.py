"""A run of mutants reports survivors, clauses without mutants and faults that are not small, also by its status."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from resonant.describe.clauses import Clause

from conformance.model.cases import Case, load_cases
from conformance.mutants import __main__ as command
from conformance.mutants.catalogue.table import MUTANTS
from conformance.mutants.engine.kill_matrix import KillMatrix, faults
from conformance.mutants.engine.mutant import Kind, Mutant
from conformance.mutants.engine.patches import Change, edited, inserted, replaced
from conformance.mutants.engine.report import report_data, write_report
from conformance.mutants.engine.short_campaign import answered_batches, finding_of
from conformance.mutants.engine.show import all_lines, some_lines
from conformance.mutants.engine.trial import Trial, failures, suite_of, try_mutant
from conformance.mutants.runner import run_trials
from conformance.mutants.testees.registry import TESTEES, UNCLAIMED, proved_by_testees
from conformance.tests.support import ROOT, case_of, closed, header_bytes
from conformance.tools.progress import Progress

SCHEMA = json.loads((ROOT / "reports" / "mutants.schema.json").read_bytes())
ENVELOPE = "frame.header.check_envelope"
SHORT = "if size < MIN_FRAME_BYTES:"
CASES = tuple(case for case in load_cases() if case.profile == "frame" and case.op == "decode")


def mutant(change: Change, clause: str = "FRM-25", name: str = "planted-fault") -> Mutant:
    return Mutant(name, clause, "Somebody has planted this.", change)


HARMLESS = mutant(inserted(ENVELOPE, SHORT, "size += 0"), name="harmless-change")
OFF_BY_ONE = mutant(edited(ENVELOPE, SHORT, "if size <= MIN_FRAME_BYTES:"), name="off-by-one")
NEVER_CHECKED = mutant(edited(ENVELOPE, SHORT, "if False:"), name="never-checked")
WRECK = mutant(replaced(ENVELOPE, lambda _data: 1 // 0), name="whole-wreck")
STALE = mutant(edited(ENVELOPE, "what is gone", ""), name="stale-change")


def tried(mutants: Sequence[Mutant], cases: Sequence[Case] = CASES, *, full: bool = False) -> dict[str, Trial]:
    suite = suite_of(cases)
    return {one.id: try_mutant(one, suite, full=full) for one in mutants}


def test_the_campaign_is_asked_about_what_no_vector_kills(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two survivors one is shown by an input of the campaign, and so is accounted for."""
    left = {one.id: Trial(one.id) for one in MUTANTS}
    monkeypatch.setattr(command, "run_trials", lambda mutants, **_: ({one.id: left[one.id] for one in mutants}, ()))
    finds = {"length-33-refused": "frame/faults, input 3 of batch 0"}
    monkeypatch.setattr(command, "ask_campaign", lambda mutants, **_: {m.id: finds.get(m.id, "") for m in mutants})
    assert command.main(["--only", "length-33-refused", "--campaign"]) == command.PROVED
    assert "by no vector; the campaign finds it with frame/faults, input 3" in capsys.readouterr().out
    assert command.main(["--only", "length-33-refused"]) == command.NOT_PROVED
    assert command.main(["--only", "length-32-accepted", "--campaign"]) == command.NOT_PROVED


def test_the_campaign_alone_says_how_many_of_each_kind_it_finds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ask_campaign", lambda mutants, **_: {m.id: "x" * (m.id[0] == "l") for m in mutants})
    assert command.main(["--only", "FRM-25", "--campaign-only"]) == command.PROVED
    lines = capsys.readouterr().out.splitlines()
    mine = [one for one in MUTANTS if one.clause == "FRM-25"]
    assert len(lines) > len(mine)
    assert all(any(one.id in line for line in lines) for one in mine)
    rules = [one for one in mine if one.kind is Kind.RULE]
    assert f"rule: the campaign finds {sum(one.id[0] == 'l' for one in rules)} of {len(rules)}" in lines


def test_an_input_of_the_campaign_shows_a_fault_and_none_a_harmless_change() -> None:
    few = answered_batches(inputs=250)
    assert finding_of(WRECK, few) == "frame/faults, input 0 of batch 0"
    assert finding_of(HARMLESS, few) == ""


def clause(name: str, text: str = "A receiver MUST obey.", untestable: str | None = None) -> Clause:
    return Clause(name, text, untestable, "frame.md", 1)


def matrix(mutants: Sequence[Mutant], cases: Sequence[Case] = CASES, **changes: Any) -> KillMatrix:
    """The account of these mutants, with FRM-25 the only clause and no code to be killed by."""
    made = KillMatrix(mutants, tried(mutants, cases), cases, {"FRM-25": clause("FRM-25")}, {}, (), full=False)
    return replace(made, **changes)


def found(of: KillMatrix) -> list[str]:
    """The faults but for those of codes."""
    return [fault for fault in faults(of) if "cases that expect it have killed" not in fault]


def test_a_fault_is_killed_by_the_cheapest_case_of_its_clause() -> None:
    trial = tried([OFF_BY_ONE])["off-by-one"]
    (killer,) = trial.killers
    case = next(case for case in CASES if case.id == killer)
    assert "FRM-25" in case.clauses
    assert case.input["frame"].startswith("01")
    assert len(case.input["frame"]) == 2 * 33
    assert found(matrix([OFF_BY_ONE])) == []


def test_only_cases_of_its_clause_can_kill_it() -> None:
    elsewhere = mutant(OFF_BY_ONE.change, clause="FRM-26", name="of-another-clause")
    assert tried([elsewhere])["of-another-clause"].killers == ()


def test_in_full_mode_every_case_of_the_clause_is_tried() -> None:
    quick, full = (tried([NEVER_CHECKED], full=mode)["never-checked"].killers for mode in (False, True))
    assert len(quick) == 1
    assert full[:1] == quick
    assert len(full) > 60


def test_a_survivor_is_named_with_its_story_and_what_to_do() -> None:
    (fault,) = found(matrix([HARMLESS, OFF_BY_ONE]))
    assert fault.startswith("harmless-change (FRM-25) survives: Somebody has planted this. Add a vector")
    assert "cites FRM-25" in fault


def test_a_wreck_is_no_small_fault() -> None:
    assert found(matrix([WRECK])) == [
        "whole-wreck (FRM-25) is a wreck, which fails every case of an op: make its change smaller"
    ]


def test_a_wrong_hash_fails_every_case_and_is_a_small_fault() -> None:
    seeded = next(one for one in MUTANTS if one.id == "tail-hash-seeded")
    cases = [case for case in load_cases() if case.op == "tail_hash"]
    trial = tried([seeded], cases, full=True)[seeded.id]
    assert set(trial.killers) == {case.id for case in cases if "FRM-37" in case.clauses}
    assert not trial.wreck


def test_a_change_that_cannot_be_made_is_told_and_does_not_end_the_run() -> None:
    (fault,) = found(matrix([STALE, OFF_BY_ONE]))
    assert fault.startswith(
        "stale-change (FRM-25) is stale: 'what is gone' stands 0 times in frame.header.check_envelope"
    )


def test_a_clause_without_mutant_is_a_fault_unless_it_is_proved_elsewhere_or_not_cited() -> None:
    clauses = {name: clause(name) for name in ("FRM-24", "FRM-25", "TST-9", "HSK-1")}
    clauses |= {"FRM-36": clause("FRM-36", untestable="a reason"), "FRM-26": clause("FRM-26", "One MAY.")}
    whole = matrix([OFF_BY_ONE], clauses=clauses, elsewhere={"TST-9": ("unknown-op: an error",)})
    (fault,) = found(whole)
    assert fault.startswith("FRM-24 has no mutant: add a fault")
    assert whole.unjudged_clauses() == ("HSK-1",)


def test_a_code_needs_two_killed_mutants() -> None:
    short = case_of("decode", {"frame": "01"}, "FRAME_TOO_SHORT", clauses=("FRM-25",))
    again = replace(NEVER_CHECKED, id="never-checked-either")
    says = "FRAME_TOO_SHORT: cases that expect it have killed 1 mutants; add some to have 2"
    valid = case_of("decode", {"frame": closed(header_bytes())[:33].hex()}, {}, clauses=("FRM-1",))
    assert list(faults(matrix([NEVER_CHECKED], [short, valid]))) == [says]
    assert list(faults(matrix([NEVER_CHECKED, again], [short, valid]))) == []


def test_a_case_that_the_reference_fails_is_told() -> None:
    wrong = case_of("decode", {"frame": ""}, "BAD_TYPE", clauses=("FRM-25",))
    assert failures([wrong, *CASES[:20]]) == (wrong.id,)
    (fault,) = found(matrix([OFF_BY_ONE], failing=(wrong.id,)))
    assert fault == f"{wrong.id}: the reference itself fails it; repair that first"


def test_idle_cases_are_those_that_kill_nothing_and_are_not_the_only_ones_of_a_clause() -> None:
    one, two, three = (replace(CASES[0], id=name, clauses=("FRM-25",)) for name in ("a", "b", "c"))
    only = replace(three, clauses=("FRM-25", "FRM-12"))
    trials = {"planted-fault": Trial("planted-fault", ("a",))}
    whole = matrix([], [one, two, only], trials=trials)
    assert whole.kills_by_case() == {"a": 1, "b": 0, "c": 0}
    assert whole.idle_cases() == ("b",)


@pytest.mark.parametrize("full", [False, True])
def test_the_report_fits_its_schema_and_is_the_same_each_time(tmp_path: Path, full: bool) -> None:
    mutants = [HARMLESS, OFF_BY_ONE]
    made = [matrix(mutants, trials=tried(order, full=full), full=full) for order in (mutants, mutants[::-1])]
    for number, one in enumerate(made):
        write_report(one, tmp_path / f"{number}.json")
    texts = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    assert texts[0] == texts[1]
    data = json.loads(texts[0])
    jsonschema.validate(data, SCHEMA)
    assert [entry["killer"] is None for entry in data["clauses"]["FRM-25"]] == [True, False]
    assert ("idle" in data) is full
    assert data == report_data(made[0])


def test_lines_tell_what_was_killed_and_what_fails() -> None:
    mutants = [HARMLESS, NEVER_CHECKED]
    lines = list(some_lines(mutants, tried(mutants, full=True)))
    assert lines[0] == "FRM-25  harmless-change: not killed"
    assert lines[1].startswith("FRM-25  never-checked: frame/decode/")
    assert " more" in lines[1]
    assert lines[2].startswith("FAILED: harmless-change (FRM-25) survives")
    told = list(all_lines(matrix(mutants), 1.6))
    assert told[0] == "1 of 2 mutants of 1 clauses are killed (2 s)"
    assert any(line.startswith("FAILED: harmless-change") for line in told)


def test_the_testees_with_faults_stand_for_the_clauses_of_their_probes() -> None:
    proved = proved_by_testees()
    assert proved["TST-9"] == tuple(sorted(one.name for one in TESTEES.values() if one.probes == ("unknown-op",)))
    assert proved["TST-10"] == (UNCLAIMED.name,)
    found_by_probes = {one.name for one in TESTEES.values() if one.probes}
    assert {name for names in proved.values() for name in names} == {*found_by_probes, UNCLAIMED.name}


@pytest.mark.late("starts processes, each of which reads all cases; `make mutants`, right after it, has the same")
def test_trials_in_processes_come_in_the_order_of_the_catalogue() -> None:
    counted: list[tuple[int, int]] = []
    some = MUTANTS[:4]
    trials, failing = run_trials(some, baseline=False, full=False, jobs=2, done=lambda *pair: counted.append(pair))
    assert list(trials) == [one.id for one in some]
    assert counted == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert failing == ()


def trials_here(mutants: Sequence[Mutant], **_: Any) -> tuple[dict[str, Trial], tuple[str, ...]]:
    """Trials without processes, each of which would read all cases anew."""
    clauses = {one.clause for one in mutants}
    return tried(mutants, [case for case in load_cases() if clauses.intersection(case.clauses)]), ()


def test_the_command_judges_the_mutants_that_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "run_trials", trials_here)
    assert command.main(["--only", "tail-hash-*", "-j", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == len([one for one in MUTANTS if one.id.startswith("tail-hash-")])
    assert command.main(["--only", "no-such-mutant"]) == 2
    assert "'no-such-mutant'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--only", "version-not-checked"]])
def test_the_command_fails_with_a_survivor(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing_killed(mutants: Sequence[Mutant], **_: Any) -> tuple[dict[str, Trial], tuple[str, ...]]:
        return {one.id: Trial(one.id) for one in mutants}, ()

    monkeypatch.setattr(command, "run_trials", nothing_killed)
    monkeypatch.setattr(command, "write_report", lambda _account: None)
    assert command.main(arguments) == 1
    assert "FAILED: version-not-checked (FRM-2) survives: Skips the version" in capsys.readouterr().out


def test_mutants_are_chosen_by_id_clause_and_file() -> None:
    assert [one.id for one in command.chosen("version-not-checked")] == ["version-not-checked"]
    assert {one.clause for one in command.chosen("SPC-?")} == {"SPC-1", "SPC-2", "SPC-3", "SPC-4"}
    by_rule = tuple(one for one in command.chosen("SPC-*") if one.kind == Kind.RULE)
    assert command.chosen("frame/space_hash") == by_rule
    assert command.chosen("*") == MUTANTS


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_with_the_time_left_and_only_on_a_terminal() -> None:
    terminal, plain = Terminal(), io.StringIO()
    times = iter((0.0, 10.0, 20.0))
    progress = Progress(terminal, lambda: next(times))
    progress(1, 4)
    assert terminal.getvalue().strip() == "1 of 4, about 30 s left"
    progress(4, 4)
    assert terminal.getvalue().endswith(" \r")
    Progress(plain)(1, 2)
    assert plain.getvalue() == ""
