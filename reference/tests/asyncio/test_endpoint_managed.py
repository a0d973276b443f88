"""Managed streams between endpoints: urgency, resets, cancels, and streams that are held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from resonant import ResonantError
from resonant.asyncio import SessionError, connect, serve
from resonant.peer import Completed, Delivered, Done, Established, Failed, Mux

from reference.tests.asyncio.fast_loop import run
from reference.tests.asyncio.talk import CONFIG, think, values

MANAGED = replace(CONFIG, mux=Mux(4, 16))


async def order_of(*urgencies: int) -> list[int]:
    """Streams of three messages each, corked, of these urgencies: the order in which their stream_ids arrive."""
    async with await serve(MANAGED) as server, await connect(MANAGED, server.address) as client:
        with client.corked():
            for number, urgency in enumerate(urgencies):
                with client.open_stream(3 + 2 * number, urgency=urgency) as stream:
                    for value in range(3):
                        stream.send(think(value))
        return [(await server.wait_for(Delivered)).stream_id for _ in range(3 * len(urgencies))]


def test_what_waits_goes_in_the_order_of_urgency() -> None:
    assert run(order_of(5, 0, 5)) == [5, 5, 5, 3, 7, 3, 7, 3, 7]


def test_a_sender_is_told_that_its_stream_has_arrived() -> None:
    async def work() -> int:
        async with await serve(MANAGED) as server, await connect(MANAGED, server.address) as client:
            assert client.agreed.mux == MANAGED.mux
            with client.open_stream(3) as stream:
                stream.send(think(1))
            return (await client.wait_for(Done)).stream_id

    assert run(work()) == 3


def test_a_stream_that_is_reset_fails_with_the_senders_code() -> None:
    async def work() -> list[Any]:
        async with await serve(MANAGED) as server, await connect(MANAGED, server.address) as client:
            stream = client.open_stream(3)
            stream.send(think(1))
            stream.reset("CHANGED_MY_MIND")
            return [event async for _, event in until_failed(server)]

    assert run(work())[-1] == Failed(3, "STREAM_RESET", "CHANGED_MY_MIND")


async def until_failed(server: Any) -> Any:
    async for received in server:
        yield received
        if isinstance(received.event, Failed):
            return


def test_a_stream_that_is_cancelled_takes_no_more() -> None:
    async def work() -> None:
        async with await serve(MANAGED) as server, await connect(MANAGED, server.address) as client:
            stream = client.open_stream(3)
            stream.send(think(1))
            await server.wait_for(Delivered)
            server.cancel_stream(3)
            with pytest.raises(SessionError, match="STREAM_CANCELLED"):
                await client.wait_for(Done)
            with pytest.raises(ResonantError, match="STREAM_STATE"):
                stream.send(think(2))

    run(work())


def test_a_held_stream_waits_and_another_goes_on() -> None:
    async def work() -> list[int]:
        async with await serve(MANAGED) as server, await connect(MANAGED, server.address) as client:
            slow, quick = client.open_stream(3), client.open_stream(5)
            slow.send(think(0))
            first = await server.wait_for(Delivered)
            server.hold_stream(3)
            with slow:
                for number in range(1, 40):
                    slow.send(think(number))
            with quick:
                quick.send(think(100))
            second = await server.wait_for(Delivered)
            server.resume_stream(3)
            rest = [await server.wait_for(Delivered) for _ in range(39)]
            await server.wait_for(Completed)
            return [int(values(event)[0]) for event in (first, second, *rest)]

    assert run(work()) == [0, 100, *range(1, 40)]


def test_without_mux_there_is_nothing_to_hold() -> None:
    async def work() -> None:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            await server.wait_for(Established)
            with pytest.raises(ResonantError, match="STREAM_STATE"):
                client.reset_stream(3, "NO_MORE")
            with pytest.raises(ResonantError, match="STREAM_STATE"):
                server.hold_stream(3)

    run(work())
