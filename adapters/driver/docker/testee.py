"""A testee in a container, started and ended by the driver."""

from __future__ import annotations

import os
import secrets
import signal
import threading
import weakref
from contextlib import ExitStack, closing, suppress
from types import FrameType
from typing import Final

from ..adapter import Adapter
from ..errors import AdapterError, StartError
from ..launch.ports_line import LOOPBACK, PortsError, read_ports
from ..running import HIDDEN
from ..transport.sockets import InsideAddress
from .engine import Engine, connect, this_runner
from .network import ContainerNetwork
from .porter import PorterNetwork
from .watch import Watch, status_text

_GRACE_S: Final = 0.5
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)
_prepared: set[int] = set()


class DockerTestee:
    """A started testee in a container whose ports are known. A `running.Running`."""

    def __init__(self, adapter: Adapter, deadline: float, engine: Engine | None = None) -> None:
        """Start the image of adapter.docker and read the line of ports before deadline, of `time.monotonic()`.

        engine: None for that of `docker_engine.connect`. Raises StartError, and AdapterError if there is no engine;
        then no container is left.
        """
        assert adapter.docker is not None
        self.token = secrets.token_hex(16)
        self.first_id = 1
        self._watch: Watch | None = None
        ends = ExitStack()
        # Also at the end of the interpreter: a container never outlives the driver.
        self._end = weakref.finalize(self, ends.close)
        try:
            self._engine = engine or connect()
            ends.callback(self._engine.close)
            _prepare(self._engine)
            self._container = self._engine.create(adapter, adapter.docker, self.token)
            ends.callback(self._engine.remove, self._container)
            self._watch = Watch(self._engine, self._container)
            ends.callback(self._watch.close)
            self._engine.start(self._container)
            self._watch.started = True
            ports = read_ports(self._watch.stdout, deadline, self.ended)
            network = self._enter(adapter.docker.image)
            ends.callback(network.close)
        except (PortsError, StartError) as error:
            self.kill()
            # The last lines it wrote, of which there are more once it has ended.
            raise StartError(str(error).replace(self.token, HIDDEN), self.stderr()) from None
        except BaseException:
            self.kill()
            raise
        self.gone_fd = self._watch.gone_fd
        self.control = InsideAddress(LOOPBACK, ports.control, network.open_socket)
        self.wires = ports.addresses(lambda port: InsideAddress(LOOPBACK, port, network.open_socket))

    def _enter(self, image: str) -> ContainerNetwork | PorterNetwork:
        if os.geteuid() == 0:
            return ContainerNetwork(self._engine.first_process(self._container), self.token)
        return PorterNetwork(self._engine, image, self._container)

    def stderr(self) -> str:
        """The end of its standard error so far; all that there will be if it has ended."""
        return self._watch.stderr_text().replace(self.token, HIDDEN) if self._watch else ""

    def stray_stdout(self) -> bytes:
        """The first KiB of standard output after the line of ports."""
        return self._watch.stdout.stray() if self._watch else b""

    def ended(self, within_s: float) -> str | None:
        """Wait for its end for at most within_s seconds; how it ended, or None if it runs on."""
        status = self._watch.ended(within_s) if self._watch else None
        return None if status is None else status_text(status)

    def close_input(self) -> None:
        """End its standard input (TST-2)."""
        if self._watch:
            self._watch.close_input()

    def stop(self) -> None:
        """End its standard input, then wait half a second, then SIGTERM and as long again, then SIGKILL."""
        self.close_input()
        if self.ended(_GRACE_S) is None:
            self._engine.signal(self._container, "SIGTERM")
            self.ended(_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """End it at once and remove its container."""
        self._end()


def _prepare(engine: Engine) -> None:
    """Once in a process: remove what killed runners left, and have signals that end this one leave nothing."""
    if os.getpid() in _prepared:
        return
    _prepared.add(os.getpid())
    engine.sweep()
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    """Remove the containers of this process, over a connection of its own, then end as the signal would have it."""
    try:
        with suppress(AdapterError), closing(connect()) as engine:
            engine.remove_all(this_runner())
    finally:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
