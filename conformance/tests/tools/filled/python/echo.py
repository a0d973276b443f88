"""The template filled in with echoes: each function gives what it was given, so that nothing can be mixed up unseen."""

from __future__ import annotations

from typing import Any

from testee_kit import Fields, Slice

NAME, VERSION, PROFILES = "echo", "0.1", ("frame", "zstd", "xchacha", "message", "sparse", "quant")


def decode(frame: bytes, key: bytes | None = None) -> Fields:
    """The frame as a payload."""
    return Fields(1, 2, 3, 2**64 - 1, 4, 5, [Slice(6, [7, 2**32 - 1], frame + (key or b"")), Slice(8, [], b"")])


def encode(fields: Fields, key: bytes = b"", nonce: bytes = b"", level: int = 0) -> bytes:
    """The fields in their order."""
    numbers = (fields.type, fields.flags, fields.stream_id, fields.frame_seq, fields.space_hash32, fields.modality)
    slices = b"".join(bytes([one.dtype, *one.dims]) + one.payload for one in fields.slices)
    return bytes(number & 0xFF for number in numbers) + slices + key + nonce + bytes([level])


def space_hash(space_id: str, arch: str, data_sig: str) -> int:
    """The lengths of the parts in UTF-8."""
    first, second, third = (len(part.encode()) for part in (space_id, arch, data_sig))
    return first << 16 | second << 8 | third


def tail_hash(data: bytes) -> int:
    """The length."""
    return len(data)


def compress(plain: bytes, level: int = 0) -> bytes:
    """Both."""
    return plain + bytes([level])


def decompress(zstd: bytes) -> bytes:
    """It and a byte."""
    return zstd + b"\x01"


def seal(key: bytes, nonce: bytes, aad: bytes, plain: bytes) -> bytes:
    """All of it."""
    return key + nonce + aad + plain


def open(key: bytes, nonce: bytes, aad: bytes, sealed: bytes) -> bytes:
    """All of it, the other way round."""
    return sealed + aad + nonce + key


def read_message(frame: bytes, key: bytes = b"") -> dict[str, Any]:
    """Both as a string."""
    return {"kind": (frame + key).hex()}


def sparse_encode(dims: tuple[int, ...], dense: bytes) -> tuple[bytes, bytes]:
    """Both."""
    return dense, bytes(dims)


def sparse_decode(dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes) -> bytes:
    """All of it."""
    return bytes(dims) + values + bytes(index_dims) + index


def quantize(bits: int, source: str, data: bytes) -> tuple[bytes, bytes]:
    """All of it."""
    return data, bytes([bits]) + source.encode()


def dequantize(bits: int, count: int, codes: bytes, scale: bytes | None = None) -> bytes:
    """All of it, and whether there is a scale."""
    return bytes([bits, count]) + codes + (b"" if scale is None else b"\xff" + scale)


def tcp_split(chunks: tuple[bytes, ...], ended: bool) -> tuple[tuple[bytes, ...], str, int]:
    """The chunks, whether they ended, and how many there are."""
    return chunks, "clean" if ended else "open", len(chunks)


def tcp_join(frames: tuple[bytes, ...]) -> bytes:
    """One after the other."""
    return b"".join(frames)


def rs_encode(k: int, r: int, shards: tuple[bytes, ...]) -> list[bytes]:
    """The shards, then both numbers."""
    return [*shards, bytes([k, r])]


def rs_decode(k: int, r: int, shards: tuple[bytes | None, ...]) -> list[bytes]:
    """The shards, both numbers in place of one that is missing."""
    return [bytes([k, r]) if shard is None else shard for shard in shards]


def repair_encode(stream_id: int, base: int, r: int, step: int, frames: tuple[bytes, ...]) -> list[bytes]:
    """The frames, then the numbers, of base the last byte."""
    return [*frames, bytes([stream_id, base & 0xFF, r, step])]


def repair_decode(repair: tuple[bytes, ...], frames: tuple[bytes, ...]) -> list[bytes]:
    """Both, one after the other."""
    return [*repair, *frames]


def adapt(
    source: str, data: bytes, dims: tuple[int, ...], allow: tuple[str, ...], tolerance: int, budget: int | None = None
) -> tuple[str, tuple[bytes, ...]]:
    """All of it, in a form that tells what was given."""
    if budget is not None:
        return "q4", (data, bytes([tolerance, budget]))
    if not allow:
        return "sparse", (data, bytes(dims))
    return "f16", (data + bytes(dims) + source.encode() + "".join(allow).encode() + bytes([tolerance]),)
