"""Arrays among the events of an endpoint: single messages, and streams of parts put together again.

async for arrival in arrivals(server):
    match arrival:
        case Arrived(address, stream_id, array): ...
        case CacheArrived(address, stream_id, layers): ...
        case Broken(address, stream_id, code): ...
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from ..arrays import MAX_ARRAY_BYTES, Joining, from_wire, is_preface
from ..errors import RejectCode, ResonantError
from ..message.messages import Cache, Message, Think
from ..peer import Closed, Completed, Delivered, ErrorReceived, Established, Event, Failed, Lost, Opened
from ..tensor.quant import Half
from ..tensor.tensor import Tensor
from ..wire_values import Modality
from .addresses import Address
from .endpoint import Endpoint
from .session_error import ENDED, LOST

A = TypeVar("A")
B = TypeVar("B")
_LAYER_BYTES = 512
"""About what an array costs beside its elements, so that many empty ones are bounded as well."""


@dataclass(frozen=True, slots=True)
class Arrived(Generic[A]):
    """The hidden state of a Think. verified: whether it came in a stream, whose tail hash was compared (STM-16).

    array: float16; of a single message in F16 a read-only view of its payload, otherwise writable.
    """

    address: Address
    stream_id: int
    array: A
    modality: Modality
    verified: bool


@dataclass(frozen=True, slots=True)
class CacheArrived(Generic[A]):
    """The keys and values of each layer of a cache; a single Cache is one layer."""

    address: Address
    stream_id: int
    layers: tuple[tuple[A, A], ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """Something will not arrive. stream_id: of a stream that failed, None where the session has ended."""

    address: Address
    stream_id: int | None
    code: str
    detail: str = ""


Arrival: TypeAlias = Arrived[A] | CacheArrived[A] | Broken
"""Of arrays of numpy: `Arrival[Half]`; of a framework: its tensors."""


def converted(arrival: Arrival[A], convert: Callable[[A], B]) -> Arrival[B]:
    """The same arrival with other arrays."""
    match arrival:
        case Arrived(address, stream_id, array, modality, verified):
            return Arrived(address, stream_id, convert(array), modality, verified)
        case CacheArrived(address, stream_id, layers, verified):
            made = tuple((convert(keys), convert(values)) for keys, values in layers)
            return CacheArrived(address, stream_id, made, verified)
    return arrival


class Collector:
    """Puts arrays together from the events of an endpoint, of any number of addresses and streams at a time.

    For programs that also look at events themselves; others iterate over `arrivals`. most_bytes: of the arrays that
    are put together at one moment, as float16; a stream that would need more is broken with BUFFER_LIMIT.
    """

    def __init__(self, most_bytes: int = MAX_ARRAY_BYTES) -> None:
        self._most_bytes = most_bytes
        self._streams: dict[tuple[Address, int], _Stream] = {}

    def take(self, address: Address, event: Event) -> Iterator[Arrival[Half]]:
        """Give what an event completes, or breaks. Never raises for what the other end has sent."""
        match event:
            case Opened(stream_id=stream_id):
                self._streams[address, stream_id] = _Stream()
            case Delivered():
                yield from self._deliver(address, event)
            case Completed(stream_id=stream_id):
                stream = self._streams.pop((address, stream_id), None)
                if stream is not None:
                    yield from stream.finish(address, stream_id)
            case Failed(stream_id=stream_id):
                self._streams.pop((address, stream_id), None)
                yield Broken(address, stream_id, event.code, event.what or "")
            case ErrorReceived():
                yield Broken(address, event.ref.stream_id if event.ref else None, event.code)
            case Established():
                self._forget(address)
            case Lost() | Closed():
                self._forget(address)
                yield Broken(address, None, LOST if isinstance(event, Lost) else event.code or ENDED)

    def _forget(self, address: Address) -> None:
        for key in [key for key in self._streams if key[0] == address]:
            del self._streams[key]

    def _deliver(self, address: Address, event: Delivered) -> Iterator[Arrival[Half]]:
        stream = self._streams.get((address, event.stream_id))
        tensors = _tensors(event.message)
        if not tensors or (stream is not None and stream.broken):
            return
        try:
            if stream is None or not (stream.items or is_preface(tensors[0])):
                yield _single(address, event, tensors)
            else:
                stream.take(tensors, Modality(event.modality), self._most_bytes - self._held())
        except ResonantError as error:
            if stream is not None:
                stream.items, stream.broken = [], True
            yield Broken(address, event.stream_id, error.code, error.detail)

    def _held(self) -> int:
        return sum(stream.held_bytes for stream in self._streams.values())


@dataclass(frozen=True, slots=True)
class _Item:
    """A hidden state, or a layer, in the making. arrays: one or two."""

    arrays: tuple[Joining, ...]
    modality: Modality

    @property
    def is_whole(self) -> bool:
        return not any(array.missing for array in self.arrays)

    @property
    def bytes(self) -> int:
        return _LAYER_BYTES + sum(array.bytes for array in self.arrays)


class _Stream:
    """An open stream, and the arrays in it so far."""

    __slots__ = ("broken", "held_bytes", "items")

    def __init__(self) -> None:
        self.items: list[_Item] = []
        self.broken = False
        self.held_bytes = 0

    def take(self, tensors: tuple[Tensor, ...], modality: Modality, free_bytes: int) -> None:
        """Take a preface or the next part. Raises ResonantError for neither."""
        if self.items and not self.items[-1].is_whole:
            for array, tensor in zip(self._fitting(tensors), tensors, strict=True):
                array.take(tensor)
            return
        if not all(map(is_preface, tensors)) or (self.items and len(self.items[0].arrays) != len(tensors)):
            raise ResonantError(RejectCode.LENGTH_MISMATCH, "FRM-17", "a part came after the array was whole")
        arrays: list[Joining] = []
        for tensor in tensors:
            free = free_bytes - _LAYER_BYTES - sum(array.bytes for array in arrays)
            arrays.append(Joining(tensor, free))
        self.items.append(_Item(tuple(arrays), modality))
        self.held_bytes += self.items[-1].bytes

    def _fitting(self, tensors: tuple[Tensor, ...]) -> tuple[Joining, ...]:
        arrays = self.items[-1].arrays
        if len(arrays) != len(tensors):
            raise ResonantError(RejectCode.LENGTH_MISMATCH, "FRM-17", "a Think came among Caches, or the reverse")
        return arrays

    def finish(self, address: Address, stream_id: int) -> Iterator[Arrival[Half]]:
        """Give what the stream held, now that its hash was compared."""
        if self.items and not self.items[-1].is_whole:
            detail = "the stream is complete, and its last array is not"
            yield Broken(address, stream_id, RejectCode.LENGTH_MISMATCH, detail)
        elif self.items and len(self.items[0].arrays) == 1:
            for item in self.items:
                yield Arrived(address, stream_id, item.arrays[0].array(), item.modality, verified=True)
        elif self.items:
            layers = tuple((keys.array(), values.array()) for keys, values in (item.arrays for item in self.items))
            yield CacheArrived(address, stream_id, layers, verified=True)


def _tensors(message: Message) -> tuple[Tensor, ...]:
    match message:
        case Think(hidden):
            return (hidden,)
        case Cache(keys, values):
            return keys, values
    return ()


def _single(address: Address, event: Delivered, tensors: tuple[Tensor, ...]) -> Arrival[Half]:
    arrays = [from_wire(tensor) for tensor in tensors]
    if len(arrays) == 1:
        return Arrived(address, event.stream_id, arrays[0], Modality(event.modality), verified=False)
    return CacheArrived(address, event.stream_id, ((arrays[0], arrays[1]),), verified=False)


async def arrivals(endpoint: Endpoint, *, most_bytes: int = MAX_ARRAY_BYTES) -> AsyncIterator[Arrival[Half]]:
    """Everything that arrives at an endpoint until it is closed; other events are passed over.

    Only one iteration at a time gets the events of an endpoint. most_bytes: see `Collector`.
    """
    collector = Collector(most_bytes)
    async for address, event in endpoint:
        for arrival in collector.take(address, event):
            yield arrival
