"""An asyncio loop with a clock and a network of its own: programs run on it as they are, and never wait.

Datagrams arrive in the order in which they were sent, or not at all if the test says so. When nothing else is left to
do, the clock jumps to the next timer.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

T = TypeVar("T")
LONGEST_S = 600
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Sent:
    """A datagram that somebody sent, whether or not it arrived."""

    at_s: float
    source: Address
    target: Address
    data: bytes


class _Jumping(selectors.SelectSelector):
    """Never waits: where a selector would, the clock moves."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("nothing is left that could happen: the program waits for ever")
        if not ready and timeout:
            self._jump(timeout)
        return ready


class _Transport(asyncio.DatagramTransport):
    def __init__(self, loop: FastLoop, protocol: Any, own: Address, remote: Address | None) -> None:
        super().__init__({"sockname": own, "peername": remote})
        self.loop, self.protocol, self.own, self.remote = loop, protocol, own, remote
        self._closing = False

    def sendto(self, data: Any, addr: Any = None) -> None:
        assert not self._closing, "sent after close"
        target: Address = addr or self.remote or ("", 0)
        assert self.remote in (None, target), "a connected socket sends to one address"
        self.loop.carry(self, target, bytes(data))

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self.loop.call_soon(self._gone)

    def _gone(self) -> None:
        del self.loop.ports[self.own]
        self.protocol.connection_lost(None)


class FastLoop(asyncio.SelectorEventLoop):
    """lost: tells of a datagram whether the network loses it. sent: every datagram so far. timers: all ever set.

    An exception that asyncio would only log ends the run.
    """

    def __init__(self, lost: Callable[[Sent], bool] = lambda _: False) -> None:
        self._now_s = 0.0
        self._lost = lost
        self.sent: list[Sent] = []
        self.ports: dict[Address, _Transport] = {}
        self.timers: list[asyncio.TimerHandle] = []
        self._free_ports = count(40_000)
        super().__init__(_Jumping(self.jump))

    def time(self) -> float:
        return self._now_s

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, **more: Any
    ) -> asyncio.TimerHandle:
        self.timers.append(super().call_at(when, callback, *args, **more))
        return self.timers[-1]

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        raise context.get("exception") or RuntimeError(context["message"])

    def jump(self, seconds: float) -> None:
        """Let time pass in which nothing happens."""
        self._now_s += seconds
        if self._now_s > LONGEST_S:
            raise RuntimeError(f"the program still waits after {LONGEST_S} s")

    async def create_datagram_endpoint(  # type: ignore[override]
        self, protocol_factory: Callable[[], Any], local_addr: Any = None, remote_addr: Any = None
    ) -> tuple[_Transport, Any]:
        host, port = local_addr or ("127.0.0.1", 0)
        own = host, port or next(self._free_ports)
        assert own not in self.ports, "the port is taken"
        protocol = protocol_factory()
        self.ports[own] = _Transport(self, protocol, own, remote_addr)
        protocol.connection_made(self.ports[own])
        return self.ports[own], protocol

    def carry(self, source: _Transport, target: Address, data: bytes) -> None:
        """Send a datagram: it arrives soon, or never; where nobody listens, the sender is told so."""
        self.sent.append(Sent(self.time(), source.own, target, data))
        if self._lost(self.sent[-1]):
            return
        if target in self.ports:
            self.call_soon(self._arrive, source.own, target, data)
        else:
            self.call_soon(source.protocol.error_received, ConnectionRefusedError(111, "Connection refused"))

    def _arrive(self, source: Address, target: Address, data: bytes) -> None:
        there = self.ports.get(target)
        if there and there.remote in (None, source):
            there.protocol.datagram_received(data, source)


def run(work: Coroutine[Any, Any, T], loop: FastLoop | None = None) -> T:
    """Run a program on a loop of this kind."""
    with asyncio.Runner(loop_factory=lambda: loop or FastLoop()) as runner:
        return runner.run(work)
