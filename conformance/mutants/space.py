"""Faults of space_hash: SPC-1 to SPC-4."""

from __future__ import annotations

from .changes import Change, edited
from .mutant import Mutant

HASH = "space.space_hash32"
TEXT = '":".join(parts.values()).encode("utf-8")'
NUMBER = 'int.from_bytes(hashlib.sha256(text).digest()[:4], "little")'
REFUSED = 'if not part or ":" in part:'


def text(new: str) -> Change:
    """Another hashed text, an expression of parts."""
    return edited(HASH, TEXT, new)


def each(method: str) -> str:
    """The hashed text of parts to which a method was applied."""
    return f'":".join(part.{method} for part in parts.values()).encode("utf-8")'


TEXTS = (
    Mutant(
        "space-joined-with-slash",
        "SPC-1",
        "Joins the parts with a slash, as in the name of a model.",
        text(TEXT.replace('":"', '"/"')),
    ),
    Mutant(
        "space-parts-not-separated",
        "SPC-1",
        "Feeds the parts to the hash one after the other.",
        text(TEXT.replace('":"', '""')),
    ),
    Mutant(
        "space-parts-in-another-order",
        "SPC-1",
        "Sorts the parts by their names, as a canonical form of a map would.",
        text('":".join(parts[name] for name in sorted(parts)).encode("utf-8")'),
    ),
    Mutant("space-parts-lowered", "SPC-1", "Lowers the case of names, to be robust.", text(each("lower()"))),
    Mutant(
        "space-parts-trimmed", "SPC-1", "Trims white space that came with a configuration file.", text(each("strip()"))
    ),
    Mutant(
        "space-text-normalized",
        "SPC-1",
        "Normalizes text to NFC, as it does with every text from outside.",
        text('__import__("unicodedata").normalize("NFC", ":".join(parts.values())).encode("utf-8")'),
    ),
    Mutant(
        "space-text-decomposed",
        "SPC-1",
        "Gets its text in NFD from a file system that decomposes.",
        text('__import__("unicodedata").normalize("NFD", ":".join(parts.values())).encode("utf-8")'),
    ),
    Mutant("space-text-terminated", "SPC-1", "Hashes the terminator of a C string with it.", text(TEXT + ' + b"\\0"')),
    Mutant(
        "space-text-with-newline",
        "SPC-1",
        "Hashes what a shell printed, its newline included.",
        text(TEXT + ' + b"\\n"'),
    ),
    Mutant(
        "space-text-with-mark",
        "SPC-1",
        "Puts a byte order mark before the text.",
        text(TEXT.replace("utf-8", "utf-8-sig")),
    ),
    Mutant(
        "space-text-in-latin-1",
        "SPC-1",
        "Writes text in the character set of its platform, where that can.",
        text('":".join(parts.values()).encode("latin-1", "replace")'),
    ),
    Mutant(
        "space-text-in-cesu-8",
        "SPC-1",
        "Encodes characters beyond the first 65,536 as two surrogates, as some platforms store them.",
        text(
            '"".join(char if char <= "\\uffff" else char.encode("utf-16", "surrogatepass")[2:].decode("utf-16-le", '
            '"surrogatepass") for char in ":".join(parts.values())).encode("utf-8", "surrogatepass")'
        ),
    ),
)
NUMBERS = (
    Mutant(
        "space-hash-read-big-endian",
        "SPC-2",
        "Takes the first eight hexadecimal digits for the number.",
        edited(HASH, '"little"', '"big"'),
    ),
    Mutant(
        "space-hash-from-the-end",
        "SPC-2",
        "Takes the last four bytes of the digest.",
        edited(HASH, "digest()[:4]", "digest()[-4:]"),
    ),
    Mutant("space-hash-of-sha-1", "SPC-2", "Uses SHA-1, which is short enough.", edited(HASH, "sha256", "sha1")),
    Mutant("space-hash-of-md5", "SPC-2", "Uses MD5, since nothing is to be protected.", edited(HASH, "sha256", "md5")),
    Mutant(
        "space-hash-stays-zero",
        "SPC-3",
        "Leaves a hash of 0 as it is, which never happens in its tests.",
        edited(HASH, " or 1", ""),
    ),
    Mutant(
        "space-hash-zero-becomes-greatest",
        "SPC-3",
        "Maps a hash of 0 to the greatest value, as UDP does with its checksum.",
        edited(HASH, " or 1", " or 2**32 - 1"),
    ),
)
PARTS = (
    Mutant("space-empty-part-accepted", "SPC-4", "Accepts empty parts.", edited(HASH, REFUSED, 'if ":" in part:')),
    Mutant(
        "space-colon-accepted",
        "SPC-4",
        "Accepts a colon, though two triples then give one text.",
        edited(HASH, REFUSED, "if not part:"),
    ),
    Mutant(
        "space-last-colon-accepted",
        "SPC-4",
        "Accepts a colon in the last part, where it can be told apart.",
        edited(HASH, REFUSED, 'if not part or (":" in part and name != "data_sig"):'),
    ),
    Mutant(
        "space-only-id-checked",
        "SPC-4",
        "Checks space_id only, the one part that people write.",
        edited(HASH, REFUSED, 'if name == "space_id" and (not part or ":" in part):'),
    ),
    Mutant(
        "space-blank-part-refused",
        "SPC-4",
        "Refuses a part of white space as if it were empty.",
        edited(HASH, REFUSED, 'if not part.strip() or ":" in part:'),
    ),
)
MUTANTS = (*TEXTS, *NUMBERS, *PARTS)
