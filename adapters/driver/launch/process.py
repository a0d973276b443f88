"""A testee in a process of its own, started and ended by the driver."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import signal
import subprocess
import threading
import weakref
from typing import Final

from ..adapter import Adapter
from ..errors import StartError
from ..running import HIDDEN
from .guard import GUARD, VARIABLE, end_marked
from .pipes import FirstLine, Tail
from .ports_line import LOOPBACK, PortsError, read_ports

_GRACE_S: Final = 0.5
_KILL_S: Final = 2.0  # SIGKILL is not refused, but a machine can be busy


class ProcessTestee:
    """A started testee whose ports are known. A `running.Running`."""

    def __init__(self, adapter: Adapter, deadline: float) -> None:
        """Start adapter.run and read the line of ports before deadline, in seconds of `time.monotonic()`.

        Raises StartError; then nothing is left running.
        """
        self.token = secrets.token_hex(16)
        self.first_id = 1
        GUARD.watch(self.token)
        process = _spawn(adapter, self.token)
        self.gone_fd, gone_write = os.pipe()
        self._process = process
        self._exited = threading.Event()
        watch = threading.Thread(
            target=_watch, args=(process, self.token, self._exited, gone_write), name="testee-exit", daemon=True
        )
        watch.start()
        # Also at the end of the interpreter: a testee never outlives the driver.
        self._end = weakref.finalize(self, _end, process, self._exited, self.gone_fd)
        assert process.stdout is not None
        assert process.stderr is not None
        self._stdout, self._stderr = FirstLine(process.stdout), Tail(process.stderr)
        try:
            ports = read_ports(self._stdout, deadline, self.ended)
        except PortsError as error:
            self.kill()
            raise StartError(str(error).replace(self.token, HIDDEN), self.stderr()) from None
        self.control, self.wires = (LOOPBACK, ports.control), ports.addresses(lambda port: (LOOPBACK, port))

    @property
    def pid(self) -> int:
        """Its process, which may have ended."""
        return self._process.pid

    def stderr(self) -> str:
        """The end of its standard error so far; all that there will be if it has ended."""
        if self._exited.is_set():
            self._stderr.join(_GRACE_S)
        return self._stderr.text().replace(self.token, HIDDEN)

    def stray_stdout(self) -> bytes:
        """The first KiB of standard output after the line of ports."""
        return self._stdout.stray()

    def ended(self, within_s: float) -> str | None:
        """Wait for its end for at most within_s seconds; how it ended, or None if it runs on."""
        if not self._exited.is_set() and not self._exited.wait(within_s):
            return None
        return status_text(self._process.returncode)

    def close_input(self) -> None:
        """End its standard input (TST-2)."""
        _close_input(self._process)

    def stop(self) -> None:
        """End its standard input, then wait half a second, then SIGTERM and as long again, then SIGKILL."""
        self.close_input()
        if not self._exited.wait(_GRACE_S):
            _signal_group(self._process.pid, signal.SIGTERM)
            self._exited.wait(_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """End it at once, with everything in its process group and everything that carries its secret."""
        self._end()


def status_text(returncode: int) -> str:
    """A return code of `subprocess` in words: "exit status 3", "killed by SIGSEGV"."""
    if returncode >= 0:
        return f"exit status {returncode}"
    try:
        return f"killed by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"killed by signal {-returncode}"


def _spawn(adapter: Adapter, token: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - to run what the adapter says is the purpose
            adapter.run,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=adapter.folder,
            env={**os.environ, VARIABLE: token},
            start_new_session=True,  # a process group of its own, to be ended as a whole
        )
    except OSError as error:
        build = f"build it first: cd {shlex.quote(str(adapter.folder))} && {shlex.join(adapter.build)}"
        advice = build if adapter.build else "correct run in its adapter.toml"
        raise StartError(f"{adapter.name} cannot be started with {adapter.run[0]!r}: {error}; {advice}") from None


def _watch(process: subprocess.Popen[bytes], token: str, exited: threading.Event, gone_write: int) -> None:
    if hasattr(os, "waitid"):
        # As long as the dead leader is not reaped, nobody else can be given the number of its group.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        _signal_group(process.pid, signal.SIGKILL)
    process.wait()
    end_marked({token})
    GUARD.forget(token)
    exited.set()
    os.close(gone_write)  # makes gone_fd readable


def _end(process: subprocess.Popen[bytes], exited: threading.Event, gone_fd: int) -> None:
    if not exited.is_set():
        _signal_group(process.pid, signal.SIGKILL)
        exited.wait(_KILL_S)
    _close_input(process)
    os.close(gone_fd)


def _close_input(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the latter: only zombies are left, on some systems
        os.killpg(pid, number)
