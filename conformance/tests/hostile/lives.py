"""The findings on testees that crash, hang, write without end, will not leave, or leave something behind."""

from __future__ import annotations

from collections.abc import Mapping

from reports.outcome import Outcome

from .table import CASES, NO_REPLY, REPLY_S, Expected

_CRASHED = "the testee ended instead of answering"

LIVES: Mapping[str, Expected] = {
    "crashes-on-one-case": Expected(Outcome.CRASH, "exit status 134"),
    "crashes-on-every-case": Expected(Outcome.CRASH, _CRASHED),
    "is-killed-on-one-case": Expected(Outcome.CRASH, "killed by SIGSEGV"),
    "exits-with-0": Expected(Outcome.CRASH, "exit status 0"),
    "raises-on-one-case": Expected(Outcome.CRASH, "so it goes"),
    "hangs-on-one-case": Expected(Outcome.TIMEOUT, NO_REPLY, waits_s=REPLY_S),
    "stops-itself": Expected(Outcome.TIMEOUT, NO_REPLY, waits_s=REPLY_S),
    "closes-its-sockets": Expected(Outcome.CRASH, "its control port is closed"),
    "does-not-start-again": Expected(Outcome.CRASH, "exit status 1", after=Outcome.HARNESS_ERROR),
    "claims-less-after-a-restart": Expected(Outcome.CRASH, "exit status 1", after=Outcome.HARNESS_ERROR),
    "9-megabytes-of-errors": Expected(),
    "noise-and-a-crash": Expected(Outcome.CRASH, "exit status 1"),
    "writes-without-end": Expected(probes={"ports-line": Outcome.FAIL}),
    "closes-its-outputs": Expected(),
    "bound-on-every-interface": Expected(probes={"ports-line": Outcome.FAIL}),
    "answers-before-hello": Expected(probes={"deaf-before-hello": Outcome.FAIL}),
    "will-not-leave": Expected(probes={"stop-exits": Outcome.FAIL}, waits_s=3 * REPLY_S),
    "leaves-a-child": Expected(),
    "crashes-and-leaves-children": Expected(Outcome.CRASH, "exit status 1"),
    "leaves-a-child-far-away": Expected(),
    "leaves-daemons": Expected(),
    "crashes-and-leaves-a-daemon": Expected(Outcome.CRASH, "exit status 1", cases=CASES[:2]),
    "replaced-by-a-child": Expected(Outcome.CRASH, "exit status 5"),
}
LEAVING_FORKS = ("leaves-daemons", "crashes-and-leaves-children", "crashes-and-leaves-a-daemon")
"""Those whose processes are looked for by the environment of the testee: no forks of the run themselves."""
UNENDING = ("deaf-to-its-end", "deaf-with-a-daemon")
"""Those that are about the end of a runner, see test_killed_runner.py."""
