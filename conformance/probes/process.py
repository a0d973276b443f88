"""Start and end: section 2 of specs/testee.md."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Mapping
from time import monotonic

from adapters.driver import HEAD, MAGIC, Address, Channel, Ok, Testee, cut, launch, open_tcp, open_udp

from ..model.verdict import PASSED, Verdict
from .basics import UNKNOWN, message, wrong

END_S = 5.0  # for a testee to exit once it is told to
_HALF_ID = 99
_OPEN: Mapping[str, Callable[[Address], socket.socket]] = {"udp": open_udp, "tcp": open_tcp}
_OTHER_LOOPBACK = "127.0.0.2"  # an address of its own on Linux; where there is none, nothing can be told


def ports_line(testee: Testee) -> Verdict:
    """TST-1: sockets of 127.0.0.1 and one line of standard output, asked after many requests."""
    testee.start()
    control, wires = testee.control_address, testee.wires
    if control[0] != "127.0.0.1" or wires.get("udp") == control:
        return wrong("sockets of their own on 127.0.0.1", f"{control}, {dict(wires)}")
    sockets = {"udp": (control, wires.get("udp")), "tcp": (wires.get("tcp"),)}
    for transport, addresses in sockets.items():
        for address in filter(None, addresses):
            if _taken_elsewhere(address, _OPEN[transport]):
                return wrong("sockets of 127.0.0.1 alone", f"port {address[1]} is bound on {_OTHER_LOOPBACK} as well")
    stray = testee.stray_stdout()
    return wrong("one line of standard output", stray) if stray else PASSED


def _taken_elsewhere(address: Address, open_socket: Callable[[Address], socket.socket]) -> bool:
    with open_socket(address) as other:
        try:
            other.bind((_OTHER_LOOPBACK, address[1]))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def deaf_before_hello(testee: Testee) -> Verdict:
    """TST-6: a second process answers neither a request nor a hello with a wrong token, and then the right hello."""
    deadline = monotonic() + testee.limits.start_s
    running = launch(testee.adapter, deadline)
    channel = Channel(running.control, gone_fd=running.gone_fd)
    try:
        greetings = ("wrong", running.token[:-1], running.token)
        hellos = [UNKNOWN | {"op": "hello", "input": {"token": token}} for token in greetings]
        channel.send_raw([HEAD.pack(MAGIC, _HALF_ID, 0, 2)])  # which nobody is to be asked for the other half of
        for request_id, request in enumerate((UNKNOWN, *hellos), start=1):
            channel.send_raw(cut(message(request), request_id))
        # The datagrams were there in this order, so the first reply tells to which of them the testee was not deaf.
        datagram = channel.receive(deadline)
        answered = HEAD.unpack_from(datagram)[1] if datagram else 0
        return (
            PASSED
            if answered == len(hellos) + 1
            else wrong("the first reply to the right hello", f"request {answered}")
        )
    finally:
        channel.close()
        running.kill()


def stop_exits(testee: Testee) -> Verdict:
    """TST-3: stop is answered, and the process then exits with status 0."""
    answer = testee.ask("stop", {})
    if answer != Ok({}):
        return wrong("ok {} for stop", answer)
    status = testee.ended(END_S)
    return PASSED if status == "exit status 0" else wrong("exit status 0 after stop", status or "it is still running")


def exits_without_input(testee: Testee) -> Verdict:
    """TST-2: the testee exits when its standard input ends."""
    testee.start()
    testee.end_input()
    return PASSED if testee.ended(END_S) else wrong("the process exits once its input ends", "it is still running")
