"""Streams between endpoints: a hidden state that arrives whole, or not at all."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from resonant import Flags, ResonantError
from resonant.asyncio import SessionError, connect, serve
from resonant.peer import Announce, Completed, Delivered, Incomplete, Opened

from reference.tests.asyncio.fast_loop import FastLoop, run
from reference.tests.asyncio.talk import CONFIG, flags_of, think, values


async def stream_of(count: int) -> tuple[list[Any], np.ndarray[Any, Any]]:
    """Stream a hidden state row by row; the server's events, and the rows that it put together."""
    state = np.arange(4.0 * count).reshape(count, 4)
    async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
        with client.open_stream(3) as stream:
            for row in state:
                stream.send(think(*row))
        events = []
        async for _, event in server:
            events.append(event)
            if isinstance(event, Completed):
                break
    rows = [values(event) for event in events if isinstance(event, Delivered)]
    assert np.array_equal(rows, state)
    return events, state


def test_a_streamed_hidden_state_arrives_whole_over_udp() -> None:
    events, state = asyncio.run(stream_of(20))
    assert isinstance(events[1], Opened)
    assert events[-1].frames == len(state)


def test_what_a_stream_loses_is_repaired_in_order() -> None:
    loop = FastLoop(lost=lambda _: len(loop.sent) in (6, 7))  # after ping, capability, HEAD and two rows
    events, state = run(stream_of(8), loop)
    assert [event for event in events if isinstance(event, Incomplete)] == [Incomplete(3, (3, 4))]
    assert events[-1].frames == len(state)


def test_a_stream_that_cannot_be_repaired_fails_with_its_code() -> None:
    second = bytes([3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])  # stream_id and frame_seq
    loop = FastLoop(lost=lambda sent: sent.data[4:16] == second)

    async def work() -> None:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            with client.open_stream(3) as stream:
                for number in range(3):
                    stream.send(think(number))
            await server.wait_for(Completed)

    with pytest.raises(SessionError, match="STREAM_TIMEOUT"):
        run(work(), loop)
    assert loop.time() == 10.0


def test_a_stream_is_opened_as_it_was_asked_for() -> None:
    loop = FastLoop()
    announced = Announce(frames=1, total_len=50, md5="0" * 32, xxhash3_64="0" * 16)

    async def work() -> list[Opened]:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            client.open_stream(3, strong_tail=False, announce=announced)
            client.open_stream(5)
            return [await server.wait_for(Opened) for _ in range(2)]

    assert run(work(), loop) == [Opened(3, sized=True), Opened(5, sized=False)]
    assert [flags_of(sent) & Flags.STRONG_TAIL for sent in loop.sent[2:]] == [0, Flags.STRONG_TAIL]


def test_a_stream_that_an_exception_leaves_gets_no_tail() -> None:
    loop = FastLoop()

    async def work() -> None:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            with client.open_stream(3) as stream:
                stream.send(think(1))
                raise KeyError("the model fell over")

    with pytest.raises(KeyError):
        run(work(), loop)
    assert len(loop.sent) == 4  # ping, capability, HEAD, Think


def test_a_stream_id_in_use_cannot_be_opened() -> None:
    async def work() -> None:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            client.send(think(1), stream_id=3)
            client.open_stream(3)

    with pytest.raises(ResonantError, match="STREAM_STATE"):
        run(work())


def test_a_stream_without_a_number_takes_the_lowest_on_which_nothing_was_sent() -> None:
    async def work() -> list[int]:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address, stream_id=7) as client:
            numbers = []
            for given in (5, None, None, 11, None):
                with client.open_stream(given) as stream:
                    numbers.append(stream.stream_id)
            await server.wait_for(Completed)
            return [*numbers, server.open_stream().stream_id]

    assert run(work()) == [5, 3, 9, 11, 13, 4]
