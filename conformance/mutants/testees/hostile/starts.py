"""Testees that no run can begin with."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from ...engine.patches import Change, replaced
from ..wrong import Reply, on_reply
from .attack import Hostile, at_start
from .bounds import endlessly, pause_for_ever

HELLO = {"name": "n", "version": "1", "language": "L", "spec": "1.0", "profiles": ["frame"]}


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _exit(status: int) -> Callable[[], None]:
    return lambda: os._exit(status)


def _print(line: str) -> Callable[[], None]:
    return lambda: print(line, flush=True)


def _at_hello(act: Callable[[], Reply | None]) -> Change:
    """hello is the first message, and none is answered in another way."""
    return replaced("ops.answer", lambda message: ("hello", act()))


def _at_length() -> Reply:
    os.write(2, b"one line\n")
    return {"ok": "x" * 100_000}


def _claiming(**members: Any) -> Change:
    def change(op: str, right: Reply) -> Reply:
        return {"ok": {**HELLO, **members}} if op == "hello" and "ok" in right else right

    return on_reply(change)


HOSTILE = (
    at_start("exits-at-once", "Ends with status 3 before it prints its ports.", _exit(3)),
    at_start("crashes-at-once", "Is killed by SIGSEGV before it prints its ports.", _crash),
    at_start("never-prints-its-ports", "Never prints its ports.", pause_for_ever),
    at_start("prints-garbage-first", "Prints a line of text before that of its ports.", _print("warming up…")),
    at_start(
        "prints-no-text-first",
        "Prints bytes that are no text before the line of its ports.",
        lambda: os.write(1, bytes(range(128, 256)) + b"\n"),
    ),
    at_start(
        "prints-one-endless-line",
        "Prints one line in place of its ports, a gibibyte of it.",
        lambda: endlessly(lambda: os.write(1, b"[" * 65_536)),
    ),
    at_start(
        "prints-an-impossible-port",
        "Prints ports that nobody can have.",
        _print('{"control": 1e999, "wires": {"udp": 70000}}'),
    ),
    Hostile("ignores-hello", "Never answers hello.", _at_hello(pause_for_ever)),
    Hostile("hello-is-a-text", "Answers hello with a text of 100,000 characters.", _at_hello(_at_length)),
    Hostile("rejects-hello", "Rejects hello.", _at_hello(lambda: {"reject": {"code": "BAD_TYPE"}})),
    Hostile("crashes-at-hello", "Ends at hello.", _at_hello(_exit(4))),
    Hostile(
        "is-not-where-it-says",
        "Binds its sockets at 127.0.0.2, where nobody asks.",
        replaced("testee_kit.server._LOOPBACK", "127.0.0.2"),
    ),
    Hostile(
        "claims-an-unknown-profile", "Claims a profile that does not exist.", _claiming(profiles=["frame", "telepathy"])
    ),
    Hostile(
        "claims-zstd-without-frame", "Claims a profile without the one that it needs.", _claiming(profiles=["zstd"])
    ),
    Hostile(
        "claims-a-long-name",
        "Claims a profile with a name of 100,000 characters.",
        _claiming(profiles=["frame", "x" * 100_000]),
    ),
    Hostile(
        "claims-100000-profiles",
        "Claims a hundred thousand profiles.",
        _claiming(profiles=["frame", *map(str, range(100_000))]),
    ),
    Hostile(
        "speaks-another-version",
        "Says 100,000 digits for the version of the specification.",
        _claiming(spec="2" * 100_000),
    ),
)
