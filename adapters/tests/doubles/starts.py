"""Testees that do not get as far as hello, or that say something wrong there."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping

from .kit import HELLO, good, print_ports, serve, sockets

LAST_WORDS = "last words"


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _says(text: str) -> Callable[[], object]:
    return lambda: _say(f"{text}\n")


def _says_and_waits(text: str, end: str = "\n") -> Callable[[], object]:
    def start() -> None:
        _say(text + end)
        signal.pause()

    return start


def _never_answers() -> None:
    print_ports()
    sys.stdin.read()


def _dies_of_hello() -> None:
    print_ports()
    sockets()[0].recv(9)
    os._exit(4)


BAD_STARTS: Mapping[str, Callable[[], object]] = {
    "exits at once": lambda: os._exit(3),
    "dies at once": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "prints no ports": signal.pause,
    "prints half a line": _says_and_waits("{", end=""),
    "prints garbage": _says_and_waits("hello"),
    "prints an array": _says_and_waits("[1, 2]"),
    "nests too deep": _says_and_waits("[" * 4000),
    "prints no end of a line": _says_and_waits("x" * 9999),
    "prints a port 0": _says_and_waits('{"control": 0, "wires": {}}'),
    "prints a port as text": _says('{"control": "1", "wires": {}}'),
    "prints a port as true": _says('{"control": true, "wires": {}}'),
    "prints no control": _says('{"wires": {"udp": 1}}'),
    "prints no wires": _says('{"control": 1}'),
    "prints a single wire": _says('{"control": 40001, "wire": 40002}'),
    "prints a single wire in control's place": _says('{"wire": 40002}'),
    "prints wires as a port": _says('{"control": 1, "wires": 2}'),
    "prints wires as an array": _says('{"control": 1, "wires": [2]}'),
    "prints a wire's port as text": _says('{"control": 1, "wires": {"udp": "2"}}'),
    "prints a wire's port 0": _says('{"control": 1, "wires": {"udp": 2, "tcp": 0}}'),
    "prints one port twice": _says_and_waits('{"control": 9, "wires": {"udp": 9}}'),
    "prints the port of control for quic": _says_and_waits('{"control": 9, "wires": {"udp": 8, "quic": 9}}'),
    "prints one port for udp and quic": _says_and_waits('{"control": 9, "wires": {"udp": 8, "quic": 8}}'),
    "prints a wire twice": _says_and_waits('{"control": 9, "wires": {"udp": 7, "udp": 8}}'),
    "prints a wire that cannot be shown": _says_and_waits('{"control": 9, "wires": {"u\\u001bdp": 0}}'),
    "never answers": _never_answers,
    "dies of hello": _dies_of_hello,
    "rejects hello": lambda: serve(good, hello=None),
    "claims another spec": lambda: serve(good, hello={**HELLO, "spec": "2.0"}),
}


def bad_start(fault: str) -> None:
    """Say something on standard error, and start in this wrong way."""
    print(LAST_WORDS, file=sys.stderr, flush=True)
    BAD_STARTS[fault]()


def waiting() -> None:
    """Do nothing."""
    signal.pause()


def claims_less_when_started_again() -> None:
    """It knows by a file in its folder."""
    first = not os.path.exists("again")  # noqa: PTH110 - before anything else
    with open("again", "w"):  # noqa: PTH123
        pass
    serve(lambda op, given: os._exit(1), hello=HELLO if first else {**HELLO, "profiles": []})


def ports_alone() -> None:
    """Print the ports, and end."""
    print_ports()
