"""Frames of the vectors with something wrong, for whatever reads them."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence

_MAX_DATAGRAM = 65_507


def damage(chosen: random.Random, whole: Sequence[bytes]) -> bytes:
    """One of these frames, cut off or with other bytes, most often with a crc32 that is right all the same."""
    frame = bytearray(chosen.choice(whole)[: chosen.choice((None, None, chosen.randrange(1, 200)))])
    at = chosen.randrange(len(frame))
    frame[at : at + chosen.choice((1, 1, 4))] = chosen.randbytes(chosen.choice((1, 1, 4, 9)))
    if chosen.random() < 0.9 and len(frame) > 4:
        frame[-4:] = zlib.crc32(frame[:-4]).to_bytes(4, "little")
    return bytes(frame[:_MAX_DATAGRAM])
