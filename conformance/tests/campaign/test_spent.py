"""The time of a campaign: told by stage, and never part of a result."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from conformance.campaign.findings import Tally
from conformance.campaign.hunt import Plan, Result
from conformance.campaign.journal import Journal
from conformance.campaign.options import read_options
from conformance.campaign.spent import DIALOGUES, STATELESS, WORKER, Spent, Watch, rates, table
from conformance.campaign.testees import Implementation

SPENT = Spent(
    Counter({STATELESS: 3_000, DIALOGUES: 100}),
    {(STATELESS, "making inputs"): 1.0, (STATELESS, "asking a"): 2.0, (DIALOGUES, "asking b"): 4.0},
    {(STATELESS, WORKER): 1.5, (STATELESS, "a"): 0.6},
)


def test_a_rate_counts_the_time_of_its_own_inputs_for_all_workers() -> None:
    stateless, dialogues = rates(SPENT, 2)
    assert stateless == "2,000 stateless inputs a second with 2 workers; 67% of that time went into asking a"
    assert dialogues == "50 dialogues a second with 2 workers; 100% of that time went into asking b"
    assert list(rates(Spent(), 2)) == []


def test_the_table_has_every_stage_and_what_is_left_of_the_workers_time() -> None:
    lines = list(table(SPENT, workers=2, wall_s=5.0))
    assert [line.split()[-2:] for line in lines[1:5]] == [
        ["4.00", "40%"],
        ["2.00", "20%"],
        ["1.00", "10%"],
        ["3.00", "30%"],
    ]
    assert "between batches" in lines[4]
    assert "processor: a took 200 µs for each of 3,000 stateless" in lines
    assert len(list(table(Spent(), workers=1, wall_s=0.0))) == 2


def test_a_watch_counts_stages_and_processors() -> None:
    watch = Watch({"self": os.getpid()})
    with watch.making():
        pass
    with watch.asking("self"):
        sum(range(10_000))
    spent = watch.spent(STATELESS, 7, {"self": os.getpid(), "not-there": None})
    assert spent.inputs == {STATELESS: 7}
    assert [stage for _, stage in spent.seconds] == ["making inputs", "asking self"]
    assert {name for _, name in spent.processor} == {WORKER, "self"}
    assert min(spent.processor.values()) >= 0


def test_time_is_summed_and_is_nothing_of_a_result_nor_of_its_journal(tmp_path: Path) -> None:
    plain, timed = Result(0, 250, 250), Result(0, 250, 250, spent=SPENT)
    assert plain == timed
    tally = Tally()
    tally.add(timed)
    tally.add(timed)
    assert tally.spent.inputs[STATELESS] == 6_000
    plan = Plan(1, (Implementation("a", ("frame",)), Implementation("b", ("frame",))), ("frame",))
    texts = []
    for name, result in (("plain", plain), ("timed", timed)):
        journal = Journal(tmp_path / name, plan, go_on=False)
        journal.add(result)
        journal.close()
        texts.append((tmp_path / name).read_text("utf-8"))
    assert texts[0] == texts[1]
    assert "spent" not in json.loads(texts[1].splitlines()[1])


@pytest.mark.parametrize("given", [[], ["--times"]])
def test_the_table_is_printed_for_whoever_asks(given: list[str]) -> None:
    assert read_options(["--impl", "a", *given]).times is bool(given)
