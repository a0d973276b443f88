"""compress, decompress, seal, open_sealed and nonce_for on bytes alone."""

from __future__ import annotations

import struct

import pytest
from resonant import RejectCode, ResonantError, compress, decompress, nonce_for, open_sealed, seal

MAGIC = "28b52ffd"
# draft-irtf-cfrg-xchacha-03, appendix A.3.1
DRAFT_PLAIN = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
DRAFT_PLAIN += b"sunscreen would be it."
DRAFT_AAD = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
DRAFT_KEY, DRAFT_NONCE = bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58))
DRAFT_SEALED = bytes.fromhex(
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
    "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
    "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
)

ACCEPTED = {
    "size in 1 byte": (f"{MAGIC} 20 01 0b0000 55", b"U"),
    "size in 2 bytes, less 256": (f"{MAGIC} 60 0000 030800 55", b"U" * 256),
    "size in 4 bytes": (f"{MAGIC} a0 01000000 0b0000 55", b"U"),
    "size in 8 bytes": (f"{MAGIC} e0 0100000000000000 0b0000 55", b"U"),
    "raw block": (f"{MAGIC} 20 02 110000 5556", b"UV"),
    "empty last block": (f"{MAGIC} 20 01 080000 55 010000", b"U"),
    "empty first block": (f"{MAGIC} 20 01 000000 090000 55", b"U"),
    "nothing, in two blocks": (f"{MAGIC} 20 00 000000 010000", b""),
    "nothing, repeated": (f"{MAGIC} 20 00 030000 55", b""),
}
REFUSED = {
    "nothing at all": ("", "BAD_COMPRESSION", "ZST-1"),
    "skippable frame": ("502a4d18 00000000", "BAD_COMPRESSION", "ZST-1"),
    "checksum": (f"{MAGIC} 24 01 0b0000 55 00000000", "BAD_COMPRESSION", "ZST-2"),
    "window instead of single segment": (f"{MAGIC} 00 00 010000", "BAD_COMPRESSION", "ZST-2"),
    "unused bit": (f"{MAGIC} 30 00 010000", "BAD_COMPRESSION", "ZST-2"),
    "reserved bit": (f"{MAGIC} 28 00 010000", "BAD_COMPRESSION", "ZST-2"),
    "dictionary": (f"{MAGIC} 21 00 00 010000", "BAD_COMPRESSION", "ZST-2"),
    "unknown size of 2^64-1": (f"{MAGIC} e0 ffffffffffffffff 010000", "PLAIN_TOO_LARGE", "ZST-4"),
    "size of 65,504": (f"{MAGIC} a0 e0ff0000 010000", "PLAIN_TOO_LARGE", "ZST-4"),
    "more than the size says": (f"{MAGIC} 20 01 130000 55", "BAD_COMPRESSION", "ZST-5"),
    "less than the size says": (f"{MAGIC} 20 02 0b0000 55", "BAD_COMPRESSION", "ZST-5"),
    "something where the size says nothing": (f"{MAGIC} 20 00 0b0000 55", "BAD_COMPRESSION", "ZST-5"),
    "second frame": (f"{MAGIC} 20 01 0b0000 55 {MAGIC} 20 00 010000", "BAD_COMPRESSION", "ZST-6"),
    "second frame after an empty one": (f"{MAGIC} 20 00 010000 {MAGIC} 20 00 010000", "BAD_COMPRESSION", "ZST-6"),
    "skippable frame behind": (f"{MAGIC} 20 01 0b0000 55 502a4d18 00000000", "BAD_COMPRESSION", "ZST-6"),
    "no last block": (f"{MAGIC} 20 01 0a0000 55", "BAD_COMPRESSION", "ZST-8"),
    "empty, no last block": (f"{MAGIC} 20 00 000000", "BAD_COMPRESSION", "ZST-8"),
    "raw block cut": (f"{MAGIC} 20 02 110000 55", "BAD_COMPRESSION", "ZST-8"),
    "block header cut": (f"{MAGIC} 20 01 0b00", "BAD_COMPRESSION", "ZST-8"),
    "reserved block": (f"{MAGIC} 20 01 0f0000 55", "BAD_COMPRESSION", "ZST-8"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_decompress_takes(name: str) -> None:
    text, plain = ACCEPTED[name]
    assert decompress(bytes.fromhex(text)) == plain


@pytest.mark.parametrize("name", REFUSED)
def test_decompress_refuses(name: str) -> None:
    text, code, clause = REFUSED[name]
    with pytest.raises(ResonantError) as caught:
        decompress(bytes.fromhex(text))
    assert (caught.value.code, caught.value.clause) == (code, clause)


def test_the_greatest_content_size_of_decompress_is_65503() -> None:
    head = bytes.fromhex(f"{MAGIC} a0") + struct.pack("<I", 65_503)
    assert decompress(head + struct.pack("<I", 65_503 << 3 | 3)[:3] + b"U") == b"U" * 65_503


@pytest.mark.parametrize("level", range(1, 23))
def test_compress_writes_the_permitted_form_at_every_level(level: int) -> None:
    for plain in (b"", b"U", bytes(255), bytes(256), bytes(range(256)) * 255):
        compressed = compress(plain, level)
        assert compressed[:4] == bytes.fromhex(MAGIC)
        assert compressed[4] in (0x20, 0x60, 0xA0, 0xE0)
        assert decompress(compressed) == plain


def test_compress_takes_65503_bytes_and_refuses_one_more() -> None:
    assert decompress(compress(bytes(65_503))) == bytes(65_503)
    with pytest.raises(ResonantError) as caught:
        compress(bytes(65_504))
    assert (caught.value.code, caught.value.clause) == (RejectCode.PLAIN_TOO_LARGE, "ZST-10")


@pytest.mark.parametrize("level", [-5, 0, 23])
def test_compress_has_levels_1_to_22(level: int) -> None:
    with pytest.raises(ValueError, match=f"level {level}:"):
        compress(b"", level)


def test_seal_agrees_with_the_drafts_test_vector() -> None:
    assert seal(DRAFT_PLAIN, key=DRAFT_KEY, nonce=DRAFT_NONCE, aad=DRAFT_AAD) == DRAFT_SEALED
    assert open_sealed(DRAFT_SEALED, key=DRAFT_KEY, nonce=DRAFT_NONCE, aad=DRAFT_AAD) == DRAFT_PLAIN


def test_seal_takes_nothing_with_nothing() -> None:
    tag = seal(b"", key=DRAFT_KEY, nonce=DRAFT_NONCE)
    assert len(tag) == 16
    assert open_sealed(tag, key=DRAFT_KEY, nonce=DRAFT_NONCE) == b""


@pytest.mark.parametrize(
    ("data", "aad"),
    [
        (DRAFT_SEALED[:-1], DRAFT_AAD),
        (b"?" + DRAFT_SEALED[1:], DRAFT_AAD),
        (DRAFT_SEALED, b""),
        (bytes(15), b""),
        (b"", b""),
    ],
)
def test_open_refuses_what_does_not_authenticate(data: bytes, aad: bytes) -> None:
    with pytest.raises(ResonantError) as caught:
        open_sealed(data, key=DRAFT_KEY, nonce=DRAFT_NONCE, aad=aad)
    assert (caught.value.code, caught.value.clause) == (RejectCode.DECRYPT_FAILED, "XCH-13")


@pytest.mark.parametrize(("key", "nonce"), [(31, 24), (33, 24), (32, 23), (32, 0)])
def test_a_key_or_nonce_of_the_wrong_size_is_a_value_error(key: int, nonce: int) -> None:
    with pytest.raises(ValueError, match="bytes: XChaCha20-Poly1305"):
        seal(b"", key=bytes(key), nonce=bytes(nonce))
    with pytest.raises(ValueError, match="bytes: XChaCha20-Poly1305"):
        open_sealed(bytes(16), key=bytes(key), nonce=bytes(nonce))


def test_a_nonce_is_the_salt_with_the_stream_id_in_its_last_four_bytes_and_the_frame_seq() -> None:
    salt, number = bytes(range(16)), bytes.fromhex("0201000000000000")
    assert nonce_for(salt, 0, 0x0102) == salt + number
    assert nonce_for(salt, 0x01020304, 0x0102) == salt[:12] + bytes([12 ^ 4, 13 ^ 3, 14 ^ 2, 15 ^ 1]) + number
    assert nonce_for(salt, 2**32 - 1, 0)[12:16] == bytes([0xF3, 0xF2, 0xF1, 0xF0])


@pytest.mark.parametrize("size", [15, 17])
def test_a_salt_has_16_bytes(size: int) -> None:
    with pytest.raises(ValueError, match=f"a salt of {size} bytes"):
        nonce_for(bytes(size), 0, 0)
