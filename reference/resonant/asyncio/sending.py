"""Sending arrays by an endpoint, in one message where that is enough, else in a stream of parts; and receiving them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from typing import Any, TypedDict, TypeVar, Unpack

from ..arrays import (
    MAX_ARRAY_BYTES,
    MAX_PART_BYTES,
    MIN_PART_BYTES,
    check_form,
    check_part_bytes,
    parts,
    preface,
    to_wire,
    wire_bytes,
)
from ..errors import DropCode, RejectCode, ResonantError
from ..lazy_numpy import np
from ..message.messages import Cache, Message, Think
from ..tensor.quant import Half
from ..tensor.sparse import MAX_DENSE_ELEMENTS
from ..tensor.tensor import Tensor
from ..wire_values import DType, Modality
from .addresses import Address, printable
from .arrivals import Arrived, Broken, CacheArrived, Collector
from .endpoint import ANSWER_S, Endpoint
from .requests import Stream
from .session_error import SessionError

T = TypeVar("T")
A = TypeVar("A", Arrived[Half], CacheArrived[Half])
ABANDONED = "ABANDONED"
"""The code of the reset of a stream whose sender gave up."""
_TRANSIENT = (DropCode.BUFFER_LIMIT, RejectCode.STREAM_LIMIT)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.05
_EMPTY = Tensor(DType.F16, (0,), b"")


class SendOptions(TypedDict, total=False):
    """The options of whatever sends arrays, all of them optional."""

    form: str
    """One of `resonant.arrays.FORMS`, "f16" if left out."""
    tolerance: int
    """With the form "adapt": the error that is tolerated, in 2^-24 of the energy."""
    verified: bool
    """True sends in a stream what one message could hold: repaired, and its hash compared."""
    part_bytes: int
    """The bytes of one message, 256 to 64,512; over UDP through networks about 1,200 stay in one packet."""
    modality: Modality
    stream_id: int
    """Of an array that goes as a single message; a stream takes the lowest that is free."""
    urgency: int
    """Of a stream, see `Endpoint.open_stream`."""
    to: Address
    """A server's client, if it has several."""
    timeout_s: float
    """The longest wait for room, 60 if left out."""


@dataclass(frozen=True, slots=True)
class Way:
    """The same, filled in and checked. Raises as `to_wire` and `parts` do."""

    form: str = "f16"
    tolerance: int | None = None
    verified: bool = False
    part_bytes: int = MAX_PART_BYTES
    modality: Modality = Modality.TEXT
    stream_id: int | None = None
    urgency: int | None = None
    to: Address | None = None
    timeout_s: float = ANSWER_S

    def __post_init__(self) -> None:
        check_form(self.form, self.tolerance)
        check_part_bytes(self.part_bytes)

    def parts(self, array: Any) -> tuple[Tensor, ...]:
        """The array in parts. Raises as `parts` does."""
        return parts(array, self.form, tolerance=self.tolerance, part_bytes=self.part_bytes)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An array made ready to be sent, whatever becomes of the array: one tensor, or a preface and parts."""

    way: Way
    tensors: tuple[Tensor, ...]
    is_single: bool


def prepare(array: Any, way: Way) -> Prepared:
    """Make an array of numpy ready for `send_prepared`, in whatever thread. Raises as `to_wire` does."""
    whole = to_wire(array, way.form, tolerance=way.tolerance) if _may_fit(array, way) else None
    if whole is not None and wire_bytes(whole) <= way.part_bytes:
        return Prepared(way, (whole,), is_single=True)
    return Prepared(way, (preface(np.shape(array)), *way.parts(array)), is_single=False)


async def send_array(endpoint: Endpoint, array: Any, **options: Unpack[SendOptions]) -> int | None:
    """Send an array of numpy as a Think; in parts, on a stream of its own, if one message does not hold it.

    Gives the stream_id of that stream, None for a single message. Waits where the other end is slow. Nothing is sent of
    an array that `to_wire` refuses; whatever stops it later resets the stream, as far as both ends have `mux`. Raises
    as `to_wire` and `Endpoint.send` do, and TimeoutError where there is no room in time.
    """
    return await send_prepared(endpoint, prepare(array, Way(**options)))


async def send_prepared(endpoint: Endpoint, prepared: Prepared) -> int | None:
    """Send what `prepare` made ready, as `send_array` does."""
    way = prepared.way
    if prepared.is_single:
        think = Think(prepared.tensors[0])
        ask = partial(endpoint.send, think, stream_id=way.stream_id, modality=way.modality, to=way.to)
        await _patiently(ask, way.timeout_s)
        return None
    async with _opened(endpoint, way) as stream:
        await _send_all(stream, map(Think, prepared.tensors), way)
    return stream.stream_id


def _may_fit(array: Any, way: Way) -> bool:
    """Whether one message is worth a try: an element has half a byte at least, or is zero and has none."""
    most = MAX_DENSE_ELEMENTS if way.form in ("sparse", "adapt") else 2 * way.part_bytes
    return not way.verified and np.size(array) <= most


async def send_cache(endpoint: Endpoint, layers: Iterable[tuple[Any, Any]], **options: Unpack[SendOptions]) -> int:
    """Send the keys and values of each layer as a stream of Caches, whose hash is compared; its stream_id.

    Each layer is made ready when its turn comes: one that is refused resets the stream. Raises as `send_array` does.
    """
    way = Way(**options)
    halved = replace(way, part_bytes=max(MIN_PART_BYTES, way.part_bytes // 2))
    async with _opened(endpoint, way) as stream:
        for keys, values in layers:
            await _send_all(stream, _pages(halved, keys, values), way)
    return stream.stream_id


def _pages(way: Way, keys: Any, values: Any) -> list[Cache]:
    """The Caches of one layer: its preface, and as many pairs of parts as the longer of the two has."""
    pairs = zip_longest(way.parts(keys), way.parts(values), fillvalue=_EMPTY)
    return [Cache(preface(np.shape(keys)), preface(np.shape(values))), *(Cache(*pair) for pair in pairs)]


async def _send_all(stream: Stream, messages: Iterable[Message], way: Way) -> None:
    for message in messages:
        await _patiently(partial(stream.send, message, modality=way.modality), way.timeout_s)


@asynccontextmanager
async def _opened(endpoint: Endpoint, way: Way) -> AsyncIterator[Stream]:
    """A stream that ends with TAIL; one that an exception leaves is reset, as far as both ends have `mux`."""
    stream = await _patiently(lambda: endpoint.open_stream(urgency=way.urgency, to=way.to), way.timeout_s)
    try:
        yield stream
        endpoint.close_stream(stream.stream_id, to=stream.address)
    except BaseException:
        with suppress(ResonantError, ConnectionError):
            stream.reset(ABANDONED)
        raise


async def _patiently(ask: Callable[[], T], timeout_s: float) -> T:
    """Ask again and again while there is no room, and let others have their turn. Raises TimeoutError."""
    loop, pause_s = asyncio.get_running_loop(), _FIRST_PAUSE_S
    until_s = loop.time() + timeout_s
    while True:
        try:
            answer = ask()
        except ResonantError as error:
            if error.code not in _TRANSIENT:
                raise
            if loop.time() >= until_s:
                raise TimeoutError(f"no room in {timeout_s:g} s, as the other end is slow: {error}") from error
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        else:
            await asyncio.sleep(0)
            return answer


async def recv_array(
    endpoint: Endpoint, *, timeout_s: float = ANSWER_S, most_bytes: int = MAX_ARRAY_BYTES
) -> Arrived[Half]:
    """The next hidden state, whoever sent it; what else comes meanwhile is passed over.

    For one sender that sends one at a time; whoever has several iterates over `arrivals`. Raises SessionError where a
    stream breaks or the session ends first, TimeoutError where nothing comes in time, ConnectionError where the
    endpoint is closed.
    """
    return await _next(endpoint, Arrived, timeout_s, most_bytes)


async def recv_cache(
    endpoint: Endpoint, *, timeout_s: float = ANSWER_S, most_bytes: int = MAX_ARRAY_BYTES
) -> CacheArrived[Half]:
    """The keys and values of each layer of the next cache that came as a stream. Raises as `recv_array` does."""
    return await _next(endpoint, CacheArrived, timeout_s, most_bytes)


async def _next(endpoint: Endpoint, kind: type[A], timeout_s: float, most_bytes: int) -> A:
    collector = Collector(most_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            async for address, event in endpoint:
                for arrival in collector.take(address, event):
                    if isinstance(arrival, Broken):
                        raise _error_of(arrival)
                    if isinstance(arrival, kind) and (arrival.verified or kind is Arrived):
                        return arrival
    except TimeoutError:
        raise TimeoutError(f"nothing whole arrived in {timeout_s:g} s") from None
    raise ConnectionError("the endpoint was closed")


def _error_of(broken: Broken) -> SessionError:
    error = SessionError(broken.code, broken.address)
    if broken.detail:
        error.add_note(printable(broken.detail))
    return error
