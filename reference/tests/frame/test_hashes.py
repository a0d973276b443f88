"""space_hash32 and the strong tail hash."""

from __future__ import annotations

import hashlib
from itertools import product

import pytest
from resonant import RejectCode, ResonantError, space_hash32, strong_tail_hash, tail_hash_hex


class _Zero:
    def __init__(self, text: bytes) -> None:
        self.text = text

    def digest(self) -> bytes:
        return bytes(4) + b"\xff" * 28


def test_the_space_hash_is_the_start_of_a_sha256_read_little_endian() -> None:
    digest = hashlib.sha256("пространство:arch:d\u00e9".encode()).digest()
    assert space_hash32("пространство", "arch", "d\u00e9") == int.from_bytes(digest[:4], "little")


def test_the_space_hash_is_not_normalized() -> None:
    spellings = {
        space_hash32("a", "b", text) for text in ("d\u00e9", "de\u0301", "D\u00e9", " d\u00e9", "\ufeffd\u00e9")
    }
    assert len(spellings) == 5


def test_a_space_hash_of_zero_becomes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashlib, "sha256", _Zero)
    assert space_hash32("a", "b", "c") == 1


@pytest.mark.parametrize(
    "parts", [("", "b", "c"), ("a", "", "c"), ("a", "b", ""), ("a:", "b", "c"), ("a", ":", "c"), ("a", "b", ":c")]
)
def test_an_empty_part_or_a_colon_is_refused(parts: tuple[str, str, str]) -> None:
    with pytest.raises(ResonantError) as caught:
        space_hash32(*parts)
    assert (caught.value.code, caught.value.clause) == (RejectCode.BAD_SPACE_ID, "SPC-4")


def test_a_part_that_utf8_cannot_express_is_refused() -> None:
    with pytest.raises(ResonantError) as caught:
        space_hash32("a", "b", "\ud800")
    assert (caught.value.code, caught.value.clause) == (RejectCode.BAD_SPACE_ID, "SPC-1")


def test_the_tail_hash_is_xxh3_64_with_seed_0() -> None:
    # Values that xxHash itself gives (xxhsum -H3).
    assert strong_tail_hash(b"") == 0x2D06800538D394C2
    assert strong_tail_hash(b"abc") == 0x78AF5F94892F3950


def test_the_tail_hash_as_text_has_16_digits_most_significant_first() -> None:
    assert tail_hash_hex(b"") == "2d06800538d394c2"
    padded = next(data for data in map(bytes, product(range(256), repeat=2)) if strong_tail_hash(data) < 2**60)
    assert tail_hash_hex(padded) == f"{strong_tail_hash(padded):016x}"
    assert len(tail_hash_hex(padded)) == 16
