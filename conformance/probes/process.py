"""Start and end: section 1 of specs/testee.md."""

from __future__ import annotations

from adapters.driver import Ok, Testee

from ..verdict import PASSED, Verdict
from .basics import wrong

END_S = 5.0  # for a testee to exit once it is told to


def ports_line(testee: Testee) -> Verdict:
    """TST-1: two sockets of 127.0.0.1 and one line of standard output, asked after many requests."""
    testee.start()
    control, wire = testee.control_address, testee.wire_address
    if wire is None or control[1] == wire[1] or control[0] != "127.0.0.1":
        return wrong("two different ports of 127.0.0.1", f"{control}, {wire}")
    stray = testee.stray_stdout()
    return wrong("one line of standard output", stray) if stray else PASSED


def stop_exits(testee: Testee) -> Verdict:
    """TST-3: stop is answered, and the process then exits with status 0."""
    answer = testee.ask("stop", {})
    if answer != Ok({}):
        return wrong("ok {} for stop", answer)
    status = testee.ended(END_S)
    return PASSED if status == "exit status 0" else wrong("exit status 0 after stop", status or "it runs on")


def exits_without_input(testee: Testee) -> Verdict:
    """TST-2: the testee exits when its standard input ends."""
    testee.start()
    testee.end_input()
    return PASSED if testee.ended(END_S) else wrong("an end of the process once its input ends", "it runs on")
