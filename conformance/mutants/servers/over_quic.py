"""A server over real QUIC: the endpoint of the reference, sound or changed, on a loop of its own. It needs aioquic."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import threading
from collections.abc import Iterator

import resonant.asyncio
from resonant.asyncio import Endpoint, Tls, self_signed
from resonant.peer import Config

from ..engine.patches import Change, applied, replaced
from .serving import CONFIG

_IMPATIENT = replaced("asyncio.quic_acts.LINGER_S", 0.5)
"""A short wait for clients that have gone without a word: on loopback what was sent arrives at once."""


class _Hurried(selectors.DefaultSelector):
    """Waits less than it is told to."""

    def __init__(self, speed: int) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As ever, but for the time."""
        found: list[tuple[selectors.SelectorKey, int]] = super().select(timeout and timeout / self._speed)
        return found


class _FastLoop(asyncio.SelectorEventLoop):
    """A loop for which so many seconds pass in one."""

    def __init__(self, speed: int) -> None:
        self._speed = speed
        super().__init__(_Hurried(speed))

    def time(self) -> float:
        """The time, in its seconds."""
        return super().time() * self._speed


class _Server:
    """A server in a thread."""

    def __init__(self, config: Config, speed: int) -> None:
        self._config = config
        self._begun = threading.Event()
        self._over: asyncio.Event
        self._loop = _FastLoop(speed)
        self.port = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._begun.wait()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._serve())
            finally:
                self._begun.set()

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        async with await resonant.asyncio.serve(self._config, transport="quic", tls=_tls()) as server:
            self.port = server.address[1]
            reader = asyncio.create_task(_read(server))
            self._begun.set()
            await self._over.wait()
            reader.cancel()

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()


async def _read(server: Endpoint) -> None:
    """Fetch what a program would be told."""
    async for _ in server:
        pass


_made: list[Tls] = []


def _tls() -> Tls:
    """The certificate of this process."""
    if not _made:
        _made.append(self_signed())
    return _made[0]


@contextlib.contextmanager
def serving_quic(config: Config = CONFIG, change: Change | None = None, *, speed: int = 1) -> Iterator[str]:
    """A server on a free port of 127.0.0.1 for as long as the context lasts; gives its --impl.

    change: what is wrong with the reference meanwhile, in all of this process. speed: how many of its seconds pass in
    one.
    """
    import resonant.asyncio.quic_connections  # noqa: F401, PLC0415 - it is loaded when it is needed, and changed before

    with applied(_IMPATIENT), applied(change) if change else contextlib.nullcontext():
        server = _Server(config, speed)
        try:
            yield f"quic://127.0.0.1:{server.port}"
        finally:
            server.close()
