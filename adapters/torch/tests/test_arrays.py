"""The parts of resonant_torch that users touch and no op does; and its README."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: nothing of adapters/torch was tested")

import numpy as np
import torch

from adapters.testee_kit.tests import exact, protocol
from adapters.torch import resonant_torch as rt
from adapters.torch.testee import IMPLEMENTATION


def test_readme_runs() -> None:
    protocol.readme_runs(Path(__file__).resolve().parents[1])


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.bfloat16])
def test_views_give_what_their_copies_give(bits: int, dtype: torch.dtype) -> None:
    x = torch.randn(67, 5, 3, dtype=dtype).transpose(0, 2).requires_grad_()
    got, expected = rt.quantize(x, bits), rt.quantize(x.detach().contiguous(), bits)
    assert all(map(torch.equal, got, expected))


@pytest.mark.parametrize("bits", [4, 8])
def test_flushing_subnormals_changes_nothing(bits: int) -> None:
    if not torch.set_flush_denormal(True):
        pytest.skip("this processor cannot flush subnormals")
    try:
        exact.scales_of_every_greatest(IMPLEMENTATION.performers, bits)
        exact.products_of_all_codes_and_scales(IMPLEMENTATION.performers, bits)
        exact.short_tensors(IMPLEMENTATION.performers, bits)
    finally:
        torch.set_flush_denormal(False)


def test_other_dtypes_are_a_mistake() -> None:
    with pytest.raises(TypeError, match="int64"):
        rt.quantize(torch.arange(3), 4)


def test_codes_of_both_dtypes() -> None:
    codes = torch.tensor([-128, -1, 127], dtype=torch.int8)
    assert rt.dequantize(codes, 3, 8).tolist() == [-128, -1, 127]
    assert rt.dequantize(codes.view(torch.uint8), 3, 8).tolist() == [-128, -1, 127]


def test_a_single_value_has_one_dim() -> None:
    values, index = rt.sparse_encode(torch.tensor(2, dtype=torch.float16))
    assert (values.tolist(), index.tolist()) == ([2], [[0]])


def test_negative_coordinates_are_refused() -> None:
    with pytest.raises(rt.ResonantError) as caught:
        rt.sparse_decode((4,), torch.ones(1, dtype=torch.float16), torch.tensor([[-1]]))
    assert (caught.value.code, caught.value.clause) == (rt.RejectCode.BAD_INDEX, "SPR-4")


def test_index_there_and_back() -> None:
    index = torch.tensor([[0, 2**31], [7, 2**32 - 1]])
    assert torch.equal(rt.index_elements(rt.index_payload(index), 2), index)


def test_payload_and_elements_are_the_memory_itself() -> None:
    x = torch.arange(100, dtype=torch.bfloat16)
    assert np.frombuffer(rt.payload(x), np.uint8).ctypes.data == x.data_ptr()
    held = bytearray(b"\xff" * 7 + np.arange(50, dtype="<f4").tobytes())
    seen = rt.elements(memoryview(held)[7:], "f32")
    assert seen.tolist() == list(range(50))
    assert seen.data_ptr() == np.frombuffer(held, np.uint8).ctypes.data + 7
    with pytest.raises(rt.ResonantError) as caught:
        rt.elements(held, "f32")
    assert (caught.value.code, caught.value.clause) == (rt.RejectCode.LENGTH_MISMATCH, "QNT-15")
