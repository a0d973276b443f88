"""The blocks of a Zstandard frame by their headers alone (RFC 8878 section 3.1.1.2): where each ends."""

from __future__ import annotations

from dataclasses import dataclass

HEADER_BYTES = 3
_KINDS = ("raw", "RLE", "compressed", "reserved")


@dataclass(frozen=True, slots=True)
class Block:
    """A block header. kind: "raw", "RLE", "compressed" or "reserved". size: its Block_Size in bytes."""

    last: bool
    kind: str
    size: int

    @property
    def stored(self) -> int:
        """The bytes that follow the header on the wire."""
        return 1 if self.kind == "RLE" else self.size


@dataclass(frozen=True, slots=True)
class Run:
    """The blocks found in a row. length: the bytes they take. ended: whether the last one is marked so and all there.

    content: the bytes they decompress to, or None where a compressed block keeps that to itself.
    """

    count: int
    length: int
    ended: bool
    content: int | None


def read_block(header: bytes) -> Block:
    """Read a block header; bytes that are not there count as 0."""
    value = int.from_bytes(header[:HEADER_BYTES], "little")
    return Block(bool(value & 1), _KINDS[value >> 1 & 3], value >> 3)


def walk_blocks(data: bytes) -> Run:
    """Walk from one block header to the next until the last block, a reserved one or the end of `data`."""
    count = position = 0
    content: int | None = 0
    while position < len(data):
        block = read_block(data[position : position + HEADER_BYTES])
        if block.kind == "reserved":
            break
        position += HEADER_BYTES + block.stored
        count += 1
        content = None if content is None or block.kind == "compressed" else content + block.size
        if block.last:
            return Run(count, min(position, len(data)), position <= len(data), content)
    return Run(count, min(position, len(data)), ended=False, content=content)
