"""Ends what a testee left behind, whoever is still there to do it.

A testee's process group ends with the testee (process.py). A process that it put into a session of its own is known by
the testee's secret, which stands in its environment, and is killed with the rest. Should the driver itself be killed,
testees exit as their input ends (TST-2); for those that do not there is a guard: a process beside the driver, this
file run as a program, that waits for the driver's end and then kills whatever carries one of its secrets.

Both work where there is /proc, and for processes whose environment can be read there and still has the secret. Nothing
here raises for what a testee does, and nothing waits but for a process that is just about to be another program.
"""

import contextlib
import os
import signal
import sys
import threading
import time

VARIABLE = "RESONANT_TOKEN"
_PROC = "/proc"
_ROUNDS = 20  # what was started during one is looked at in the next
_STARTING_S = 1.0  # for those that are between two programs to come out with their environment
_LOOK_S = 0.001
_FLAGS = 7  # the fields of `stat` from the state of a process to its flags
_EXITING_OR_KERNEL = 0x4 | 0x200000  # PF_EXITING, PF_KTHREAD: there will be no environment
_NULL = "/dev/null"


def end_marked(tokens: set[str]) -> None:
    """Kill every process that was started with one of these secrets."""
    marks = {f"{VARIABLE}={token}".encode() for token in tokens}
    seen: set[int] = set()
    rounds, until = 0, time.monotonic() + _STARTING_S
    while marks and rounds < _ROUNDS:
        new = _processes() - seen
        if not new:
            return
        starting = set()
        for pid in new:
            environment = _environment(pid)
            if environment is None:
                starting.add(pid)
            elif not marks.isdisjoint(environment.split(b"\0")):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        seen |= new - starting
        if starting != new:
            rounds += 1
        elif time.monotonic() < until:
            time.sleep(_LOOK_S)
        else:
            return


def _processes() -> set[int]:
    try:
        return {int(name) for name in os.listdir(_PROC) if name.isdecimal()}  # noqa: PTH208 - as quick as can be
    except OSError:
        return set()


def _environment(pid: int) -> bytes | None:
    """None for one between two programs: within execve neither has its environment and its arguments there."""
    environment = _read(pid, "environ")
    if environment or _read(pid, "cmdline"):
        return environment or _read(pid, "environ")  # it may have come out just then
    fields = _read(pid, "stat").rpartition(b")")[2].split()[:_FLAGS]
    ended = len(fields) < _FLAGS or fields[0] in (b"Z", b"X")
    return b"" if ended or int(fields[-1]) & _EXITING_OR_KERNEL else None


def _read(pid: int, name: str) -> bytes:
    """Empty for one that has ended, and for one that is not ours to look at."""
    try:
        with open(f"{_PROC}/{pid}/{name}", "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return b""


class Guard:
    """The guard of this process, started with the first secret it is told. One that cannot be started is none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of = 0
        self._pipe = -1

    def watch(self, token: str) -> None:
        """Have what carries this secret killed when this process ends, in whatever way."""
        with self._lock:
            if self._of != os.getpid():  # a fork of the process that started it has none
                self._of, self._pipe = os.getpid(), _start()
            self._tell(f"+{token}\n")

    def forget(self, token: str) -> None:
        """Nothing carries this secret any more."""
        with self._lock:
            self._tell(f"-{token}\n")

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError):  # it may have been killed
            os.write(self._pipe, line.encode())


def _start() -> int:
    """Start the guard; the descriptor by which it is told, which it sees closed when this process ends."""
    if not os.path.exists(f"{_PROC}/self/environ"):  # noqa: PTH110
        return -1
    read, write = os.pipe()
    os.set_blocking(write, False)
    actions = [(os.POSIX_SPAWN_DUP2, read, 0), *((os.POSIX_SPAWN_OPEN, fd, _NULL, os.O_WRONLY, 0) for fd in (1, 2))]
    command = [sys.executable, "-IS", __file__]
    with contextlib.suppress(OSError, NotImplementedError):
        os.posix_spawn(command[0], command, {}, file_actions=actions, setsid=True)
    os.close(read)
    return write


def main() -> None:
    """Read what to watch and what to forget to the end of the input, then end what is still watched."""
    watched: set[str] = set()
    for line in sys.stdin:
        (watched.add if line[0] == "+" else watched.discard)(line[1:].rstrip("\n"))
    end_marked(watched)


GUARD = Guard()

if __name__ == "__main__":
    main()
