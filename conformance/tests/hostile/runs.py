"""Real runs of the suite against hostile testees, a few at once, with what each cost and left behind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.tests.forks.client import OF_SUITE
from conformance.tests.support import ROOT

WARDEN = "conformance.tests.hostile.warden"
AT_ONCE = 4  # most of them wait most of the time
# Where these are set, pytest cuts no text, and the length of what is said is part of the tests.
CI = {"CI", "BUILD_NUMBER"}
ONLY_WHAT_IS_NAMED = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
MARGIN_S = 15.0  # beyond the limit of a run, for the account of it

NOTING = Path(__file__).with_name("noting")


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over."""

    status: int
    out: str
    """Standard output and standard error."""
    report: Mapping[str, Any]
    """run.json, empty if the run wrote none."""
    seconds: float
    peak_mib: float
    """The most memory that the runner or the testee had resident."""
    left: Sequence[str]
    """The command lines of the processes that it left behind."""
    sockets: Sequence[str]
    """The inodes of the sockets that are open still, of those that the runner or the testee had bound."""

    @property
    def outcomes(self) -> dict[str, str]:
        """Case id to outcome."""
        return {case["id"]: case["outcome"] for case in self.report.get("cases", ())}

    @property
    def details(self) -> dict[str, str]:
        """Case id to what the report says of it."""
        return {case["id"]: case["detail"] for case in self.report.get("cases", ())}


def run_hostile(
    folder: Path,
    impl: str,
    arguments: Sequence[str],
    limit_s: float,
    *,
    forks: bool = True,
    waits: Mapping[str, float] | None = None,
    **kill: Any,
) -> Ended:
    """`pytest conformance` of the implementation. limit_s: when the run is killed.

    forks: whether its testee is a fork of the run, as one can be that leaves no fork of its own behind: that would not
    have the testee's secret in its environment, by which it is found.

    waits: reply_s and start_s in place of the driver's limits.

    kill: when it is killed on purpose, see warden.py.
    """
    suite = ["-m", "pytest", *arguments, f"--impl={impl}", f"--report={folder}"]
    command = [*suite, "-p", "no:cacheprovider"]
    plan = json.dumps({"command": command, "limit_s": limit_s, "forks": forks, "waits": waits or {}, **kill})
    noted = folder / "inodes"
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in CI and not key.startswith(("PYTEST_", "RESONANT_"))
    }
    done = OF_SUITE.run(
        ["-m", WARDEN, plan],
        cwd=ROOT,
        env={**kept, ONLY_WHAT_IS_NAMED: "1", "PYTHONPATH": str(NOTING), "NOTED_SOCKETS": str(noted)},
        timeout=limit_s + MARGIN_S,
        forking=False,  # whatever it leaves is to be found
    )
    assert done.returncode == 0, done.stderr
    path = folder / "run.json"
    report = json.loads(path.read_bytes()) if path.exists() else {}
    return Ended(**json.loads(done.stdout), report=report, sockets=open_still(noted))


def open_still(noted: Path) -> list[str]:
    """Those of the noted sockets that the machine still has."""
    tables = [Path(f"/proc/net/{name}") for name in ("udp", "udp6")]
    known = {line.split()[9] for table in tables if table.exists() for line in table.read_text().splitlines()[1:]}
    return sorted(known & set(noted.read_text().split())) if noted.exists() else []


class Ahead:
    """Runs that begin before they are asked for: the next few of those that will be."""

    def __init__(self, begin: Callable[[str], Callable[[], Ended]], wanted: Sequence[str]) -> None:
        """begin: from a name to its run. wanted: the names in the order in which they will be asked for."""
        self._begin, self._wanted = begin, wanted
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._runs: dict[str, Future[Ended]] = {}

    def run(self, name: str) -> Ended:
        """The run of that name, once it is over."""
        at = self._wanted.index(name)
        for one in self._wanted[at : at + AT_ONCE]:
            if one not in self._runs:
                self._runs[one] = self._pool.submit(self._begin(one))
        return self._runs[name].result()

    def close(self) -> None:
        """Begin no more, and wait for those that have begun."""
        self._pool.shutdown(cancel_futures=True)
