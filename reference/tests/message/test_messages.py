"""Typed messages: built, turned into frames and read back; those rejected, with code and clause."""

from __future__ import annotations

import numpy as np
import pytest
from resonant import (
    Ask,
    Cache,
    Critique,
    DType,
    Frame,
    Heart,
    Message,
    RejectCode,
    ResonantError,
    Slice,
    Sync,
    Tensor,
    Think,
    decode,
    encode,
    read_message,
    to_frame,
)

ARRAY = np.array([[1.0, -2.0, 0.0], [0.0, 0.5, 65504.0]], np.float16)
HALF = Tensor.half(ARRAY)
CODES = Tensor.int8(np.array([1, -128, 127], np.int8))
QUANTIZED = Tensor.quantized(np.linspace(-3, 3, 40, dtype=np.float32), 4)
SPARSE = Tensor.sparse(ARRAY)


def frame(mtype: int, *slices: Slice) -> Frame:
    return Frame(mtype, 0, 1, 2, 0, 0, slices)


def text(payload: bytes) -> Slice:
    return Slice(DType.I8, (len(payload),), payload)


def refusal(given: Frame) -> tuple[RejectCode, str]:
    with pytest.raises(ResonantError) as refused:
        read_message(given)
    return refused.value.code, refused.value.clause


@pytest.mark.parametrize(
    "message",
    [
        Think(HALF),
        Think(SPARSE),
        Cache(QUANTIZED, HALF),
        Cache(SPARSE, CODES),
        Ask(CODES),
        Ask(QUANTIZED, SPARSE),
        Sync({"method": "ping", "ts": 1}),
        Heart(),
        Critique(HALF),
        Critique(HALF, bytes(6)),
        Critique(CODES, None, {"note": "слой 12"}),
        Critique(HALF, b"\0\1\0\1\0\1", {"magnitude": 0.042}),
    ],
    ids=lambda message: type(message).__name__,
)
def test_messages_survive_the_wire(message: Message) -> None:
    data = encode(to_frame(message, stream_id=7, frame_seq=8))
    assert read_message(decode(data)) == message


def test_arrays_of_dense_tensors_are_views_of_the_frame() -> None:
    (one,) = decode(encode(to_frame(Think(HALF), stream_id=1, frame_seq=1))).slices
    values = Tensor(DType.F16, one.dims, one.payload).values()
    assert np.array_equal(values, ARRAY)
    assert np.shares_memory(values, np.frombuffer(one.payload, np.uint8))
    assert not values.flags.writeable


def test_every_kind_of_tensor_can_be_made_dense() -> None:
    assert np.array_equal(HALF.dense(), ARRAY)
    assert np.array_equal(SPARSE.dense(), ARRAY)
    assert CODES.dense().tolist() == [1.0, -128.0, 127.0]
    step = float(np.max(np.asarray(QUANTIZED.scales(), np.float64)))
    assert float(np.max(np.abs(QUANTIZED.dense().astype(np.float64) - np.linspace(-3, 3, 40)))) <= 0.51 * step


def test_sparse_tensors_show_coordinates_and_values() -> None:
    assert SPARSE.coordinates().tolist() == [[0, 0], [0, 1], [1, 1], [1, 2]]
    assert SPARSE.values().tolist() == [1.0, -2.0, 0.5, 65504.0]


def test_codes_have_the_shape_of_their_dims() -> None:
    assert Tensor(DType.Q4, (1, 3), b"\x21\xf8").codes().tolist() == [[1, 2, -8]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (frame(0), (RejectCode.BAD_SLOTS, "MSG-1")),
        (frame(0, *HALF.slices(), *HALF.slices()), (RejectCode.BAD_SLOTS, "MSG-2")),
        (frame(3, *HALF.slices()), (RejectCode.BAD_SLOTS, "MSG-3")),
        (frame(0, SPARSE.slices()[0]), (RejectCode.BAD_SLOTS, "SPR-1")),
        (frame(0, SPARSE.slices()[0], Slice(DType.I8, (4, 8), bytes(32))), (RejectCode.BAD_INDEX, "SPR-2")),
        (frame(0, SPARSE.slices()[0], Slice(DType.I8, (4, 2, 4), b"\2" * 32)), (RejectCode.BAD_INDEX, "SPR-4")),
        (frame(0, SPARSE.slices()[0], Slice(DType.I8, (4, 2, 4), bytes(32))), (RejectCode.BAD_INDEX, "SPR-5")),
        (frame(1, *CODES.slices(), *HALF.slices()), (RejectCode.BAD_SCALE, "MSG-8")),
        (frame(0, *CODES.slices(), Slice(DType.F16, (1,), b"\0\x80")), (RejectCode.BAD_SCALE, "MSG-9")),
        (frame(4, *HALF.slices(), Slice(DType.I8, (6,), bytes(6))), (RejectCode.BAD_MASK, "MSG-11")),
        (frame(4, *HALF.slices(), Slice(DType.I8, (2, 3), b"\2" * 6)), (RejectCode.BAD_MASK, "MSG-12")),
        (frame(3, Slice(DType.I8, (1, 2), b"{}")), (RejectCode.BAD_JSON, "MSG-13")),
        (frame(3, text(b"{} ")), (RejectCode.BAD_JSON, "MSG-14")),
        (frame(3, text(b'{"a":NaN}')), (RejectCode.BAD_JSON, "MSG-14")),
        (frame(3, text(b'{"a":"\\ud800"}')), (RejectCode.BAD_JSON, "MSG-15")),
        (frame(3, text(b'{"\xff":1}')), (RejectCode.BAD_JSON, "MSG-15")),
        (frame(3, text(b'{"a":1,"\\u0061":2}')), (RejectCode.BAD_JSON, "MSG-16")),
        (frame(3, text(b'{"a":' + b"[" * 16 + b"]" * 16 + b"}")), (RejectCode.BAD_JSON, "MSG-17")),
        (frame(3, text(b'{"a":9007199254740992}')), (RejectCode.BAD_JSON, "MSG-18")),
        (frame(3, text(b'{"a":1e999}')), (RejectCode.BAD_JSON, "MSG-18")),
        (frame(4, *HALF.slices(), text(b'{"note":1}')), (RejectCode.BAD_JSON, "MSG-20")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_what_is_no_message_is_refused(given: Frame, expected: tuple[RejectCode, str]) -> None:
    assert refusal(given) == expected


def test_a_message_that_would_be_refused_is_not_built() -> None:
    for mask, code in ((b"\2" * 6, RejectCode.BAD_MASK), (bytes(5), RejectCode.LENGTH_MISMATCH)):
        with pytest.raises(ResonantError) as refused:
            to_frame(Critique(HALF, mask), stream_id=1, frame_seq=1)
        assert refused.value.code is code


def test_a_sparse_tensor_too_large_to_be_dense_is_read_and_not_filled() -> None:
    index = (0).to_bytes(4, "little") * 2
    given = frame(0, Slice(DType.SPARSE_COO, (2**32 - 1,) * 2, b"\0\x3c"), Slice(DType.I8, (1, 2, 4), index))
    message = read_message(given)
    assert isinstance(message, Think)
    with pytest.raises(ResonantError) as refused:
        message.hidden.dense()
    assert (refused.value.code, refused.value.clause) == (RejectCode.LENGTH_MISMATCH, "SPR-9")
