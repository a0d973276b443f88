"""Faults that show before any field is read: length, version, CRC (specs/frame.md section 4, steps 1 to 4)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

from ..model import Case, Group, frame_refused
from ..writer.raw_frame import F16, I8, Raw, close, one_slice, ramp

SHORT = one_slice(F16, (2,), bytes.fromhex("003c00c0"))


def groups() -> Iterator[Group]:
    """FRAME_TOO_SHORT, BAD_VERSION, CRC_MISMATCH; FRAME_TOO_LARGE is in vectors/hand/sizes.toml."""
    yield Group("frame", "decode/too-short", "decode", "Inputs shorter than 33 bytes.", list(_too_short()))
    yield Group("frame", "decode/version", "decode", "Versions other than 1, with the right CRC.", list(_version()))
    yield Group("frame", "decode/crc", "decode", "CRCs as real implementations get them wrong.", list(_crc()))


def _too_short() -> Iterator[Case]:
    heart = Raw(type=3).frame()
    inputs = {
        "empty": (b"", "No byte at all."),
        "one-byte": (heart[:1], "The version byte alone."),
        "fixed-header-only": (heart[:24], "The header ends after num_slices."),
        "header-without-crc": (heart[:29], "A whole header with N = 0 and no CRC."),
        "crc-cut-by-one": (heart[:-1], "The shortest frame, less its last byte."),
        "crc-right-without-modality": (close(heart[:28]), "32 bytes with a right CRC, as if modality were optional."),
        "zeros-32": (bytes(32), "32 zero bytes: the version is wrong too, but the length comes first."),
    }
    for case_id, (data, about) in inputs.items():
        yield frame_refused(case_id, about, "FRM-25", data, "FRAME_TOO_SHORT")


def _version() -> Iterator[Case]:
    for version in (0, 2, 3, 0x10, 0x80, 0x81, 0xFF):
        about = f"Version 0x{version:02x}."
        data = Raw(version=version, slice_len=SHORT.slice_len, body=SHORT.body).frame()
        yield frame_refused(f"version-{version:02x}", about, "FRM-2", data, "BAD_VERSION")
    data = Raw(version=2, crc=0).frame()
    about = "Version 2 and a wrong CRC: another version may have another CRC, so the version comes first."
    yield frame_refused("version-2-and-wrong-crc", about, "FRM-2 FRM-29", data, "BAD_VERSION")


def _crc32c(data: bytes) -> int:
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def _crc() -> Iterator[Case]:
    frame = SHORT.frame()
    data, sent = frame[:-4], frame[-4:]
    right = int.from_bytes(sent, "little")
    mistakes: dict[str, tuple[Callable[[], int], str]] = {
        "crc-zero": (lambda: 0, "The CRC field left 0."),
        "crc-big-endian": (lambda: int.from_bytes(sent, "big"), "The right CRC with its bytes reversed."),
        "crc-not-complemented": (lambda: right ^ 0xFFFFFFFF, "Without the final complement."),
        "crc-starts-from-zero": (
            lambda: zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF,
            "With initial value 0, no complement.",
        ),
        "crc-castagnoli": (lambda: _crc32c(data), "CRC-32C, the polynomial of iSCSI, instead of IEEE 802.3."),
        "crc-adler": (lambda: zlib.adler32(data), "Adler-32, the other checksum of zlib."),
        "crc-over-body-only": (lambda: zlib.crc32(SHORT.body), "The CRC of the body alone."),
        "crc-over-header-only": (lambda: zlib.crc32(SHORT.header()), "The CRC of the header alone."),
        "crc-over-itself-zeroed": (
            lambda: zlib.crc32(data + bytes(4)),
            "The CRC of the frame with four zeros in its place.",
        ),
        "crc-without-version": (lambda: zlib.crc32(data[1:]), "The CRC of everything but the first byte."),
        "crc-last-bit-flipped": (lambda: right ^ 0x80000000, "The last bit of the frame flipped."),
        "crc-first-bit-flipped": (lambda: right ^ 1, "The first bit of the CRC flipped."),
    }
    for case_id, (wrong, about) in mistakes.items():
        value = wrong()
        assert value != right, case_id
        yield frame_refused(case_id, about, "FRM-24", data + struct.pack("<I", value), "CRC_MISMATCH")
    big = one_slice(I8, (4096,), ramp(4096)).frame()
    swapped = big[:100] + big[101:102] + big[100:101] + big[102:]
    about = "Two neighbouring payload bytes swapped, which a sum would not notice."
    yield frame_refused("payload-bytes-swapped", about, "FRM-24", swapped, "CRC_MISMATCH")
    late = big[:-5] + bytes([big[-5] ^ 1]) + big[-4:]
    yield frame_refused("last-payload-bit-flipped", "The last covered byte is changed.", "FRM-24", late, "CRC_MISMATCH")
