"""Frames laid out by hand from specs/frame.md and specs/transform.md, with nothing of the reference in between."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from nacl import bindings

ROOT = Path(__file__).resolve().parents[2]
KEY = bytes(range(32))
NONCE = bytes(range(0x40, 0x58))
ZSTD, XCHACHA, STRONG_TAIL = 1, 2, 4
F16, I8, Q4, SPARSE_COO = 0x01, 0x02, 0x03, 0x10


def raw_slice(dtype: int, dims: Sequence[int], payload: bytes, rank: int | None = None) -> bytes:
    return struct.pack(f"<BB{len(dims)}I", dtype, len(dims) if rank is None else rank, *dims) + payload


def raw_header(
    *,
    version: int = 1,
    mtype: int = 0,
    flags: int = 0,
    stream_id: int = 0x1234,
    frame_seq: int = 1,
    num_slices: int | None = None,
    slice_len: Sequence[int] = (),
    space_hash32: int = 0,
    modality: int = 0,
) -> bytes:
    count = len(slice_len) if num_slices is None else num_slices
    fixed = struct.pack("<BBHIQQ", version, mtype, flags, stream_id, frame_seq, count)
    return fixed + struct.pack(f"<{len(slice_len)}I", *slice_len) + struct.pack("<IB", space_hash32, modality)


def with_crc(data: bytes) -> bytes:
    return data + struct.pack("<I", zlib.crc32(data))


def raw_frame(body: bytes = b"", **fields: int | Sequence[int]) -> bytes:
    return with_crc(raw_header(**fields) + body)  # type: ignore[arg-type]


def raw_zstd(plain: bytes) -> bytes:
    """A Zstandard frame of the permitted form that stores `plain` in raw blocks."""
    size = len(plain)
    pieces = [plain[start : start + 0x1000] for start in range(0, size, 0x1000)] or [b""]
    heads = [struct.pack("<I", len(piece) << 3)[:3] for piece in pieces]
    heads[-1] = bytes([heads[-1][0] | 1]) + heads[-1][1:]
    blocks = b"".join(head + piece for head, piece in zip(heads, pieces, strict=True))
    return bytes.fromhex("28b52ffda0") + struct.pack("<I", size) + blocks


def sealed(plain: bytes, header: bytes, key: bytes = KEY, nonce: bytes = NONCE) -> bytes:
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, header, nonce, key)


ONE_F16 = raw_slice(F16, [2], bytes.fromhex("003c00c0"))
WORKED_PLAIN = bytes.fromhex(
    "0100000034120000010000000000000001000000000000000400000000000000000101020000 00003c00c0d22d353b"
)


def worked_frames() -> dict[str, list[tuple[int, bytes, str]]]:
    """The ```frame blocks of specs/*.md by name: offset, bytes and the words behind them, line by line."""
    blocks = {}
    for path in sorted((ROOT / "specs").glob("*.md")):
        for name, text in re.findall(r"^```frame (\S+)\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S):
            assert name not in blocks, f"two blocks are called {name}"
            lines = [re.fullmatch(r"@(\d+) +([0-9a-f]+) +(.*)", line) for line in text.splitlines()]
            blocks[name] = [(int(line[1]), bytes.fromhex(line[2]), line[3]) for line in lines if line]
            assert len(blocks[name]) == len(lines), f"{path.name}: a line of {name} is not '@offset hex words'"
    return blocks


def joined(name: str) -> bytes:
    return b"".join(data for _, data, _ in worked_frames()[name])
