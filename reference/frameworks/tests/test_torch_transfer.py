"""Tensors of PyTorch between endpoints: hidden states, caches of attention, and outputs shipped by a hook."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: nothing of resonant.torch was tested")

import torch
from resonant import ResonantError
from resonant.asyncio import ALL_FEATURES, Arrived, Broken, CacheArrived, Endpoint, connect, serve
from resonant.peer import Mux
from resonant.torch import Shipment, arrivals, recv, recv_kv, send, send_kv, ship

from reference.frameworks.tests.page import program_of

CONFIG = replace(ALL_FEATURES, d_model=64, mux=Mux(64, 256))
T = TypeVar("T")
Work = Callable[[Endpoint, Endpoint], Coroutine[Any, Any, T]]


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Endpoint, Endpoint]]:
    """A server and a client over TCP."""
    async with (
        await serve(CONFIG, transport="tcp") as server,
        await connect(CONFIG, server.address, transport="tcp") as client,
    ):
        yield server, client


def between(work: Work[T]) -> T:
    async def both() -> T:
        async with pair() as (server, client):
            return await work(server, client)

    return asyncio.run(both())


def state(*shape: int, seed: int = 1) -> torch.Tensor:
    """Numbers that binary16 holds, as it then does once they are rounded to bfloat16."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).half().float()


def test_the_program_of_the_page_runs() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program_of("PyTorch")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("shape", [(4,), (2, 300, 128)])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_hidden_state_arrives_and_can_be_written_to(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    hidden = state(*shape).to(dtype)

    async def work(server: Endpoint, client: Endpoint) -> torch.Tensor:
        _, arrived = await asyncio.gather(send(client, hidden.requires_grad_()), recv(server, dtype=dtype))
        return arrived

    arrived = between(work)
    assert torch.equal(arrived, hidden)
    arrived.add_(1)


@dataclass
class Cached:
    """A layer of a cache of transformers, as its `layers` have it."""

    keys: torch.Tensor
    values: torch.Tensor


@dataclass
class DynamicCache:
    layers: list[Cached]


def as_tuples(layers: list[Cached]) -> Any:
    return tuple((one.keys, one.values) for one in layers)


def as_longer_tuples(layers: list[Cached]) -> Any:
    return [(one.keys, one.values, None) for one in layers]


@pytest.mark.parametrize("form_of", [as_tuples, as_longer_tuples, DynamicCache])
def test_a_cache_arrives_in_the_form_that_transformers_take(form_of: Callable[[list[Cached]], Any]) -> None:
    layers = [Cached(state(1, 8, 40, 64, seed=n).bfloat16(), state(1, 8, 40, 64, seed=-n).bfloat16()) for n in range(3)]

    async def work(server: Endpoint, client: Endpoint) -> Any:
        _, found = await asyncio.gather(send_kv(client, form_of(layers)), recv_kv(server, dtype=torch.bfloat16))
        return found

    found = between(work)
    assert isinstance(found, tuple)
    assert [len(pair) for pair in found] == [2, 2, 2]
    assert all(
        torch.equal(keys, one.keys) and torch.equal(values, one.values)
        for (keys, values), one in zip(found, layers, strict=True)
    )


def test_arrivals_have_tensors() -> None:
    async def work(server: Endpoint, client: Endpoint) -> list[str]:
        await send(client, state(3))
        await send_kv(client, [(state(2), state(2))])
        await client.close()
        found = []
        async for arrival in arrivals(server, dtype=torch.float32):
            match arrival:
                case Arrived(array=one) | CacheArrived(layers=((one, _),)):
                    assert one.dtype == torch.float32
            found.append(type(arrival).__name__)
            if isinstance(arrival, Broken):
                break
        return found

    assert between(work) == ["Arrived", "CacheArrived", "Broken"]


# Shipping


class Layers(torch.nn.Module):
    """A model whose first layer is shipped."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = torch.nn.Linear(64, 64), torch.nn.Linear(64, 64)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.second(self.first(x))
        return found


async def gathered(server: Endpoint, count: int) -> list[torch.Tensor]:
    return [await recv(server, dtype=torch.float32) for _ in range(count)]


@pytest.mark.parametrize("rows", [2, 2000])
def test_a_hook_ships_each_output_in_order_and_leaves_the_model_as_it_was(rows: int) -> None:
    model, inputs = Layers(), [state(rows, 64, seed=n) for n in range(5)]
    before = [model(x) for x in inputs]

    async def work(server: Endpoint, client: Endpoint) -> list[torch.Tensor]:
        task = asyncio.create_task(gathered(server, len(inputs)))
        async with ship(model.first, client, depth=2) as shipment:
            after = [await asyncio.to_thread(model, x) for x in inputs]
        assert all(map(torch.equal, before, after))
        assert (shipment.shipped, shipment.dropped, shipment.error) == (5, 0, None)
        model(inputs[0])  # the hook is gone
        assert not model.first._forward_hooks
        return await task

    for x, arrived in zip(inputs, between(work), strict=True):
        assert torch.allclose(arrived, model.first(x), atol=2e-3)


def test_an_output_that_is_changed_later_is_shipped_as_it_was() -> None:
    async def work(server: Endpoint, client: Endpoint) -> torch.Tensor:
        module = torch.nn.Identity()
        async with ship(module, client):
            module(torch.ones(4)).zero_()
        return await recv(server)

    assert between(work).tolist() == [1, 1, 1, 1]


def test_the_loops_own_thread_is_not_blocked_but_told() -> None:
    async def work(_: Endpoint, client: Endpoint) -> str:
        module = torch.nn.Identity()
        shipment = ship(module, client, depth=2)
        module(torch.ones(1)), module(torch.ones(1))
        with pytest.raises(ResonantError) as caught:
            module(torch.ones(1))
        await shipment.close()
        assert shipment.shipped == 2
        return f"{caught.value.code} {caught.value.detail}"

    said = between(work)
    assert said.startswith("BUFFER_LIMIT")
    assert "asyncio.to_thread" in said


@pytest.mark.parametrize(("when_full", "arrive"), [("drop_oldest", [3.0, 4.0]), ("drop_newest", [0.0, 1.0])])
def test_what_is_too_much_can_be_dropped(when_full: Any, arrive: list[float]) -> None:
    async def work(server: Endpoint, client: Endpoint) -> tuple[list[float], int]:
        module = torch.nn.Identity()
        async with ship(module, client, depth=2, when_full=when_full) as shipment:
            for number in range(5):
                module(torch.tensor([float(number)]))
        return [float(one) for one in await gathered(server, 2)], shipment.dropped

    assert between(work) == (arrive, 3)


def test_forward_in_a_thread_waits_until_there_is_room() -> None:
    async def work(server: Endpoint, client: Endpoint) -> list[float]:
        module = torch.nn.Identity()

        def many() -> None:
            for number in range(50):
                module(torch.tensor([float(number)]))

        async with ship(module, client, depth=1) as shipment:
            await asyncio.to_thread(many)
        assert (shipment.shipped, shipment.dropped) == (50, 0)
        return [float(one) for one in await gathered(server, 50)]

    assert between(work) == list(range(50))


def test_an_error_of_sending_comes_up_in_forward_and_in_close() -> None:
    async def work(server: Endpoint, client: Endpoint) -> None:
        module = torch.nn.Identity()
        shipment = ship(module, client)
        await client.close()
        module(torch.ones(1))
        await asyncio.wait([shipment._task])
        with pytest.raises(ConnectionError, match="closed"):
            module(torch.ones(1))
        with pytest.raises(ConnectionError, match="closed"):
            await shipment.close()
        module(torch.ones(1))  # the hook is gone
        assert isinstance(shipment.error, ConnectionError)

    between(work)


def test_a_thread_that_waits_is_woken_by_the_error() -> None:
    async def work(server: Endpoint, client: Endpoint) -> None:
        module = torch.nn.Identity()

        def many() -> None:
            while True:
                module(torch.ones(1))

        shipment = ship(module, client, depth=1)
        thread = asyncio.create_task(asyncio.to_thread(many))
        await recv(server)
        await client.close()
        with pytest.raises(ConnectionError, match="closed"):
            await thread
        assert shipment.error is not None

    between(work)


def test_an_output_that_cannot_go_comes_up_in_its_own_forward() -> None:
    async def work(server: Endpoint, client: Endpoint) -> float:
        module = torch.nn.Identity()
        async with ship(module, client, form="q4"):
            with pytest.raises(ResonantError, match="QNT-3"):
                module(torch.tensor([float("nan")]))
            with pytest.raises(TypeError, match="select=FUNCTION"):
                module("no tensor")
            module((None, torch.ones(1)))
            module({"logits": torch.ones(1)})
        return float(sum(await gathered(server, 2)))

    assert between(work) == 2


def test_a_shipment_that_is_left_by_an_exception_ends_at_once() -> None:
    found: list[Shipment] = []

    async def work(_: Endpoint, client: Endpoint) -> None:
        module = torch.nn.Identity()
        with suppress(KeyError):
            async with ship(module, client) as shipment:
                found.append(shipment)
                raise KeyError
        assert shipment._task.cancelled()
        assert isinstance(shipment.error, ConnectionError)
        module(torch.ones(1))

    between(work)
    assert found[0].shipped == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [({"depth": 0}, ValueError), ({"when_full": "block"}, ValueError), ({"forms": "f16"}, TypeError)],
)
def test_options_that_there_are_not_are_refused_at_once(options: Any, error: type[Exception]) -> None:
    async def work(_: Endpoint, client: Endpoint) -> None:
        with pytest.raises(error):
            ship(torch.nn.Identity(), client, **options)

    between(work)
