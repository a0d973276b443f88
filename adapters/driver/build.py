"""Building a testee as its adapter says: a program's build, a container's image."""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Final

from .adapter import Adapter
from .errors import AdapterError
from .launch.build_log import BuildLog
from .launch.guard import GUARD, VARIABLE, end_marked

_BUILD_LIMIT_S: Final = 1800.0
_LOOK_S: Final = 0.05
_DRAIN_S: Final = 0.2
_GRACE_S: Final = 0.5
_KILL_S: Final = 2.0
_CHUNK_BYTES: Final = 65_536


def build_adapter(adapter: Adapter) -> None:
    """Run the adapter's build in its folder, then build its image, if it has either.

    Standard error shows that it goes on. An exception raised in here, as a signal handler does, ends the build with
    everything that it started. Raises AdapterError with the end of the output.
    """
    if adapter.build:
        _run_build(adapter)
    if adapter.docker is not None and adapter.docker.context:
        from .docker.engine import build_image  # noqa: PLC0415 - the engine's client is large, and few need it

        with BuildLog(adapter.name, f"the image {adapter.docker.image}", sys.stderr) as log:
            build_image(adapter, log)


def _run_build(adapter: Adapter) -> None:
    shown = " ".join(adapter.build)
    with BuildLog(adapter.name, shown, sys.stderr) as log:
        status = _run(adapter, log.add)
        if status is None:
            raise AdapterError(
                f"the build of {adapter.name} ({shown}) did not finish in {_BUILD_LIMIT_S:.0f} s; its output so far "
                f"ends:\n{log.tail()}"
            )
        if status:
            raise AdapterError(
                f"the build of {adapter.name} ({shown}) failed with {status}; the end of its output:\n{log.tail()}"
            )


def _run(adapter: Adapter, said: Callable[[bytes], None]) -> int | None:
    """Run the build: its status, None if it had to be ended. What it leaves running, such as a daemon, is left alone.

    Whoever else is ended with this process, the build is too: its token is the guard's to watch.
    """
    token = secrets.token_hex(16)
    GUARD.watch(token)
    process = None
    try:
        process = _spawn(adapter, token)
        status = _follow(process, said, time.monotonic() + _BUILD_LIMIT_S)
        if status is None:
            _end(process, token)
        return status
    except AdapterError:
        raise
    except BaseException:
        if process is not None:
            _end(process, token)
        end_marked({token})  # alone what finds one whose start a signal fell into
        raise
    finally:
        GUARD.forget(token)


def _spawn(adapter: Adapter, token: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - to run what the adapter says is the purpose
            adapter.build,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=adapter.folder,
            env={**os.environ, VARIABLE: token},
            start_new_session=True,  # a process group of its own, to be ended as a whole
        )
    except OSError as error:
        raise AdapterError(
            f"the build of {adapter.name} cannot start: {error}; is {adapter.build[0]} installed?"
        ) from None


def _follow(process: subprocess.Popen[bytes], said: Callable[[bytes], None], deadline: float) -> int | None:
    """Read what the build writes until it ends; its status, None if it runs on at the deadline.

    The end is that of the process, not that of the pipe, which a daemon that it started may hold for hours.
    """
    out = process.stdout
    assert out is not None
    os.set_blocking(out.fileno(), False)
    with selectors.DefaultSelector() as ready:
        ready.register(out, selectors.EVENT_READ)
        while process.poll() is None:
            if time.monotonic() > deadline:
                return None
            if not ready.get_map():
                time.sleep(_LOOK_S)  # it closed its output and works on
            elif ready.select(_LOOK_S) and _read(out, said):
                ready.unregister(out)
    until = time.monotonic() + _DRAIN_S
    while (ended := _read(out, said)) is False and time.monotonic() < until:
        pass
    if ended:
        out.close()
    else:
        # A daemon that found the pipe closed would be ended by its next word.
        os.set_blocking(out.fileno(), True)
        threading.Thread(target=_discard, args=(out,), name="build-output", daemon=True).start()
    return process.returncode


def _read(out: IO[bytes], said: Callable[[bytes], None]) -> bool | None:
    """Pass on what is there: True at the end of the pipe, None if there is nothing yet."""
    try:
        data = os.read(out.fileno(), _CHUNK_BYTES)
    except BlockingIOError:
        return None
    said(data)
    return not data


def _discard(out: IO[bytes]) -> None:
    with out:
        while os.read(out.fileno(), _CHUNK_BYTES):
            pass


def _end(process: subprocess.Popen[bytes], token: str) -> None:
    """End the build: SIGTERM, for build tools to remove what is half written, then SIGKILL for all that is left."""
    try:
        if process.returncode is None:
            _signal_group(process, signal.SIGTERM)
            _wait_unreaped(process, _GRACE_S)
    finally:
        if process.returncode is None:
            _signal_group(process, signal.SIGKILL)
        end_marked({token})
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_KILL_S)
        if process.stdout is not None:
            process.stdout.close()


def _wait_unreaped(process: subprocess.Popen[bytes], within_s: float) -> None:
    """Wait for its end. Not reaped, it keeps the number of its group from being given to others."""
    until = time.monotonic() + within_s
    how = os.WEXITED | os.WNOWAIT | os.WNOHANG
    while os.waitid(os.P_PID, process.pid, how) is None and time.monotonic() < until:
        time.sleep(_LOOK_S)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
