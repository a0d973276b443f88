"""The strong tail hash: specs/frame.md section 6."""

from __future__ import annotations

import xxhash

from .arguments import octets


def strong_tail_hash(data: bytes) -> int:
    """XXH3-64 with seed 0 of `data`, a u64 (FRM-37). Raises TypeError."""
    data = octets("data", data)
    return xxhash.xxh3_64_intdigest(data)


def tail_hash_hex(data: bytes) -> str:
    """The same as text: 16 lower-case hexadecimal digits, most significant first (FRM-38)."""
    return f"{strong_tail_hash(data):016x}"
