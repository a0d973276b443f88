"""Helpers for the tests of the endpoint: small messages, and how to look at what was sent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from resonant import Tensor, Think
from resonant.asyncio import ALL_FEATURES, Endpoint
from resonant.peer import Delivered

from reference.tests.asyncio.fast_loop import Sent
from reference.tests.support import KEY

CONFIG = replace(ALL_FEATURES, space_hash32=7, d_model=4)
SEALED = replace(CONFIG, key=KEY, require_crypto=True)


def think(*values: float) -> Think:
    return Think(Tensor.half(np.array(values)))


def values(event: Delivered) -> list[float]:
    assert isinstance(event.message, Think)
    return [float(value) for value in event.message.hidden.values()]


async def double(server: Endpoint) -> None:
    """Answer every Think with twice its values."""
    async for address, event in server:
        if isinstance(event, Delivered):
            server.send(think(*(2 * value for value in values(event))), to=address)


def flags_of(sent: Sent) -> int:
    return int.from_bytes(sent.data[2:4], "little")


def nonce_of(sent: Sent) -> bytes:
    slices = int.from_bytes(sent.data[16:24], "little")
    return sent.data[29 + 4 * slices :][:24]
