"""Arrays of JAX to the wire, to peers, and back."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")
pytest.importorskip("jax", reason="JAX is not installed: nothing of resonant.jax was tested")

import jax
import jax.numpy as jnp
from resonant import ResonantError
from resonant.arrays import aligned
from resonant.asyncio import ALL_FEATURES, Arrived, Broken, CacheArrived, Endpoint, connect, serve
from resonant.jax import arrivals, from_wire, host, of_array, recv, recv_kv, send, send_kv, to_wire

from reference.frameworks.tests.page import program_of

CONFIG = replace(ALL_FEATURES, d_model=64)


def state(*shape: int, seed: int = 1) -> jax.Array:
    """Numbers that binary16 holds, as it then does once they are rounded to bfloat16."""
    drawn = np.random.default_rng(seed).standard_normal(shape).astype(np.float16)
    return jnp.asarray(drawn, jnp.float32)


def between(work: Callable[[Endpoint, Endpoint], Awaitable[Any]]) -> Any:
    async def both() -> Any:
        async with (
            await serve(CONFIG, transport="tcp") as server,
            await connect(CONFIG, server.address, transport="tcp") as client,
        ):
            return await work(server, client)

    return asyncio.run(both())


def test_the_program_of_the_page_runs() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program_of("JAX")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr


def test_an_array_on_cpu_is_seen_where_it_is() -> None:
    half = state(40, 50).astype(jnp.float16)
    assert host(half).ctypes.data == half.unsafe_buffer_pointer()


@pytest.mark.parametrize("dtype", ["float16", "float32", "bfloat16", "float8_e4m3fn", "float4_e2m1fn"])
@pytest.mark.parametrize("form", ["f16", "sparse"])
def test_every_floating_type_arrives_as_it_was(dtype: str, form: str) -> None:
    array = state(7, 9).astype(dtype)
    found = from_wire(to_wire(array, form))
    assert found.dtype == jnp.float16
    assert (found == array.astype(jnp.float16)).all()
    assert (from_wire(to_wire(array, form), dtype=dtype) == array).all()


def test_bfloat16_is_exact_where_the_page_says_so() -> None:
    every = jnp.arange(2**16, dtype=jnp.uint16).view(jnp.bfloat16)
    values = np.asarray(every, np.float32)
    size = np.abs(values)
    kept = every[(size <= 65_280) & ((size >= 2.0**-17) | (size == 0))]
    assert len(kept) == 2 * 33 * 128 + 2, "33 exponents, and both zeros"
    back = from_wire(to_wire(kept), dtype=jnp.bfloat16)
    assert (back.view(jnp.uint16) == kept.view(jnp.uint16)).all()
    assert jnp.isnan(from_wire(to_wire(every[np.isnan(values)]))).all()
    with pytest.raises(ResonantError, match="QNT-3"):
        to_wire(jnp.array(65_536, jnp.bfloat16))


@pytest.mark.parametrize("array", [state(6, 8).T, state(6, 8)[::2, 1::3], state(0, 4)], ids=["t", "gaps", "empty"])
def test_layouts_change_nothing(array: jax.Array) -> None:
    assert to_wire(array) == to_wire(jnp.array(np.array(array)))
    assert from_wire(to_wire(array)).shape == array.shape


def test_a_scalar_has_one_dim_and_int8_goes_as_codes() -> None:
    assert from_wire(to_wire(jnp.array(2.5))).tolist() == [2.5]
    codes = jnp.arange(-128, 128).astype(jnp.int8)
    assert (from_wire(to_wire(codes, "i8"), dtype=jnp.int8) == codes).all()


@pytest.mark.parametrize("wrong", [jnp.arange(3), jnp.array([True]), jnp.array([1j]), [1.0], np.ones(3)])
def test_other_things_are_a_mistake_of_the_program(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^array: "):
        to_wire(wrong)


def test_inside_jit_it_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="return it from the function"):
        jax.jit(lambda array: to_wire(array) and array)(state(3))


@pytest.mark.parametrize("shape", [(4,), (2, 300, 128)])
def test_a_hidden_state_arrives(shape: tuple[int, ...]) -> None:
    hidden = state(*shape).astype(jnp.bfloat16)

    async def work(server: Endpoint, client: Endpoint) -> Any:
        _, arrived = await asyncio.gather(send(client, hidden), recv(server, dtype=jnp.bfloat16))
        return arrived

    assert (between(work) == hidden).all()


def test_a_cache_arrives_layer_by_layer() -> None:
    layers = [(state(1, 4, 40, 64, seed=n), state(1, 4, 40, 64, seed=n + 9)) for n in range(3)]

    async def work(server: Endpoint, client: Endpoint) -> Any:
        _, found = await asyncio.gather(send_kv(client, layers), recv_kv(server, dtype=jnp.float32))
        return found

    for one, other in zip(layers, between(work), strict=True):
        assert (one[0] == other[0]).all()
        assert (one[1] == other[1]).all()


def test_arrivals_have_arrays_of_jax() -> None:
    async def work(server: Endpoint, client: Endpoint) -> list[str]:
        await send(client, state(3))
        await send_kv(client, [(state(2), state(2))])
        await client.close()
        found = []
        async for arrival in arrivals(server, device=jax.devices()[0]):
            match arrival:
                case Arrived(array=one) | CacheArrived(layers=((one, _),)):
                    assert isinstance(one, jax.Array)
            found.append(type(arrival).__name__)
            if isinstance(arrival, Broken):
                break
        return found

    assert between(work) == ["Arrived", "CacheArrived", "Broken"]


def test_what_was_put_together_is_taken_over_without_a_copy() -> None:
    array = aligned(5000)
    array[:] = 1.5
    assert of_array(array).unsafe_buffer_pointer() == array.ctypes.data
