"""Arrays between endpoints: of any size, over networks that lose, to ends that are slow or go away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from resonant import Cache, ResonantError, Tensor
from resonant.asyncio import (
    Arrived,
    Broken,
    Endpoint,
    SessionError,
    Transport,
    arrivals,
    connect,
    recv_array,
    recv_cache,
    send_array,
    send_cache,
    serve,
)
from resonant.peer import Config, Done, Mux, Opened

from reference.tests.asyncio.fast_loop import FastLoop, run
from reference.tests.asyncio.talk import CONFIG, SEALED

MANAGED = replace(CONFIG, mux=Mux(8, 16))
SMALL = np.arange(12, dtype=np.float16).reshape(3, 4)
LARGE = np.random.default_rng(4).standard_normal((3, 100, 128)).astype(np.float16)
Work = Callable[[Endpoint, Endpoint], Awaitable[Any]]


def between(work: Work, config: Config = CONFIG, *, loop: FastLoop | None = None) -> Any:
    """The result of `work` with a server and a client on a loop that never waits."""

    async def both() -> Any:
        async with await serve(config) as server, await connect(config, server.address) as client:
            return await work(server, client)

    return run(both(), loop)


def sent(config: Config = CONFIG, array: NDArray[Any] = LARGE, loop: FastLoop | None = None, **options: Any) -> Any:
    """The stream_id that sending gave, and what arrived."""

    async def work(server: Endpoint, client: Endpoint) -> Any:
        number = await send_array(client, array, **options)
        return number, await recv_array(server)

    return between(work, config, loop=loop)


def test_a_small_array_is_one_message() -> None:
    number, arrived = sent(array=SMALL, stream_id=9)
    assert number is None
    assert (arrived.stream_id, arrived.verified) == (9, False)
    assert np.array_equal(arrived.array, SMALL)


@pytest.mark.parametrize("array", [SMALL, np.float16(2), np.zeros((0, 3))])
def test_a_small_array_is_a_stream_where_it_is_to_be_verified(array: Any) -> None:
    number, arrived = sent(array=array, verified=True)
    assert (number, arrived.stream_id, arrived.verified) == (3, 3, True)
    assert np.array_equal(arrived.array, np.reshape(array, np.shape(array) or (1,)))


@pytest.mark.parametrize("form", ["f16", "i8", "q4", "sparse"])
@pytest.mark.parametrize("config", [CONFIG, MANAGED, SEALED])
def test_a_large_array_arrives_whole(form: str, config: Config) -> None:
    number, arrived = sent(config, form=form, part_bytes=2000)
    assert (number, arrived.verified, arrived.array.shape) == (3, True, LARGE.shape)
    assert np.allclose(arrived.array, LARGE, rtol=0, atol=0.4 if form in ("i8", "q4") else 0)


@pytest.mark.parametrize("config", [CONFIG, MANAGED])
def test_lost_parts_are_repaired(config: Config) -> None:
    loop = FastLoop(lost=lambda _: len(loop.sent) > 4 and len(loop.sent) % 7 == 0)
    _, arrived = sent(config, loop=loop, part_bytes=4000)
    assert np.array_equal(arrived.array, LARGE)


def test_each_large_array_takes_the_next_stream_at_both_ends() -> None:
    async def work(server: Endpoint, client: Endpoint) -> list[int | None]:
        numbers = [await send_array(client, LARGE) for _ in range(3)]
        arrived = await recv_array(server)
        numbers += [await send_array(server, LARGE, to=arrived.address) for _ in range(2)]
        return numbers

    assert between(work) == [3, 5, 7, 4, 6]


def test_nothing_is_sent_of_an_array_that_is_refused() -> None:
    loop = FastLoop()
    wrong = np.concatenate([LARGE.reshape(-1).astype(np.float32), [1e9]])

    async def work(_: Endpoint, client: Endpoint) -> int:
        before = len(loop.sent)
        with pytest.raises(ResonantError, match="QNT-3"):
            await send_array(client, wrong)
        with pytest.raises(TypeError, match="int64"):
            await send_array(client, np.arange(5))
        with pytest.raises(TypeError, match="unexpected"):
            await send_array(client, SMALL, forms="i8")  # type: ignore[call-arg]
        return len(loop.sent) - before

    assert between(work, loop=loop) == 0


@pytest.mark.slow
def test_sending_waits_for_a_slow_end_and_goes_on() -> None:
    many = np.concatenate([LARGE] * 4)
    assert many.size * 2 / 256 > 1024 + 16, "more parts than may wait"

    async def work(server: Endpoint, client: Endpoint) -> tuple[bool, Any]:
        task = asyncio.create_task(send_array(client, many, part_bytes=256))
        opened = await server.wait_for(Opened)
        server.hold_stream(opened.stream_id)
        await asyncio.sleep(2)
        waited = not task.done()
        server.resume_stream(opened.stream_id)
        await client.wait_for(Done)
        return waited, await task

    assert between(work, MANAGED) == (True, 3)


def test_sending_gives_up_in_time_and_tells_the_other_end() -> None:
    many = np.concatenate([LARGE] * 4)

    async def work(server: Endpoint, client: Endpoint) -> list[Any]:
        task = asyncio.create_task(send_array(client, many, part_bytes=256, timeout_s=5))
        opened = await server.wait_for(Opened)
        server.hold_stream(opened.stream_id)
        with pytest.raises(TimeoutError, match="BUFFER_LIMIT"):
            await task
        async for arrival in arrivals(server):
            return [type(arrival), arrival.code, arrival.detail] if isinstance(arrival, Broken) else []
        return []

    assert between(work, MANAGED) == [Broken, "STREAM_RESET", "ABANDONED"]


def layers() -> list[tuple[NDArray[Any], NDArray[Any]]]:
    keys = np.random.default_rng(5).standard_normal((2, 1, 4, 50, 64)).astype(np.float16)
    return [(keys[0], keys[1]), (keys[1, :, :2], keys[0]), (keys[0, ..., :0, :], keys[1, ..., :0, :])]


@pytest.mark.parametrize("config", [CONFIG, MANAGED])
@pytest.mark.parametrize("part_bytes", [256, 64_512])
def test_a_cache_arrives_layer_by_layer(config: Config, part_bytes: int) -> None:
    async def work(server: Endpoint, client: Endpoint) -> Any:
        client.send(Cache(Tensor.half(SMALL), Tensor.half(SMALL)))  # no stream, so not this one
        number, arrived = await asyncio.gather(send_cache(client, layers(), part_bytes=part_bytes), recv_cache(server))
        assert number == arrived.stream_id == 3
        return arrived.layers

    found = between(work, config)
    assert len(found) == 3
    for (keys, values), (found_keys, found_values) in zip(layers(), found, strict=True):
        assert np.array_equal(keys, found_keys)
        assert np.array_equal(values, found_values)


def test_a_cache_with_a_layer_that_is_refused_is_broken_off() -> None:
    async def work(server: Endpoint, client: Endpoint) -> Any:
        with pytest.raises(ResonantError, match="QNT-3"):
            await send_cache(client, [*layers(), (LARGE * np.float16(np.nan), LARGE)], form="q4")
        with pytest.raises(SessionError) as caught:
            await recv_cache(server)
        return caught.value.code, caught.value.__notes__

    assert between(work, MANAGED) == ("STREAM_RESET", ["ABANDONED"])


def test_receiving_ends_with_the_session_the_time_or_the_endpoint() -> None:
    async def late(server: Endpoint, _: Endpoint) -> None:
        await recv_array(server, timeout_s=3)

    async def lost(_: Endpoint, client: Endpoint) -> None:
        await recv_array(client, timeout_s=100)

    async def closed(server: Endpoint, _: Endpoint) -> None:
        await server.close()
        await recv_array(server)

    with pytest.raises(TimeoutError, match="in 3 s"):
        between(late)
    silent = FastLoop(lost=lambda _: len(silent.sent) > 2)
    with pytest.raises(SessionError, match="45 s"):
        between(lost, loop=silent)
    with pytest.raises(ConnectionError, match="closed"):
        between(closed)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_arrays_go_over_real_sockets(transport: Transport) -> None:
    async def work() -> Any:
        async with (
            await serve(MANAGED, transport=transport) as server,
            await connect(MANAGED, server.address, transport=transport) as client,
        ):
            _, arrived = await asyncio.gather(send_array(client, LARGE), recv_array(server))
            await send_array(server, arrived.array, to=arrived.address, form="sparse")
            return await recv_array(client)

    found = asyncio.run(work())
    assert isinstance(found, Arrived)
    assert np.array_equal(found.array, LARGE)
