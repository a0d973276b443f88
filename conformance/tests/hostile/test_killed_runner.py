"""A runner that is killed can clean up nothing. It leaves no testee behind: not even one that ignores its input."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.tests.hostile.runs import Ahead, Ended, run_hostile
from conformance.tests.hostile.table import RUN_S

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed")]

SEED = 20_240_607
TIMES, EACH_TIME = 20, 3
LONG = ("conformance/test_vectors.py", "--profile=stream")
HEADER = "conformance of "  # printed once the testee has answered hello and before the first case
# A run of the dialogues on streams takes longer than both: from its start, where a testee is forked after a sixth of a
# second, and from the header.
FROM_START_S, FROM_HEADER_S = 0.5, 0.7

UNENDING: dict[str, tuple[str, tuple[str, ...]]] = {
    "ignores the end of its input": ("deaf-to-its-end", LONG),
    "has a daemon": ("deaf-with-a-daemon", LONG),
    "is one of two": ("deaf-to-its-end", (*LONG, "-p", "xdist", "-n", "2")),
}


def moments() -> list[dict[str, Any]]:
    """Moments for killing the run: half of them counted from its start, half from its header."""
    drawn = random.Random(SEED)
    early = [{"kill_after_s": drawn.uniform(0, FROM_START_S)} for _ in range(TIMES // 2)]
    return early + [{"kill_at": HEADER, "kill_after_s": drawn.uniform(0, FROM_HEADER_S)} for _ in early]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ahead]:
    when = moments()
    mine = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    wanted = [str(item.callspec.params["time"]) for item in mine if "time" in item.callspec.params]

    def begin(name: str) -> Callable[[], Ended]:
        folder = tmp_path_factory.mktemp("killed")
        return lambda: run_hostile(folder, "reference", LONG, RUN_S, **when[int(name)])

    ahead = Ahead(begin, wanted)
    yield ahead
    ahead.close()


def assert_nothing_is_left(run: Ended) -> None:
    assert run.status == -signal.SIGKILL, run.out
    assert run.report == {}
    assert list(run.left) == []
    assert list(run.sockets) == []


MORE = pytest.mark.nightly(
    "test_a_runner_that_is_killed_leaves_nothing_behind has three moments of either sort without it"
)
OFTEN = [pytest.param(time, marks=() if time % (TIMES // 2) < EACH_TIME else MORE) for time in range(TIMES)]


@pytest.mark.parametrize("time", OFTEN)
def test_a_runner_that_is_killed_leaves_nothing_behind(time: int, runs: Ahead) -> None:
    assert_nothing_is_left(runs.run(str(time)))


@pytest.mark.parametrize("name", UNENDING)
def test_a_testee_that_would_stay_is_ended_for_the_killed_runner(name: str, tmp_path: Path) -> None:
    impl, arguments = UNENDING[name]
    run = run_hostile(tmp_path, f"wrong:{impl}", arguments, RUN_S, forks=False, kill_at=HEADER, kill_after_s=0.1)
    assert_nothing_is_left(run)
