"""Faults of the ZSTD transform: ZST-1 to ZST-11."""

from __future__ import annotations

from .changes import Change, edited, entries
from .mutant import Mutant

COMPRESS = "compression.compress"
BODY = "compression.decompress_body"
EXACTLY = "compression._decompress_exactly"
DESCRIPTORS = "compression.DESCRIPTORS"
MAGIC = "if body[:4] != MAGIC:"
KNOWN = "if len(body) < 5 or body[4] not in DESCRIPTORS:"
LIMIT = "if MIN_FRAME_BYTES + 4 * num_slices + content_size > MAX_FRAME_BYTES:"
WHOLE = "return decompressor.decompress(body, allow_extra_data=False)"
WRITER = "write_checksum=False, write_content_size=True, write_dict_id=False"
ENCODE = "encode.encode"


def before(text: str, inserted: str) -> Change:
    """Statements before a line of the decompressor."""
    return edited(BODY, text, inserted.replace("\n", "\n    ") + "\n    " + text)


def whole(instead: str) -> Change:
    """Another way to decompress a frame whose content size is not 0."""
    return edited(EXACTLY, WHOLE, instead)


FORM = (
    Mutant(
        "empty-body-is-empty-plain",
        "ZST-1",
        "Takes an empty body for an empty plain body.",
        before(MAGIC, "if not body:\n    return b''"),
    ),
    Mutant(
        "skippable-frames-skipped",
        "ZST-1",
        "Skips skippable frames, as the tools of Zstandard do.",
        before(
            MAGIC,
            "while body[1:4] == b'\\x2a\\x4d\\x18' and body[0] >> 4 == 5:\n"
            "    body = body[8 + int.from_bytes(body[4:8], 'little') :]",
        ),
    ),
    Mutant(
        "uncompressed-body-accepted",
        "ZST-1",
        "Takes a body that is not compressed as it is, since a sender may find compression of no use.",
        before(MAGIC, "if body[:4] != MAGIC:\n    return body"),
    ),
    Mutant(
        "magic-not-checked",
        "ZST-1",
        "Knows from the flag that it is Zstandard, and puts the magic number back itself.",
        before(MAGIC, "body = MAGIC + body[4:] if len(body) > 3 else body"),
    ),
    Mutant(
        "magic-fault-called-trailing",
        "ZST-1",
        "Lets a failed decompression through as an empty body, so that the slices are missing.",
        edited(BODY, 'raise fault("ZST-1", f"the', 'return b"" and fault("ZST-1", f"the'),
    ),
    Mutant(
        "checksum-accepted",
        "ZST-2",
        "Accepts frames with a checksum, as its library does.",
        entries(DESCRIPTORS, {0x24: (1, 0)}),
    ),
    Mutant(
        "unused-bit-accepted",
        "ZST-2",
        "Masks the unused bit away, as RFC 8878 lets a decoder do.",
        before(KNOWN, "body = body[:4] + bytes([body[4] & 0xEF]) + body[5:] if len(body) > 4 else body"),
    ),
    Mutant(
        "window-accepted",
        "ZST-2",
        "Accepts frames with a window, which most encoders write.",
        entries(DESCRIPTORS, {0x40: (3, 0), 0x80: (5, 0), 0x00: (1, 0)}),
    ),
    Mutant(
        "dictionary-id-accepted",
        "ZST-2",
        "Accepts a frame that names a dictionary.",
        entries(DESCRIPTORS, {0x21: (2, 0), 0x22: (3, 0), 0x23: (5, 0)}),
    ),
    Mutant(
        "reserved-bit-accepted",
        "ZST-2",
        "Masks the reserved bit away.",
        before(KNOWN, "body = body[:4] + bytes([body[4] & 0xF7]) + body[5:] if len(body) > 4 else body"),
    ),
)
SIZES = (
    Mutant(
        "size-of-2-bytes-without-bias",
        "ZST-3",
        "Forgets that the size of two bytes has 256 taken off.",
        entries(DESCRIPTORS, {0x60: (2, 0)}),
    ),
    Mutant(
        "size-big-endian",
        "ZST-3",
        "Reads the content size in network byte order.",
        edited(BODY, '"little") + bias', '"big") + bias'),
    ),
    Mutant(
        "size-bias-everywhere",
        "ZST-3",
        "Adds 256 to the size of four bytes as well.",
        entries(DESCRIPTORS, {0xA0: (4, 256)}),
    ),
    Mutant(
        "size-of-8-bytes-unknown",
        "ZST-3",
        "Has no use for a size of eight bytes and refuses it.",
        entries(DESCRIPTORS, {0xE0: None}),
    ),
    Mutant(
        "size-to-be-shortest",
        "ZST-3",
        "Wants the shortest descriptor for each size.",
        edited(
            BODY, KNOWN, "if len(body) < 5 or body[4] not in DESCRIPTORS or (body[4] >= 0xA0 and not any(body[7:9])):"
        ),
    ),
    Mutant(
        "size-limit-without-frame",
        "ZST-4",
        "Compares the content size itself with 65,536.",
        edited(BODY, LIMIT, "if content_size > MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "size-limit-without-table",
        "ZST-4",
        "Forgets the table of slice lengths in the plain size.",
        edited(BODY, LIMIT, "if MIN_FRAME_BYTES + content_size > MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "size-limit-refused",
        "ZST-4",
        "Refuses the greatest content size with >=.",
        edited(BODY, LIMIT, LIMIT.replace(" > MAX", " >= MAX")),
    ),
    Mutant(
        "size-limit-as-bad-compression",
        "ZST-4",
        "Says BAD_COMPRESSION for everything that it does not decompress.",
        edited(BODY, "ResonantError(RejectCode.PLAIN_TOO_LARGE", "ResonantError(RejectCode.BAD_COMPRESSION"),
    ),
    Mutant(
        "size-of-32-bits",
        "ZST-4",
        "Keeps the content size in a u32, so that a size of 2^32 is nothing.",
        edited(BODY, '"little") + bias', '"little") % 2**32 + bias'),
    ),
    Mutant(
        "size-limit-not-checked",
        "ZST-4",
        "Leaves the limit to the library's own.",
        edited(BODY, LIMIT, "if content_size > 2**20:"),
    ),
    Mutant(
        "size-not-compared",
        "ZST-5",
        "Streams what is there and takes the content size for a hint.",
        whole(
            "return decompressor.decompressobj().decompress(body[:4] + b'\\xa0' + (65503).to_bytes(4, 'little') + body[5 + DESCRIPTORS[body[4]][0] :])"
        ),
    ),
    Mutant(
        "size-of-nothing-not-compared",
        "ZST-5",
        "Returns at once for a content size of 0, as its library does.",
        edited(EXACTLY, "    stream = ", "    return b''\n    stream = "),
    ),
)
BLOCKS = (
    Mutant(
        "bytes-after-frame-ignored",
        "ZST-6",
        "Does not ask whether the library has used all its input.",
        whole("return decompressor.decompress(body)"),
    ),
    Mutant(
        "bytes-after-empty-frame-ignored",
        "ZST-6",
        "Forgets the frame of content size 0 when it looks for bytes after the end.",
        edited(EXACTLY, "if plain or stream.unused_data or", "if plain or"),
    ),
    Mutant(
        "second-frame-appended",
        "ZST-6",
        "Decompresses one frame after the other, as the tools of Zstandard do.",
        edited(
            EXACTLY,
            "    if content_size:",
            "    parts = [part for part in body.split(MAGIC) if part]\n    if len(parts) > 1:\n        return b''.join(zstandard.ZstdDecompressor().decompress(MAGIC + part) for part in parts)\n    if content_size:",
        ),
    ),
    Mutant(
        "rle-blocks-unknown",
        "ZST-7",
        "Has no RLE blocks, which encoders rarely write.",
        before(
            "# BUILD, bounded",
            "if (body[5 + width] >> 1 & 3 if len(body) > 5 + width else 0) == 1:\n    raise fault('ZST-7', '', 0, 0)",
        ),
    ),
    Mutant(
        "raw-blocks-unknown",
        "ZST-7",
        "Takes the block for compressed because the flag says so.",
        before(
            "# BUILD, bounded",
            "if content_size and (body[5 + width] >> 1 & 3 if len(body) > 5 + width else 1) == 0:\n    raise fault('ZST-7', '', 0, 0)",
        ),
    ),
    Mutant(
        "one-block-only",
        "ZST-7",
        "Decodes one block, as a block may hold 128 KiB and no frame has more.",
        before(
            "# BUILD, bounded",
            "if len(body) > 5 + width and not body[5 + width] & 1:\n    raise fault('ZST-7', '', 0, 0)",
        ),
    ),
    Mutant(
        "empty-last-block-refused",
        "ZST-7",
        "Takes a last block of no bytes for a fault.",
        before("# BUILD, bounded", "if body[-3:] == b'\\1\\0\\0':\n    raise fault('ZST-7', '', 0, 0)"),
    ),
    Mutant(
        "early-end-accepted",
        "ZST-8",
        "Takes what the stream has given so far when the input ends.",
        whole("return decompressor.decompressobj().decompress(body)"),
    ),
    Mutant(
        "cut-size-field-read",
        "ZST-8",
        "Reads as much of the content size as there is.",
        edited(BODY, 'raise fault("ZST-8", "the', 'return b"" and fault("ZST-8", "the'),
    ),
    Mutant(
        "cut-size-field-crashes",
        "ZST-8",
        "Reads the content size without a look at the end.",
        edited(BODY, "if len(body) < 5 + width:", "if body[4 + width] < 0:"),
    ),
    Mutant(
        "reserved-block-skipped",
        "ZST-8",
        "Skips a block of the reserved type.",
        edited(
            EXACTLY,
            "    decompressor = ",
            "    if len(body) > 6 and body[6] >> 1 & 3 == 3:\n        return bytes(content_size)\n    decompressor = ",
        ),
    ),
)
WRITING = (
    Mutant(
        "checksum-written",
        "ZST-9",
        "Writes a checksum, as the tools of Zstandard do.",
        edited(COMPRESS, "write_checksum=False", "write_checksum=True", ("assert", "assert 1 or")),
    ),
    Mutant(
        "size-not-written",
        "ZST-9",
        "Streams, and does not know the content size when it begins.",
        edited(COMPRESS, "write_content_size=True", "write_content_size=False", ("assert", "assert 1 or")),
    ),
    Mutant(
        "empty-stays-empty",
        "ZST-9",
        "Compresses no bytes to no bytes.",
        edited(
            COMPRESS,
            "compressor.compress(plain)",
            "compressor.compress(plain) if plain else b''",
            ("assert", "assert 1 or"),
        ),
    ),
    Mutant(
        "streamed-at-high-levels",
        "ZST-9",
        "Streams at high levels, where the frame has a window and no size.",
        edited(
            COMPRESS,
            "compressor.compress(plain)",
            "compressor.compress(plain) if level < 19 else compressor.compressobj().compress(plain) + b''",
            ("assert", "assert 1 or"),
        ),
    ),
    Mutant(
        "plain-if-not-shorter",
        "ZST-9",
        "Keeps the plain body where compression makes it longer.",
        edited(COMPRESS, "    return compressed", "    return min(compressed, plain, key=len)"),
    ),
    Mutant(
        "compress-limit-of-frame",
        "ZST-10",
        "Limits what it compresses to 65,536 bytes.",
        edited(COMPRESS, "if len(plain) > MAX_FRAME_BYTES - MIN_FRAME_BYTES:", "if len(plain) > MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "compress-limit-refused",
        "ZST-10",
        "Refuses the greatest plain body with >=.",
        edited(COMPRESS, "if len(plain) > MAX", "if len(plain) >= MAX"),
    ),
    Mutant(
        "decompress-with-a-table",
        "ZST-10",
        "Reckons with a table of one entry where no frame is.",
        edited("compression.decompress", "num_slices=0", "num_slices=1"),
    ),
    Mutant(
        "decompress-not-limited",
        "ZST-10",
        "Has a limit for frames only.",
        edited("compression.decompress", "num_slices=0", "num_slices=-20_000"),
    ),
    Mutant(
        "compressed-frame-not-limited",
        "ZST-11",
        "Checks the plain size only, as compression makes things smaller.",
        edited(ENCODE, "if len(data) > MAX_FRAME_BYTES:", "if len(data) > MAX_FRAME_BYTES and frame.flags & 2:"),
    ),
    Mutant(
        "compressed-frame-as-plain-code",
        "ZST-11",
        "Says PLAIN_TOO_LARGE also for what compression made too long.",
        edited(ENCODE, "RejectCode.FRAME_TOO_LARGE", "RejectCode.PLAIN_TOO_LARGE"),
    ),
)
MUTANTS = (*FORM, *SIZES, *BLOCKS, *WRITING)
