"""The endpoint with a key: what is sealed, with which salts, and what happens without the key."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from resonant import Flags
from resonant.asyncio import SessionError, connect, serve
from resonant.peer import Delivered, Dropped

from reference.tests.asyncio.fast_loop import FastLoop, run
from reference.tests.asyncio.talk import CONFIG, SEALED, double, flags_of, nonce_of, think, values


def test_everything_behind_the_handshake_is_sealed_where_crypto_is_required() -> None:
    loop = FastLoop()

    async def work() -> list[float]:
        async with asyncio.TaskGroup() as tasks, await serve(SEALED) as server:
            tasks.create_task(double(server))
            async with await connect(SEALED, server.address) as client:
                assert client.agreed.crypto == "xchacha20poly1305"
                client.send(think(1, 2))
                return values(await client.wait_for(Delivered))

    assert run(work(), loop) == [2, 4]
    _ping, _capability, there, back = loop.sent
    assert flags_of(there) & flags_of(back) & Flags.XCHACHA
    assert nonce_of(there)[:12] != nonce_of(back)[:12], "each end has a salt of its own"


def test_each_session_draws_its_own_salt() -> None:
    loop = FastLoop()

    async def work() -> None:
        async with await serve(SEALED) as server:
            for _ in range(2):
                async with await connect(SEALED, server.address) as client:
                    client.send(think(1))

    run(work(), loop)
    first, second = (nonce_of(sent) for sent in loop.sent if flags_of(sent) & Flags.XCHACHA)
    assert first[:12] != second[:12]


def test_a_client_without_the_key_is_told_what_to_do() -> None:
    async def work() -> None:
        async with await serve(SEALED) as server:
            await connect(CONFIG, server.address)

    with pytest.raises(SessionError, match=r"CRYPTO_REQUIRED: .*give both the same key"):
        run(work())


def test_what_was_sealed_with_another_key_is_dropped() -> None:
    async def work() -> Dropped:
        other = replace(SEALED, key=bytes(32))
        async with await serve(SEALED) as server, await connect(other, server.address) as client:
            client.send(think(1))
            return await server.wait_for(Dropped)

    assert run(work()) == Dropped("DECRYPT_FAILED")  # type: ignore[arg-type]
