"""What the tests of the driver share: testees made wrong on purpose, and ways to see that none is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Final

from adapters.driver import Adapter, Limits, Testee, load_adapter

TESTS: Final = Path(__file__).resolve().parent
ADAPTERS: Final = TESTS.parent
SHORT_S: Final = 0.3
"""A limit that is meant to be reached."""
LONG_S: Final = 30.0
"""A limit that is not."""
QUICK_S: Final = 10.0
"""Less than a LONG_S that was waited for, and enough for a busy machine."""
PATIENT: Final = Limits(start_s=LONG_S, reply_s=LONG_S)
HASTY: Final = Limits(start_s=LONG_S, reply_s=SHORT_S)
_BEFORE: Final = f"""\
import sys

sys.path.insert(0, {str(TESTS)!r})
import bare_testee as bare

"""


def write_adapter(folder: Path, program: str = "", **changes: str) -> Path:
    """An adapter.toml, and a testee.py around `bare_testee` beside it; an empty change leaves its key out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "testee.py").write_text(_BEFORE + textwrap.dedent(program), "utf-8")
    keys = {"name": '"made"', "launch": '"process"', "run": '["{python}", "testee.py"]', **changes}
    path = folder / "adapter.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in keys.items() if value), "utf-8")
    return path


def adapter_of(folder: Path, program: str = "", **changes: str) -> Adapter:
    """The same, read."""
    return load_adapter(str(write_adapter(folder, program, **changes)), ADAPTERS)


@contextlib.contextmanager
def made(folder: Path, program: str, limits: Limits = PATIENT) -> Iterator[Testee]:
    """A testee that runs this program; once it is closed none of its processes may be left."""
    with Testee(adapter_of(folder, program), limits) as testee:
        yield testee
    assert_none_left(folder)


def pids(folder: Path) -> list[int]:
    """The processes that have run in this folder, in the order of their starts."""
    return [int(line) for line in (folder / "pids").read_text().split()]


def assert_none_left(folder: Path) -> None:
    """Every process that noted its number in this folder has ended, or does at once."""
    left = pids(folder)
    assert left, "the testee did not get as far as to note its number"
    assert holds_within(QUICK_S, lambda: not any(map(runs, left))), f"of {left} some still run"


def runs(pid: int) -> bool:
    """Whether a process runs; one that is dead and waits to be reaped does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.parent.exists() or stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether a condition that somebody else brings about comes to hold in time."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            return False
        os.sched_yield()
    return True


def as_json(value: Any) -> bytes:
    """A message."""
    return json.dumps(value).encode()
