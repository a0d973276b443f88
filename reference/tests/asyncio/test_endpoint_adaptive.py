"""Adaptive messages between endpoints: forms, qualities, and streams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from resonant import Ask, Dense, DType, MessageType, ResonantError, Tensor, Think
from resonant.asyncio import connect, serve
from resonant.peer import Adaptive, Completed, Delivered

from reference.tests.asyncio.fast_loop import run
from reference.tests.asyncio.talk import CONFIG

ADAPTIVE = replace(CONFIG, adaptive=Adaptive(0))
NOISE = np.random.default_rng(6).standard_normal((8, 32))
ALL = 2**24


def test_arrays_arrive_in_the_smallest_form_that_the_receiver_bears() -> None:
    async def work() -> list[object]:
        async with await serve(CONFIG) as server, await connect(ADAPTIVE, server.address) as client:
            client.send_adaptive(MessageType.THINK, NOISE)
            first = await server.wait_for(Delivered)
            server.send_quality(ALL)
            server.send(Think(Tensor.half(np.zeros(1))))
            await client.wait_for(Delivered)
            client.send_adaptive(MessageType.THINK, NOISE)
            return [first.message, (await server.wait_for(Delivered)).message]

    assert run(work()) == [Think(Tensor.half(NOISE)), Think(Tensor.adapted(NOISE, ALL))]


def test_tensors_of_a_stream_are_arrays_or_sources() -> None:
    async def work() -> tuple[object, int]:
        async with await serve(CONFIG) as server, await connect(ADAPTIVE, server.address) as client:
            with client.open_stream(3) as stream:
                stream.send_adaptive(MessageType.ASK, NOISE, Dense("bf16", b"\x80\x3f" * 4, (2, 2)))
            asked = (await server.wait_for(Delivered)).message
            return asked, (await server.wait_for(Completed)).frames

    asked, frames = run(work())
    assert asked == Ask(Tensor.half(NOISE), Tensor(DType.F16, (2, 2), b"\x00\x3c" * 4))
    assert frames == 1


def test_without_a_tolerance_nothing_is_chosen() -> None:
    async def work() -> None:
        async with await serve(CONFIG) as server, await connect(CONFIG, server.address) as client:
            with pytest.raises(ResonantError, match="UNSUPPORTED_FEATURE"):
                client.send_adaptive(MessageType.THINK, NOISE)

    run(work())
