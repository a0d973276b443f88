"""Servers over UDP that are asked without sockets, by a clock that goes on when nobody has anything to say.

What they are asked and answer is what goes over UDP, at the times of the clock; a wait for an answer that does not come
takes no time at all. Sockets, and waits that pass, are for test_runs.py and for the tests of addresses.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator
from socket import AF_INET

import pytest
from resonant.peer import Config

from conformance.mutants.servers.serving import CONFIG, Fault, Receive, peer_of, sound
from conformance.server import conversation, dropped, lanes, server
from conformance.server.addresses import Address
from conformance.server.conversation import Waits
from conformance.server.server import Outside
from conformance.server.ways import Way

_NOWHERE = Address(AF_INET, ("127.0.0.1", 9))


class Clock:
    """Seconds that pass only where somebody waits."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Server:
    """The conversations of a server, one for each remote address, and no more than there are places."""

    def __init__(self, config: Config, fault: Fault, places: int | None, clock: Clock) -> None:
        self.clock = clock
        self._config, self._fault, self._places = config, fault, places
        self._conversations: dict[object, Receive] = {}

    def answers(self, sender: object, datagram: bytes) -> list[bytes]:
        if sender not in self._conversations:
            if len(self._conversations) == self._places:
                return []
            self._conversations[sender] = self._fault(peer_of(self._config))
        return self._conversations[sender](datagram, int(1000 * self.clock.now_s))


class AtHand:
    """A local address that nobody else has."""

    first = None

    def __init__(self, asked: Server) -> None:
        self._asked = asked
        self._came: deque[bytes] = deque()

    def send(self, frame: bytes) -> None:
        self._came += self._asked.answers(self, frame)

    def receive(self, seconds: float) -> bytes | None:
        if self._came:
            return self._came.popleft()
        self._asked.clock.sleep(seconds)
        return None

    def waiting(self) -> Iterator[bytes]:
        while self._came:
            yield self._came.popleft()

    def close(self) -> None:
        """It stays, as a socket does."""


class _Outside(Outside):
    def __init__(self, asked: Server, waits: Waits) -> None:
        super().__init__(_NOWHERE, waits, start=0)
        self._asked = asked

    def _new_way(self) -> Way:
        self._connections += 1
        return AtHand(self._asked)


@contextlib.contextmanager
def at_hand(
    config: Config = CONFIG, fault: Fault = sound, *, places: int | None = None, waits: Waits | None = None
) -> Iterator[Outside]:
    """A server that was learned from, as `attach` gives one. places: how many remote addresses it keeps."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        for module in (conversation, lanes, server):
            patch.setattr(module, "monotonic", clock.monotonic)
        for module in (lanes, dropped):
            patch.setattr(module, "sleep", clock.sleep)
        outside = _Outside(Server(config, fault, places, clock), waits or Waits())
        outside.learn()
        yield outside
