"""Hostile testees in real runs: each run ends in time, says what was wrong, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from conformance.mutants.testees.hostile import catalogue, replies
from conformance.mutants.testees.hostile.attack import ATTACKED
from conformance.tests.hostile.lives import LEAVING_FORKS, LIVES, UNENDING
from conformance.tests.hostile.pieces import PIECES
from conformance.tests.hostile.replies import BAD_REPLIES, EVERYWHERE
from conformance.tests.hostile.runs import Ahead, Ended, run_hostile
from conformance.tests.hostile.starts import STARTS
from conformance.tests.hostile.table import CASES, HASHES, RUN_S, Expected
from conformance.tests.support import check_run_json
from reports.outcome import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

OK, FAILED, USAGE = 0, 1, 4  # exit statuses of pytest
TESTEES = {**EVERYWHERE, **PIECES, **LIVES}
PEAK_MIB = 512
OUTPUT_CHARS = 50_000
IN_TURN, NOTHING = replies.IN_TURN.name, replies.CLAIMS_NOTHING.name
APART = (IN_TURN, NOTHING)
BAD_CASES = replies.in_turn()
ALIKE = {
    "prints-no-text-first": "prints-garbage-first",
    "claims-a-long-name": "claims-100000-profiles",
    "claims-an-unknown-profile": "claims-100000-profiles",
    "crashes-at-once": "exits-at-once",
    "rejects-everything": "ok-to-everything",
    "counts-65535-pieces": "answers-100-megabytes",
    "a-piece-twice": "pieces-that-overlap",
    "crashes-on-every-case": "crashes-on-one-case",
    "raises-on-one-case": "noise-and-a-crash",
    "leaves-a-child": "leaves-a-child-far-away",
    "crashes-and-leaves-children": "crashes-and-leaves-a-daemon",
}
"""Testees that are left to the night -> one that takes the runner to the same places and further."""


def each(names: Iterable[str]) -> list[Any]:
    """Parameters: those that are like another one are the night's."""
    assert not ALIKE.keys() & set(ALIKE.values())
    mark = pytest.mark.nightly(
        "ALIKE names another testee of test_a_run_names_what_is_wrong_and_judges_the_rest for each"
    )
    return [pytest.param(name, marks=mark if name in ALIKE else ()) for name in names]


def arguments(cases: Sequence[str], probes: Sequence[str]) -> list[str]:
    nodes = [f"conformance/test_vectors.py::test_case[{case}]" for case in cases]
    return ["--profile=frame", *nodes, *(f"conformance/test_testee.py::test_probe[{probe}]" for probe in probes)]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ahead]:
    mine = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    wanted = [item.callspec.params["name"] for item in mine]

    def begin(name: str) -> Callable[[], Ended]:
        folder = tmp_path_factory.mktemp("run")
        found = STARTS.get(name) or TESTEES[name]
        given = arguments(found.cases, list(found.probes)) if isinstance(found, Expected) else arguments(CASES, [])
        forks = name not in LEAVING_FORKS
        return lambda: run_hostile(folder, f"wrong:{name}", given, found.limit_s, forks=forks, waits=found.waits)

    ahead = Ahead(begin, wanted)
    yield ahead
    ahead.close()


def ended_well(run: Ended, limit_s: float) -> None:
    """Check what holds for a run whatever the testee does."""
    assert run.seconds < limit_s, run.out
    assert "INTERNALERROR" not in run.out
    assert "Traceback" not in run.out.replace("  Traceback", "")  # indented it is the testee's own
    assert len(run.out) < OUTPUT_CHARS
    assert run.peak_mib < PEAK_MIB
    assert list(run.left) == []
    assert list(run.sockets) == []


@pytest.mark.parametrize("name", each(STARTS))
def test_a_run_that_cannot_begin_says_why(name: str, runs: Ahead) -> None:
    run = runs.run(name)
    ended_well(run, STARTS[name].limit_s)
    assert run.status == USAGE, run.out
    assert STARTS[name].says in run.out
    assert run.report == {}


@pytest.mark.parametrize("name", each(TESTEES))
def test_a_run_names_what_is_wrong_and_judges_the_rest(name: str, runs: Ahead) -> None:
    expected, run = TESTEES[name], runs.run(name)
    ended_well(run, expected.limit_s)
    probes = {f"testee/test_probe[{probe}]": outcome for probe, outcome in expected.probes.items()}
    assert run.outcomes == {**expected.outcomes(catalogue.HOSTILE[name]), **probes}, run.out
    assert run.status == (OK if set(run.outcomes.values()) == {Outcome.PASS} else FAILED)
    assert expected.says in run.details[ATTACKED]
    check_run_json(run.report)


def test_each_bad_reply_costs_its_own_case(tmp_path: Path) -> None:
    run = run_hostile(tmp_path, f"wrong:{IN_TURN}", arguments(HASHES, []), RUN_S)
    ended_well(run, RUN_S)
    assert run.status == FAILED
    bad = {case: BAD_REPLIES[name][0] for name, case in BAD_CASES.items()}
    assert run.outcomes == {**dict.fromkeys(HASHES, Outcome.PASS), **bad}, run.out
    silent = [name for name, case in BAD_CASES.items() if BAD_REPLIES[name][1] not in run.details[case]]
    assert silent == []
    check_run_json(run.report)


def test_a_testee_that_claims_nothing_is_not_judged(tmp_path: Path) -> None:
    run = run_hostile(tmp_path, f"wrong:{NOTHING}", ["conformance/test_vectors.py"], RUN_S)
    ended_well(run, RUN_S)
    assert run.status == FAILED
    assert "FAILED RUN: no case was executed: nothing is judged" in run.out
    assert run.outcomes == {}


def test_every_bad_reply_has_a_case_and_every_outcome_is_met() -> None:
    assert BAD_CASES.keys() == BAD_REPLIES.keys() == replies.BAD_REPLIES.keys()
    assert set(BAD_CASES.values()) < set(HASHES)
    assert {testee.outcome for testee in TESTEES.values()} == set(Outcome)


def test_every_hostile_testee_has_a_run_and_no_two_are_the_same() -> None:
    hostile = [*catalogue.HOSTILE.values(), *catalogue.STARTS.values()]
    assert sorted([*TESTEES, *APART, *UNENDING]) == sorted(catalogue.HOSTILE)
    assert STARTS.keys() == catalogue.STARTS.keys()
    assert ALIKE.keys() | set(ALIKE.values()) <= {*TESTEES, *STARTS}
    assert len({one.about for one in hostile}) == len({one.change for one in hostile}) == len(hostile)
