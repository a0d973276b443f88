"""Every class that the cases of an op cover, on the side of what is accepted and of what is rejected."""

from __future__ import annotations

from collections.abc import Mapping

from .adaptive import ADAPTIVE
from .bodies import BODIES
from .codes import CODES
from .dialogues import DIALOGUES
from .frames import FRAMES
from .meanings import MEANINGS
from .repairs import REPAIRS
from .row import Row
from .transports import TRANSPORTS

ROWS: Mapping[str, tuple[Row, ...]] = {
    **FRAMES,
    **BODIES,
    **MEANINGS,
    **DIALOGUES,
    **TRANSPORTS,
    **CODES,
    **REPAIRS,
    **ADAPTIVE,
}
"""By op, those of dialogues by profile."""

LARGE: Mapping[str, str] = {
    "frame/decode/hand-sizes": "the longest frame and one byte more (FRM-26)",
    "frame/encode/sizes": "the longest frame that an encoder makes (FRM-34)",
    "frame/encode/too-large": "one byte more, and a length that is 33 in a u16 (FRM-34)",
    "frame/decode/most-slices": "the table with the most entries (FRM-27)",
    "frame/decode/plain-too-large": "one entry more (FRM-27)",
    "zstd/encode/limits": "a plain size over the limit, and noise that does not shrink (FRM-34, ZST-11)",
    "zstd/decode/limits": "the largest plain size behind compression (ZST-4)",
    "zstd/compress/levels": "the largest plain body and one byte more (ZST-10)",
    "xchacha/decode/sealed": "the longest sealed frame (XCH-2)",
    "xchacha/encode/limits": "sizes at and over the limit before and after sealing (XCH-14)",
    "xchacha/encode/limits-zstd": "the same under both transforms (XCH-14)",
    "message/read/bad-json": "nesting deep enough to exhaust a stack (MSG-17)",
    "message/read/json-lengths": "a text that takes minutes where each byte is looked at again and again (MSG-14)",
    "quant/quantize/tensors": "more elements than a u16 counts, and digests of whole tensors (QNT-1)",
    "quant/dequantize/tensors": "more codes than a u16 counts, and digests of whole tensors (QNT-12)",
    "quant/dequantize/blocks": "128 blocks (QNT-12)",
    "fec/encode/sizes": "the largest frame that can be in a group, and one byte more (FEC-35)",
    "fec/decode/sizes": "one byte more than the longest repair has (FEC-14)",
    "tcp/join": "one byte more than a length may announce (TCP-23)",
    "quant/quantize/tie-places": "128 blocks and one element, nearly all of them ties (QNT-6)",
}
"""The groups with cases of more than 20,000 characters, and what their size is for."""
