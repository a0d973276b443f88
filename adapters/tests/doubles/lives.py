"""Testees that end, hang, will not leave, or leave something behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

from .kit import Reply, good, serve, sockets


def crashes() -> None:
    """It ends at the op crash, and says so."""

    def perform(op: str, _given: Mapping[str, Any]) -> Reply:
        if op == "crash":
            print("so long", file=sys.stderr, flush=True)
            os._exit(9)
        return {"ok": {}}

    serve(perform)


def kills_itself() -> None:
    """It is killed at every op."""

    def perform(_op: str, _given: Mapping[str, Any]) -> Reply:
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    serve(perform)


def ends() -> None:
    """It ends at every op."""
    serve(lambda op, given: os._exit(1))


def closes_its_control_socket() -> None:
    """And runs on."""

    def perform(_op: str, _given: Mapping[str, Any]) -> NoReturn:
        sockets()[0].close()
        _wait()

    serve(perform)


def hangs() -> None:
    """At the op hang."""

    def perform(op: str, _given: Mapping[str, Any]) -> Reply:
        print("thinking", file=sys.stderr, flush=True)
        if op == "hang":
            _wait()
        return {"ok": {}}

    serve(perform)


def waits() -> None:
    """At every op."""
    serve(lambda op, given: _wait())


def _wait() -> NoReturn:
    while True:
        signal.pause()


def ignores_everything() -> None:
    """Stop, the end of its input, and SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    serve(lambda op, given: [] if op == "stop" else {"ok": {}}, watch_input=False)


def deaf() -> None:
    """It ignores the end of its input and SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    serve(good, watch_input=False)


def ignores_its_input() -> None:
    """And nothing else."""
    serve(good, watch_input=False)


def leaves_at_sigterm() -> None:
    """It ignores the end of its input, and at SIGTERM leaves a file in its folder and ends."""

    def leave(_number: int, _frame: object) -> None:
        with open("left", "w"):  # noqa: PTH123
            pass
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    serve(good, watch_input=False)


def has_a_child() -> None:
    """And ends without it at the op crash."""
    if os.fork() == 0:
        _wait()
    serve(lambda op, given: os._exit(5) if op == "crash" else {"ok": {}})


def _daemon() -> Reply:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            _wait()
        os._exit(0)
    return {"ok": {}}


def starts_daemons() -> None:
    """One at every op; crash ends it."""
    serve(lambda op, given: os._exit(5) if op == "crash" else _daemon())


def has_a_daemon() -> None:
    """From its start."""
    _daemon()
    serve(good)
