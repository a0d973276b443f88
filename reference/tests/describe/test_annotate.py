"""annotate: names and meanings, on frames right, wrong and huge."""

from __future__ import annotations

import re
import struct

import pytest
from resonant import Part
from resonant.describe.annotate import Field, annotate

from reference.tests.support import (
    F16,
    I8,
    KEY,
    ONE_F16,
    Q4,
    SPARSE_COO,
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


def meanings(data: bytes, key: bytes | None = None, part: Part = Part.FRAME) -> dict[str, str]:
    return {field.name: field.meaning for field in annotate(data, key=key) if field.part is part}


def covered(fields: tuple[Field, ...], part: Part = Part.FRAME) -> bytes:
    data = b""
    for field in fields:
        if field.part is part:
            assert field.offset == len(data)
            data += field.data
    return data


def test_the_fields_of_the_worked_frame_in_words() -> None:
    assert meanings(WORKED_PLAIN) == {
        "version": "1",
        "type": "Think",
        "flags": "none",
        "stream_id": "0x1234",
        "frame_seq": "1",
        "num_slices": "1",
        "slice_len[0]": "4",
        "space_hash32": "0, none",
        "modality": "Text",
        "slice 0 dtype": "F16",
        "slice 0 rank": "1",
        "slice 0 dims": "[2]",
        "slice 0 payload": "1.0, -2.0",
        "crc32": "crc right",
    }


def test_wrong_values_are_said_to_be_wrong() -> None:
    data = raw_frame(version=2, mtype=255, flags=0x23, modality=7)[:-1] + b"?"
    words = meanings(data)
    assert words["version"] == "2 (undefined; the only version is 1)"
    assert re.fullmatch(r"255 \(undefined; types are 0–\d\)", words["type"])
    assert words["flags"] == "ZSTD | XCHACHA | reserved bit 5!"
    assert words["modality"] == "7 (undefined; modalities are 0–4)"
    assert words["crc32"].startswith("crc wrong, computed 0x")


@pytest.mark.parametrize(
    ("dtype", "dims", "payload", "words"),
    [
        (F16, [5], struct.pack("<5e", 0.5, -1, 2, 3, 4), "0.5, -1.0, 2.0, 3.0, … 1 more"),
        (F16, [2], bytes.fromhex("007c00fe"), "inf, nan"),
        (F16, [1, 2048], bytes(4096), "2,048 zeros"),
        (I8, [3], b"\x00\x80\x7f", "0, -128, 127"),
        (I8, [1], b"\x00", "0"),
        (I8, [0], b"", "0 bytes"),
        (Q4, [3], b"\x12\x03", "0x12, 0x03"),
        (SPARSE_COO, [9], struct.pack("<e", 7), "7.0"),
        (I8, [4], b"abc", "3 bytes, which do not fit [4]!"),
        (I8, [1, 2, 3, 4, 5], b"a", "1 byte, which do not fit [1, 2, 3, 4, … 1 more]!"),
        (0x63, [4], b"abc", "3 bytes"),
    ],
)
def test_a_payload_in_words(dtype: int, dims: list[int], payload: bytes, words: str) -> None:
    data = raw_frame(raw_slice(dtype, dims, payload), slice_len=[len(payload)])
    assert meanings(data)["slice 0 payload"] == words


def test_an_unknown_dtype_and_a_rank_of_0_do_not_stop_the_reading() -> None:
    words = meanings(raw_frame(raw_slice(7, [], b"x") + ONE_F16, slice_len=[1, 4]))
    assert words["slice 0 dtype"] == "0x07 (undefined; dtypes are 0x01, 0x02, 0x03 and 0x10)"
    assert words["slice 0 rank"] == "0: a single value has dims [1]!"
    assert words["slice 1 payload"] == "1.0, -2.0"


def test_a_compressed_frame_shows_its_blocks_and_then_its_plain_body() -> None:
    data = raw_frame(raw_zstd(ONE_F16) + b"!?", flags=ZSTD, slice_len=[4])
    assert meanings(data)["not understood"] == "2 bytes after the end of the Zstandard frame!"
    data = raw_frame(raw_zstd(ONE_F16), flags=ZSTD, slice_len=[4])
    words = meanings(data)
    assert (words["magic"], words["content size"]) == ("0xFD2FB528", "10")
    assert words["descriptor"] == "content size in 4 bytes, single segment"
    assert words["block header"] == "last, raw, 10 bytes"
    assert covered(annotate(data), Part.PLAIN_BODY) == ONE_F16


def test_a_sealed_frame_shows_more_with_its_key() -> None:
    header = raw_header(flags=XCHACHA | ZSTD, slice_len=[4], frame_seq=1)
    data = with_crc(header + sealed(raw_zstd(ONE_F16), header))
    assert meanings(data)["tag"] == "16 bytes, not checked without a key"
    assert meanings(data, bytes(32))["tag"] == "16 bytes, not right under this key!"
    assert meanings(data, KEY)["tag"] == "16 bytes, right under this key"
    assert meanings(data, KEY)["nonce"] == f"last 8 bytes: {0x5756555453525150}, not this frame's frame_seq"
    assert covered(annotate(data, key=KEY), Part.COMPRESSED_BODY) == raw_zstd(ONE_F16)
    assert covered(annotate(data, key=KEY), Part.PLAIN_BODY) == ONE_F16
    assert {field.part for field in annotate(data)} == {Part.FRAME}


@pytest.mark.parametrize("size", range(48))
def test_a_prefix_of_a_frame_is_covered_and_its_last_field_says_so(size: int) -> None:
    fields = annotate(WORKED_PLAIN[:size])
    assert covered(fields) == WORKED_PLAIN[:size]
    if size in (3, 7, 15, 23, 27, 31):
        assert fields[-1].meaning.startswith(("cut: ", "… 1 more"))


def test_2_to_the_64_slices_are_one_line() -> None:
    data = raw_frame(bytes(11), num_slices=2**64 - 1)
    words = meanings(data)
    assert words["num_slices"] == "18,446,744,073,709,551,615"
    assert words["slice_len"] == "… 18,446,744,073,709,551,611 more, but 16 bytes can hold 4 in all!"
    assert covered(annotate(data)) == data


def test_ten_thousand_slices_are_cut_with_a_summary() -> None:
    data = raw_frame(raw_slice(I8, [0], b"") * 3, slice_len=[0] * 10_000)
    words = meanings(data)
    assert words["slice_len"] == "… 9,990 more"
    assert words["slice_len[9]"] == "0"
    assert "slice_len[10]" not in words


def test_many_slices_and_what_follows_them_stand_apart() -> None:
    data = raw_frame(ONE_F16 * 30 + b"??", slice_len=[4] * 30)
    words = meanings(data)
    assert words["slices"] == "… 20 more"
    assert words["not understood"] == "2 bytes after the last slice!"
    assert covered(annotate(data)) == data


def test_many_blocks_and_what_follows_them_stand_apart() -> None:
    zstd = bytes.fromhex("28b52ffd20ff") + bytes.fromhex("02000055") * 16_000 + bytes.fromhex("010000")
    data = raw_frame(zstd + b"?", flags=ZSTD)
    words = meanings(data)
    assert words["blocks"] == "… 15,991 more"
    assert words["not understood"] == "1 byte after the end of the Zstandard frame!"
    assert covered(annotate(data)) == data


def test_bytes_beyond_the_limit_are_beyond_the_frame() -> None:
    data = bytes(70_000)
    last = annotate(data)[-1]
    assert (last.name, last.offset, len(last.data)) == ("beyond the frame", 65_536, 4_464)
    assert covered(annotate(data)) == data


def test_a_key_of_the_wrong_size_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="a key of 3 bytes"):
        annotate(b"", key=b"abc")
