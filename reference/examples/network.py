"""Common to `pipeline.py` and `routing.py`: a network between a client and a server that loses datagrams."""

from __future__ import annotations

import asyncio
from typing import Self, TypeAlias, cast

import numpy as np

Address: TypeAlias = tuple[str, int]
HANDSHAKE = 2
"""So many of the first datagrams are not lost."""


class Network(asyncio.DatagramProtocol):
    """A way to a server that loses datagrams, the same in every run, as long as its `async with` block lasts."""

    def __init__(self, server: Address, loss: float, above_bytes: int = 0) -> None:
        """loss: the share that is lost of the datagrams of more bytes than above_bytes."""
        self._ends, self._loss, self._above_bytes = [server], loss, above_bytes
        self._draw, self._passed = np.random.default_rng(7), 0
        self.lost = [0, 0]
        """Frames, and repair."""

    @property
    def address(self) -> Address:
        """The end for the client."""
        host, port = self._transport.get_extra_info("sockname")
        return host, port

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to pass datagrams on."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: Address) -> None:
        """Pass a datagram on to the other end, or lose it."""
        if address not in self._ends:
            self._ends.append(address)
        self._passed += 1
        if self._passed > HANDSHAKE and len(data) > self._above_bytes and self._draw.random() < self._loss:
            self.lost[data.startswith(b"RSF1")] += 1
        else:
            self._transport.sendto(data, self._ends[self._ends.index(address) ^ 1])
