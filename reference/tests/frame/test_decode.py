"""decode: its results, and every code that it rejects with, by clause and by the bytes at fault."""

from __future__ import annotations

import struct

import pytest
from resonant import DType, Flags, MessageType, Modality, Part, ResonantError, Slice, Span, decode
from resonant.errors import FRAME_CODES

from reference.tests.support import (
    F16,
    I8,
    KEY,
    NONCE,
    ONE_F16,
    Q4,
    SPARSE_COO,
    STRONG_TAIL,
    WORKED_PLAIN,
    XCHACHA,
    ZSTD,
    raw_frame,
    raw_header,
    raw_slice,
    raw_zstd,
    sealed,
    with_crc,
)

EMPTY = raw_frame()
PLAIN, COMPRESSED = Part.PLAIN_BODY, Part.COMPRESSED_BODY


def one_slice(dtype: int, dims: list[int], payload: bytes, length: int | None = None) -> bytes:
    return raw_frame(raw_slice(dtype, dims, payload), slice_len=[len(payload) if length is None else length])


def sealed_frame(body: bytes, flags: int = XCHACHA, **header: int | list[int]) -> bytes:
    head = raw_header(flags=flags, **header)  # type: ignore[arg-type]
    return with_crc(head + sealed(body, head))


def changed(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


ZSTD_EMPTY = raw_zstd(b"")
REFUSED = {
    "no byte": (b"", "FRAME_TOO_SHORT", "FRM-25", Span(0, 0)),
    "32 bytes": (EMPTY[:32], "FRAME_TOO_SHORT", "FRM-25", Span(0, 32)),
    "65,537 bytes": (bytes(65_537), "FRAME_TOO_LARGE", "FRM-26", Span(65_536, 65_537)),
    "version 2": (raw_frame(version=2), "BAD_VERSION", "FRM-2", Span(0, 1)),
    "version 2 and a wrong crc": (changed(EMPTY, 0, b"\x02"), "BAD_VERSION", "FRM-2", Span(0, 1)),
    "wrong crc": (changed(WORKED_PLAIN, 43, b"\xd3"), "CRC_MISMATCH", "FRM-24", Span(43, 47)),
    "type 255": (raw_frame(mtype=255), "BAD_TYPE", "FRM-3", Span(1, 2)),
    "flag bit 3": (raw_frame(flags=8), "RESERVED_FLAGS", "FRM-39", Span(2, 4)),
    "flag bit 15": (raw_frame(flags=0x8000), "RESERVED_FLAGS", "FRM-39", Span(2, 4)),
    "one slice, no table": (raw_frame(num_slices=1), "BAD_SLICE_TABLE", "FRM-8", Span(16, 24)),
    "2^64-1 slices": (raw_frame(num_slices=2**64 - 1), "BAD_SLICE_TABLE", "FRM-8", Span(16, 24)),
    "2^62 slices, 4N = 0 modulo 2^64": (raw_frame(num_slices=2**62), "BAD_SLICE_TABLE", "FRM-8", Span(16, 24)),
    "modality 5": (raw_frame(modality=5), "BAD_MODALITY", "FRM-11", Span(28, 29)),
    "modality 5 behind a table": (
        raw_frame(bytes(6), slice_len=[0], modality=5),
        "BAD_MODALITY",
        "FRM-11",
        Span(32, 33),
    ),
    "slice_len of 65,494": (raw_frame(slice_len=[65_494]), "PLAIN_TOO_LARGE", "FRM-27", Span(24, 28)),
    "slice_len summing to 2^32": (raw_frame(slice_len=[2**31, 2**31]), "PLAIN_TOO_LARGE", "FRM-27", Span(24, 32)),
    "sealed, no key": (raw_frame(bytes(40), flags=XCHACHA), "KEY_REQUIRED", "XCH-4", Span(29, 69)),
    "no zstd frame": (raw_frame(b"abc", flags=ZSTD), "BAD_COMPRESSION", "ZST-1", Span(29, 32)),
    "empty zstd body": (raw_frame(flags=ZSTD), "BAD_COMPRESSION", "ZST-1", Span(29, 29)),
    "zstd descriptor 0x24": (
        raw_frame(changed(ZSTD_EMPTY, 4, b"\x24"), flags=ZSTD),
        "BAD_COMPRESSION",
        "ZST-2",
        Span(33, 34),
    ),
    "zstd magic alone": (raw_frame(ZSTD_EMPTY[:4], flags=ZSTD), "BAD_COMPRESSION", "ZST-2", Span(33, 33)),
    "zstd content size cut": (raw_frame(ZSTD_EMPTY[:7], flags=ZSTD), "BAD_COMPRESSION", "ZST-8", Span(34, 36)),
    "zstd without blocks": (raw_frame(ZSTD_EMPTY[:9], flags=ZSTD), "BAD_COMPRESSION", "ZST-8", Span(29, 38)),
    "zstd content size of 65,504": (
        raw_frame(changed(ZSTD_EMPTY, 5, struct.pack("<I", 65_504)), flags=ZSTD),
        "PLAIN_TOO_LARGE",
        "ZST-4",
        Span(34, 38),
    ),
    "zstd content size of 65,500 for one slice": (
        raw_frame(changed(ZSTD_EMPTY, 5, struct.pack("<I", 65_500)), flags=ZSTD, slice_len=[0]),
        "PLAIN_TOO_LARGE",
        "ZST-4",
        Span(38, 42),
    ),
    "zstd content size too small": (
        raw_frame(changed(raw_zstd(b"ab"), 5, b"\x01"), flags=ZSTD),
        "BAD_COMPRESSION",
        "ZST-5",
        Span(38, 43),
    ),
    "zstd content size too great": (
        raw_frame(changed(raw_zstd(b"ab"), 5, b"\x03"), flags=ZSTD),
        "BAD_COMPRESSION",
        "ZST-5",
        Span(38, 43),
    ),
    "byte behind zstd": (raw_frame(ZSTD_EMPTY + b"!", flags=ZSTD), "BAD_COMPRESSION", "ZST-6", Span(41, 42)),
    "zstd reserved block": (
        raw_frame(changed(ZSTD_EMPTY, 9, b"\x07"), flags=ZSTD),
        "BAD_COMPRESSION",
        "ZST-8",
        Span(29, 41),
    ),
    "dtype 4": (one_slice(4, [1], b"x"), "BAD_DTYPE", "FRM-14", Span(0, 1, PLAIN)),
    "rank 0": (one_slice(I8, [], b""), "BAD_RANK", "FRM-15", Span(1, 2, PLAIN)),
    "f16 of 3 bytes": (one_slice(F16, [2], b"xyz"), "LENGTH_MISMATCH", "FRM-17", Span(2, 6, PLAIN)),
    "i8 of n+1 bytes": (one_slice(I8, [2], b"xyz"), "LENGTH_MISMATCH", "FRM-18", Span(2, 6, PLAIN)),
    "q4 rounded down": (one_slice(Q4, [3], b"x"), "LENGTH_MISMATCH", "FRM-19", Span(2, 6, PLAIN)),
    "sparse of odd length": (one_slice(SPARSE_COO, [3], b"xyz"), "LENGTH_MISMATCH", "FRM-20", Span(2, 6, PLAIN)),
    "sparse with nnz of n+1": (one_slice(SPARSE_COO, [1], b"wxyz"), "LENGTH_MISMATCH", "FRM-20", Span(2, 6, PLAIN)),
    "product of 2^64": (one_slice(I8, [2**16] * 4, b""), "LENGTH_MISMATCH", "FRM-18", Span(2, 18, PLAIN)),
    "nothing where a slice should be": (raw_frame(slice_len=[0]), "TRUNCATED_BODY", "FRM-21", Span(0, 0, PLAIN)),
    "rank missing": (raw_frame(b"\x02", slice_len=[0]), "TRUNCATED_BODY", "FRM-21", Span(1, 1, PLAIN)),
    "dims cut": (raw_frame(b"\x02\x01\x00\x00\x00", slice_len=[0]), "TRUNCATED_BODY", "FRM-21", Span(2, 5, PLAIN)),
    "payload cut": (one_slice(I8, [4], b"abc", length=4), "TRUNCATED_BODY", "FRM-21", Span(6, 9, PLAIN)),
    "a byte too many": (raw_frame(ONE_F16 + b"!", slice_len=[4]), "TRAILING_BYTES", "FRM-22", Span(10, 11, PLAIN)),
    "a body without slices": (raw_frame(b"!"), "TRAILING_BYTES", "FRM-22", Span(0, 1, PLAIN)),
}
REFUSED_WITH_KEY = {
    "sealed body of 39 bytes": (raw_frame(bytes(39), flags=XCHACHA), "DECRYPT_FAILED", "XCH-5", Span(29, 68)),
    "sealed, other header": (
        with_crc(changed(sealed_frame(b"")[:-4], 4, b"\x35")), "DECRYPT_FAILED", "XCH-5", Span(29, 69),
    ),
    "sealed bad zstd": (sealed_frame(b"x", ZSTD | XCHACHA), "BAD_COMPRESSION", "ZST-1", Span(0, 1, COMPRESSED)),
    "sealed trailing byte": (sealed_frame(b"x"), "TRAILING_BYTES", "FRM-22", Span(0, 1, PLAIN)),
}  # fmt: skip


def refusal(data: bytes, key: bytes | None = None) -> tuple[str, str, Span | None]:
    with pytest.raises(ResonantError) as caught:
        decode(data, key=key)
    assert caught.value.detail
    return caught.value.code, caught.value.clause, caught.value.span


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_with_code_clause_and_span(name: str) -> None:
    data, *expected = REFUSED[name]
    assert refusal(data) == tuple(expected)


@pytest.mark.parametrize("name", REFUSED_WITH_KEY)
def test_refuses_a_sealed_frame_with_code_clause_and_span(name: str) -> None:
    data, *expected = REFUSED_WITH_KEY[name]
    assert refusal(data, KEY) == tuple(expected)


def test_every_code_of_a_received_frame_is_refused_with_here() -> None:
    met = {row[1] for row in (*REFUSED.values(), *REFUSED_WITH_KEY.values())}
    assert met == set(map(str, FRAME_CODES))


HEADER_FAULTS = (
    ("BAD_VERSION", {"version": 0}),
    ("BAD_TYPE", {"mtype": 255}),
    ("RESERVED_FLAGS", {"flags": 0xFFF8}),
    ("BAD_MODALITY", {"modality": 255}),
    ("PLAIN_TOO_LARGE", {"slice_len": [2**32 - 1]}),
)


@pytest.mark.parametrize("first", range(len(HEADER_FAULTS)))
def test_the_first_of_several_header_faults_decides(first: int) -> None:
    fields: dict[str, int | list[int]] = {}
    for _, fault in HEADER_FAULTS[first:]:
        fields |= fault
    assert refusal(raw_frame(b"no body either", **fields))[0] == HEADER_FAULTS[first][0]


def test_room_for_the_table_comes_after_the_flags_and_before_the_modality() -> None:
    assert refusal(raw_frame(num_slices=9, flags=8, modality=9))[0] == "RESERVED_FLAGS"
    assert refusal(raw_frame(num_slices=9, modality=9))[0] == "BAD_SLICE_TABLE"


def test_each_slice_is_judged_before_the_next_is_looked_at() -> None:
    body = raw_slice(I8, [2], b"x") + raw_slice(99, [2], b"x")
    assert refusal(raw_frame(body, slice_len=[1, 1]))[0] == "LENGTH_MISMATCH"


def test_the_worked_frame_is_delivered() -> None:
    frame = decode(WORKED_PLAIN)
    assert (frame.type, frame.flags, frame.modality) == (MessageType.THINK, Flags.NONE, Modality.TEXT)
    assert (frame.stream_id, frame.frame_seq, frame.space_hash32) == (0x1234, 1, 0)
    assert frame.slices == (Slice(DType.F16, (2,), bytes.fromhex("003c00c0")),)


def test_the_greatest_values_of_every_field_are_delivered() -> None:
    data = raw_frame(
        mtype=4, flags=STRONG_TAIL, stream_id=2**32 - 1, frame_seq=2**64 - 1, space_hash32=2**32 - 1, modality=4
    )
    frame = decode(data)
    assert (frame.type, frame.flags, frame.modality) == (MessageType.CRITIQUE, Flags.STRONG_TAIL, Modality.MIXED)
    assert (frame.stream_id, frame.frame_seq, frame.space_hash32) == (2**32 - 1, 2**64 - 1, 2**32 - 1)


def test_a_frame_of_exactly_65536_bytes_is_accepted() -> None:
    payload = bytes(65_536 - 33 - 10)
    data = one_slice(I8, [len(payload)], payload)
    assert len(data) == 65_536
    assert decode(data).slices[0].payload == payload


def test_a_rank_of_255_and_a_dim_of_0_among_huge_ones_are_accepted() -> None:
    dims = [2**32 - 1] * 254 + [0]
    assert decode(one_slice(F16, dims, b"")).slices == (Slice(DType.F16, tuple(dims), b""),)


def test_payload_bytes_are_delivered_unchanged_whatever_they_mean() -> None:
    nan, pad = bytes.fromhex("ff7f"), bytes.fromhex("88f8")
    assert decode(one_slice(F16, [1], nan)).slices[0].payload == nan
    assert decode(one_slice(Q4, [3], pad)).slices[0].payload == pad


@pytest.mark.parametrize("nnz", [0, 1, 3])
def test_a_sparse_slice_holds_any_number_of_its_elements(nnz: int) -> None:
    assert decode(one_slice(SPARSE_COO, [3], bytes(2 * nnz))).slices[0].payload == bytes(2 * nnz)


def test_a_sealed_and_compressed_frame_is_delivered() -> None:
    data = sealed_frame(raw_zstd(ONE_F16), ZSTD | XCHACHA, slice_len=[4])
    assert decode(data, key=KEY).slices == decode(WORKED_PLAIN).slices
    assert data[33:57] == NONCE


def test_a_sealed_empty_body_is_accepted_and_a_key_without_need_is_ignored() -> None:
    assert decode(sealed_frame(b""), key=KEY).slices == ()
    assert decode(EMPTY, key=KEY) == decode(EMPTY)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_the_wrong_size_is_a_value_error_whatever_the_frame(size: int) -> None:
    with pytest.raises(ValueError, match=f"a key of {size} bytes"):
        decode(b"", key=bytes(size))
