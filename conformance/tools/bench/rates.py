"""Cases judged in a second without pytest: all of them, those without state, dialogues, and those of each op.

Prints one line of JSON. `run_per_s` is all of them as a run judges them, in a lane for each core, from the start of the
lanes' testees. Everything else is of one testee: `…_us` is microseconds a case of this process and that testee.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from resonant.console import command

from adapters.driver import Hello, Testee, build_adapter, load_adapter

from ...checks.ahead import Ahead, behind, judge_all
from ...checks.garbage import look_rarely
from ...checks.lanes import Lanes
from ...model.cases import DIALOGUE, Case, load_cases
from ...model.profiles import selected_cases
from ...model.verdict import Verdict
from ...session.cores import MOST_LANES, usable_cores

ADAPTERS = Path(__file__).resolve().parents[3] / "adapters"
TICKS = os.sysconf("SC_CLK_TCK")


@command
def main() -> int:
    """Print the line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.tools.bench.rates", description=__doc__)
    parser.add_argument("--impl", default="rust", help="the implementation that is asked (default: %(default)s)")
    print(json.dumps(rates(parser.parse_args().impl)))
    return 0


def rates(impl: str) -> dict[str, float | int | str]:
    """The figures of one implementation. Ends the program where a case fails."""
    adapter = load_adapter(impl, ADAPTERS)
    build_adapter(adapter)
    with Testee(adapter) as testee:
        hello = testee.hello
    kinds = kinds_of(selected_cases(load_cases(), hello.profiles, hello.profiles))
    look_rarely()  # a run does the same, once it has its cases
    in_lanes_s = judged_in_lanes(Testee(adapter), hello, kinds["all"])
    figures: dict[str, float | int | str] = {"impl": impl, "run_per_s": round(len(kinds["all"]) / in_lanes_s)}
    with Testee(adapter) as testee:
        judged(testee, kinds["stateless"])  # its pace is known then
        for kind, cases in kinds.items():
            seconds, cpu_s = judged(testee, cases)
            figures[f"{kind}_per_s"] = round(len(cases) / seconds)
            figures[f"{kind}_us"] = round(cpu_s / len(cases) * 1e6)
    return figures


def kinds_of(cases: Sequence[Case]) -> Mapping[str, Sequence[Case]]:
    """The kinds that are measured, by their names in the figures."""
    kinds = {"all": list(cases), "stateless": [case for case in cases if case.op != DIALOGUE]}
    for case in cases:
        kinds.setdefault(case.op, []).append(case)
    return kinds


def judged_in_lanes(testee: Testee, hello: Hello, cases: Sequence[Case]) -> float:
    """Seconds by the clock that it takes lanes to judge these cases, and this process to take what they found.

    testee: one that has not been started, which judges them where there can be no lanes. hello: what it says.
    """
    count = min(usable_cores(), MOST_LANES)
    with testee, closing(Lanes(cases, testee, count)) as lanes, closing(Ahead(testee, lanes)) as ahead:
        began = perf_counter()
        lanes.begin(hello, cases)
        check(cases, [ahead.judge(case, behind(cases, at)).verdict for at, case in enumerate(cases)])
        return perf_counter() - began


def judged(testee: Testee, cases: Sequence[Case]) -> tuple[float, float]:
    """Seconds by the clock, and of processors, that it takes to judge these cases."""
    began, own, theirs = perf_counter(), process_time(), used_s(testee.pid)
    check(cases, judge_all(testee, cases))
    return perf_counter() - began, process_time() - own + used_s(testee.pid) - theirs


def check(cases: Sequence[Case], verdicts: Iterable[Verdict]) -> None:
    """End the program where a case failed: what is measured is a run without faults."""
    failed = [case.id for case, verdict in zip(cases, verdicts, strict=True) if not verdict.passed]
    if failed:
        sys.exit(f"{len(failed)} of {len(cases)} cases failed, the first {failed[0]}")


def used_s(pid: int | None) -> float:
    """Seconds of processors that a process has used, 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    sys.exit(main())
