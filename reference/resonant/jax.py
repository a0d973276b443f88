"""Arrays of JAX to peers and back, one by one and as caches of attention.

    async with await connect(config, address, transport="tcp") as client:
        await send(client, hidden, form="i8")
        answer = await recv(client, dtype=jnp.bfloat16)

There are no hooks: inside `jit` an array has no values yet, and a callback out of it (`jax.experimental.io_callback`)
would hold up the device while the network works. Return what is to be sent from the function, and send it then.

Needs the extra `jax`: pip install 'resonant-conformance[jax]'. reference/arrays.md has the whole of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, TypeAlias, Unpack

import numpy as np
from numpy.typing import NDArray

from .arguments import instance
from .arrays import ALIGNED_BYTES, MAX_ARRAY_BYTES
from .arrays import from_wire as array_from_wire
from .arrays import to_wire as array_to_wire
from .asyncio import Arrival, Endpoint, SendOptions, converted, recv_array, recv_cache, send_array, send_cache
from .asyncio import arrivals as array_arrivals
from .asyncio.endpoint import ANSWER_S
from .asyncio.tls import MissingLibraryError
from .tensor.tensor import Tensor

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    raise MissingLibraryError("resonant.jax needs JAX; pip install 'resonant-conformance[jax]'") from error

__all__ = ["arrivals", "from_wire", "recv", "recv_kv", "send", "send_kv", "to_wire"]

Device: TypeAlias = jax.Device | jax.sharding.Sharding | None


def to_wire(array: jax.Array, form: str = "f16", *, tolerance: int | None = None) -> Tensor:
    """The tensor of a message from an array of JAX, on whatever device, whole on this machine.

    form and tolerance: see `resonant.arrays.to_wire`, which raises the same. A float16 array on CPU is copied once, as
    a message has bytes of its own; from another device comes one copy more. bfloat16 is exact from 2^-17 up to 65,280,
    its greatest number below the end of binary16: what is smaller is rounded, what is greater raises NON_FINITE.
    """
    return array_to_wire(host(array), form, tolerance=tolerance)


def from_wire(tensor: Tensor, *, dtype: Any = None, device: Device = None) -> jax.Array:
    """The array of JAX with the elements of a message's tensor, float16 on the default device unless told otherwise.

    One copy on CPU, as JAX takes over no bytes that are not aligned. Raises as `resonant.arrays.from_wire` does.
    """
    return of_array(array_from_wire(instance("tensor", tensor, Tensor)), dtype, device)


def host(array: jax.Array) -> NDArray[Any]:
    """The elements on this machine, as numpy has them: on CPU a view of the array's own buffer."""
    plain = instance("array", array, jax.Array)
    if isinstance(plain, jax.core.Tracer):
        raise TypeError("array: inside jit it has no values yet; return it from the function, and send what that gives")
    found: NDArray[Any] = np.asarray(plain)
    return found.astype(np.float32) if found.dtype.itemsize == 1 and found.dtype.name.startswith("float") else found


def of_array(array: NDArray[Any], dtype: Any = None, device: Device = None) -> jax.Array:
    """The array of JAX over the memory of one that nobody will write to, where XLA takes that over; else a copy."""
    if array.flags.writeable and array.ctypes.data % ALIGNED_BYTES == 0 and array.size:
        made = jnp.from_dlpack(array)
    else:
        made = jnp.asarray(array)
    made = made if dtype is None else made.astype(dtype)
    return made if device is None else jax.device_put(made, device)


async def send(endpoint: Endpoint, array: jax.Array, **options: Unpack[SendOptions]) -> int | None:
    """Send an array as a Think, of whatever size; see `resonant.asyncio.send_array`, which raises the same."""
    return await send_array(endpoint, host(array), **options)


async def recv(
    endpoint: Endpoint,
    *,
    dtype: Any = None,
    device: Device = None,
    timeout_s: float = ANSWER_S,
    most_bytes: int = MAX_ARRAY_BYTES,
) -> jax.Array:
    """The next array, float16 on the default device unless dtype and device say otherwise.

    Raises as `resonant.asyncio.recv_array` does.
    """
    arrived = await recv_array(endpoint, timeout_s=timeout_s, most_bytes=most_bytes)
    return of_array(arrived.array, dtype, device)


async def send_kv(
    endpoint: Endpoint, layers: Iterable[tuple[jax.Array, jax.Array]], **options: Unpack[SendOptions]
) -> int:
    """Send (keys, values) for each layer as a stream of Caches, whose hash is compared at its end; the stream_id.

    Raises as `resonant.asyncio.send_cache` does.
    """
    return await send_cache(endpoint, ((host(keys), host(values)) for keys, values in layers), **options)


async def recv_kv(
    endpoint: Endpoint,
    *,
    dtype: Any = None,
    device: Device = None,
    timeout_s: float = ANSWER_S,
    most_bytes: int = MAX_ARRAY_BYTES,
) -> tuple[tuple[jax.Array, jax.Array], ...]:
    """(keys, values) for each layer of the next cache, after its hash was compared.

    Raises as `resonant.asyncio.recv_cache` does.
    """
    arrived = await recv_cache(endpoint, timeout_s=timeout_s, most_bytes=most_bytes)
    return tuple((of_array(keys, dtype, device), of_array(values, dtype, device)) for keys, values in arrived.layers)


async def arrivals(
    endpoint: Endpoint, *, dtype: Any = None, device: Device = None, most_bytes: int = MAX_ARRAY_BYTES
) -> AsyncIterator[Arrival[jax.Array]]:
    """Everything that arrives, as `resonant.asyncio.arrivals` gives it, with arrays of JAX in the place of numpy's."""
    async for arrival in array_arrivals(endpoint, most_bytes=most_bytes):
        yield converted(arrival, lambda array: of_array(array, dtype, device))
