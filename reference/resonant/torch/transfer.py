"""Tensors and caches of attention to and from the peers of an endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeAlias, Unpack

import torch

from ..arrays import MAX_ARRAY_BYTES
from ..asyncio import Arrival, Endpoint, SendOptions, converted, recv_array, recv_cache, send_array, send_cache
from ..asyncio import arrivals as array_arrivals
from ..asyncio.endpoint import ANSWER_S
from .tensors import host, own

Device: TypeAlias = torch.device | str | None
Layers: TypeAlias = tuple[tuple[torch.Tensor, torch.Tensor], ...]
"""past_key_values: keys and values of each layer."""


async def send(endpoint: Endpoint, tensor: torch.Tensor, **options: Unpack[SendOptions]) -> int | None:
    """Send a tensor as a Think, of whatever size; see `resonant.asyncio.send_array`, which raises the same."""
    return await send_array(endpoint, host(tensor), **options)


async def recv(
    endpoint: Endpoint,
    *,
    dtype: torch.dtype | None = None,
    device: Device = None,
    timeout_s: float = ANSWER_S,
    most_bytes: int = MAX_ARRAY_BYTES,
) -> torch.Tensor:
    """The next tensor, float16 on CPU unless dtype and device say else, and yours to write to.

    Raises as `resonant.asyncio.recv_array` does.
    """
    arrived = await recv_array(endpoint, timeout_s=timeout_s, most_bytes=most_bytes)
    return own(arrived.array, dtype, device)


async def send_kv(endpoint: Endpoint, past_key_values: Any, **options: Unpack[SendOptions]) -> int:
    """Send a cache of attention as a stream of Caches, whose hash is compared at its end; the stream_id.

    past_key_values: (keys, values) for each layer, or a cache of transformers, whose `layers` have `keys` and `values`.
    Raises as `resonant.asyncio.send_cache` does.
    """
    return await send_cache(
        endpoint, ((host(keys), host(values)) for keys, values in _layers(past_key_values)), **options
    )


async def recv_kv(
    endpoint: Endpoint,
    *,
    dtype: torch.dtype | None = None,
    device: Device = None,
    timeout_s: float = ANSWER_S,
    most_bytes: int = MAX_ARRAY_BYTES,
) -> Layers:
    """(keys, values) for each layer of the next cache, after its hash was compared; what transformers takes as well.

    Raises as `resonant.asyncio.recv_cache` does.
    """
    arrived = await recv_cache(endpoint, timeout_s=timeout_s, most_bytes=most_bytes)
    return tuple((own(keys, dtype, device), own(values, dtype, device)) for keys, values in arrived.layers)


async def arrivals(
    endpoint: Endpoint, *, dtype: torch.dtype | None = None, device: Device = None, most_bytes: int = MAX_ARRAY_BYTES
) -> AsyncIterator[Arrival[torch.Tensor]]:
    """Everything that arrives, as `resonant.asyncio.arrivals` gives it, with tensors in the place of arrays."""
    async for arrival in array_arrivals(endpoint, most_bytes=most_bytes):
        yield converted(arrival, lambda array: own(array, dtype, device))


def _layers(past_key_values: Any) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for layer in getattr(past_key_values, "layers", past_key_values):
        if isinstance(layer, tuple | list):
            keys, values, *_ = layer
            yield keys, values
        else:
            yield layer.keys, layer.values
