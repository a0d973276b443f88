"""Cases judged in a second without pytest: all of them, those without state, dialogues, and those of each op.

Prints one line of JSON. The second figure of each kind, `…_us`, is microseconds a case of this process and its testee.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time

from resonant.console import command

from adapters.driver import Testee, build_adapter, load_adapter

from ...checks.ahead import judge_all
from ...checks.garbage import look_rarely
from ...model.cases import DIALOGUE, Case, load_cases
from ...model.profiles import selected_cases

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
    figures: dict[str, float | int | str] = {"impl": impl}
    with Testee(adapter) as testee:
        claimed = testee.hello.profiles
        kinds = kinds_of(selected_cases(load_cases(), claimed, claimed))
        look_rarely()  # a run does the same, once it has its cases
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


def judged(testee: Testee, cases: Sequence[Case]) -> tuple[float, float]:
    """Seconds by the clock, and of processors, that it takes to judge these cases."""
    began, own, theirs = perf_counter(), process_time(), used_s(testee.pid)
    failed = [case.id for case, verdict in zip(cases, judge_all(testee, cases), strict=True) if not verdict.passed]
    if failed:
        sys.exit(f"{len(failed)} of {len(cases)} cases failed, the first {failed[0]}")
    return perf_counter() - began, process_time() - own + used_s(testee.pid) - theirs


def used_s(pid: int | None) -> float:
    """Seconds of processors that a process has used, 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    sys.exit(main())
