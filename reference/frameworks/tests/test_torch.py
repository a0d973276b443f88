"""Tensors of PyTorch to the wire and back: memory, types, layouts, and what is refused."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: nothing of resonant.torch was tested")

import torch
from resonant import ResonantError, Tensor
from resonant.torch import from_wire, to_wire
from resonant.torch.tensors import host

FLOATS = [torch.float16, torch.float32, torch.float64, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2]


def state(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def same_memory(one: torch.Tensor, other: Any) -> bool:
    return one.data_ptr() == other.__array_interface__["data"][0]


def test_a_tensor_of_float16_on_cpu_is_seen_where_it_is() -> None:
    half = state(4, 5).half()
    assert same_memory(half, host(half))
    assert same_memory(half, host(torch.nn.Parameter(half)))
    assert to_wire(half).payload == half.numpy().tobytes()


def test_f16_comes_back_as_the_bytes_of_the_message_unless_a_copy_is_asked_for() -> None:
    tensor = to_wire(state(4, 5))
    payload = np.frombuffer(tensor.payload, np.uint8)
    assert same_memory(from_wire(tensor), payload)
    for options in ({"copy": True}, {"dtype": torch.float32}):
        assert not same_memory(from_wire(tensor, **options), payload)
    copied = from_wire(tensor, copy=True)
    copied.zero_()
    assert from_wire(tensor).any()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("form", ["f16", "sparse"])
def test_every_floating_type_arrives_as_it_was(dtype: torch.dtype, form: str) -> None:
    tensor = state(7, 9).to(dtype)
    expected = tensor.half()
    assert torch.equal(from_wire(to_wire(tensor, form)), expected)
    assert from_wire(to_wire(tensor, form), dtype=dtype).dtype == dtype


def test_bfloat16_is_exact_where_the_page_says_so() -> None:
    every = torch.arange(-(2**15), 2**15).to(torch.int16).view(torch.bfloat16)
    size = every.float().abs()
    kept = every[(size <= 65_280) & ((size >= 2.0**-17) | (size == 0))]
    assert len(kept) == 2 * 33 * 128 + 2, "33 exponents, and both zeros"
    assert torch.equal(from_wire(to_wire(kept), dtype=torch.bfloat16).view(torch.int16), kept.view(torch.int16))
    small = every[size < 2.0**-17]
    assert (from_wire(to_wire(small), dtype=torch.float32) - small.float()).abs().max() <= 2.0**-25
    for number in every[(size > 65_280) & (size < torch.inf)][::64]:
        with pytest.raises(ResonantError, match="QNT-3"):
            to_wire(number)
    assert from_wire(to_wire(every[size.isnan()])).isnan().all()


@pytest.mark.parametrize(
    "tensor",
    [
        state(6, 8).t(),
        state(6, 8)[::2, 1::3],
        state(3, 1).expand(3, 5),
        state(6, 8).requires_grad_(),
        state(6, 8).requires_grad_() * 2,
        state(0, 4),
        state(2, 3).to_sparse(),
        torch.complex(state(3), state(3)).conj().imag,
    ],
    ids=["transposed", "gaps", "expanded", "leaf", "grad", "empty", "coo", "negated"],
)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_layouts_and_gradients_change_nothing(tensor: torch.Tensor, dtype: torch.dtype) -> None:
    plain = tensor.detach().to_dense().to(dtype).resolve_neg().clone()
    tensor = tensor.to(dtype)
    assert to_wire(tensor) == to_wire(plain)
    assert torch.equal(from_wire(to_wire(tensor)), plain.half())


def test_a_scalar_has_one_dim() -> None:
    assert from_wire(to_wire(torch.tensor(2.5))).tolist() == [2.5]


def test_nan_keeps_its_bits_in_float16() -> None:
    bits = torch.tensor([0x7E01, 0x7C00, -0x0001], dtype=torch.int16)
    assert from_wire(to_wire(bits.view(torch.float16))).view(torch.int16).tolist() == bits.tolist()


@pytest.mark.parametrize(("form", "step"), [("i8", 1 / 254), ("q4", 1 / 14)])
def test_quantized_forms_err_by_half_a_step(form: str, step: float) -> None:
    tensor = state(50, 64)
    blocks = tensor.reshape(-1, 32)
    error = (from_wire(to_wire(tensor, form), dtype=torch.float32).reshape(-1, 32) - blocks).abs()
    rounded = 2.0**-10  # of the elements, the scale and the product to binary16
    assert (error <= blocks.abs().amax(1, keepdim=True) * (step + rounded)).all()


def test_int8_goes_as_codes() -> None:
    codes = torch.arange(-128, 128).to(torch.int8)
    assert torch.equal(from_wire(to_wire(codes, "i8"), dtype=torch.int8), codes)


@pytest.mark.parametrize(
    "wrong",
    [torch.arange(3), torch.tensor([True]), torch.tensor([1j]), [1.0], np.ones(3), torch.empty(3, device="meta")],
    ids=["int64", "bool", "complex", "list", "numpy", "meta"],
)
def test_other_things_are_a_mistake_of_the_program(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^(array|tensor): "):
        to_wire(wrong)


def test_a_message_is_no_tensor() -> None:
    wrong = namedtuple("Half", "dtype")("f16")
    with pytest.raises(TypeError, match="a Tensor is expected"):
        from_wire(wrong)  # type: ignore[arg-type]
    assert isinstance(to_wire(state(1)), Tensor)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU: tensors of one were not tested")
def test_a_tensor_on_a_gpu_goes_and_comes_by_way_of_the_host() -> None:
    tensor = state(50, 64).cuda().bfloat16()
    assert to_wire(tensor) == to_wire(tensor.cpu())
    assert torch.equal(from_wire(to_wire(tensor), device="cuda", dtype=torch.bfloat16), tensor)
