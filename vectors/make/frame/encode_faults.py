"""Frames that an encoder must reject (specs/frame.md section 5, specs/transform.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from resonant import DType, MessageType, Modality

from ..model import RESERVED, UNTIL_ASSIGNED, Case, Group, accepts, refuses
from ..writer.agreed_frame import fields
from ..writer.raw_frame import F16, I8, Q4, SPARSE, STRONG_TAIL, TEST_KEY, XCHACHA, ZSTD, close, nonce_of, ramp
from .boundaries import sized
from .header_faults import undefined

RESERVED_FLAGS = (0x8000, 0x8004, 0xFFF8)
STORED, SEALED = 16, 40
"""Bytes by which a body grows that Zstandard stores as it is, and one that is sealed."""
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
    for size in (65_537, 65_538, 65_536 + 33, 70_000):
        about = f"A frame of {size} bytes without transforms."
        yield refuses(f"size-{size}", about, "FRM-34", {"fields": fields(sized(size))}, "FRAME_TOO_LARGE")
    about = "65,537 bytes with STRONG_TAIL, which is no transform."
    strong = {"fields": _flagged(65_537, STRONG_TAIL)}
    yield refuses("size-65537-strong-tail", about, "FRM-34", strong, "FRAME_TOO_LARGE")
    empty = entry(I8, (0,), b"")
    about = "6,551 empty slices are 33 + 10 × 6,551 = 65,543 bytes."
    yield _refused("one-slice-too-many", about, "FRM-34", {"slices": [empty] * 6551}, "FRAME_TOO_LARGE")
    halves = {"slices": [entry(I8, (32_743,), bytes(32_743))] * 2}
    yield _refused("two-halves", "Two slices that only together are too much.", "FRM-34", halves, "FRAME_TOO_LARGE")


def _zeros(flags: int, size: int) -> dict[str, str]:
    """What an encoder makes of a frame with this plain size whose elements are zeros."""
    count = size - 43
    header = bytes([1, 0]) + flags.to_bytes(2, "little") + (1).to_bytes(4, "little") + (1).to_bytes(8, "little") * 2
    header += count.to_bytes(4, "little") + bytes(5)
    return {"header": header.hex(), "plain_body": (bytes([I8, 1]) + count.to_bytes(4, "little") + bytes(count)).hex()}


def _flagged(size: int, flags: int, payload: bytes | None = None) -> dict[str, Any]:
    """Fields of a frame with that plain size in bytes."""
    count = size - 43
    return given(flags=flags, slices=[entry(I8, (count,), payload or bytes(count))])


def noise(count: int) -> bytes:
    """Bytes that no compressor makes shorter: SHA-256 in counter mode."""
    blocks = (hashlib.sha256(i.to_bytes(4, "little")).digest() for i in range(count // 32 + 1))
    return b"".join(blocks)[:count]


def _zstd_limits() -> Iterator[Case]:
    # Zstandard adds up to 16 bytes to what it only stores, and an encoder may do no more than that.
    most = 65_536 - STORED
    about = f"A plain size of {most:,} bytes: compressed or stored, the frame is no longer than 65,536."
    yield accepts(
        "stored-at-the-limit", about, "FRM-34 ZST-9 FRM-24", {"fields": _flagged(most, ZSTD)}, _zeros(ZSTD, most)
    )
    for size in (65_537, 70_000):
        about = f"A plain size of {size} bytes, which would compress to a short frame."
        yield refuses(f"plain-size-{size}", about, "FRM-34", {"fields": _flagged(size, ZSTD)}, "PLAIN_TOO_LARGE")
    lengths = (32_733, 32_734)
    halves = given(flags=ZSTD, slices=[entry(I8, (n,), bytes(n)) for n in lengths])
    about = f"Two slices: 33 + 8 + 12 + 65,467 = {most:,}, only if each slice's table entry and head are counted."
    two = b"".join(bytes([I8, 1]) + n.to_bytes(4, "little") + bytes(n) for n in lengths)
    assert 33 + 8 + len(two) == most
    header = "010001000100000001000000000000000200000000000000dd7f0000de7f00000000000000"
    yield accepts(
        "two-slices-stored-at-the-limit",
        about,
        "FRM-34 ZST-9",
        {"fields": halves},
        {"header": header, "plain_body": two.hex()},
    )
    over = given(flags=ZSTD, slices=[entry(I8, (32_742,), bytes(32_742))] * 2)
    yield refuses("two-slices-one-over", "The same and one byte more.", "FRM-34", {"fields": over}, "PLAIN_TOO_LARGE")
    many = given(flags=ZSTD, slices=[entry(I8, (0,), b"")] * 6551)
    about = "6,551 empty slices: 33 + 10 × 6,551 = 65,543 before they would compress to almost nothing."
    yield refuses("one-empty-slice-too-many", about, "FRM-34", {"fields": many}, "PLAIN_TOO_LARGE")
    full = _flagged(65_536, ZSTD, noise(65_493))
    about = "A plain size of 65,536 bytes of noise: compressed, the frame is longer than that."
    yield refuses("noise-at-the-limit", about, "ZST-11", {"fields": full}, "FRAME_TOO_LARGE")
    plain = bytes([I8, 1]) + (10_000).to_bytes(4, "little") + noise(10_000)
    header = "010001000100000001000000000000000100000000000000102700000000000000"
    ok = {"header": header, "plain_body": plain.hex()}
    about = "10,000 bytes of noise: far from the limit, compressed or not."
    yield accepts("noise-of-10000", about, "ZST-9", {"fields": _flagged(10_043, ZSTD, noise(10_000))}, ok)
    # RFC 8878: before noise stand at least 4 bytes of magic number, 1 of descriptor, 2 of size and 3 of block header.
    over = _flagged(65_527, ZSTD, noise(65_484))
    about = "A plain size of 65,527 bytes of noise: the 10 bytes that Zstandard adds make it one too many."
    yield refuses("noise-one-over", about, "ZST-11", {"fields": over}, "FRAME_TOO_LARGE")


def _xchacha() -> Iterator[Case]:
    for size in (65_497, 65_536):
        about = f"A plain size of {size} bytes: sealed, the frame has {size + 40}."
        yield refuses(
            f"sealed-size-{size + 40}", about, "XCH-14", {"fields": _flagged(size, XCHACHA)} | KEYED, "FRAME_TOO_LARGE"
        )
    about = "A plain size of 65,537 bytes, before it is sealed."
    yield refuses("plain-size-65537", about, "FRM-34", {"fields": _flagged(65_537, XCHACHA)} | KEYED, "PLAIN_TOO_LARGE")
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
    size = 65_536 - STORED - SEALED
    about = f"A plain size of {size:,} bytes: compressed or stored, the sealed frame is no longer than 65,536."
    fields = {"fields": _flagged(size, both)} | KEYED
    yield accepts("stored-at-the-limit", about, "XCH-1 FRM-34", fields, _zeros(both, size))
    about = "A plain size of 65,537 bytes that would compress well."
    yield refuses("plain-size-65537", about, "FRM-34", {"fields": _flagged(65_537, both)} | KEYED, "PLAIN_TOO_LARGE")
    full = {"fields": _flagged(65_510, both, noise(65_467))} | KEYED
    yield refuses("noise-too-large-when-sealed", "Noise that fits only unsealed.", "XCH-14", full, "FRAME_TOO_LARGE")
