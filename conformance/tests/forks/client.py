"""Asks for forks, from tests."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Self

from _pytest.config import builtin_plugins

from conformance.tests.forks.server import Request

SERVER = Path(__file__).with_name("server.py")
THIRD_PARTY = (
    "pytest",
    *sorted(f"_pytest.{name}" for name in builtin_plugins - {"pytester", "pytester_assertions"}),
    "random_order.plugin",
    "xdist.plugin",
    "xdist.looponfail",
    "xdist.newhooks",
    "xdist.remote",
    "xdist.scheduler",
    "xdist.workermanage",
    "_hypothesis_pytestplugin",
    "hypothesis.stateful",
    "hypothesis.internal.conjecture.engine",
    "jsonschema",
    "numpy",
    "nacl.bindings",
    "xxhash",
    "zstandard",
    "tomlkit",
    "pdb",
    "encodings.idna",
    "xml.etree.ElementTree",
)
"""Packages that no copy of the project has one of its own of."""
SUITE = (
    *THIRD_PARTY,
    "conformance.pytest_plugin.testee_shell",
    "conformance.pytest_plugin.server_shell",
    "conformance.pytest_plugin.names",
    "conformance.properties.frames",
    "conformance.properties.streams.search",
    "conformance.properties.twins",
    "resonant_conformance.commands",
    "resonant_conformance.plugin",
    "resonant.__main__",
    "conformance.campaign.command",
    "conformance.tools.listing",
    "conformance.tools.new_adapter",
    "conformance.tools.statement",
    "reports.__main__",
    "reports.compare",
    "reports.html",
    "conformance.tests.forks.cases:read",
    "resonant.describe.clauses:load_clauses",
    "resonant.describe.registry:registry",
    "conformance.session.implementations:wrong_implementations",
    "conformance.mutants.testees.registry",
    "conformance.tests.forks.testees:harmless",
    "conformance.tests.forks.workers",
    "hypothesis.internal.conjecture.providers:_get_local_constants",
)
"""Modules that a run of the suite imports, and functions that read what never changes; the last reads all of them."""
READ_AT_START = ("PYTHON", "LANG", "LC_", "OPENBLAS", "OMP")
"""The beginnings of the variables that a process reads when it starts, so that a fork can't have others."""
APPLIED = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
CAN_FORK = sys.platform == "linux"
ANSWER_BYTES = 32


class Asked:
    """A fork that was asked for. Use it as a context manager, or call `close`."""

    def __init__(self, control: socket.socket, request: Request, fds: Sequence[int]) -> None:
        """control: the socket to the server, which the fork has, too. fds: standard input, output and errors."""
        self._told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            message = json.dumps(asdict(request)).encode()
            socket.send_fds(control, [message], [*fds, theirs.fileno(), control.fileno()])
        self.pid = int(self._told.recv(ANSWER_BYTES))

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its status, the negative number of a signal if one killed it. Raises TimeoutError."""
        self._told.settimeout(timeout)
        return int(self._told.recv(ANSWER_BYTES))

    def close(self) -> None:
        """Ask nothing more about it."""
        self._told.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Forks:
    """A server that forks, started with the first request, or that of another process. It ends with who started it."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules
        self._address: str | None = None
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._environment = {key: value for key, value in os.environ.items() if key not in APPLIED}

    def run(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float,
        merged: bool = False,
        forking: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """`python` with these arguments, as subprocess.run does it. merged: its errors are in its output.

        forking: testees of ours and workers of -n that it starts are forks, too. Raises TimeoutExpired. A process of
        its own where no fork can have this environment.
        """
        if not self._fits(env):
            return _started([sys.executable, *arguments], cwd, env, timeout, merged)
        request = Request(arguments, str(cwd), dict(env), forking)
        with (
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as errors,
            Path(os.devnull).open("rb") as nothing,
        ):
            fds = (nothing.fileno(), out.fileno(), (out if merged else errors).fileno())
            with Asked(self._server(), request, fds) as fork:
                status = _status(fork, timeout, arguments)
            out.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(list(arguments), status, out.read().decode(), errors.read().decode())

    def begin(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], out: int
    ) -> Asked | subprocess.Popen[bytes]:
        """The same for who ends it by a signal: the first of a session, which says all to the descriptor `out`.

        Nothing that it starts is a fork, so that what it leaves has the environment by which to find it.
        """
        if not self._fits(env):
            return begin_fresh(arguments, cwd=cwd, env=env, out=out)
        request = Request(arguments, str(cwd), dict(env), forking=False, session=True)
        with Path(os.devnull).open("rb") as nothing:
            return Asked(self._server(), request, (nothing.fileno(), out, out))

    def _fits(self, env: Mapping[str, str]) -> bool:
        names = {name for name in {*env, *self._environment} - APPLIED if name.startswith(READ_AT_START)}
        return CAN_FORK and all(env.get(name) == self._environment.get(name) for name in names)

    def share(self) -> str:
        """Start the server; the address by which other processes join it."""
        self._server()
        assert self._address is not None
        return self._address

    def join(self, address: str) -> None:
        """Ask the server of another process, which shares it, and waits for this one before it ends."""
        self._address = address

    def _server(self) -> socket.socket:
        with self._lock:
            if self._control is None:
                self._control = self._begun() if self._address is None else _connected(self._address)
            return self._control

    def _begun(self) -> socket.socket:
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folder = tempfile.mkdtemp(prefix="forks-")  # which nobody else may enter
        self._address = str(Path(folder) / "socket")
        with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self._address)
            listener.listen()
            fds = (theirs.fileno(), listener.fileno())
            server = subprocess.Popen(
                [sys.executable, "-P", str(SERVER), *map(str, fds), *self._modules],
                env=self._environment | {name: os.environ[name] for name in APPLIED & os.environ.keys()},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=fds,
            )
        atexit.register(_end, control, server, folder)
        return control


def _connected(address: str) -> socket.socket:
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.connect(address)
    atexit.register(control.close)
    return control


def _end(control: socket.socket, server: subprocess.Popen[bytes], folder: str) -> None:
    control.close()
    server.wait()
    shutil.rmtree(folder)


def begin_fresh(arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], out: int) -> subprocess.Popen[bytes]:
    """Begin the same as `Forks.begin`, always as an interpreter of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        start_new_session=True,
        preexec_fn=_listen,  # noqa: PLW1509 - it makes two system calls and takes no lock
    )


def _listen() -> None:
    """Undo what a shell does to whatever it starts in the background, and nohup to everything."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _started(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float, merged: bool
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        text=True,
        timeout=timeout,
        check=False,
    )


def _status(fork: Asked, timeout: float, arguments: Sequence[str]) -> int:
    try:
        return fork.wait(timeout)
    except TimeoutError:
        os.kill(fork.pid, signal.SIGKILL)
        raise subprocess.TimeoutExpired(list(arguments), timeout) from None


OF_SUITE = Forks(SUITE)
OF_COPIES = Forks(THIRD_PARTY)
"""For programs of a copy of the project, which has modules of the same names."""
