"""The endpoint of resonant.asyncio over real QUIC: conversations, certificates, and unis that wait for each other."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from resonant import Tensor, Think
from resonant.asyncio import Endpoint, MissingLibraryError, SessionError, Tls, connect, self_signed, serve
from resonant.peer import Closed, Completed, Delivered, Established, Lost

from reference.tests.asyncio.talk import CONFIG, SEALED, double, think, values

TLS = self_signed()
TRUST = Tls(trust=TLS.trust, server_name=TLS.server_name)
WAIT_S = 20


@asynccontextmanager
async def pair(config: object = CONFIG) -> AsyncIterator[tuple[Endpoint, Endpoint]]:
    """A server and a client in session with it."""
    async with (
        await serve(config, transport="quic", tls=TLS) as server,  # type: ignore[arg-type]
        await connect(config, server.address, transport="quic", tls=TRUST) as client,  # type: ignore[arg-type]
    ):
        yield server, client


async def told(endpoint: Endpoint, kind: type) -> object:
    """The next event of a kind, whatever comes before it."""
    async with asyncio.timeout(WAIT_S):
        async for _, event in endpoint:
            if isinstance(event, kind):
                return event
    raise AssertionError("the endpoint was closed")


def test_a_server_keeps_two_clients_apart() -> None:
    async def work() -> list[list[float]]:
        async with asyncio.TaskGroup() as tasks, pair() as (server, one):
            answering = tasks.create_task(double(server))
            async with await connect(CONFIG, server.address, transport="quic", tls=TRUST) as other:
                for number in range(3):
                    one.send(think(number))
                    other.send(think(number + 10))
                found = [values(await client.wait_for(Delivered)) for client in (one, other) for _ in range(3)]
            answering.cancel()
            return sorted(found)

    assert asyncio.run(work()) == [[0], [2], [4], [20], [22], [24]]


@pytest.mark.parametrize("config", [CONFIG, SEALED], ids=["plain", "sealed"])
def test_streams_of_large_frames_are_whole(config: object) -> None:
    async def work() -> list[object]:
        async with pair(config) as (server, client):
            large = Think(Tensor.half(np.arange(30_000, dtype=np.float32)))
            for stream_id in (3, 5):
                with client.open_stream(stream_id) as stream:
                    for _ in range(20):
                        stream.send(large)
            return [await told(server, Completed) for _ in range(2)]

    frames = [(event.stream_id, event.frames) for event in asyncio.run(work()) if isinstance(event, Completed)]
    assert sorted(frames) == [(3, 20), (5, 20)]


@pytest.mark.parametrize("ending", ["client", "server"])
def test_what_was_sent_arrives_before_the_end(ending: str) -> None:
    async def work() -> list[type]:
        async with pair() as (server, client):
            await told(server, Established)
            one, other = (client, server) if ending == "client" else (server, client)
            with one.open_stream(7 if ending == "client" else 8) as stream:
                stream.send(Think(Tensor.half(np.zeros(30_000))))
            closing = asyncio.create_task(one.close())
            async with asyncio.timeout(WAIT_S):
                seen = []
                async for _, event in other:
                    seen.append(type(event))
                    if isinstance(event, Closed):
                        break
            await closing
            return seen

    assert asyncio.run(work())[-3:] == [Completed, Lost, Closed]


def test_a_client_does_not_believe_a_certificate_that_it_was_not_given() -> None:
    async def work() -> str:
        async with await serve(CONFIG, transport="quic", tls=TLS) as server:
            other = Tls(trust=self_signed().trust, server_name="localhost")
            with pytest.raises(SessionError) as caught:
                await connect(CONFIG, server.address, transport="quic", tls=other)
            return str(caught.value)

    said = asyncio.run(work())
    assert "CONNECTION_RESET" in said
    assert "certificate" in said


def test_a_client_of_another_space_is_told_so() -> None:
    async def work() -> str:
        async with await serve(replace(CONFIG, space_hash32=8), transport="quic", tls=TLS) as server:
            with pytest.raises(SessionError) as caught:
                await connect(CONFIG, server.address, transport="quic", tls=TRUST)
            return caught.value.code

    assert asyncio.run(work()) == "SPACE_MISMATCH"


def test_a_server_without_a_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="certificate"):
        asyncio.run(serve(CONFIG, transport="quic"))


def test_the_error_without_aioquic_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "resonant.asyncio.quic_connections", raising=False)
    for name in ("aioquic.asyncio.protocol", "aioquic.asyncio.server"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingLibraryError, match=r"pip install 'resonant-conformance\[quic\]'"):
        asyncio.run(serve(CONFIG, transport="quic", tls=TLS))
