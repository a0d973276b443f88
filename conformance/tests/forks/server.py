"""Forks itself for every program that it is asked to be: `server.py DESCRIPTOR MODULE…`, with these modules imported.

A request is JSON that comes with the descriptors of the program's output and of a socket for its number and its status.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import runpy
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from _pytest.assertion.rewrite import AssertionRewritingHook

REQUEST_BYTES = 1 << 18
DESCRIPTORS = 3
MAIN = "__main__"
TESTEES = "conformance.tests.forks.testees"
"""If it is imported, testees of ours are forks as well."""


def main() -> None:
    """Serve until whoever started this has ended; in a fork, be what it is asked to be."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        prepare(name)
    # pytest would rewrite the assertions of plugins, and warns of those that are imported by then.
    AssertionRewritingHook._warn_already_imported = lambda self, name: None  # type: ignore[method-assign]
    gc.collect()
    gc.freeze()  # what a fork does not touch it shares
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        message, fds, _, _ = socket.recv_fds(control, REQUEST_BYTES, DESCRIPTORS)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            break
        for fd in fds:
            os.close(fd)
        reap()
    serve(json.loads(message), fds)


def prepare(name: str) -> None:
    """Import a module, and call the function behind a colon, whose result is cached."""
    module, _, function = name.partition(":")
    found = importlib.import_module(module)
    if function:
        getattr(found, function)()


def reap() -> None:
    """Take note of forks that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def serve(request: dict[str, Any], fds: Sequence[int]) -> None:
    """Tell the number of the fork that is the program, and its status once it has ended."""
    out, errors, told = fds
    pid = os.fork()
    if pid == 0:
        os.close(told)
        os.dup2(out, 1)
        os.dup2(errors, 2)
        be(request)
        return
    os.close(out)
    os.close(errors)
    os.close(1)
    os.close(2)
    with socket.socket(fileno=told) as answer:
        answer.send(str(pid).encode())
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        answer.send(str(status).encode())
    os._exit(0)


def be(request: dict[str, Any]) -> None:
    """Be a program of Python: what `python` is for these arguments, in that folder and environment."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    random.seed()
    paths = os.environ.get("PYTHONPATH", "")
    sys.path[:0] = [os.path.abspath(path) for path in paths.split(os.pathsep) if path]  # noqa: PTH100 - as Python does
    importlib.invalidate_caches()
    vars(os)["execv"] = instead_of_exec
    if TESTEES in sys.modules:
        sys.modules[TESTEES].fork_testees()
    python(request["arguments"])


def instead_of_exec(path: str, command: Sequence[str]) -> NoReturn:
    """Be another program of this Python in place of the one that runs."""
    assert path == sys.executable, path
    sys.path.pop(0)
    python(command[1:])
    sys.exit()


def python(arguments: Sequence[str]) -> None:
    """Be `python` with these arguments: -P, -m MODULE, -c CODE and the path of a program are known."""
    safe = arguments[0] == "-P"
    kind, *rest = arguments[safe:]
    named = kind in ("-m", "-c")
    if not safe:
        sys.path.insert(0, str(Path.cwd() if named else Path(kind).resolve().parent))
    if "xdist.plugin" in sys.modules:  # it keeps the path that Python starts with, and gives it to its workers
        sys.modules["xdist.plugin"]._sys_path[:] = sys.path
    sys.modules[MAIN] = ModuleType(MAIN)
    sys.argv[:] = rest if kind == "-m" else [kind, *rest[named:]]
    match kind:
        case "-m":
            runpy.run_module(rest[0], run_name=MAIN, alter_sys=True)
        case "-c":
            exec(rest[0], vars(sys.modules[MAIN]))
        case _:
            runpy.run_path(kind, run_name=MAIN)


if __name__ == "__main__":
    main()
