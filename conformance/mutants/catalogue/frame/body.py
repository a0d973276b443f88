"""Faults in how slices stand in the plain body: FRM-13 and FRM-21 to FRM-23."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, refusing

READ = "frame.slices._read_slice"
ALL = "frame.slices.read_slices"
WRITE = "frame.slices.write_slices"
END = "if offset != len(plain):"
NEXT = "one, offset = _read"
BUILD = "# BUILD"
WRITTEN = "*one.dims), one.payload)"

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
        "Collects slices on a stack and hands it out from the top.",
        edited(ALL, "return tuple(slices)", "return tuple(slices[::-1])"),
    ),
    Mutant(
        "written-payloads-padded",
        "FRM-13",
        "Pads each payload to four bytes, as its tensors are aligned.",
        edited(WRITE, WRITTEN, "*one.dims), one.payload + bytes(-len(one.payload) % 4))"),
    ),
    Mutant(
        "read-payloads-aligned",
        "FRM-13",
        "Skips to the next multiple of four bytes after each payload.",
        edited(READ, "), start + length", "), min(start + length + -length % 4, len(plain))"),
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
        edited("frame.slices._need", "len(plain) - offset < count", "len(plain) - offset + 1 < count"),
    ),
    Mutant(
        "body-may-end-between-slices",
        "FRM-21",
        "Stops quietly where the body ends between two slices.",
        inserted(ALL, NEXT, "if index and offset == len(plain):\n    break"),
    ),
    Mutant(
        "cut-dims-as-zeros",
        "FRM-21",
        "Reads dims from a buffer that is filled up with zeros.",
        inserted(READ, "_need(plain, offset + 2, 4", "plain += bytes(max(0, offset + 2 + 4 * rank - len(plain)))"),
    ),
    Mutant(
        "cut-body-as-length-mismatch",
        "FRM-21",
        "Has one code for all lengths that do not fit.",
        edited("frame.slices._need", "RejectCode.TRUNCATED_BODY", "RejectCode.LENGTH_MISMATCH"),
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
        "crc-where-the-slices-end",
        "FRM-22",
        "Reads the CRC where the slices end, and computes it over all but the last four bytes.",
        edited(
            "frame.decode.decode",
            "header = read_header(data)",
            "header = read_header(data)\ndata = data[:-4] if data[-8:-4] == data[-4:] else data",
        ),
    ),
    Mutant(
        "trailing-bytes-as-truncated",
        "FRM-22",
        "Answers every end of the body in a wrong place with TRUNCATED_BODY.",
        edited(ALL, "RejectCode.TRAILING_BYTES", "RejectCode.TRUNCATED_BODY"),
    ),
)
UNCHANGED = (
    Mutant(
        "nan-refused",
        "FRM-23",
        "Refuses NaN and infinities as early as it can.",
        inserted(
            READ,
            BUILD,
            refusing(
                "dtype == 1 and any(high & 0x7C == 0x7C for high in plain[start + 1 : start + length : 2])", "BAD_DTYPE"
            ),
        ),
    ),
    Mutant(
        "pad-nibble-cleared",
        "FRM-23",
        "Clears the pad nibble of Q4 when it delivers the payload.",
        inserted(
            READ,
            BUILD,
            "if dtype == 3 and prod(dims) % 2:\n"
            "    last = start + length - 1\n"
            "    plain = plain[:last] + bytes([plain[last] & 0x0F]) + plain[last + 1 :]",
        ),
    ),
    Mutant(
        "least-code-limited",
        "FRM-23",
        "Limits codes to -127 as it copies them to the application.",
        inserted(READ, BUILD, 'if dtype == 2:\n    plain = plain[:start] + plain[start:].replace(b"\\x80", b"\\x81")'),
    ),
    Mutant(
        "payload-ends-before-zeros",
        "FRM-23",
        "Writes payloads with a function for strings, which drops the zeros at the end.",
        edited(WRITE, WRITTEN, '*one.dims), one.payload.rstrip(b"\\0"))'),
    ),
)
MUTANTS = (*ORDER, *TRUNCATED, *TRAILING, *UNCHANGED)
