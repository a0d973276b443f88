"""One short frame damaged in every place: each bit flipped, each truncation, with and without the CRC made good."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group, frame_refused
from ..writer.raw_frame import F16, Raw, close, one_slice, reclose

# The plain worked frame of specs/frame.md section 7: 47 bytes.
FRAME = bytes.fromhex("010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b")


def groups() -> Iterator[Group]:
    """Flips, truncations, and the same truncations with a right CRC."""
    assert one_slice(F16, (2,), bytes.fromhex("003c00c0")).frame() == FRAME
    about = "Every single-bit flip of the plain worked frame."
    yield Group("frame", "decode/bit-flips", "decode", about, list(_flips()))
    about = "The plain worked frame cut after every byte."
    yield Group("frame", "decode/cut", "decode", about, list(_cuts()))
    about = "The plain worked frame cut after every byte and given the right CRC again."
    yield Group("frame", "decode/cut-and-closed", "decode", about, list(_closed_cuts()))
    about = "Every body byte of a frame changed, with the right CRC: the slice's head decides."
    yield Group("frame", "decode/head-changes", "decode", about, list(_head_changes()))


def _flips() -> Iterator[Case]:
    for bit in range(8 * len(FRAME)):
        index, mask = bit // 8, 1 << bit % 8
        data = FRAME[:index] + bytes([FRAME[index] ^ mask]) + FRAME[index + 1 :]
        code, clause = ("BAD_VERSION", "FRM-2") if index == 0 else ("CRC_MISMATCH", "FRM-24")
        about = f"Bit {bit % 8} of byte {index} flipped."
        yield frame_refused(f"byte-{index}-bit-{bit % 8}", about, f"{clause} FRM-30", data, code)


def _cuts() -> Iterator[Case]:
    for size in range(len(FRAME)):
        code, clause = ("FRAME_TOO_SHORT", "FRM-25") if size < 33 else ("CRC_MISMATCH", "FRM-24")
        yield frame_refused(f"first-{size}-bytes", f"{size} of 47 bytes.", f"{clause} FRM-30", FRAME[:size], code)


def _closed_cuts() -> Iterator[Case]:
    for kept in range(len(FRAME) - 4):
        if kept + 4 < 33:
            code, clause = "FRAME_TOO_SHORT", "FRM-25"
        elif kept + 4 < 37:  # N = 1 needs 37 bytes
            code, clause = "BAD_SLICE_TABLE", "FRM-8"
        else:
            code, clause = "TRUNCATED_BODY", "FRM-21"
        about = f"{kept} bytes and their CRC."
        yield frame_refused(f"first-{kept}-bytes-closed", about, f"{clause} FRM-30", close(FRAME[:kept]), code)


def _head_changes() -> Iterator[Case]:
    # offset in the frame, new value, code, clause, why
    changes = [
        (33, 0x02, "LENGTH_MISMATCH", "FRM-18", "dtype I8: 2 elements are 2 bytes, not 4"),
        (33, 0x03, "LENGTH_MISMATCH", "FRM-19", "dtype Q4: 2 elements are 1 byte, not 4"),
        (34, 0x00, "BAD_RANK", "FRM-15", "rank 0"),
        (
            34,
            0x02,
            "LENGTH_MISMATCH",
            "FRM-17",
            "rank 2: the payload is read as a second dim, and the length does not fit",
        ),
        (34, 0x03, "TRUNCATED_BODY", "FRM-21", "rank 3: the dims do not fit the body"),
        (35, 0x01, "LENGTH_MISMATCH", "FRM-17", "dims [1]"),
        (35, 0x03, "LENGTH_MISMATCH", "FRM-17", "dims [3]"),
        (36, 0x01, "LENGTH_MISMATCH", "FRM-17", "dims [258]"),
        (38, 0x80, "LENGTH_MISMATCH", "FRM-17", "dims [2^31 + 2]: 2n is 4 in a u32"),
        (24, 0x03, "LENGTH_MISMATCH", "FRM-17", "slice_len 3"),
        (24, 0x06, "LENGTH_MISMATCH", "FRM-17", "slice_len 6"),
    ]
    for index, value, code, clause, why in changes:
        data = reclose(FRAME[:index] + bytes([value]) + FRAME[index + 1 :])
        yield frame_refused(
            f"byte-{index}-is-{value:02x}", f"Byte {index} made 0x{value:02x}: {why}.", clause, data, code
        )
    missing = Raw(num_slices=0, slice_len=(4,), body=b"").frame()
    about = "N = 0 above a table of one entry: the entry is read as space_hash32."
    yield frame_refused("count-0-with-an-entry", about, "FRM-7 FRM-22", missing, "TRAILING_BYTES")
