"""Ends what a testee left behind, whoever is still there to do it.

A testee's process group ends with the testee (process.py). A process that it put into a session of its own is known by
the testee's secret, which stands in its environment, and is killed with the rest. Should the driver itself be killed,
testees exit as their input ends (TST-2); for those that do not there is a guard: a process beside the driver, this
file run as a program, that waits for the driver's end and then kills whatever carries one of its secrets.

Both work where there is /proc, and for processes whose environment can be read there and still has the secret. Nothing
here raises for what a testee does, and nothing waits.
"""

import contextlib
import os
import signal
import sys
import threading

VARIABLE = "RESONANT_TOKEN"
_PROC = "/proc"
_ROUNDS = 20  # what was started during one is looked at in the next
_NULL = "/dev/null"


def end_marked(tokens: set[str]) -> None:
    """Kill every process that was started with one of these secrets."""
    marks = {f"{VARIABLE}={token}".encode() for token in tokens}
    seen: set[int] = set()
    for _ in range(_ROUNDS if marks else 0):
        new = _processes() - seen
        if not new:
            return
        for pid in new:
            if not marks.isdisjoint(_environment(pid)):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        seen |= new


def _processes() -> set[int]:
    try:
        return {int(name) for name in os.listdir(_PROC) if name.isdecimal()}  # noqa: PTH208 - as quick as can be
    except OSError:
        return set()


def _environment(pid: int) -> list[bytes]:
    """Empty for one that has ended, and for one that is not ours to look at."""
    try:
        with open(f"{_PROC}/{pid}/environ", "rb") as file:  # noqa: PTH123
            return file.read().split(b"\0")
    except OSError:
        return []


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
