"""The ZSTD transform: specs/transform.md section 1. RFC 8878 itself is the zstandard package's work."""

from __future__ import annotations

from collections.abc import Mapping

import zstandard

from ..arguments import integer, octets
from ..console import counted
from ..errors import Part, RejectCode, ResonantError, Span
from ..wire_values import MAX_FRAME_BYTES, MIN_FRAME_BYTES
from .zstd_blocks import walk_blocks

MAGIC = bytes.fromhex("28b52ffd")
# descriptor -> bytes of the content size field, and what is added to the number in it (ZST-2, ZST-3)
DESCRIPTORS: Mapping[int, tuple[int, int]] = {0x20: (1, 0), 0x60: (2, 256), 0xA0: (4, 0), 0xE0: (8, 0)}


def compress(plain: bytes, level: int = 3) -> bytes:
    """One Zstandard frame of the permitted form (ZST-9). level: 1 (fast) to 22 (small).

    Raises PLAIN_TOO_LARGE for more than 65,503 bytes, which no frame could carry (ZST-10).
    """
    check_level(level)
    plain = octets("plain", plain)
    if len(plain) > MAX_FRAME_BYTES - MIN_FRAME_BYTES:
        detail = f"a plain body of {len(plain)} bytes; no frame carries more than {MAX_FRAME_BYTES - MIN_FRAME_BYTES}"
        raise ResonantError(RejectCode.PLAIN_TOO_LARGE, "ZST-10", detail)
    compressor = zstandard.ZstdCompressor(
        level=level, write_checksum=False, write_content_size=True, write_dict_id=False
    )
    compressed = compressor.compress(plain)
    assert compressed[4] in DESCRIPTORS, "zstandard left the permitted form"
    return compressed


def decompress(zstd: bytes) -> bytes:
    """The content of one Zstandard frame of the permitted form, at most 65,503 bytes of it (ZST-10)."""
    return decompress_body(octets("zstd", zstd), num_slices=0)


def decompress_body(body: bytes, *, num_slices: int, offset: int = 0, part: Part = Part.COMPRESSED_BODY) -> bytes:
    """The plain body of a frame with `num_slices` slices.

    offset and part say where `body` stands, for the span of an error. Raises BAD_COMPRESSION, or PLAIN_TOO_LARGE for
    an honest announcement of too much (ZST-4).
    """

    def fault(clause: str, detail: str, start: int, stop: int) -> ResonantError:
        return ResonantError(RejectCode.BAD_COMPRESSION, clause, detail, Span(offset + start, offset + stop, part))

    # READ and CHECK the frame header
    if body[:4] != MAGIC:
        found = body[:4].hex() or "nothing"
        raise fault("ZST-1", f"the body starts with {found}, not with 28b52ffd", 0, min(4, len(body)))
    if len(body) < 5 or body[4] not in DESCRIPTORS:
        found = f"0x{body[4]:02x}" if len(body) > 4 else "missing"
        detail = f"the Frame_Header_Descriptor is {found}, not 0x20, 0x60, 0xa0 or 0xe0"
        raise fault("ZST-2", detail, 4, min(5, len(body)))
    width, bias = DESCRIPTORS[body[4]]
    if len(body) < 5 + width:
        raise fault("ZST-8", "the content size field is cut", 5, len(body))
    content_size = int.from_bytes(body[5 : 5 + width], "little") + bias
    if MIN_FRAME_BYTES + 4 * num_slices + content_size > MAX_FRAME_BYTES:
        detail = f"a content size of {counted(content_size, 'byte')} makes the plain size exceed {MAX_FRAME_BYTES}"
        raise ResonantError(RejectCode.PLAIN_TOO_LARGE, "ZST-4", detail, Span(offset + 5, offset + 5 + width, part))
    # BUILD, bounded by the content size
    try:
        return _decompress_exactly(body, content_size)
    except zstandard.ZstdError as error:
        clause, detail, start = _reason(body, 5 + width, content_size)
        raise fault(clause, detail or f"not a valid Zstandard frame: {error}", start, len(body)) from error


def _decompress_exactly(body: bytes, content_size: int) -> bytes:
    """Decompress a frame that must fill its input and its content size exactly; ZstdError otherwise."""
    decompressor = zstandard.ZstdDecompressor()
    if content_size:
        # Allocates content_size bytes and writes no more; refuses input after the frame.
        return decompressor.decompress(body, allow_extra_data=False)
    # For content size 0 the call above returns without a look at the blocks, so they are streamed: no block may then
    # hold a byte, and nothing has to be bounded.
    stream = decompressor.decompressobj()
    plain = stream.decompress(body)
    if plain or stream.unused_data or not stream.eof:
        raise zstandard.ZstdError("content size 0, but more than one empty frame, or less")
    return plain


def _reason(body: bytes, blocks: int, content_size: int) -> tuple[str, str, int]:
    """The fault of a frame, blocks from `blocks` on, that did not decompress: clause, detail if known, first byte."""
    run = walk_blocks(body[blocks:])
    end = blocks + run.length
    if run.ended and end < len(body):
        return "ZST-6", f"{counted(len(body) - end, 'byte')} behind the end of the Zstandard frame", end
    if run.ended and run.content is not None and run.content != content_size:
        return "ZST-5", f"the blocks hold {counted(run.content, 'byte')}, the content size says {content_size}", blocks
    return "ZST-8", "", 0


def check_level(level: int) -> None:
    """Refuse a level outside 1 to 22 with ValueError, and what is no integer with TypeError."""
    if type(level) is not int:
        level = integer("level", level)
    if not 1 <= level <= 22:
        raise ValueError(f"level {level}: Zstandard levels are 1 to 22")
