"""encode: the bytes it writes, and the frames it rejects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from resonant import DType, Flags, Frame, MessageType, Modality, RejectCode, ResonantError, Slice, decode, encode

from reference.tests.support import F16, I8, KEY, NONCE, WORKED_PLAIN, raw_header, raw_slice, raw_zstd, sealed, with_crc

HALVES = Slice(DType.F16, (2,), bytes.fromhex("003c00c0"))
BYTES = Slice(DType.I8, (2, 1), b"\x80\x7f")
FRAME = Frame(MessageType.THINK, Flags.NONE, 0x1234, 1, 0, Modality.TEXT, (HALVES,))
ROOM = 65_536 - 33 - 10
"""The longest payload that one slice of rank 1 may have."""


def refusal(frame: Frame, **options: Any) -> tuple[RejectCode, str]:
    with pytest.raises(ResonantError) as caught:
        encode(frame, **options)
    assert caught.value.span is None
    return caught.value.code, caught.value.clause


def changed(name: str, value: Any) -> Frame:
    return replace(FRAME, **{name: value})


def with_slice(dtype: int, dims: tuple[int, ...], payload: bytes) -> Frame:
    return replace(FRAME, slices=(HALVES, Slice(dtype, dims, payload)))


def filled(size: int, flags: Flags = Flags.NONE) -> Frame:
    return replace(FRAME, flags=flags, slices=(Slice(DType.I8, (size,), bytes(size)),))


def test_the_worked_frame_is_written_byte_for_byte() -> None:
    assert encode(FRAME) == WORKED_PLAIN


def test_every_field_stands_where_the_table_puts_it() -> None:
    frame = Frame(4, 4, 0x11223344, 0x1122334455667788, 0xAABBCCDD, 3, (HALVES, BYTES))
    header = raw_header(
        mtype=4, flags=4, stream_id=0x11223344, frame_seq=0x1122334455667788,
        slice_len=[4, 2], space_hash32=0xAABBCCDD, modality=3,
    )  # fmt: skip
    body = raw_slice(F16, [2], bytes.fromhex("003c00c0")) + raw_slice(I8, [2, 1], b"\x80\x7f")
    assert encode(frame) == with_crc(header + body)


def test_a_sealed_frame_binds_its_header_and_carries_its_nonce() -> None:
    header = raw_header(flags=2, slice_len=[4])
    expected = with_crc(header + sealed(raw_slice(F16, [2], bytes.fromhex("003c00c0")), header))
    assert encode(replace(FRAME, flags=Flags.XCHACHA), key=KEY, nonce=NONCE) == expected


def test_slice_len_counts_the_plain_payload_under_zstd() -> None:
    data = encode(replace(FRAME, flags=Flags.ZSTD))
    assert data[24:28] == (4).to_bytes(4, "little")
    assert data[33:37] == bytes.fromhex("28b52ffd")
    assert decode(data).slices == FRAME.slices


def test_key_and_nonce_are_ignored_without_xchacha() -> None:
    assert encode(FRAME, key=KEY, nonce=NONCE) == WORKED_PLAIN


WRONG_FIELDS = [
    ("type", 255, RejectCode.BAD_TYPE),
    ("type", -1, RejectCode.BAD_TYPE),
    ("type", 256, RejectCode.BAD_TYPE),
    ("flags", 8, RejectCode.RESERVED_FLAGS),
    ("flags", 2**16, RejectCode.RESERVED_FLAGS),
    ("modality", 5, RejectCode.BAD_MODALITY),
    ("modality", 2**40, RejectCode.BAD_MODALITY),
]
OUT_OF_RANGE = [
    ("stream_id", -1), ("stream_id", 2**32),
    ("frame_seq", -1), ("frame_seq", 2**64),
    ("space_hash32", -1), ("space_hash32", 2**32),
]  # fmt: skip
WRONG_SLICES = [
    (with_slice(4, (1,), b"x"), RejectCode.BAD_DTYPE),
    (with_slice(-1, (1,), b"x"), RejectCode.BAD_DTYPE),
    (with_slice(I8, (), b""), RejectCode.BAD_RANK),
    (with_slice(I8, (1,) * 256, b"x"), RejectCode.BAD_RANK),
]
WRONG_LENGTHS = [
    (with_slice(DType.F16, (2,), b"xyz"), "FRM-17"),
    (with_slice(DType.I8, (2,), b"xyz"), "FRM-18"),
    (with_slice(DType.Q4, (3,), b"xyz"), "FRM-19"),
    (with_slice(DType.SPARSE_COO, (3,), b"xyz"), "FRM-20"),
]


@pytest.mark.parametrize(("name", "value", "code"), WRONG_FIELDS)
def test_refuses_a_value_that_no_receiver_accepts(name: str, value: int, code: RejectCode) -> None:
    assert refusal(changed(name, value)) == (code, "FRM-33")


@pytest.mark.parametrize(("name", "value"), OUT_OF_RANGE)
def test_refuses_a_value_that_does_not_fit_its_field(name: str, value: int) -> None:
    assert refusal(changed(name, value)) == (RejectCode.FIELD_RANGE, "FRM-36")


@pytest.mark.parametrize("dim", [-1, 2**32])
def test_refuses_a_dim_that_is_no_u32(dim: int) -> None:
    assert refusal(with_slice(DType.I8, (0, dim), b"")) == (RejectCode.FIELD_RANGE, "FRM-36")


@pytest.mark.parametrize(("frame", "code"), WRONG_SLICES)
def test_refuses_a_slice_that_cannot_be_written(frame: Frame, code: RejectCode) -> None:
    assert refusal(frame) == (code, "FRM-33")


@pytest.mark.parametrize(("frame", "clause"), WRONG_LENGTHS)
def test_refuses_a_payload_that_does_not_follow_from_its_dims(frame: Frame, clause: str) -> None:
    assert refusal(frame) == (RejectCode.LENGTH_MISMATCH, clause)


def test_the_longest_plain_frame_is_written_and_one_byte_more_is_refused() -> None:
    assert len(encode(filled(ROOM))) == 65_536
    assert refusal(filled(ROOM + 1)) == (RejectCode.FRAME_TOO_LARGE, "FRM-34")


@pytest.mark.parametrize("flags", [Flags.ZSTD, Flags.XCHACHA, Flags.ZSTD | Flags.XCHACHA])
def test_a_plain_size_over_the_limit_is_refused_before_any_transform(flags: Flags) -> None:
    assert refusal(filled(ROOM + 1, flags), key=KEY, nonce=NONCE) == (RejectCode.PLAIN_TOO_LARGE, "FRM-34")


def test_a_frame_that_the_seal_makes_too_long_is_refused() -> None:
    assert refusal(filled(ROOM, Flags.XCHACHA), key=KEY, nonce=NONCE) == (RejectCode.FRAME_TOO_LARGE, "XCH-14")
    assert len(encode(filled(ROOM - 40, Flags.XCHACHA), key=KEY, nonce=NONCE)) == 65_536


def test_a_plain_size_at_the_limit_goes_through_zstd() -> None:
    frame = filled(ROOM, Flags.ZSTD)
    assert decode(encode(frame)) == frame


def test_a_rank_of_255_is_written() -> None:
    frame = with_slice(DType.I8, (1,) * 255, b"x")
    assert decode(encode(frame)) == frame


@pytest.mark.parametrize("given", [{}, {"key": KEY}, {"nonce": NONCE}])
def test_sealing_needs_a_key_and_a_nonce(given: dict[str, bytes]) -> None:
    assert refusal(replace(FRAME, flags=Flags.XCHACHA), **given) == (RejectCode.KEY_REQUIRED, "XCH-8")


@pytest.mark.parametrize("level", [1, 22])
def test_every_level_writes_the_permitted_form_for_an_empty_body_too(level: int) -> None:
    data = encode(replace(FRAME, flags=Flags.ZSTD, slices=()), level=level)
    assert data[29:35] == bytes.fromhex("28b52ffd2000")
    assert decode(data).slices == ()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"key": bytes(31)}, "a key of 31 bytes"),
        ({"nonce": bytes(12)}, "a nonce of 12 bytes"),
        ({"level": 0}, "level 0"),
        ({"level": 23}, "level 23"),
        ({"level": -1}, "level -1"),
    ],
)
def test_a_key_nonce_or_level_of_the_wrong_size_is_a_value_error(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        encode(FRAME, **wrong)


def test_what_a_receiver_takes_in_another_zstandard_form_is_written_again_as_one_frame() -> None:
    header = raw_header(flags=1, slice_len=[4])
    data = with_crc(header + raw_zstd(raw_slice(F16, [2], bytes.fromhex("003c00c0"))))
    assert decode(encode(decode(data))) == decode(data)
