"""Faults in reading Zstandard frames: ZST-1 to ZST-8."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import Change, edited, entries, inserted, refusing

BODY = "transform.zstd.decompress_body"
EXACTLY = "transform.zstd._decompress_exactly"
DESCRIPTORS = "transform.zstd.DESCRIPTORS"
MAGIC = "if body[:4] != MAGIC:"
KNOWN = "if len(body) < 5 or body[4] not in DESCRIPTORS:"
LIMIT = "if MIN_FRAME_BYTES + 4 * num_slices + content_size > MAX_FRAME_BYTES:"
SIZE = '"little") + bias'
WHOLE = "return decompressor.decompress(body, allow_extra_data=False)"


def without_bit(bit: int) -> Change:
    """A receiver that takes a bit of the descriptor for 0."""
    return inserted(BODY, KNOWN, f"body = body[:4] + bytes(byte & ~{bit} for byte in body[4:5]) + body[5:]")


def block_refused(when: str) -> Change:
    """A receiver that does not know some blocks: kind and last are those of the first one."""
    return inserted(
        BODY,
        "# BUILD",
        "kind, last = (body[5 + width] >> 1 & 3, body[5 + width] & 1) if len(body) > 5 + width else (0, 1)\n"
        + refusing(when, "BAD_COMPRESSION"),
    )


FORM = (
    Mutant(
        "empty-body-is-empty-plain",
        "ZST-1",
        "Takes an empty body for an empty plain body.",
        inserted(BODY, MAGIC, 'if not body:\n    return b""'),
    ),
    Mutant(
        "skippable-frames-skipped",
        "ZST-1",
        "Skips skippable frames, as the tools of Zstandard do.",
        inserted(
            BODY,
            MAGIC,
            'while body[1:4] == b"\\x2a\\x4d\\x18" and body[0] >> 4 == 5:\n'
            '    body = body[8 + int.from_bytes(body[4:8], "little") :]',
        ),
    ),
    Mutant(
        "uncompressed-body-accepted",
        "ZST-1",
        "Takes a body without magic number as it is, as some senders compress only what gets shorter.",
        inserted(BODY, MAGIC, f"{MAGIC}\n    return body"),
    ),
    Mutant(
        "checksum-accepted",
        "ZST-2",
        "Accepts frames with a checksum, as its library does.",
        entries(DESCRIPTORS, {0x24: (1, 0)}),
    ),
    Mutant(
        "window-accepted",
        "ZST-2",
        "Accepts frames with a window, as a streaming encoder writes them.",
        entries(DESCRIPTORS, {0x00: (1, 0), 0x40: (3, 0), 0x80: (5, 0), 0xC0: (9, 0)}),
    ),
    Mutant(
        "dictionary-id-accepted",
        "ZST-2",
        "Accepts a frame that names a dictionary.",
        entries(DESCRIPTORS, {0x21: (2, 0), 0x22: (3, 0), 0x23: (5, 0)}),
    ),
    Mutant("unused-bit-accepted", "ZST-2", "Masks the unused bit away, as RFC 8878 allows.", without_bit(0x10)),
    Mutant(
        "reserved-bit-accepted",
        "ZST-2",
        "Masks all bits away for which it has no use, the reserved one included.",
        without_bit(0x08),
    ),
)
SIZES = (
    Mutant(
        "size-without-bias",
        "ZST-3",
        "Forgets that the size of two bytes has 256 taken off.",
        entries(DESCRIPTORS, {0x60: (2, 0)}),
    ),
    Mutant("size-big-endian", "ZST-3", "Reads the size in network byte order.", edited(BODY, SIZE, '"big") + bias')),
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
        edited(BODY, KNOWN, f"{KNOWN[:-1]} or (body[4] >= 0xA0 and not any(body[7:9])):"),
    ),
    Mutant(
        "content-limit-without-frame",
        "ZST-4",
        "Compares the content size itself with 65,536.",
        edited(BODY, LIMIT, "if content_size > MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "content-limit-without-table",
        "ZST-4",
        "Forgets the table of slice lengths in the plain size.",
        edited(BODY, LIMIT, LIMIT.replace("4 * num_slices + ", "")),
    ),
    Mutant(
        "content-limit-refused",
        "ZST-4",
        "Refuses the greatest content size with >=.",
        edited(BODY, LIMIT, LIMIT.replace(">", ">=")),
    ),
    Mutant(
        "content-limit-as-bad-compression",
        "ZST-4",
        "Says BAD_COMPRESSION for everything that it does not decompress.",
        edited(BODY, "RejectCode.PLAIN_TOO_LARGE", "RejectCode.BAD_COMPRESSION"),
    ),
    Mutant(
        "content-size-ignored",
        "ZST-5",
        "Streams whatever there is and takes the content size for a hint.",
        edited(
            EXACTLY,
            WHOLE,
            'return decompressor.decompressobj().decompress(MAGIC + b"\\0\\x58" + body[5 + DESCRIPTORS[body[4]][0] :])',
        ),
    ),
    Mutant(
        "content-size-zero-ignored",
        "ZST-5",
        "Returns at once for a content size of 0, as its library does.",
        inserted(EXACTLY, "stream = ", 'return b""'),
    ),
)
BLOCKS = (
    Mutant(
        "bytes-after-frame-ignored",
        "ZST-6",
        "Does not ask whether the library has used all of its input.",
        edited(EXACTLY, WHOLE, "return decompressor.decompress(body)"),
    ),
    Mutant(
        "bytes-after-empty-frame-ignored",
        "ZST-6",
        "Forgets a content size of 0 when it looks for bytes after the end.",
        edited(EXACTLY, "if plain or stream.unused_data or", "if plain or"),
    ),
    Mutant(
        "rle-blocks-unknown",
        "ZST-7",
        "Has no RLE blocks, which its own encoder never writes.",
        block_refused("kind == 1"),
    ),
    Mutant(
        "raw-blocks-unknown",
        "ZST-7",
        "Takes every block for compressed because the flag says so.",
        block_refused("kind == 0 and content_size"),
    ),
    Mutant(
        "compressed-blocks-unknown",
        "ZST-7",
        "Has raw and RLE blocks only, as in a first version without entropy coding.",
        block_refused("kind == 2"),
    ),
    Mutant(
        "one-block-only",
        "ZST-7",
        "Reads one block, as a block may hold more than any frame.",
        block_refused("not last"),
    ),
    Mutant(
        "empty-last-block-refused",
        "ZST-7",
        "Takes a last block without bytes for a fault.",
        block_refused('body[-3:] == b"\\1\\0\\0"'),
    ),
    Mutant(
        "corrupt-blocks-as-zeros",
        "ZST-8",
        "Ignores what its library says and delivers the buffer, which nobody has written to.",
        edited(EXACTLY, WHOLE, f"try:\n    {WHOLE}\nexcept zstandard.ZstdError:\n    return bytes(content_size)"),
    ),
    Mutant(
        "early-end-accepted",
        "ZST-8",
        "Takes what the stream has given so far when its input ends.",
        edited(EXACTLY, WHOLE, "return decompressor.decompressobj().decompress(body)"),
    ),
    Mutant(
        "cut-size-crashes",
        "ZST-8",
        "Reads the content size without a look at the end.",
        edited(BODY, "if len(body) < 5 + width:", "if body[4 + width] < 0:"),
    ),
    Mutant(
        "reserved-block-skipped",
        "ZST-8",
        "Skips a block of the reserved type.",
        inserted(
            EXACTLY, "if content_size:", "if len(body) > 6 and body[6] >> 1 & 3 == 3:\n    return bytes(content_size)"
        ),
    ),
)
MUTANTS = (*FORM, *SIZES, *BLOCKS)
