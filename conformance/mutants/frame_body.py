"""Faults in how slices stand in the plain body: FRM-13 and FRM-21 to FRM-23."""

from __future__ import annotations

from .changes import Change, edited
from .mutant import Mutant

READ = "slices._read_slice"
ALL = "slices.read_slices"
WRITE = "slices.write_slices"
END = "if offset != len(plain):"
PAYLOAD = "plain[start : start + length]"
JOIN = 'b"".join(parts)'


def delivered(text: str) -> Change:
    """Another expression for the payload that is delivered."""
    return edited(READ, PAYLOAD, text)


ORDER = (
    Mutant(
        "slices-written-in-reverse",
        "FRM-13",
        "Builds the body from its end, and the table from its start.",
        edited(WRITE, "for one in slices:", "for one in reversed(tuple(slices)):"),
    ),
    Mutant(
        "slices-delivered-in-reverse",
        "FRM-13",
        "Collects slices on a stack.",
        edited(ALL, "return tuple(slices)", "return tuple(slices[::-1])"),
    ),
    Mutant(
        "payloads-padded",
        "FRM-13",
        "Pads each payload to four bytes, as its tensors are aligned.",
        edited(WRITE, "*one.dims), one.payload)", "*one.dims), one.payload + bytes(-len(one.payload) % 4))"),
    ),
    Mutant(
        "slices-read-aligned",
        "FRM-13",
        "Skips to the next multiple of four bytes after each payload.",
        edited(READ, "start + length\n", "min(start + length + -length % 4, len(plain))\n"),
    ),
    Mutant(
        "slices-end-with-a-zero",
        "FRM-13",
        "Ends the body with a zero byte, as for text.",
        edited(WRITE, JOIN, JOIN + ' + b"\\0"'),
    ),
)
TRUNCATED = (
    Mutant(
        "cut-payload-delivered",
        "FRM-21",
        "Slices the buffer without a look at its end, which in many languages gives what is there.",
        edited(READ, '_need(plain, start, length, f"the payload of slice {index}")', ""),
    ),
    Mutant(
        "one-byte-may-be-missing",
        "FRM-21",
        "Compares the end with <= where < is meant.",
        edited("slices._need", "len(plain) - offset < count", "len(plain) - offset + 1 < count"),
    ),
    Mutant(
        "body-may-end-between-slices",
        "FRM-21",
        "Stops quietly where the body ends between two slices.",
        edited(
            ALL,
            "one, offset = _read",
            "if index and offset == len(plain):\n            break\n        one, offset = _read",
        ),
    ),
    Mutant(
        "cut-dims-as-zeros",
        "FRM-21",
        "Reads dims from a buffer that is filled up with zeros.",
        edited(
            READ,
            "_need(plain, offset + 2, 4 * rank",
            "plain += bytes(max(0, offset + 2 + 4 * rank - len(plain)))\n    _need(plain, offset + 2, 4 * rank",
        ),
    ),
    Mutant(
        "cut-head-is-the-end",
        "FRM-21",
        "Takes a slice without room for dtype and rank for the end of the body.",
        edited(
            ALL, "one, offset = _read", "if len(plain) - offset < 2:\n            break\n        one, offset = _read"
        ),
    ),
    Mutant(
        "cut-body-called-mismatch",
        "FRM-21",
        "Has one code for all lengths that do not fit.",
        edited("slices._need", "RejectCode.TRUNCATED_BODY", "RejectCode.LENGTH_MISMATCH"),
    ),
)
TRAILING = (
    Mutant(
        "trailing-bytes-ignored",
        "FRM-22",
        "Reads N slices and never looks whether that was all.",
        edited(ALL, END, "if False:"),
    ),
    Mutant(
        "trailing-zeros-ignored",
        "FRM-22",
        "Takes zeros after the last slice for padding.",
        edited(ALL, END, "if any(plain[offset:]):"),
    ),
    Mutant(
        "trailing-byte-ignored",
        "FRM-22",
        "Lets one byte too many pass, off by one.",
        edited(ALL, END, "if len(plain) - offset > 1:"),
    ),
    Mutant(
        "trailing-bytes-called-truncated",
        "FRM-22",
        "Answers every end of the body in the wrong place with TRUNCATED_BODY.",
        edited(ALL, "RejectCode.TRAILING_BYTES", "RejectCode.TRUNCATED_BODY"),
    ),
    Mutant(
        "trailing-slice-ignored",
        "FRM-22",
        "Takes what looks like one more slice for an extension.",
        edited(ALL, END, "if len(plain) - offset not in (0, 7, 8):"),
    ),
)
UNCHANGED = (
    Mutant(
        "nan-made-quiet",
        "FRM-23",
        "Passes F16 payloads through floating-point numbers, which makes every NaN the same.",
        delivered(
            "b''.join(b'\\0\\x7e' if dtype == 1 and plain[at + 1 : at + 2] > b'\\x7c' and plain[at + 1] & 0x7F > 0x7C else plain[at : at + 2] for at in range(start, start + length - 1, 2)) if dtype == 1 else plain[start : start + length]"
        ),
    ),
    Mutant(
        "nan-refused",
        "FRM-23",
        "Refuses NaN as early as it can.",
        edited(
            READ,
            "    # BUILD",
            "    if dtype == 1 and any(high & 0x7C == 0x7C for high in plain[start + 1 : start + length : 2]):\n"
            "        raise _fault(RejectCode.BAD_DTYPE, 'FRM-23', '', start, length)\n"
            "    # BUILD",
        ),
    ),
    Mutant(
        "pad-nibble-cleared",
        "FRM-23",
        "Clears the pad nibble of Q4 when it delivers the payload.",
        delivered(
            "plain[start : start + length - 1] + bytes([plain[start + length - 1] & 0x0F]) if dtype == 3 and prod(dims) % 2 else plain[start : start + length]"
        ),
    ),
    Mutant(
        "code-minus-8-made-minus-7",
        "FRM-23",
        "Limits codes to -7 to 7 as it unpacks and packs them again.",
        edited(
            READ,
            PAYLOAD,
            "plain[start : start + length].replace(b'\\x88', b'\\x99') if dtype == 3 else plain[start : start + length]",
        ),
    ),
    Mutant(
        "code-minus-128-made-minus-127",
        "FRM-23",
        "Limits codes to -127 to 127 on the way to the application.",
        delivered(
            "plain[start : start + length].replace(b'\\x80', b'\\x81') if dtype == 2 else plain[start : start + length]"
        ),
    ),
    Mutant(
        "payload-ends-at-a-zero",
        "FRM-23",
        "Writes payloads with a function for strings, which drops the zeros at their ends.",
        edited(WRITE, "*one.dims), one.payload)", "*one.dims), one.payload.rstrip(b'\\0'))"),
    ),
)
MUTANTS = (*ORDER, *TRUNCATED, *TRAILING, *UNCHANGED)
