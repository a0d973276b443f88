"""Frames that an encoder must reject (specs/frame.md section 5, specs/transform.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from resonant import DType, MessageType, Modality

from ..model import RESERVED, UNTIL_ASSIGNED, Case, Group, accepts, refuses
from ..writer.raw_frame import (
    F16,
    I8,
    Q4,
    SPARSE,
    STRONG_TAIL,
    TEST_KEY,
    XCHACHA,
    ZSTD,
    close,
    nonce_of,
    ramp,
    raw_slice,
)
from ..writer.wide import wide_slices
from .header_faults import undefined

RESERVED_FLAGS = (0x8000, 0x8004, 0xFFF8)
KEYED = {"key": TEST_KEY.hex(), "nonce": nonce_of(1).hex()}


def groups() -> Iterator[Group]:
    """Faulty fields, faulty slices and sizes, by profile."""
    yield Group(
        "frame",
        "encode/faults",
        "encode",
        "Frames that no bytes can carry.",
        [*_headers(RESERVED, RESERVED_FLAGS), *_slices()],
    )
    about = f"Values of fields that no version has assigned yet: {UNTIL_ASSIGNED}"
    yield Group("frame", "encode/unassigned", "encode", about, list(_unassigned()))
    yield Group("frame", "encode/too-large", "encode", "Frames over 65,536 bytes.", list(_too_large()))
    yield Group(
        "zstd", "encode/limits", "encode", "Plain sizes at and over the limit under ZSTD.", list(_zstd_limits())
    )
    about = "Plain and sealed sizes at and over the limit under XCHACHA, missing keys, keys that are not needed."
    yield Group("xchacha", "encode/limits", "encode", about, list(_xchacha()))
    about = "Plain sizes at and over the limit under both transforms."
    yield Group("xchacha", "encode/limits-zstd", "encode", about, list(_both_limits()), ("zstd",))


def given(**changes: Any) -> dict[str, Any]:
    """Fields of a valid frame with some of them changed."""
    valid = {"type": 0, "flags": 0, "stream_id": 1, "frame_seq": "1", "space_hash32": 0, "modality": 0}
    return valid | {"slices": [entry(I8, (2,), ramp(2))]} | changes


def entry(dtype: int, dims: Sequence[int], payload: bytes) -> Mapping[str, Any]:
    """One slice of `fields`."""
    return {"dtype": dtype, "dims": list(dims), "payload": payload.hex()}


def _refused(case_id: str, about: str, clauses: str, changed: Mapping[str, Any], code: str) -> Case:
    return refuses(case_id, about, clauses, {"fields": given(**changed)}, code)


def _headers(values: Sequence[int], all_flags: Sequence[int]) -> Iterator[Case]:
    for value in values:
        if value not in set(MessageType):
            yield _refused(f"type-{value:02x}", f"type {value}.", "FRM-33 FRM-3", {"type": value}, "BAD_TYPE")
        if value not in set(Modality):
            about = f"modality {value}."
            yield _refused(f"modality-{value:02x}", about, "FRM-33 FRM-11", {"modality": value}, "BAD_MODALITY")
    for flags in all_flags:
        yield _refused(
            f"flags-{flags:04x}", f"flags 0x{flags:04x}.", "FRM-33 FRM-39", {"flags": flags}, "RESERVED_FLAGS"
        )


def _unassigned() -> Iterator[Case]:
    yield from _headers((5, 6, 128, 0xEF), (0x0008, 0x0080, 0x0100, 0x4000))
    yield from _dtypes(undefined(DType, 0x00, 0x04, 0x0F, 0x11, 0xEF))


def _dtypes(values: Sequence[int]) -> Iterator[Case]:
    for dtype in values:
        about = f"dtype 0x{dtype:02x}."
        changed = {"slices": [entry(dtype, (2,), ramp(2))]}
        yield _refused(f"dtype-{dtype:02x}", about, "FRM-33 FRM-14", changed, "BAD_DTYPE")


def _slices() -> Iterator[Case]:
    yield from _dtypes(RESERVED)
    ranks = {"rank-0": (0, "No dims."), "rank-256": (256, "256 dims: 0 in a u8."), "rank-257": (257, "257: 1 in a u8.")}
    for case_id, (rank, about) in ranks.items():
        changed = {"slices": [entry(I8, (1,) * rank, b"\1")]}
        yield _refused(case_id, about, "FRM-33 FRM-15", changed, "BAD_RANK")
    lengths = {
        "f16-odd": (F16, (2,), 3, "FRM-17"),
        "f16-short": (F16, (2, 2), 4, "FRM-17"),
        "i8-long": (I8, (3,), 4, "FRM-18"),
        "i8-empty": (I8, (3,), 0, "FRM-18"),
        "i8-product-2-pow-32": (I8, (65_536, 65_536), 0, "FRM-16"),
        "f16-bytes-2-pow-64": (F16, (2**31, 2**31, 2), 0, "FRM-16"),
        "q4-rounded-down": (Q4, (5,), 2, "FRM-19"),
        "q4-one-byte-an-element": (Q4, (2,), 2, "FRM-19"),
        "sparse-coo-odd": (SPARSE, (4,), 1, "FRM-20"),
        "sparse-coo-more-than-n": (SPARSE, (1,), 4, "FRM-20"),
    }
    for case_id, (dtype, dims, size, clause) in lengths.items():
        about = f"Dims {list(dims)} with {size} payload bytes."
        changed = {"slices": [entry(dtype, dims, ramp(size))]}
        yield _refused(case_id, about, f"FRM-33 {clause}", changed, "LENGTH_MISMATCH")
    second = {"slices": [entry(I8, (1,), b"\1"), entry(I8, (2,), b"\1")]}
    yield _refused(
        "second-slice-short", "The fault is in the second slice.", "FRM-33 FRM-18", second, "LENGTH_MISMATCH"
    )


def _too_large() -> Iterator[Case]:
    about = "A frame of 65,537 bytes in many slices, with STRONG_TAIL, which is no transform."
    strong = {"fields": _wide(65_537, STRONG_TAIL)}
    yield refuses("size-65537-strong-tail", about, "FRM-34", strong, "FRAME_TOO_LARGE")


def _wide(size: int, flags: int) -> dict[str, Any]:
    """Fields of a frame with that plain size in bytes, in many slices."""
    return given(flags=flags, slices=[entry(*one) for one in wide_slices(size)])


def _body(size: int) -> bytes:
    """The plain body of such a frame."""
    return b"".join(raw_slice(*one) for one in wide_slices(size))


def _header(size: int, flags: int) -> bytes:
    """And its header, laid out by the table of specs/frame.md."""
    table = [len(payload) for _, _, payload in wide_slices(size)]
    head = bytes([1, 0, flags, 0]) + (1).to_bytes(4, "little") + (1).to_bytes(8, "little")
    counted = head + len(table).to_bytes(8, "little") + b"".join(one.to_bytes(4, "little") for one in table)
    return counted + bytes(5)


def _flagged(size: int, flags: int, payload: bytes | None = None) -> dict[str, Any]:
    """Fields of a frame with that plain size in bytes, in one slice."""
    count = size - 43
    return given(flags=flags, slices=[entry(I8, (count,), payload or bytes(count))])


def noise(count: int) -> bytes:
    """Bytes that no compressor makes shorter: SHA-256 in counter mode."""
    blocks = (hashlib.sha256(i.to_bytes(4, "little")).digest() for i in range(count // 32 + 1))
    return b"".join(blocks)[:count]


def _zstd_limits() -> Iterator[Case]:
    # Storing the body in blocks of any size fits as well: no clause wants a body to become shorter.
    ok = {"header": _header(3_000, ZSTD).hex(), "plain_body": _body(3_000).hex()}
    about = "A plain size of 3,000 bytes in a few slices, stored or compressed."
    yield accepts("plain-size-3000", about, "FRM-34 ZST-9 FRM-24", {"fields": _wide(3_000, ZSTD)}, ok)
    about = "A plain size of 65537 bytes, which would compress to a short frame."
    yield refuses("plain-size-65537", about, "FRM-34", {"fields": _wide(65_537, ZSTD)}, "PLAIN_TOO_LARGE")
    lengths = {2_000: "far from the limit, compressed or not", 16_500: "a body of more than 16 KiB, compressed or not"}
    for count, what in lengths.items():
        plain = bytes([I8, 1]) + count.to_bytes(4, "little") + noise(count)
        header = (
            "01000100010000000100000000000000" + "0100000000000000" + count.to_bytes(4, "little").hex() + "0000000000"
        )
        ok = {"header": header, "plain_body": plain.hex()}
        given = {"fields": _flagged(count + 43, ZSTD, noise(count))}
        yield accepts(f"noise-of-{count}", f"{count:,} bytes of noise: {what}.", "ZST-9 ZST-11", given, ok)
    # RFC 8878: before noise stand at least 4 bytes of magic number, 1 of descriptor, 2 of size and 3 of block header.
    over = _flagged(65_527, ZSTD, noise(65_484))
    about = "A plain size of 65,527 bytes of noise: the 10 bytes that Zstandard adds make it one too many."
    yield refuses("noise-one-over", about, "ZST-11", {"fields": over}, "FRAME_TOO_LARGE")


def _xchacha() -> Iterator[Case]:
    for size in (65_497, 65_536):
        about = f"A plain size of {size} bytes: sealed, the frame has {size + 40}."
        over = {"fields": _wide(size, XCHACHA)} | KEYED
        yield refuses(f"sealed-size-{size + 40}", about, "XCH-14", over, "FRAME_TOO_LARGE")
    about = "A plain size of 65,537 bytes, before it is sealed: lengths that have bits in common are added, not joined."
    slices = (*wide_slices(65_537)[:-1], *[(I8, (423,), ramp(423))] * 2)
    joined = {"fields": given(flags=XCHACHA, slices=[entry(*one) for one in slices])} | KEYED
    yield refuses("plain-size-65537-common-bits", about, "FRM-34", joined, "PLAIN_TOO_LARGE")
    sealed = {"fields": given(flags=XCHACHA)}
    for name in KEYED:
        without = {key: value for key, value in KEYED.items() if key != name}
        yield refuses(f"no-{name}", f"XCHACHA set and no {name}.", "XCH-8", sealed | without, "KEY_REQUIRED")
    yield refuses("neither-key-nor-nonce", "XCHACHA set and neither.", "XCH-8", sealed, "KEY_REQUIRED")
    heart = {"fields": given(flags=XCHACHA, type=3, slices=[])}
    yield refuses(
        "no-key-for-a-heart", "There is no body to hide; the flag asks for a key.", "XCH-8", heart, "KEY_REQUIRED"
    )
    plain = "0100000001000000010000000000000001000000000000000200000000000000000201020000000108"
    frame = bytes.fromhex(plain)
    about = "A key and a nonce for a frame without XCHACHA, which stays in clear."
    yield accepts("key-not-needed", about, "XCH-7", {"fields": given()} | KEYED, {"frame": close(frame).hex()})


def _both_limits() -> Iterator[Case]:
    both = ZSTD | XCHACHA
    about = "A plain size of 3,000 bytes, compressed or stored, and sealed."
    ok = {"header": _header(3_000, both).hex(), "plain_body": _body(3_000).hex()}
    yield accepts("plain-size-3000", about, "XCH-1 FRM-34", {"fields": _wide(3_000, both)} | KEYED, ok)
    about = "A plain size of 65,537 bytes that would compress well."
    yield refuses("plain-size-65537", about, "FRM-34", {"fields": _wide(65_537, both)} | KEYED, "PLAIN_TOO_LARGE")
    about = "A plain size of 65,490 bytes of noise: compressed it fits into a frame, sealed it does not."
    over = {"fields": _flagged(65_490, both, noise(65_447))} | KEYED
    yield refuses("noise-fits-unsealed", about, "XCH-14", over, "FRAME_TOO_LARGE")
