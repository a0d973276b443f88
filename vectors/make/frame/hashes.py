"""space_hash32 (specs/space.md) and strong_tail_hash (specs/frame.md section 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import xxhash

from ..model import Case, Group, accepts, refuses
from ..writer.raw_frame import ramp

# Found by trying numbers in order: the SHA-256 of "resonant-zero:search:0322312368" starts with four zero bytes.
ZERO_HASH = ("resonant-zero", "search", "0322312368")


def groups() -> Iterator[Group]:
    """The two hashes of the frame profile."""
    about = "Fingerprints of embedding spaces."
    yield Group("frame", "space_hash/values", "space_hash", about, list(_space()))
    about = "Parts that are empty or contain the separator."
    yield Group("frame", "space_hash/refused", "space_hash", about, list(_space_refused()))
    about = "XXH3-64 at every length where the algorithm takes another path."
    yield Group("frame", "tail_hash/lengths", "tail_hash", about, list(_tail()))


def _parts(space_id: str, arch: str, data_sig: str) -> dict[str, str]:
    return {"space_id": space_id, "arch": arch, "data_sig": data_sig}


def _space() -> Iterator[Case]:
    inputs = {
        "ascii": (("kimi-k2-embed", "k2", "2026-01"), "SPC-1 SPC-2", "Plain ASCII."),
        "single-letters": (("a", "b", "c"), "SPC-1 SPC-2", "One letter each."),
        "order-of-parts": (("c", "b", "a"), "SPC-1", "The same letters in another order."),
        "cyrillic": (("пространство", "трансформер", "данные"), "SPC-1", "Two bytes a letter in UTF-8."),
        "cjk": (("嵌入空间", "变换器", "数据"), "SPC-1", "Three bytes a character in UTF-8."),
        "emoji": (("🌀", "🧠", "📦"), "SPC-1", "Four bytes a character in UTF-8, surrogate pairs in UTF-16."),
        "composed": (("caf\u00e9", "a", "b"), "SPC-1", "é as one code point: no normalization."),
        "decomposed": (("cafe\u0301", "a", "b"), "SPC-1", "é as two code points: no normalization."),
        "upper-case": (("KIMI-K2-Embed", "K2", "2026-01"), "SPC-1", "Case is kept."),
        "spaces-kept": ((" a", "b ", " c "), "SPC-1", "Nothing is trimmed."),
        "blank": ((" ", " ", " "), "SPC-1 SPC-4", "A part of white space is not empty."),
        "line-feed": (("a\n", "b", "c"), "SPC-1", "A line feed is a character like others."),
        "nul": (("a\0b", "c", "d"), "SPC-1", "A NUL does not end the text."),
        "full-width-colon": (("a\uff1ab", "c", "d"), "SPC-1 SPC-4", "U+FF1A is not the separator."),
        "long": (("x" * 300, "y" * 300, "z" * 300), "SPC-1 SPC-2", "902 bytes of text."),
    }
    for case_id, (parts, clauses, about) in inputs.items():
        digest = hashlib.sha256(":".join(parts).encode()).digest()
        yield accepts(case_id, about, clauses, _parts(*parts), {"space_hash32": int.from_bytes(digest[:4], "little")})
    assert hashlib.sha256(":".join(ZERO_HASH).encode()).digest()[:4] == bytes(4)
    about = "The first four bytes of the digest are 0, so that the result is 1."
    yield accepts("zero-becomes-one", about, "SPC-3", _parts(*ZERO_HASH), {"space_hash32": 1})


def _space_refused() -> Iterator[Case]:
    inputs = {
        "space-id-empty": ("", "b", "c"),
        "arch-empty": ("a", "", "c"),
        "data-sig-empty": ("a", "b", ""),
        "all-empty": ("", "", ""),
        "space-id-with-colon": ("a:x", "b", "c"),
        "arch-with-colon": ("a", "x:b", "c"),
        "data-sig-with-colon": ("a", "b", "c:"),
        "colon-alone": ("a", ":", "c"),
    }
    for case_id, parts in inputs.items():
        about = f"The parts {list(parts)}."
        yield refuses(case_id, about, "SPC-4", _parts(*parts), "BAD_SPACE_ID")


def _tail() -> Iterator[Case]:
    for length in (
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        9,
        15,
        16,
        17,
        32,
        64,
        127,
        128,
        129,
        239,
        240,
        241,
        256,
        1023,
        1024,
        1025,
        65_536,
    ):
        data = ramp(length)
        ok = {"xxhash3_64": xxhash.xxh3_64_hexdigest(data)}
        yield accepts(f"length-{length}", f"{length} bytes.", "FRM-37 FRM-38", {"data": data.hex()}, ok)
    zeros = {"xxhash3_64": xxhash.xxh3_64_hexdigest(bytes(64))}
    yield accepts("zeros-64", "64 zero bytes.", "FRM-37", {"data": "00" * 64}, zeros)
    # the first of the numbers 0, 1, 2, … (as one little-endian u16) whose hash starts with a zero digit
    number = next(i for i in range(65_536) if xxhash.xxh3_64_hexdigest(i.to_bytes(2, "little")).startswith("0"))
    data = number.to_bytes(2, "little")
    about = "A hash whose first digit is 0: it is written all the same."
    yield accepts(
        "leading-zero-digit", about, "FRM-38", {"data": data.hex()}, {"xxhash3_64": xxhash.xxh3_64_hexdigest(data)}
    )
