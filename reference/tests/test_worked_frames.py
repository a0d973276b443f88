"""The worked frames of specs/ are true."""

from __future__ import annotations

import zlib

import pytest
import zstandard
from nacl import bindings
from resonant import DType, Flags, Frame, MessageType, Modality, Slice, decode, decompress, encode, nonce_for
from resonant.describe.annotate import annotate

from reference.tests.support import joined, worked_frames

BLOCKS = worked_frames()
KEY, SALT = bytes(range(0x20)), bytes(range(0x40, 0x50))
PLAIN_FRAME = Frame(
    MessageType.THINK, Flags.NONE, 0x1234, 1, 0, Modality.TEXT, (Slice(DType.F16, (2,), bytes.fromhex("003c00c0")),)
)
SEALED_FRAME = Frame(
    MessageType.CACHE,
    Flags.ZSTD | Flags.XCHACHA,
    0x5678,
    7,
    1234567890,
    Modality.AUDIO,
    (Slice(DType.I8, (32,), bytes(32)),),
)


def test_the_specification_has_these_worked_frames() -> None:
    assert set(BLOCKS) >= {"worked-plain", "worked-plain-body", "worked-zstd", "worked-sealed"}


@pytest.mark.parametrize("name", BLOCKS)
def test_the_lines_of_a_block_follow_each_other_without_a_gap(name: str) -> None:
    position = 0
    for offset, data, words in BLOCKS[name]:
        assert offset == position, words
        position += len(data)


@pytest.mark.parametrize("name", ["worked-plain", "worked-sealed"])
def test_the_crc_of_a_worked_frame_covers_every_byte_before_it(name: str) -> None:
    data = joined(name)
    assert data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little")


@pytest.mark.parametrize(("name", "size"), [("worked-plain", 47), ("worked-plain-body", 38), ("worked-sealed", 96)])
def test_a_block_is_as_long_as_its_text_says(name: str, size: int) -> None:
    assert len(joined(name)) == size


def test_the_plain_frame_decodes_to_what_its_text_says() -> None:
    assert decode(joined("worked-plain")) == PLAIN_FRAME
    assert encode(PLAIN_FRAME) == joined("worked-plain")


def test_the_sealed_frame_decodes_to_what_its_text_says() -> None:
    assert decode(joined("worked-sealed"), key=KEY) == SEALED_FRAME


def test_the_sealed_frame_opens_to_the_zstandard_frame() -> None:
    data = joined("worked-sealed")
    header, nonce, rest = data[:33], data[33:57], data[57:-4]
    assert nonce == SALT[:12] + bytes.fromhex("341b4e4f") + (7).to_bytes(8, "little")
    assert nonce == nonce_for(SALT, 0x5678, 7)
    assert bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(rest, header, nonce, KEY) == joined("worked-zstd")


def test_the_zstandard_frame_decompresses_to_the_plain_body() -> None:
    zstd, plain = joined("worked-zstd"), joined("worked-plain-body")
    assert zstandard.ZstdDecompressor().decompress(zstd) == plain
    assert decompress(zstd) == plain


def test_the_layout_cuts_and_names_the_frames_as_the_specification_does() -> None:
    for name, parts in (
        ("worked-plain", ["worked-plain"]),
        ("worked-sealed", ["worked-sealed", "worked-zstd", "worked-plain-body"]),
    ):
        fields = annotate(joined(name), key=KEY)
        lines = [line for part in parts for line in BLOCKS[part]]
        assert [(field.offset, field.data) for field in fields] == [line[:2] for line in lines]
        for field, (_, _, words) in zip(fields, lines, strict=True):
            assert words.startswith(f"{field.name} "), words
