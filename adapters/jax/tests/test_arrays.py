"""The parts of resonant_jax that users touch and no op does; and its README."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jax", reason="JAX is not installed: nothing of adapters/jax was tested")

import jax
import jax.numpy as jnp
import numpy as np

from adapters.jax import resonant_jax as rj
from adapters.testee_kit.tests import protocol


def test_readme_runs() -> None:
    protocol.readme_runs(Path(__file__).resolve().parents[1])


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("dtype", [jnp.float16, jnp.float32, jnp.bfloat16])
def test_a_jit_of_ones_own_gives_the_same(bits: int, dtype: Any) -> None:
    x = jax.random.normal(jax.random.key(bits), (3, 5, 67), dtype)
    outer = jax.jit(lambda x: rj.quantize_array(x, bits=bits))
    (codes, scale), finite = outer(x)
    expected = rj.quantize(x, bits)
    assert finite
    assert rj.payload(codes) == rj.payload(expected.codes)
    assert rj.payload(scale) == rj.payload(expected.scale)
    inner = jax.jit(lambda codes, scale: rj.dequantize_array(codes, scale, count=x.size, bits=bits))
    assert rj.payload(inner(codes, scale)) == rj.payload(rj.dequantize(codes, x.size, bits, scale))


def test_finite_is_told_in_a_jit() -> None:
    assert not rj.quantize_array(jnp.array([1, jnp.nan]), bits=4)[1]
    assert rj.quantize_array(jnp.zeros(0), bits=4)[1]


def test_other_dtypes_are_a_mistake() -> None:
    with pytest.raises(TypeError, match="int32"):
        rj.quantize(jnp.arange(3), 4)


def test_codes_of_both_dtypes() -> None:
    codes = jnp.array([-128, -1, 127], jnp.int8)
    assert rj.dequantize(codes, 3, 8).tolist() == [-128, -1, 127]
    assert rj.dequantize(codes.view(jnp.uint8), 3, 8).tolist() == [-128, -1, 127]


def test_a_single_value_has_one_dim() -> None:
    values, index = rj.sparse_encode(jnp.float16(2))
    assert (values.tolist(), index.tolist()) == ([2], [[0]])


def test_payload_is_the_buffer_itself() -> None:
    x = jnp.arange(100, dtype=jnp.bfloat16)
    assert np.frombuffer(rj.payload(x), np.uint8).ctypes.data == x.unsafe_buffer_pointer()


def test_elements_from_any_place_in_a_buffer() -> None:
    held = memoryview(b"\xff" * 7 + np.arange(50, dtype="<f4").tobytes())
    assert rj.elements(held[7:], "f32").tolist() == list(range(50))
    with pytest.raises(rj.ResonantError) as caught:
        rj.elements(held[4:], "f32")
    assert (caught.value.code, caught.value.clause) == (rj.RejectCode.LENGTH_MISMATCH, "QNT-15")
