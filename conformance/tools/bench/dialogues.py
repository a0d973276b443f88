"""The cost of dialogues: all golden ones once, and how many datagrams a second are answered one at a time.

Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter

from resonant.console import command

from adapters.driver import Ok, Testee, WirePeer, build_adapter, load_adapter

from ...checks.ahead import judge_all
from ...checks.garbage import look_rarely
from ...model.cases import DIALOGUE, load_cases
from ...model.peer_requests import CONFIG
from ...model.profiles import selected_cases
from ...properties.streams.sender import ping

ADAPTERS = Path(__file__).resolve().parents[3] / "adapters"
EXCHANGES = 2000
PINGS = 8  # HSK-42: more of them in a second are not answered


@command
def main() -> int:
    """Print the line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.tools.bench.dialogues", description=__doc__)
    parser.add_argument("--impl", default="rust", help="the implementation that is asked (default: %(default)s)")
    print(json.dumps(dialogue_figures(parser.parse_args().impl)))
    return 0


def dialogue_figures(impl: str) -> dict[str, float | int | str]:
    """The figures of one implementation. Ends the program where a dialogue fails."""
    adapter = load_adapter(impl, ADAPTERS)
    build_adapter(adapter)
    with Testee(adapter) as testee:
        count, seconds = _all_dialogues(testee)
        per_s = _exchanges_per_s(testee)
    return {
        "impl": impl,
        "dialogues": count,
        "dialogues_s": round(seconds, 2),
        "dialogues_per_s": round(count / seconds),
        "wire_exchanges_per_s": round(per_s),
    }


def _all_dialogues(testee: Testee) -> tuple[int, float]:
    claimed = testee.hello.profiles
    cases = [case for case in selected_cases(load_cases(), claimed, claimed) if case.op == DIALOGUE]
    look_rarely()  # a run does the same, once it has its cases
    began = perf_counter()
    failed = [case.id for case, verdict in zip(cases, judge_all(testee, cases), strict=True) if not verdict.passed]
    seconds = perf_counter() - began
    if failed or not cases:
        sys.exit(f"{len(failed)} of {len(cases)} dialogues failed, the first {failed[:1]}")
    return len(cases), seconds


def _exchanges_per_s(testee: Testee) -> float:
    """A ping sent, handled and answered, EXCHANGES times, the clock moving on so that the reply limit is not met."""
    to = testee.wire_address
    assert to is not None
    testee.ask("reset", {})
    testee.ask("peer_open", {"role": "server", "config": CONFIG})
    pings = [ping(number).datagram for number in range(EXCHANGES)]
    answered = 0
    with WirePeer(to) as end:
        began = perf_counter()
        for number, datagram in enumerate(pings):
            end.send(datagram, to)
            answered += isinstance(testee.ask("peer_poll", {}), Ok) and len(end.received()) == 1
            if number % PINGS == PINGS - 1:
                testee.ask("peer_advance", {"ms": 1000})
        seconds = perf_counter() - began
    testee.ask("reset", {})
    if answered != EXCHANGES:
        sys.exit(f"{answered} of {EXCHANGES} pings were answered")
    return EXCHANGES / seconds


if __name__ == "__main__":
    sys.exit(main())
