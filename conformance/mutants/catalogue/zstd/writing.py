"""Faults in writing Zstandard frames, and of the two ops: ZST-9 to ZST-11."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted

COMPRESS = "transform.zstd.compress"
WRITE = "frame.encode.encode"
PERMITTED = ("assert compressed[4] in DESCRIPTORS", "assert compressed is not None")
TOO_LONG = "if len(data) > MAX_FRAME_BYTES:"

MUTANTS = (
    Mutant(
        "checksum-written",
        "ZST-9",
        "Writes a checksum, as the tools of Zstandard do.",
        edited(COMPRESS, "write_checksum=False", "write_checksum=True", PERMITTED),
    ),
    Mutant(
        "size-not-written",
        "ZST-9",
        "Streams, and does not know the content size when it begins.",
        edited(COMPRESS, "write_content_size=True", "write_content_size=False", PERMITTED),
    ),
    Mutant(
        "empty-stays-empty",
        "ZST-9",
        "Compresses no bytes to no bytes, without asking its library.",
        inserted(COMPRESS, "compressor = ", "if not plain:\n    return plain"),
    ),
    Mutant(
        "plain-where-shorter",
        "ZST-9",
        "Keeps a plain body that compression makes longer.",
        edited(COMPRESS, "return compressed", "return min(compressed, plain, key=len)"),
    ),
    Mutant(
        "compress-limit-of-frame",
        "ZST-10",
        "Compresses up to 65,536 bytes, the limit of a frame.",
        edited(COMPRESS, "if len(plain) > MAX_FRAME_BYTES - MIN_FRAME_BYTES:", "if len(plain) > MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "compress-limit-refused",
        "ZST-10",
        "Refuses the greatest plain body with >=.",
        edited(COMPRESS, "if len(plain) > MAX", "if len(plain) >= MAX"),
    ),
    Mutant(
        "decompress-for-one-slice",
        "ZST-10",
        "Reckons with a table of one entry where there is no frame.",
        edited("transform.zstd.decompress", "num_slices=0", "num_slices=1"),
    ),
    Mutant(
        "compressed-frame-not-limited",
        "ZST-11",
        "Checks the plain size only, as compression makes things smaller.",
        edited(WRITE, TOO_LONG, f"{TOO_LONG[:-1]} and frame.flags & 2:"),
    ),
    Mutant(
        "compressed-frame-as-plain",
        "ZST-11",
        "Says PLAIN_TOO_LARGE for what compression made too long.",
        edited(WRITE, "RejectCode.FRAME_TOO_LARGE", "RejectCode.PLAIN_TOO_LARGE"),
    ),
)
