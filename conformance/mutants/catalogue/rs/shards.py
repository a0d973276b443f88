"""Faults in what is refused, and in what comes back: RSC-4 to RSC-8."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, inserted, replaced

CODE = "reed_solomon.code"
COUNTS = f"{CODE}._checked_counts"
LENGTH = f"{CODE}._checked_length"
ENCODE = f"{CODE}.rs_encode"
DECODE = f"{CODE}.rs_decode"
RANGE = "if not 1 <= value <= most:"
GIVEN = "size = _checked_length(given, k + r)"

RANGES = (
    Mutant(
        "k-of-0-accepted",
        "RSC-4",
        "Gives parity of zeros for no data at all.",
        edited(COUNTS, RANGE, 'if not (name == "r") <= value <= most:'),
    ),
    Mutant(
        "r-of-0-accepted",
        "RSC-4",
        "Lets a code have no parity, which recovers nothing.",
        edited(COUNTS, RANGE, 'if not (name == "k") <= value <= most:'),
    ),
    Mutant(
        "k-up-to-129",
        "RSC-4",
        "Compares with one more than the limit.",
        replaced(f"{CODE}.MAX_DATA_SHARDS", 129),
        Kind.NARROW,
    ),
    Mutant(
        "r-up-to-33",
        "RSC-4",
        "Compares with one more than the limit.",
        replaced(f"{CODE}.MAX_PARITY_SHARDS", 33),
        Kind.NARROW,
    ),
    Mutant(
        "k-below-128",
        "RSC-4",
        "Takes 128 for the first number that does not fit, and refuses it.",
        replaced(f"{CODE}.MAX_DATA_SHARDS", 127),
        Kind.NARROW,
    ),
    Mutant(
        "r-below-32",
        "RSC-4",
        "Takes 32 for the first number that does not fit, and refuses it.",
        replaced(f"{CODE}.MAX_PARITY_SHARDS", 31),
        Kind.NARROW,
    ),
    Mutant(
        "as-many-as-the-field-has",
        "RSC-4",
        "Refuses what GF(2^8) has no room for, 256 shards and more, and nothing else.",
        edited(COUNTS, RANGE, "if value < 1 or k + r > 256:"),
    ),
    Mutant(
        "counts-of-8-bits",
        "RSC-4",
        "Keeps k and r in a byte and looks at what is left of them.",
        edited(COUNTS, 'k, r = integer("k", k), integer("r", r)', "k, r = k & 255, r & 255"),
        Kind.DIGIT,
    ),
    Mutant(
        "counts-of-16-bits",
        "RSC-4",
        "Keeps k and r in 16 bits and looks at what is left of them.",
        edited(COUNTS, 'k, r = integer("k", k), integer("r", r)', "k, r = k & 65_535, r & 65_535"),
        Kind.DIGIT,
    ),
)
LENGTHS = (
    Mutant(
        "more-shards-ignored",
        "RSC-5",
        "Takes the shards that it needs and leaves the rest.",
        edited(ENCODE, "size = _checked_length(data, k)", "data = data[:k]\nsize = _checked_length(data, k)"),
    ),
    Mutant(
        "missing-behind-the-end",
        "RSC-5",
        "Takes shards that are not in the list for missing ones.",
        inserted(DECODE, GIVEN, "given += [None] * (k + r - len(given))"),
    ),
    Mutant(
        "parity-may-be-left-out",
        "RSC-5",
        "Takes the data shards alone, as nothing is missing from them.",
        inserted(DECODE, GIVEN, "given += [None] * r if len(given) == k else []"),
        Kind.NARROW,
    ),
    Mutant(
        "shorter-shards-filled",
        "RSC-5",
        "Fills shards that are shorter than others with zeros.",
        edited(
            ENCODE,
            "size = _checked_length(data, k)",
            "data = [one.ljust(max(map(len, data)), b'\\0') for one in data]\nsize = _checked_length(data, k)",
        ),
    ),
    Mutant(
        "empty-is-missing",
        "RSC-5",
        "Takes a shard of no bytes for a missing one, as libraries do.",
        inserted(DECODE, GIVEN, "given = [one or None for one in given] if any(given) else given"),
    ),
    Mutant(
        "first-length-only",
        "RSC-5",
        "Compares the lengths of the first two shards alone.",
        edited(LENGTH, "for shard in shards if", "for shard in shards[:2] if"),
        Kind.SIZE,
    ),
    Mutant(
        "spare-shards-unchecked",
        "RSC-5",
        "Looks at the lengths of the shards that it will use.",
        edited(
            DECODE,
            GIVEN,
            "spare = sum(one is not None for one in given[:-1]) >= k\n"
            "size = _checked_length([*given[:-1], None] if spare else given, k + r)",
        ),
        Kind.NARROW,
    ),
)
DECODING = (
    Mutant(
        "too-few-recovered-as-zeros",
        "RSC-6",
        "Takes zeros for what it cannot compute.",
        inserted(
            DECODE, "if len(there) < k:", "if len(there) < k:\n    return tuple(one or bytes(size) for one in given)"
        ),
    ),
    Mutant(
        "one-more-than-needed",
        "RSC-6",
        "Wants one shard more than k, or all of them.",
        edited(DECODE, "if len(there) < k:", "if len(there) < min(k + 1, k + r):"),
    ),
    Mutant(
        "needs-all-of-parity",
        "RSC-6",
        "Wants as many shards of parity as there are losses, and one more.",
        edited(DECODE, "if len(there) < k:", "if len(there) < k or sum(one is None for one in given[:k]) > r - 1 > 0:"),
    ),
    Mutant(
        "nothing-to-do-without-data",
        "RSC-6",
        "Begins with a shard of data, and gives up where there is none.",
        edited(DECODE, "if len(there) < k:", "if len(there) < k or all(one is None for one in given[:k]):"),
        Kind.COMBINATION,
    ),
    Mutant(
        "latest-shards-used",
        "RSC-7",
        "Uses the k shards of highest number that are there.",
        edited(DECODE, "there[:k]", "there[-k:]"),
    ),
    Mutant(
        "missing-parity-left-out",
        "RSC-7",
        "Computes the missing data, and gives nothing for missing parity.",
        edited(
            DECODE,
            "return tuple(found[number] for number in range(k + r))",
            "return tuple(found[number] if number < k or given[number] is not None else b''"
            " for number in range(k + r))",
        ),
    ),
    Mutant(
        "parity-computed-anew",
        "RSC-7",
        "Computes all parity from the data again, that which is there as well.",
        edited(
            DECODE,
            "return tuple(found[number] for number in range(k + r))",
            "whole = [found[number] for number in range(k)]\nreturn (*whole, *rs_encode(k, r, whole))",
        ),
    ),
    Mutant(
        "no-rows-exchanged",
        "RSC-7",
        "Divides by what stands on the diagonal, which is 0 where a shard before it is missing.",
        edited("reed_solomon.field.inverted", "int(np.argmax(rows[place:, place] != 0))", "0"),
    ),
    Mutant(
        "two-losses-at-most",
        "RSC-7",
        "Recovers two data shards, by formulas, and gives zeros for more.",
        edited(
            DECODE,
            "missing = [",
            "if sum(one is None for one in given[:k]) > 2:\n"
            "    given = [one or bytes(size) for one in given]\nmissing = [",
        ),
        Kind.SIZE,
    ),
)
ORDER = (
    Mutant(
        "too-few-before-lengths",
        "RSC-8",
        "Counts the shards that are there first.",
        inserted(
            DECODE,
            GIVEN,
            "if sum(one is not None for one in given) < k:\n"
            '    raise ResonantError(RejectCode.NOT_RECOVERABLE, "", "by a mutant")',
        ),
    ),
    Mutant(
        "lengths-before-the-range",
        "RSC-8",
        "Compares the shards with each other before it looks at k and r.",
        edited(
            ENCODE,
            "k, r = _checked_counts(k, r)",
            "if len(set(map(len, shards))) > 1:\n"
            '    raise ResonantError(RejectCode.LENGTH_MISMATCH, "", "by a mutant")\n'
            "k, r = _checked_counts(k, r)",
        ),
    ),
    Mutant(
        "number-of-shards-before-the-range",
        "RSC-8",
        "Counts the shards before it looks at k and r.",
        edited(
            DECODE,
            "k, r = _checked_counts(k, r)",
            "if len(shards) != k + r:\n"
            '    raise ResonantError(RejectCode.LENGTH_MISMATCH, "", "by a mutant")\n'
            "k, r = _checked_counts(k, r)",
        ),
    ),
)
MUTANTS = (*RANGES, *LENGTHS, *DECODING, *ORDER)
