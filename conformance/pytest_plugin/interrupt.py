"""A run that a signal ends: promptly, with everything that it started, and with an account that says so.

The first signal raises Interrupted wherever the run is, which pytest takes for Ctrl-C: it writes its reports, and its
exit status is 2. A second one ends the process at once; what it leaves, guards and the next run clear away.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
KEY = pytest.StashKey["Interruption"]()


class Interrupted(KeyboardInterrupt):
    """The run was ended by a signal. No Exception, so that nothing that judges takes it for a finding."""

    __module__ = "builtins"  # pytest shows the name with that of its module, which says nothing to anybody


class Interruption:
    """The plugin that ends a run by a signal. In a worker of -n it leaves that to the process that started it."""

    def __init__(self, *, worker: bool = False) -> None:
        self.by: str | None = None
        """The name of the signal, once there was one."""
        self._worker = worker
        self._handlers: dict[int, Any] = {}
        self._nodes: list[Any] = []

    def install(self) -> None:
        """Handle the signals that nobody else handles, and that were not ignored from the start, as by nohup."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT,) if self._worker else SIGNALS:
            handler = signal.getsignal(number)
            if handler in _DEFAULTS:
                self._handlers[number] = handler
                signal.signal(number, self._leave_it if self._worker else self._raise)

    def _leave_it(self, _number: int, _frame: FrameType | None) -> None:
        """Ctrl-C reaches every process of a terminal; the one that keeps the account ends its workers."""

    def _raise(self, number: int, _frame: FrameType | None) -> None:
        self.settle()
        self.by = signal.Signals(number).name
        raise self._exception()

    def _exception(self) -> Interrupted:
        return Interrupted(self.text.removeprefix("interrupted "))

    @property
    def text(self) -> str:
        """The interruption, in a few words."""
        return f"interrupted by {self.by}" + (" (Ctrl-C)" if self.by == "SIGINT" else "")

    def settle(self) -> None:
        """From now on a signal ends the process at once, as there is nothing left that it could spoil."""
        for number in self._handlers if not self._worker else ():
            signal.signal(number, signal.SIG_DFL)

    def pytest_runtest_logstart(self) -> None:
        """End the run here at the latest: a callback of the interpreter, for one, lets no exception through."""
        if self.by:
            raise self._exception()

    pytest_runtest_logreport = pytest_runtest_logstart
    """Of most cases a worker of -n sends only a report."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Keep a worker of -n, to end it."""
        self._nodes.append(node)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """End the workers, which may wait for a testee; pytest-xdist would give them ten seconds."""
        self.settle()
        for node in self._nodes if self.by else ():
            with contextlib.suppress(AttributeError, OSError):  # its way of starting them is its own affair
                os.kill(node.gateway._io.popen.pid, signal.SIGTERM)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Leave the signals as they were."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()


@contextlib.contextmanager
def interruptible(config: pytest.Config) -> Iterator[None]:
    """Handle signals from here to the end of pytest; one that comes before the first case is one line."""
    interruption = Interruption(worker=hasattr(config, "workerinput"))
    config.stash[KEY] = interruption
    config.pluginmanager.register(interruption, "conformance-interruption")
    interruption.install()
    try:
        yield
    except KeyboardInterrupt:
        reason = f"{interruption.text if interruption.by else 'interrupted'} before the first case"
        pytest.exit(reason, returncode=int(pytest.ExitCode.INTERRUPTED))
