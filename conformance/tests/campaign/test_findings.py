"""Findings in whatever order they come, journals that go on, and campaigns that saw too little."""

from __future__ import annotations

import json
import random
from itertools import islice
from pathlib import Path

import jsonschema
import pytest

from adapters.driver import Hello
from conformance.campaign.compare import Signature
from conformance.campaign.coverage import FLOOR, attainable, coverage
from conformance.campaign.findings import Place, Tally, identity
from conformance.campaign.generate.table import KINDS
from conformance.campaign.hunt import Plan, Result, Seen
from conformance.campaign.journal import Journal, JournalError
from conformance.campaign.report import Outcome, data_of, write
from conformance.campaign.testees import Implementation
from conformance.model.cases import DIALOGUE
from conformance.tests.support import ROOT

LEFT = Signature("decode", (("a", "ok"), ("b", "crash")), "", "FRM-30")
RIGHT = Signature("tail_hash", (("a", "ok"), ("b", "ok, differs")), "xxhash3_64")
PLAN = Plan(1, (Implementation("a", ("frame",)), Implementation("b", ("frame",))), ("frame",))
HELLOS = {name: Hello(name, "1", "C", "1.0", ("frame",)) for name in "ab"}
RESULTS = [
    Result(0, 250, 250, [Seen(LEFT, 7, 2)], {"frame": {"ok": 200, "BAD_TYPE": 50}}),
    Result(1, 250, 250, [Seen(LEFT, 3, 1), Seen(RIGHT, 9, 1)], {"frame": {"ok": 250}}),
    Result(2, 50, 50, [], {"frame": dict.fromkeys(attainable("frame"), 1)}, [Seen(RIGHT, 1, 1)]),
]


def tally(results: list[Result]) -> Tally:
    made = Tally()
    for result in results:
        made.add(result)
    return made


def test_the_order_in_which_batches_are_done_does_not_matter() -> None:
    found = tally(RESULTS)
    assert found.found() == [(LEFT, Place(0, 250, 7)), (RIGHT, Place(1, 250, 9))]
    assert found.times == {LEFT: 3, RIGHT: 1}
    for seed in range(5):
        shuffled = random.Random(seed).sample(RESULTS, len(RESULTS))
        assert tally(shuffled).found() == found.found()
        assert tally(shuffled).codes == found.codes


def test_a_finding_has_the_same_name_everywhere_and_no_other_has_it() -> None:
    assert identity(LEFT) == identity(Signature("decode", (("a", "ok"), ("b", "crash")), "", "FRM-30"))
    assert len({identity(LEFT), identity(RIGHT), identity(Signature("decode", LEFT.outcomes, "x", "FRM-30"))}) == 3


def test_a_journal_goes_on_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "below" / "journal.jsonl"
    first = Journal(path, PLAN, go_on=False)
    for result in RESULTS[:2]:
        first.add(result)
    first.close()
    path.write_text(path.read_text("utf-8") + '{"number": 2, "cou', "utf-8")  # killed as it wrote
    second = Journal(path, PLAN, go_on=True)
    assert list(second.done) == RESULTS[:2]
    second.add(RESULTS[2])
    second.close()
    third = Journal(path, PLAN, go_on=True)
    assert list(third.done) == RESULTS
    third.close()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read"),
        ("", "of another campaign"),
        (json.dumps({"campaign": 1, "seed": 2}) + "\n", "of another campaign"),
        ("no JSON\n", "damaged"),
    ],
)
def test_a_journal_that_is_of_no_use_is_refused(tmp_path: Path, text: str | None, why: str) -> None:
    path = tmp_path / "journal.jsonl"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(JournalError, match=why):
        Journal(path, PLAN, go_on=True)


def test_too_few_codes_are_too_few() -> None:
    every = attainable("frame")
    most = int(FLOOR * len(every)) - 1
    few = dict.fromkeys(every[:most], 1)
    (thin,) = coverage(["frame"], {"frame": few})
    (enough,) = coverage(["frame"], {"frame": dict.fromkeys(every[: most + 1], 1)})
    (nothing,) = coverage(["quant"], {})
    assert (thin.thin, enough.thin, nothing.thin) == (True, False, True)
    assert set(thin.unseen) == set(every[most:])


def test_no_success_is_due_that_dialogues_never_tell() -> None:
    ops: dict[str, set[str]] = {}
    for kind in KINDS:
        ops.setdefault(kind.profile, set()).update(one.op for one in islice(kind.make(random.Random(1), 0, 3), 3))
    only_dialogues = {profile for profile, found in ops.items() if found == {DIALOGUE}}
    assert only_dialogues >= {"handshake", "stream", "mux"}
    assert {profile for profile in only_dialogues if attainable(profile)[0] == "ok"} == set()


def test_nothing_found_and_little_seen_is_no_success(tmp_path: Path) -> None:
    seen = Result(0, 250, 250, [], {"frame": {"ok": 250}})
    thin = Outcome(PLAN, HELLOS, 250, tally([seen]))
    assert thin.exit_status == 1
    assert "too thin: frame saw 1 of its" in next(iter(thin.faults()))
    enough = Outcome(PLAN, HELLOS, 250, tally([Result(0, 250, 250, [], RESULTS[2].codes)]))
    assert (enough.exit_status, list(enough.faults())) == (0, [])


@pytest.mark.parametrize(
    ("results", "complete", "status"), [(RESULTS[:1], True, 1), (RESULTS[:1], False, 2), (RESULTS[2:], True, 1)]
)
def test_the_report_fits_its_schema(tmp_path: Path, results: list[Result], complete: bool, status: int) -> None:
    outcome = Outcome(PLAN, HELLOS, 550, tally(results), complete=complete)
    data = write(outcome, tmp_path)
    schema = json.loads((ROOT / "reports" / "campaign.schema.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(json.loads((tmp_path / "campaign.json").read_bytes()))
    assert data["exit_status"] == status
    assert data == data_of(outcome, tmp_path)


def test_what_fresh_testees_did_not_show_is_no_success_and_is_named(tmp_path: Path) -> None:
    gone = [Seen(Signature("dialogue", (("a", "ok"), ("b", "differs")), f"says {n}"), n, 1) for n in range(5)]
    outcome = Outcome(PLAN, HELLOS, 250, tally([Result(2, 250, 250, [], RESULTS[2].codes, gone)]))
    assert outcome.exit_status == 1
    first, *_, last = outcome.faults()
    assert "not seen again by fresh testees: dialogue: a ok, b differs (says 0), at input 1 of batch 3" in first
    assert last.endswith("2 more disagreements")
    write(outcome, tmp_path)
    assert "b differs (says 1)" in (tmp_path / "campaign.html").read_text("utf-8")


def test_the_page_shows_each_finding_and_escapes_it(tmp_path: Path) -> None:
    nasty = Signature("decode", (("a", "ok"), ("b", "<script>alert(1)</script>")))
    write(Outcome(PLAN, HELLOS, 250, tally([Result(0, 250, 250, [Seen(nasty, 0, 1)])])), tmp_path)
    page = (tmp_path / "campaign.html").read_text("utf-8")
    assert identity(nasty) in page
    assert "<script>alert" not in page
    assert "too thin" in page
