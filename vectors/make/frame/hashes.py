"""space_hash32 (specs/space.md) and strong_tail_hash (specs/frame.md section 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import xxhash

from ..model import Case, Group, accepts, refuses
from ..writer.raw_frame import ramp

# Found by trying numbers in order: the SHA-256 of "resonant-zero:search:0322312368" starts with four zero bytes.
LADDER = (
    *(5, 6, *range(10, 15), *range(18, 32), 33, 34, 47, 48, 49, 63, 65, 66, 80, 95, 96, 97, 98, 112, 126, 130, 143),
    *(144, 145, 159, 160, 161, 176, 177, 191, 192, 193, 207, 208, 209, 224, 225, 238, 242, 255, 257, 258),
    *(319, 320, 321, 511, 512, 513, 767, 768, 769, 1026, 1087, 1088, 1089, 2047, 2048, 2049, 4097, 8193),
)
"""Lengths around every step of XXH3: 16 up to 240, stripes of 64, blocks of 1,024; one over 8 KiB."""
BLOCK_LENGTHS = (17, 44, 45, 46, 53, 54, 55, 61, 62, 63, 109, 117, 118, 125, 126, 127, 253, 254, 255, 509)
"""Of a first part: with the others and the separators, text around the ends of SHA-256's blocks."""
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
    for length in BLOCK_LENGTHS:
        yield _value(f"first-part-of-{length}", f"{length + 4} bytes of text.", ("q" * length, "b", "c"))
    base = "kimi-k2-embed/layer-12/2026-01"
    for part, name in enumerate(("space-id", "arch", "data-sig")):
        for place in (0, len(base) // 2, len(base) - 1):
            changed = base[:place] + chr(ord(base[place]) ^ 1) + base[place + 1 :]
            whole = [base, base, base]
            whole[part] = changed
            about = f"Character {place} of {name} is another."
            yield _value(f"{name}-character-{place}", about, (whole[0], whole[1], whole[2]))
    for name, text in CHARACTERS.items():
        about = f"A part with U+{ord(text):04X}."
        yield _value(f"character-{name}", about, (f"a{text}", f"{text}b", f"c{text}d"))
    assert hashlib.sha256(":".join(ZERO_HASH).encode()).digest()[:4] == bytes(4)
    about = "The first four bytes of the digest are 0, so that the result is 1."
    yield accepts("zero-becomes-one", about, "SPC-3", _parts(*ZERO_HASH), {"space_hash32": 1})


CHARACTERS = {
    "tab": "\t", "carriage-return": "\r", "delete": "\x7f", "no-break-space": "\xa0", "u-00df": "\xdf",
    "u-0130": "\u0130", "u-07ff": "\u07ff", "u-0800": "\u0800", "u-2028": "\u2028", "u-feff": "\ufeff",
    "u-fffd": "\ufffd", "u-ffff": "\uffff", "u-10000": "\U00010000", "u-10ffff": "\U0010ffff",
    "slash": "/", "semicolon": ";", "backslash": "\\", "quote": '"',
}  # fmt: skip
"""Controls, the ends of each length of UTF-8, what is trimmed, folded or normalized, and what JSON escapes."""


def _value(case_id: str, about: str, parts: tuple[str, str, str]) -> Case:
    digest = hashlib.sha256(":".join(parts).encode()).digest()
    ok = {"space_hash32": int.from_bytes(digest[:4], "little")}
    return accepts(case_id, about, "SPC-1 SPC-2", _parts(*parts), ok)


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
        "space-id-and-arch-empty": ("", "", "c"),
        "arch-and-data-sig-empty": ("a", "", ""),
    }
    for part, name in enumerate(("space-id", "arch", "data-sig")):
        for place, where in ((0, "first"), (32, "middle"), (64, "last")):
            whole = ["part" * 16] * 3
            whole[part] = whole[part][:place] + ":" + whole[part][place:]
            inputs[f"{name}-colon-{where}-of-65"] = (whole[0], whole[1], whole[2])
    for case_id, parts in inputs.items():
        about = f"The parts {[part[:70] for part in parts]}."
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
        *LADDER,
    ):
        data = ramp(length)
        ok = {"xxhash3_64": xxhash.xxh3_64_hexdigest(data)}
        yield accepts(f"length-{length}", f"{length} bytes.", "FRM-37 FRM-38", {"data": data.hex()}, ok)
    for length in (3, 8, 16, 40, 100, 200, 300, 1100):
        for place in sorted({0, length // 2, length - 1}):
            data = ramp(length)
            data = data[:place] + bytes([data[place] ^ 0x80]) + data[place + 1 :]
            ok = {"xxhash3_64": xxhash.xxh3_64_hexdigest(data)}
            about = f"{length} bytes, of which byte {place} is another than in the case of that length."
            yield accepts(f"length-{length}-byte-{place}", about, "FRM-37", {"data": data.hex()}, ok)
    zeros = {"xxhash3_64": xxhash.xxh3_64_hexdigest(bytes(64))}
    yield accepts("zeros-64", "64 zero bytes.", "FRM-37", {"data": "00" * 64}, zeros)
    # the first of the numbers 0, 1, 2, … (as one little-endian u16) whose hash starts with a zero digit
    number = next(i for i in range(65_536) if xxhash.xxh3_64_hexdigest(i.to_bytes(2, "little")).startswith("0"))
    data = number.to_bytes(2, "little")
    about = "A hash whose first digit is 0: it is written all the same."
    yield accepts(
        "leading-zero-digit", about, "FRM-38", {"data": data.hex()}, {"xxhash3_64": xxhash.xxh3_64_hexdigest(data)}
    )
