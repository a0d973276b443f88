"""Arrays that a program gives: halves and codes of their values, and nothing lost without a word."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import resonant
from resonant import RejectCode, ResonantError, Tensor


@pytest.mark.parametrize("array", [1e6, 70000, np.float64(1e6), np.array([[0.0, -1e6]]), np.array([70_000])], ids=repr)
def test_a_number_that_binary16_makes_infinite_is_refused(array: Any) -> None:
    for make in (Tensor.half, Tensor.sparse, partial(Tensor.quantized, bits=8)):
        with pytest.raises(ResonantError) as caught:
            make(array)
        assert caught.value.code == RejectCode.NON_FINITE


def test_infinities_and_nan_are_halves() -> None:
    given = np.array([np.inf, -np.inf, np.nan, 65504.0, 65519.0])
    assert Tensor.half(given).payload == bytes.fromhex("007c 00fc 007e ff7b ff7b")


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.ones(2, np.complex128), "imaginary"),
        (np.ma.masked_array([1.0], [True]), "filled"),
        ([1.0, 2.0], "numpy array"),
        (None, "numpy array"),
        (True, "numpy array"),
        (np.array(["a"]), "real numbers"),
        (np.array([None]), "real numbers"),
    ],
)
def test_arrays_that_would_lose_something_are_refused(array: Any, says: str) -> None:
    for make in (Tensor.half, Tensor.sparse, Tensor.int8, partial(Tensor.quantized, bits=4)):
        with pytest.raises(TypeError, match=f"array: .*{says}"):
            make(array)
    with pytest.raises(TypeError, match=f"source: .*{says}"):
        resonant.quantize(array, 8)


@pytest.mark.parametrize(
    "given",
    [
        np.arange(12, dtype=">f4").reshape(3, 4),
        np.arange(12, dtype=np.float64).reshape(4, 3).T.copy(order="F"),
        np.arange(24, dtype=np.float16).reshape(3, 8)[:, ::2],
        np.arange(12, dtype=np.int32).reshape(3, 4),
        np.array(2.0),
        np.float32(2.0),
        2,
    ],
    ids=["big-endian", "Fortran", "strided", "int", "no dims", "scalar", "number"],
)
def test_arrays_of_any_real_kind_and_layout_are_halves_of_their_values(given: Any) -> None:
    tensor = Tensor.half(given)
    assert tensor.dims == (np.shape(given) or (1,))
    assert tensor.values().reshape(-1).tolist() == np.asarray(given, np.float64).reshape(-1).tolist()


@pytest.mark.parametrize(("codes", "code"), [([300], RejectCode.FIELD_RANGE), ([-129], RejectCode.FIELD_RANGE)])
def test_codes_are_never_wrapped(codes: list[int], code: RejectCode) -> None:
    with pytest.raises(ResonantError, match=str(codes[0])) as caught:
        Tensor.int8(np.array(codes))
    assert caught.value.code == code


@pytest.mark.parametrize("scale", [[-1.0], [np.inf], [1e6], [1.0, 1.0]], ids=repr)
def test_scales_that_no_receiver_takes_are_refused(scale: list[float]) -> None:
    with pytest.raises(ResonantError) as caught:
        Tensor.int8(np.ones(3, np.int8), np.array(scale))
    assert caught.value.code == RejectCode.BAD_SCALE
