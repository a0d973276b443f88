"""Faults of space_hash: SPC-1 to SPC-4."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import Change, edited

HASH = "frame.space_hash.space_hash32"
TEXT = '":".join(parts.values()).encode("utf-8")'
REFUSED = 'if not part or ":" in part:'


def hashed(text: str) -> Change:
    """Another hashed text, an expression of parts."""
    return edited(HASH, TEXT, text)


def of_each(change: str) -> Change:
    """The same text of parts that were changed first; an expression of part."""
    return hashed(f'":".join({change} for part in parts.values()).encode("utf-8")')


TEXTS = (
    Mutant("parts-joined-by-slash", "SPC-1", "Joins the parts as in a path.", hashed(TEXT.replace(":", "/"))),
    Mutant("parts-not-separated", "SPC-1", "Feeds the parts to the hash one by one.", hashed(TEXT.replace(":", ""))),
    Mutant(
        "parts-in-another-order",
        "SPC-1",
        "Sorts the parts by their names, as canonical forms of maps do.",
        hashed('":".join(parts[name] for name in sorted(parts)).encode("utf-8")'),
    ),
    Mutant(
        "parts-lowered", "SPC-1", "Ignores the case of names, to be robust against typing.", of_each("part.lower()")
    ),
    Mutant("parts-trimmed", "SPC-1", "Trims white space that came with a configuration file.", of_each("part.strip()")),
    Mutant(
        "parts-composed",
        "SPC-1",
        "Normalizes to NFC, as it does with every text from outside.",
        of_each('__import__("unicodedata").normalize("NFC", part)'),
    ),
    Mutant(
        "parts-end-at-nul", "SPC-1", "Hands the parts to C, where a NUL ends them.", of_each('part.split("\\0")[0]')
    ),
    Mutant(
        "text-with-newline",
        "SPC-1",
        "Hashes the output of echo, which ends in a line feed.",
        hashed(f'{TEXT} + b"\\n"'),
    ),
    Mutant(
        "text-in-two-surrogates",
        "SPC-1",
        "Encodes a character beyond U+FFFF as two surrogates, as some platforms store it.",
        hashed(
            '":".join("".join(c if c < "\\U00010000" else chr(0xD7C0 + (ord(c) >> 10)) + chr(0xDC00 + (ord(c) & 0x3FF))'
            ' for c in part) for part in parts.values()).encode("utf-8", "surrogatepass")'
        ),
    ),
)
NUMBERS = (
    Mutant(
        "digest-big-endian",
        "SPC-2",
        "Takes the first eight hexadecimal digits of the digest for the number.",
        edited(HASH, '"little"', '"big"'),
    ),
    Mutant(
        "digest-from-the-end",
        "SPC-2",
        "Takes the last four bytes of the digest for its low 32 bits.",
        edited(HASH, "digest()[:4]", "digest()[-4:]"),
    ),
    Mutant(
        "digest-of-sha-1", "SPC-2", "Uses SHA-1, which is long enough for four bytes.", edited(HASH, "sha256", "sha1")
    ),
    Mutant(
        "zero-stays", "SPC-3", "Leaves a hash of 0 as it is, which its tests never meet.", edited(HASH, " or 1", "")
    ),
    Mutant(
        "zero-becomes-greatest",
        "SPC-3",
        "Maps a hash of 0 to the greatest value, as UDP does with its checksum.",
        edited(HASH, " or 1", " or 2**32 - 1"),
    ),
)
PARTS = (
    Mutant(
        "empty-part-accepted",
        "SPC-4",
        "Accepts empty parts, as for a model whose data is not known.",
        edited(HASH, REFUSED, 'if ":" in part:'),
    ),
    Mutant(
        "colon-accepted",
        "SPC-4",
        "Accepts a colon, although two triples then have one text.",
        edited(HASH, REFUSED, "if not part:"),
    ),
    Mutant(
        "colon-in-last-part-accepted",
        "SPC-4",
        "Accepts a colon in the last part, where it can be told apart.",
        edited(HASH, REFUSED, 'if not part or (":" in part and name != "data_sig"):'),
    ),
    Mutant(
        "blank-part-refused",
        "SPC-4",
        "Takes a part of white space for an empty one.",
        edited(HASH, REFUSED, 'if not part.strip() or ":" in part:'),
    ),
)
MUTANTS = (*TEXTS, *NUMBERS, *PARTS)
