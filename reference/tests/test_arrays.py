"""Arrays as tensors of messages: each form, parts of any size, and what is refused."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from resonant import DType, Flags, ResonantError, Tensor, Think, encode, to_frame
from resonant.arrays import (
    ADAPT,
    FORMS,
    MAX_PART_BYTES,
    MIN_PART_BYTES,
    Joining,
    aligned,
    from_wire,
    is_preface,
    parts,
    preface,
    to_wire,
    wire_bytes,
)
from resonant.wire_values import MAX_DATAGRAM_BYTES

from reference.tests.support import KEY

PLAIN = ("f16", "i8", "q4", "sparse")
OPTIONS: dict[str, dict[str, Any]] = {form: {} for form in PLAIN} | {"adapt": {"tolerance": 1 << 12}}


def state(*shape: int, seed: int = 1) -> NDArray[np.float16]:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float16)


def joined(shape: tuple[int, ...], pieces: tuple[Tensor, ...]) -> NDArray[np.float16]:
    joining = Joining(preface(shape), 1 << 30)
    for piece in pieces:
        joining.take(piece)
    return joining.array()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", [np.float16, ">f2", np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (5, 7, 3)])
def test_every_form_takes_every_floating_type_and_shape(form: str, dtype: Any, shape: tuple[int, ...]) -> None:
    array = np.asarray(state(*shape)).astype(dtype)
    found = from_wire(to_wire(array, form, **OPTIONS[form]))
    assert (found.dtype, found.shape) == (np.float16, shape or (1,))
    assert np.abs(found.astype(float) - array.reshape(found.shape)).max(initial=0) < 0.5


@pytest.mark.parametrize("form", FORMS)
def test_gaps_and_reversed_axes_change_nothing(form: str) -> None:
    gappy = state(9, 70)[::-2, ::3].T
    assert to_wire(gappy, form, **OPTIONS[form]) == to_wire(gappy.copy(), form, **OPTIONS[form])


@pytest.mark.parametrize("array", [state(1000, 1000), state(1000, 1000).T, state(1000, 2000)[:, ::2]])
def test_float16_is_copied_once_whatever_its_layout(array: NDArray[np.float16]) -> None:
    tracemalloc.start()
    tensor = to_wire(array)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(tensor.payload) == array.nbytes
    assert peak_bytes < 1.1 * array.nbytes


def test_a_tensor_of_f16_comes_back_as_a_view_of_its_payload() -> None:
    tensor = to_wire(state(3, 4))
    found = from_wire(tensor)
    assert not found.flags.writeable
    assert found.ctypes.data == np.frombuffer(tensor.payload, np.uint8).ctypes.data


@pytest.mark.parametrize("form", ["f16", "sparse"])
def test_nan_and_infinity_keep_their_bits(form: str) -> None:
    bits = np.array([0x7E01, 0xFC00, 0x7C00, 0xFFFF], np.uint16)
    assert from_wire(to_wire(bits.view(np.float16), form)).view(np.uint16).tolist() == bits.tolist()


@pytest.mark.parametrize("form", ["i8", "q4"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 7e4])
def test_quantizers_take_finite_numbers_only(form: str, bad: float) -> None:
    array = np.array([1, bad], np.float32)
    for ask in (to_wire, parts):
        with pytest.raises(ResonantError) as caught:
            ask(array, form)
        assert (caught.value.code, caught.value.clause) == ("NON_FINITE", "QNT-3")


@pytest.mark.parametrize("ask", [to_wire, parts])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8"])
def test_a_number_beyond_binary16_is_refused_and_not_made_infinite(ask: Any, form: str, dtype: str) -> None:
    tolerance = 2**24 if form == ADAPT else None
    with pytest.raises(ResonantError) as caught:
        ask(np.array([[1, 1e5], [2, 3]], dtype).T, form, tolerance=tolerance)
    assert caught.value.code == "NON_FINITE"


def test_infinities_that_were_there_before_go_as_they_are_with_adapt() -> None:
    array = np.array([[np.inf, -np.inf, 1, np.nan]], np.float32)
    assert np.array_equal(from_wire(to_wire(array, ADAPT, tolerance=0)), array, equal_nan=True)


def test_what_is_no_tensor_is_named() -> None:
    with pytest.raises(TypeError, match="tensor: a Tensor is expected"):
        from_wire(np.ones(2))  # type: ignore[arg-type]


def test_int8_goes_as_codes_and_no_other_integer_goes() -> None:
    codes = np.arange(-128, 128, dtype=np.int8)
    tensor = to_wire(codes, "i8")
    assert (tensor.dtype, tensor.scale) == (DType.I8, None)
    assert np.array_equal(from_wire(tensor).astype(np.int8), codes)
    assert np.array_equal(joined((256,), parts(codes, "i8", part_bytes=MIN_PART_BYTES)).astype(np.int8), codes)
    with pytest.raises(TypeError, match='form="i8"'):
        to_wire(codes)
    for other in (np.arange(3), np.array([True]), np.array([1j])):
        with pytest.raises(TypeError, match="elements are"):
            to_wire(other, "i8")


@pytest.mark.parametrize(
    ("form", "tolerance", "error", "says"),
    [
        ("f32", None, ValueError, "expected one of f16"),
        (16, None, TypeError, "a str is expected"),
        ("adapt", None, ValueError, "needs a tolerance"),
        ("f16", 5, ValueError, "no other form has one"),
        ("adapt", -1, ResonantError, "ADA-2"),
        ("adapt", 0.5, TypeError, "an integer"),
    ],
)
def test_a_form_that_there_is_not_is_named(form: Any, tolerance: Any, error: type[Exception], says: str) -> None:
    for ask in (to_wire, parts):
        with pytest.raises(error, match=says):
            ask(np.ones(3), form, tolerance=tolerance)


@given(
    form=st.sampled_from(PLAIN),
    shape=st.lists(st.integers(0, 40), max_size=3).map(tuple),
    part_bytes=st.integers(MIN_PART_BYTES, 4096),
    zeros=st.sampled_from([0.0, 0.5, 0.99, 1.0]),
    seed=st.integers(0, 1000),
)
def test_parts_hold_what_the_whole_would(
    form: str, shape: tuple[int, ...], part_bytes: int, zeros: float, seed: int
) -> None:
    array = np.asarray(state(*shape, seed=seed) * (np.random.default_rng(seed).random(shape) >= zeros), np.float16)
    pieces = parts(array, form, part_bytes=part_bytes)
    assert all(wire_bytes(piece) <= part_bytes and len(piece.dims) == 1 for piece in pieces)
    whole = from_wire(to_wire(array, form))
    assert joined(shape, pieces).view(np.uint16).tolist() == whole.view(np.uint16).tolist()
    assert len(pieces) <= 2 + wire_bytes(to_wire(array.reshape(-1), form)) // (part_bytes - 80)


def test_adapted_parts_keep_the_tolerance_together() -> None:
    array = np.concatenate([state(5000), np.zeros(5000, np.float16), 1000 * state(5000)])
    tolerance = 1 << 14
    pieces = parts(array, "adapt", tolerance=tolerance, part_bytes=2048)
    error = joined(array.shape, pieces).astype(float) - array
    assert np.square(error).sum() * 2**24 <= tolerance * np.square(array.astype(float)).sum()
    assert {piece.dtype for piece in pieces} > {DType.SPARSE_COO}


def test_a_part_of_a_sparse_array_is_no_larger_than_receivers_fill_up() -> None:
    array = np.zeros(2 * 4_194_304 + 1, np.float16)
    array[-1] = 2
    pieces = parts(array, "sparse")
    assert [piece.count for piece in pieces] == [4_194_304, 4_194_304, 1]
    assert joined(array.shape, pieces)[-2:].tolist() == [0, 2]


@pytest.mark.parametrize("form", PLAIN)
def test_the_frame_of_the_largest_part_fits_a_datagram_when_nothing_can_be_compressed(form: str) -> None:
    array = np.random.default_rng(3).integers(1, 0x7BFF, 200_000, np.uint16).view(np.float16)
    part = max(parts(array, form), key=wire_bytes)
    assert wire_bytes(part) > MAX_PART_BYTES - 64
    flags = Flags.ZSTD | Flags.XCHACHA | Flags.STRONG_TAIL
    frame = to_frame(Think(part), stream_id=3, frame_seq=1, flags=flags)
    assert len(encode(frame, key=KEY, nonce=bytes(24))) <= MAX_DATAGRAM_BYTES


@pytest.mark.parametrize("part_bytes", [MIN_PART_BYTES - 1, MAX_PART_BYTES + 1])
def test_parts_have_a_size_that_they_can_have(part_bytes: int) -> None:
    with pytest.raises(ValueError, match="256 to 64512"):
        parts(np.ones(3), part_bytes=part_bytes)


def test_a_preface_is_told_from_other_tensors() -> None:
    assert is_preface(preface(()))
    assert is_preface(preface((0, 4)))
    for tensor in (Tensor(DType.F16, (0,), b""), Tensor(DType.I8, (0, 4), b""), Tensor(DType.F16, (1, 0), b"")):
        assert not is_preface(tensor)


@pytest.mark.parametrize(
    "part", [Tensor.half(np.ones((1, 2))), Tensor.half(np.ones(7)), Tensor(DType.I8, (7,), bytes(7))]
)
def test_a_part_without_a_place_is_refused(part: Tensor) -> None:
    joining = Joining(preface((2, 3)), 12)
    with pytest.raises(ResonantError) as caught:
        joining.take(part)
    assert caught.value.code == "LENGTH_MISMATCH"
    assert joining.missing == 6


def test_an_array_that_is_too_large_takes_no_memory() -> None:
    with pytest.raises(ResonantError) as caught:
        Joining(Tensor(DType.F16, (0, 2**32 - 1, 2**32 - 1), b""), 1 << 30)
    assert caught.value.code == "BUFFER_LIMIT"


@pytest.mark.parametrize(
    "ask",
    [
        lambda dims: from_wire(Tensor(DType.F16, dims, b"12")),
        lambda dims: Joining(Tensor(DType.F16, (0, *dims), b""), 99),
    ],
)
def test_more_dims_than_arrays_have_are_refused_by_a_code(ask: Any) -> None:
    with pytest.raises(ResonantError) as caught:
        ask((1,) * 65)
    assert caught.value.code == "BAD_RANK"


@pytest.mark.parametrize("count", [1, 100])
def test_joined_arrays_begin_where_xla_takes_them_over(count: int) -> None:
    assert aligned(count).ctypes.data % 64 == 0
    assert aligned(count).size == count
