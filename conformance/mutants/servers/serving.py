"""A server over real UDP: the peer of the reference, sound or with a fault, in a thread or in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from time import monotonic
from typing import TypeAlias

from resonant.peer import Config, Peer, Role

from ...server.addresses import UDP

Receive: TypeAlias = Callable[[bytes, int], list[bytes]]
"""The answers of one conversation to a datagram, at a time in milliseconds."""
Fault: TypeAlias = Callable[[Receive], Receive]
"""A sound conversation made wrong; called once for each remote address."""

CONFIG = Config(
    embedding_space_id="demo-space",
    space_hash32=0x1234_5678,
    d_model=4096,
    modality=("text", "audio"),
    compress=("zstd", "none"),
    crypto=("none",),
    dtype=("f16", "i8", "q4"),
    critique=True,
    require_crypto=False,
    salt=bytes(range(16)),
)
BARE = replace(CONFIG, embedding_space_id="", space_hash32=0, modality=(), compress=("none",), dtype=(), critique=False)
SEALED = replace(CONFIG, crypto=("xchacha20poly1305",), require_crypto=True, key=bytes(range(32)))


def sound(receive: Receive) -> Receive:
    """No fault."""
    return receive


def peer_of(config: Config) -> Receive:
    """A conversation of a fresh peer."""
    peer: Peer | None = None

    def receive(datagram: bytes, now_ms: int) -> list[bytes]:
        nonlocal peer
        peer = peer or Peer(Role.SERVER, config, now_ms)
        return [*peer.advance(now_ms).datagrams, *peer.receive(datagram, now_ms).datagrams]

    return receive


class _Server:
    def __init__(self, config: Config, fault: Fault, places: int | None, speed: int) -> None:
        self._config, self._fault, self._places, self._speed = config, fault, places, speed
        self._conversations: dict[object, Receive] = {}
        self._start = monotonic()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self._stop_here, self._stop_there = socket.socketpair()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self._stop_there, selectors.EVENT_READ)
            while not any(key.fileobj is self._stop_there for key, _ in selector.select()):
                self._serve_one()

    def _serve_one(self) -> None:
        datagram, sender = self.socket.recvfrom(65_536)
        if sender not in self._conversations:
            if len(self._conversations) == self._places:
                return
            self._conversations[sender] = self._fault(peer_of(self._config))
        now_ms = int(1000 * self._speed * (monotonic() - self._start))
        for answer in self._conversations[sender](datagram, now_ms):
            self.socket.sendto(answer, sender)

    def close(self) -> None:
        self._stop_here.send(b"x")
        self._thread.join()
        for sock in (self.socket, self._stop_here, self._stop_there):
            sock.close()


@contextlib.contextmanager
def serving(
    config: Config = CONFIG, fault: Fault = sound, *, places: int | None = None, speed: int = 1
) -> Iterator[str]:
    """A server on a free port of 127.0.0.1 for as long as the context lasts; gives its --impl.

    places: how many remote addresses it keeps, and hears no others. speed: how many of its seconds pass in one.
    """
    server = _Server(config, fault, places, speed)
    try:
        yield f"{UDP}://127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        server.close()


@contextlib.contextmanager
def silent_port() -> Iterator[str]:
    """A port that takes everything and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"{UDP}://127.0.0.1:{sock.getsockname()[1]}"


def serve_until_end_of_input(server: AbstractContextManager[str]) -> None:
    """Print the --impl as a line of JSON, and serve until nobody is there any more to end the standard input."""
    with server as impl:
        print(json.dumps({"impl": impl}), flush=True)
        while os.read(0, 4096):
            pass
