"""The endpoint of resonant.asyncio: real UDP where the wire matters, a loop that never waits where time does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from resonant import Ask, ResonantError, Tensor
from resonant.asyncio import Endpoint, Received, SessionError, connect, printable, serve
from resonant.peer import Delivered, Established, Lost

from reference.tests.asyncio.fast_loop import FastLoop, run
from reference.tests.asyncio.talk import CONFIG, double, think, values


async def talk_at_once() -> list[list[float]]:
    async with asyncio.TaskGroup() as tasks, await serve(CONFIG) as server:
        tasks.create_task(double(server))
        async with await connect(CONFIG, server.address) as one, await connect(CONFIG, server.address) as other:
            for number in range(3):
                one.send(think(number))
                other.send(think(number + 10))
            return [values(await client.wait_for(Delivered)) for client in (one, other) for _ in range(3)]


def test_a_server_keeps_two_clients_apart() -> None:
    assert asyncio.run(talk_at_once()) == [[0], [2], [4], [20], [22], [24]]


def test_a_server_with_two_clients_wants_to_know_to_whom() -> None:
    async def work() -> None:
        server = await serve(CONFIG)
        async with server, await connect(CONFIG, server.address) as one, await connect(CONFIG, server.address):
            with pytest.raises(ConnectionError, match="2 addresses are known here: say to=ADDRESS"):
                server.send(think(1))
            server.send(think(1), to=one.address)
            assert values(await one.wait_for(Delivered)) == [1]

    run(work())


def test_a_lost_ping_is_sent_again_after_a_second_as_it_was() -> None:
    loop = FastLoop(lost=lambda _: len(loop.sent) == 1)

    async def work() -> float:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            assert client.agreed.compress == "zstd"
            return loop.time()

    assert run(work(), loop) == 1.0
    first, second, capability = loop.sent
    assert (first.data, first.source) == (second.data, second.source)
    assert capability.target == first.source


def test_a_server_that_is_not_there_is_given_up_after_15_s() -> None:
    loop = FastLoop()
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9: HANDSHAKE_TIMEOUT \(Connection refused\)") as caught:
        run(connect(CONFIG, ("127.0.0.1", 9)), loop)
    assert isinstance(caught.value, SessionError)
    assert caught.value.code == "HANDSHAKE_TIMEOUT"
    assert [round(sent.at_s, 6) for sent in loop.sent] == [0, 1, 3, 7]
    assert len({sent.data for sent in loop.sent}) == 1
    assert loop.ports == {}, "the socket is free again"


def test_a_client_that_is_told_to_stop_while_it_connects_frees_its_socket() -> None:
    loop = FastLoop()

    async def work() -> None:
        async with asyncio.timeout(2):
            await connect(CONFIG, ("127.0.0.1", 9))

    with pytest.raises(TimeoutError):
        run(work(), loop)
    assert loop.ports == {}


def test_closing_twice_is_harmless_and_ends_the_events() -> None:
    async def work() -> list[Any]:
        server = await serve(CONFIG)
        async with await connect(CONFIG, server.address) as client:
            await client.close()
            await client.close()
            with pytest.raises(ConnectionError, match="the endpoint is closed"):
                client.send(think(1))
            with pytest.raises(ConnectionError, match="the endpoint was closed"):
                await client.wait_for(Delivered)
        await asyncio.gather(server.close(), server.close())
        return [event async for _, event in server] + [event async for _, event in server]

    for outcome in (run(work()), asyncio.run(work())):
        assert [type(event) for event in outcome] == [Established]


def test_a_closed_endpoint_sends_nothing_more() -> None:
    loop = FastLoop()

    async def work() -> None:
        async with await serve(CONFIG) as server:
            client = await connect(CONFIG, server.address)
            await client.close()
            before = len(loop.sent)
            await server.wait_for(Lost)
            assert [sent for sent in loop.sent[before:] if sent.source != server.address] == []

    run(work(), loop)


def test_an_endpoint_has_one_timer() -> None:
    loop = FastLoop()

    async def work() -> int:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            for number in range(20):
                client.send(think(number))
                await server.wait_for(Delivered)
            return sum(not timer.cancelled() and timer.when() > loop.time() for timer in loop.timers)

    assert run(work(), loop) == 2


def test_a_silent_server_is_lost_after_45_s() -> None:
    loop = FastLoop(lost=lambda _: len(loop.sent) > 2)

    async def work() -> float:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            with pytest.raises(SessionError, match="LOST: nothing was heard for 45 s"):
                await client.wait_for(Delivered)
            with pytest.raises(ResonantError, match="HANDSHAKE_REQUIRED"):
                client.send(think(1))
            return loop.time()

    assert run(work(), loop) == 45.0


def test_a_loss_that_is_overdue_is_told_before_anything_is_sent() -> None:
    loop = FastLoop(lost=lambda _: len(loop.sent) > 2)

    async def work() -> float:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            loop.jump(46)  # as when the program was busy for so long
            with pytest.raises(ResonantError, match="HANDSHAKE_REQUIRED"):
                client.send(think(1))
            await client.wait_for(Lost)
            return loop.time()

    assert run(work(), loop) == 46.0


def test_a_server_forgets_a_client_that_it_lost() -> None:
    loop = FastLoop(lost=lambda _: len(loop.sent) > 2)

    async def work() -> None:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            await server.wait_for(Lost)
            with pytest.raises(ConnectionError, match=f"127.0.0.1:{client.address[1]} is not known here"):
                server.send(think(1), to=client.address)

    run(work(), loop)


def test_an_answer_that_does_not_come_is_not_awaited_for_ever() -> None:
    loop = FastLoop()

    async def work() -> None:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            client.send(think(1))
            await client.wait_for(Delivered, timeout_s=2.5)

    with pytest.raises(TimeoutError, match=r"no Delivered in 2\.5 s"):
        run(work(), loop)
    assert loop.time() == 2.5


def test_an_error_in_answer_to_a_message_is_raised_with_its_code() -> None:
    async def work() -> None:
        server = await serve(CONFIG)
        async with await connect(CONFIG, server.address) as client:
            await server.close()
            async with await serve(CONFIG, server.address):  # started anew, it knows nothing of the session
                client.send(Ask(Tensor.half(np.ones(3))))
                await client.wait_for(Delivered)

    with pytest.raises(SessionError, match=r"HANDSHAKE_REQUIRED: .*connect again"):
        run(work())


def test_datagrams_are_lost_while_too_many_events_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resonant.asyncio.endpoint.MAX_EVENTS", 3)

    async def work() -> list[float]:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            for number in range(5):
                client.send(think(number))
            await asyncio.sleep(0)  # the datagrams arrive
            heard = [values(await server.wait_for(Delivered)) for _ in range(2)]
            client.send(think(9))
            return [number for numbers in [*heard, values(await server.wait_for(Delivered))] for number in numbers]

    assert run(work()) == [0, 1, 9]


def test_text_from_the_network_cannot_write_to_the_terminal() -> None:
    assert printable("\x1b[2Jbad\nnews\u202e" + "x" * 500) == "?[2Jbad?news?" + "x" * 187
    assert "\x1b" not in str(SessionError("\x1b]0;", ("127.0.0.1", 1)))


def test_a_full_server_serves_whoever_comes_next_and_whoever_it_talks_with() -> None:
    async def work() -> None:
        async with asyncio.TaskGroup() as tasks, contextlib.AsyncExitStack() as clients:
            server = await clients.enter_async_context(await serve(CONFIG, max_remotes=8))
            tasks.create_task(double(server))
            talking = await clients.enter_async_context(await connect(CONFIG, server.address))
            for number in range(40):
                client = await clients.enter_async_context(await connect(CONFIG, server.address))
                for endpoint in (talking, client):
                    endpoint.send(think(number))
                    assert values(await endpoint.wait_for(Delivered)) == [2 * number]

    run(work())


def test_a_program_is_told_which_session_made_room() -> None:
    async def work() -> None:
        async with contextlib.AsyncExitStack() as clients:
            server = await clients.enter_async_context(await serve(CONFIG, max_remotes=4))
            first = await clients.enter_async_context(await connect(CONFIG, server.address))
            for _ in range(3):
                await clients.enter_async_context(await connect(CONFIG, server.address))
            assert [address async for address, event in until_lost(server)] == [first.address]
            first.send(think(1))
            with pytest.raises(SessionError, match="HANDSHAKE_REQUIRED"):
                await first.wait_for(Delivered)

    run(work())


async def until_lost(server: Endpoint) -> AsyncIterator[Received]:
    """The first event `Lost`."""
    async for received in server:
        if isinstance(received.event, Lost):
            yield received
            return
