"""Forks itself for every program it is asked to be: `server.py CONTROL LISTENER MODULE…`, with these modules imported.

CONTROL and LISTENER are the descriptors of the socket of who started this, and of one that others connect to.

It imports nothing of the project by itself, as it also forks for programs of copies of the project.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import random
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from _pytest.assertion.rewrite import AssertionRewritingHook

MAIN = "__main__"
REQUEST_BYTES = 1 << 18
DESCRIPTORS = 5
"""Standard input, output and errors, a socket for number and status, and the end by which requests are sent."""
TESTEES, WORKERS = "conformance.tests.forks.testees", "conformance.tests.forks.workers"
"""If they are imported, testees of ours, and workers of -n, are forks as well."""
NO_VALUE = ("-P", "-u")


@dataclass(frozen=True, slots=True)
class Request:
    """The program that a fork is to be, as arguments of `python`."""

    arguments: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    forking: bool = True
    """Whether the testees and workers that it starts are forks, too."""
    session: bool = False
    """Whether it is the first process of a session, and ignores no signal that who started the server ignores."""


def main() -> None:
    """Serve until everybody who could ask has ended; in a fork, be what it is asked to be."""
    control, listener = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    gc.disable()  # all that is read here stays
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Hypothesis warns whoever reads before a session what it would read in one
        for name in sys.argv[3:]:
            prepare(name)
    gc.enable()
    # pytest would rewrite the assertions of plugins, and warns of those that are imported by then.
    AssertionRewritingHook._warn_already_imported = lambda self, name: None  # type: ignore[method-assign]
    gc.collect()
    gc.freeze()  # what a fork does not touch it shares
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Server(control, listener).serve()


class Server:
    """Forks for those who ask, and tells them the status of each fork when it has ended."""

    def __init__(self, control: socket.socket, listener: socket.socket) -> None:
        self._controls = {control}
        """Those who ask: who started this, and who has connected since."""
        self._listener = listener
        self._asking: dict[int, socket.socket] = {}
        """The forks that have not ended, and who is to be told."""
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)

    def serve(self) -> None:
        """Serve until nobody can ask any more; in a fork, be what was asked for."""
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that the end of a fork wakes this process
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([*self._controls, self._listener, self._woken], [], [])
            if self._woken in ready:
                self._tell()
            if self._listener in ready:
                self._controls.add(self._listener.accept()[0])
            for control in self._controls.intersection(ready):
                message, fds, _, _ = socket.recv_fds(control, REQUEST_BYTES, DESCRIPTORS)
                if message:
                    self._fork(Request(**json.loads(message)), fds)
                    continue
                control.close()
                self._controls.remove(control)
                if not self._controls:
                    return

    def _fork(self, request: Request, fds: Sequence[int]) -> None:
        """Fork, and tell the number of the fork."""
        *own, told, control = fds
        asking = socket.socket(fileno=told)
        pid = os.fork()
        if pid == 0:
            self._leave()
            asking.close()
            for at, fd in enumerate(own):
                os.dup2(fd, at)
                os.close(fd)
            end_of(lambda: be(request, socket.socket(fileno=control)))
        for fd in (*own, control):
            os.close(fd)
        self._asking[pid] = asking
        say(asking, pid)

    def _leave(self) -> None:
        """Have nothing of the server, in a fork."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (*self._controls, self._listener, self._woken, self._wake, *self._asking.values()):
            end.close()

    def _tell(self) -> None:
        """Tell the status of each fork that has ended."""
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(REQUEST_BYTES)
        while self._asking:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._asking.pop(pid) as asking:
                say(asking, os.waitstatus_to_exitcode(status))


def say(asking: socket.socket, number: int) -> None:
    """Say a number to who asked, if he still listens."""
    with contextlib.suppress(OSError):
        asking.send(str(number).encode())


def prepare(name: str) -> None:
    """Import a module, and call the function behind a colon, whose result is cached."""
    module, _, function = name.partition(":")
    found = importlib.import_module(module)
    if function:
        getattr(found, function)()


def be(request: Request, control: socket.socket) -> None:
    """Be a program of Python: what `python` is for these arguments, in that folder and environment."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if request.session:
        os.setsid()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(request.env)
    random.seed()
    paths = os.environ.get("PYTHONPATH", "")
    sys.path[:0] = [os.path.abspath(path) for path in paths.split(os.pathsep) if path]  # noqa: PTH100 - as Python does
    importlib.invalidate_caches()
    vars(os)["execv"] = instead_of_exec
    if request.forking and TESTEES in sys.modules:
        sys.modules[TESTEES].fork_testees()
    if request.forking and WORKERS in sys.modules:
        sys.modules[WORKERS].fork_workers(control)
    else:
        control.close()
    python(request.arguments)


def end_of(program: Callable[[], None]) -> NoReturn:
    """Run the program and end as an interpreter does, but for taking everything apart that this one has imported.

    That would write to every page that the fork shares, which takes longer than many a program.
    """
    status = 0
    try:
        program()
    except SystemExit as end:
        status = status_of(end)
    except KeyboardInterrupt:
        traceback.print_exc()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.raise_signal(signal.SIGINT)
    except BaseException:
        traceback.print_exc()
        status = 1
    vars(threading)["_shutdown"]()  # waits for threads that are no daemons
    vars(atexit)["_run_exitfuncs"]()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def status_of(end: SystemExit) -> int:
    """The status that an interpreter makes of it: its number, 0 of nothing, and 1 of a text, which it prints."""
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    print(end.code, file=sys.stderr)
    return 1


def instead_of_exec(path: str, command: Sequence[str]) -> NoReturn:
    """Be another program of this Python in place of the one that runs."""
    assert path == sys.executable, path
    sys.path.pop(0)
    python(command[1:])
    sys.exit()


def python(arguments: Sequence[str]) -> None:
    """Be `python` with these arguments: -P, -u, -m MODULE, -c CODE and the path of a program are known."""
    safe = "-P" in arguments[:1]
    kind, *rest = dropwhile(NO_VALUE.__contains__, arguments)
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
