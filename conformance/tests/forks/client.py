"""Asks for forks, from tests."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

SERVER = Path(__file__).with_name("server.py")
THIRD_PARTY = (
    "pytest",
    "xdist.plugin",
    "xdist.looponfail",
    "hypothesis.stateful",
    "hypothesis.internal.conjecture.engine",
    "jsonschema",
    "numpy",
    "nacl.bindings",
    "xxhash",
    "zstandard",
    "tomlkit",
)
"""Packages that no copy of the project has one of its own of."""
SUITE = (
    *THIRD_PARTY,
    "conformance.pytest_plugin.testee_shell",
    "conformance.pytest_plugin.server_shell",
    "conformance.pytest_plugin.names",
    "conformance.properties.streams.search",
    "resonant_conformance.cli",
    "reports.html",
    "conformance.model.cases:load_cases",
    "resonant.describe.clauses:load_clauses",
    "resonant.describe.registry:registry",
    "conformance.session.implementations:wrong_implementations",
    "conformance.mutants.testees.registry",
    "conformance.tests.forks.testees:harmless",
)
"""Modules that a run of the suite imports, and functions that read what never changes, of the project itself."""
READ_AT_START = ("PYTHON", "LANG", "LC_", "OPENBLAS", "OMP")
"""The beginnings of the variables that a process reads when it starts, so that a fork can't have others."""
APPLIED = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
CAN_FORK = sys.platform == "linux"


class Forks:
    """A server that forks, started with the first request. It ends with this process."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._environment = {key: value for key, value in os.environ.items() if key not in APPLIED}

    def run(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float, merged: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """`python` with these arguments, as subprocess.run does it. merged: its errors are in its output.

        Raises TimeoutExpired. A process of its own where no fork can have this environment.
        """
        if not self._fits(env):
            return _started([sys.executable, *arguments], cwd, env, timeout, merged)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with told:
                with theirs:
                    request = json.dumps({"arguments": arguments, "cwd": str(cwd), "env": dict(env)}).encode()
                    fds = [out.fileno(), (out if merged else errors).fileno(), theirs.fileno()]
                    socket.send_fds(self._server(), [request], fds)
                status = _status(told, arguments, timeout)
            out.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(list(arguments), status, out.read().decode(), errors.read().decode())

    def _fits(self, env: Mapping[str, str]) -> bool:
        names = {name for name in {*env, *self._environment} - APPLIED if name.startswith(READ_AT_START)}
        return CAN_FORK and all(env.get(name) == self._environment.get(name) for name in names)

    def _server(self) -> socket.socket:
        with self._lock:
            if self._control is None:
                self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    server = subprocess.Popen(
                        [sys.executable, "-P", str(SERVER), str(theirs.fileno()), *self._modules],
                        env=self._environment,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        pass_fds=[theirs.fileno()],
                    )
                atexit.register(_end, self._control, server)
            return self._control


def _end(control: socket.socket, server: subprocess.Popen[bytes]) -> None:
    control.close()
    server.wait()


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


def _status(told: socket.socket, arguments: Sequence[str], timeout: float) -> int:
    pid = int(told.recv(32))
    told.settimeout(timeout)
    try:
        return int(told.recv(32))
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        raise subprocess.TimeoutExpired(list(arguments), timeout) from None


OF_SUITE = Forks(SUITE)
OF_COPIES = Forks(THIRD_PARTY)
"""For programs of a copy of the project, which has modules of the same names."""
