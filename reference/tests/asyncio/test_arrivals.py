"""Arrays put together from events: streams side by side, streams of others, and whatever does not fit together."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant import Ask, Cache, DType, Message, MessageType, Modality, RejectCode, Tensor, Think
from resonant.arrays import parts, preface
from resonant.asyncio import Arrival, Arrived, Broken, CacheArrived, Collector
from resonant.peer import Closed, Completed, Delivered, ErrorReceived, Established, Event, Failed, Lost, Opened
from resonant.peer.events import Ref

HERE, THERE = ("127.0.0.1", 1), ("127.0.0.1", 2)
STATE = np.arange(600, dtype=np.float16).reshape(20, 30)
WHOLE = Completed(3, 1, 1, "")


def delivered(message: Message, stream_id: int = 3) -> Delivered:
    kind = MessageType.CACHE if isinstance(message, Cache) else MessageType.THINK
    return Delivered(stream_id, 1, kind, Modality.IMAGE, (), message)


def thinks(stream_id: int = 3, array: Any = STATE) -> list[Event]:
    tensors = (preface(array.shape), *parts(array, part_bytes=256))
    return [Opened(stream_id, sized=False), *(delivered(Think(tensor), stream_id) for tensor in tensors)]


def caches(stream_id: int = 3, layers: int = 2) -> list[Event]:
    first = Cache(preface(STATE.shape), preface((0, 4)))
    pages = [Cache(part, Tensor(DType.F16, (0,), b"")) for part in parts(STATE)]
    messages = [first, *pages] * layers
    return [Opened(stream_id, sized=False), *(delivered(message, stream_id) for message in messages)]


def taken(events: list[Event], collector: Collector | None = None, address: Any = HERE) -> list[Arrival[Any]]:
    collector = collector or Collector()
    return [arrival for event in events for arrival in collector.take(address, event)]


def codes(arrivals: list[Arrival[Any]]) -> list[str]:
    return [arrival.code if isinstance(arrival, Broken) else type(arrival).__name__ for arrival in arrivals]


def test_an_array_is_given_when_its_stream_was_verified_and_not_before() -> None:
    collector = Collector()
    assert taken(thinks(), collector) == []
    (arrived,) = taken([WHOLE], collector)
    assert isinstance(arrived, Arrived)
    assert (arrived.address, arrived.stream_id, arrived.modality) == (HERE, 3, Modality.IMAGE)
    assert arrived.verified
    assert np.array_equal(arrived.array, STATE)
    assert arrived.array.flags.writeable
    assert taken([WHOLE], collector) == []


def test_a_stream_may_hold_several_arrays() -> None:
    _, *more = thinks(array=STATE + 1)
    found = taken([*thinks(), *more, WHOLE])
    assert [float(one.array[0, 0]) for one in found if isinstance(one, Arrived)] == [0, 1]


def test_streams_side_by_side_are_kept_apart() -> None:
    collector = Collector()
    ways = [(HERE, 3, 1.0), (HERE, 5, 2.0), (THERE, 3, 3.0)]
    events = [[*thinks(number, STATE * value), Completed(number, 1, 1, "")] for _, number, value in ways]
    found = []
    for turn in zip(*events, strict=True):
        for (address, _, _), event in zip(ways, turn, strict=True):
            found += list(collector.take(address, event))
    assert [float(one.array[0, 1]) for one in found if isinstance(one, Arrived)] == [1, 2, 3]
    assert [(one.address, one.stream_id) for one in found] == [way[:2] for way in ways]


def test_single_messages_and_streams_of_others_are_given_at_once() -> None:
    one = delivered(Think(Tensor.half(STATE)))
    for before in ([], [Opened(3, sized=True)]):
        found = taken([*before, one, one])
        assert codes(found) == ["Arrived", "Arrived"]
        assert not any(arrived.verified for arrived in found if isinstance(arrived, Arrived))
    pair = delivered(Cache(Tensor.half(STATE), Tensor.half(STATE.T)))
    (cache,) = taken([pair])
    assert isinstance(cache, CacheArrived)
    assert [[array.shape for array in layer] for layer in cache.layers] == [[(20, 30), (30, 20)]]


def test_layers_of_a_cache_are_given_together() -> None:
    (found,) = taken([*caches(), WHOLE])
    assert isinstance(found, CacheArrived)
    assert found.verified
    assert [[array.shape for array in layer] for layer in found.layers] == [[(20, 30), (0, 4)]] * 2
    assert all(np.array_equal(keys, STATE) for keys, _ in found.layers)


@pytest.mark.parametrize(
    "wrong",
    [
        [*thinks(), delivered(Think(Tensor.half(STATE)))],
        [*thinks()[:-1], delivered(Think(Tensor.half(np.ones(200))))],
        [*thinks()[:-1], delivered(Cache(Tensor.half(np.ones(2)), Tensor.half(np.ones(2))))],
        [*thinks(), *caches()[1:]],
        [*caches(), *thinks()[1:]],
        [*caches()[:2], delivered(Think(Tensor.half(np.ones(2))))],
        [*thinks()[:-1], WHOLE],
    ],
)
def test_what_does_not_fit_together_breaks_its_stream_once(wrong: list[Event]) -> None:
    more = delivered(Think(Tensor.half(np.ones(2))))
    again = [] if wrong[-1] is WHOLE else [more, more, WHOLE]
    (broken,) = taken([*wrong, *again])
    assert isinstance(broken, Broken)
    assert (broken.address, broken.stream_id, broken.code) == (HERE, 3, "LENGTH_MISMATCH")
    assert broken.detail


def test_what_is_put_together_is_bounded_over_all_streams() -> None:
    collector = Collector(most_bytes=3000)
    assert taken(thinks(3), collector) == []
    assert codes(taken(thinks(5), collector, THERE)) == ["BUFFER_LIMIT"]
    assert codes(taken([WHOLE, *thinks(7), Completed(7, 1, 1, "")], collector)) == ["Arrived", "Arrived"]


def test_a_flood_of_empty_layers_is_bounded_as_well() -> None:
    empty = delivered(Cache(preface((0,)), preface((0,))))
    collector, number = Collector(most_bytes=1 << 16), count()
    list(collector.take(HERE, Opened(3, sized=False)))
    while not list(collector.take(HERE, empty)):
        assert next(number) < 200


@pytest.mark.parametrize(
    ("event", "number", "code"),
    [
        (Failed(3, RejectCode.STREAM_TIMEOUT), 3, "STREAM_TIMEOUT"),
        (ErrorReceived("STREAM_CANCELLED", Ref(3, 0)), 3, "STREAM_CANCELLED"),
        (ErrorReceived("SPACE_MISMATCH"), None, "SPACE_MISMATCH"),
        (Lost(), None, "LOST"),
        (Closed(), None, "ENDED"),
    ],
)
def test_ends_are_told(event: Event, number: int | None, code: str) -> None:
    (broken,) = taken([*thinks(), event])
    assert isinstance(broken, Broken)
    assert (broken.stream_id, broken.code) == (number, code)


def test_a_new_session_begins_without_the_streams_of_the_last() -> None:
    collector = Collector(most_bytes=2000)
    for event in (Lost(), Closed(), Established(1, "none", "none", (), (), critique=False)):
        assert "BUFFER_LIMIT" not in codes(taken([*thinks(), event], collector))
    assert codes(taken([WHOLE], collector)) == []


def test_other_messages_and_events_are_passed_over() -> None:
    assert taken([delivered(Ask(Tensor.half(STATE))), Opened(3, sized=False), delivered(Ask(Tensor.half(STATE)))]) == []


def test_a_tensor_that_is_no_array_is_told_by_its_code() -> None:
    assert codes(taken([delivered(Think(Tensor(DType.F16, (1,) * 65, b"12")))])) == ["BAD_RANK"]


EVENTS = [*thinks(), *caches(), WHOLE, Lost(), Failed(3, RejectCode.STREAM_CORRUPT)]


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_no_order_of_events_raises(events: list[Event]) -> None:
    for arrival in taken(events, Collector(most_bytes=5000)):
        assert isinstance(arrival, Arrived | CacheArrived | Broken)
