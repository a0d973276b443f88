"""Canaries of the profile fec."""

from __future__ import annotations

from .lies import Canary, accepted, bit, coded, refused, step, without

FEC: tuple[Canary, ...] = (
    Canary("fec/encode/shapes/k2-r2", bit("repair.1", 30), "a bit of the second parity is another"),
    Canary("fec/encode/contents/alike", refused("REPAIR_MISMATCH"), "one frame is a group"),
    Canary("fec/encode/refused/k-0", accepted(repair=[]), "there is no group without a frame"),
    Canary("fec/decode/losses/k2-r1-lost-0", bit("frames.0", 32), "a bit of the frame that comes back is another"),
    Canary("fec/decode/sets/mismatch-and-twice", coded("DUPLICATE"), "the group is compared first"),
    Canary("fec/decode/lacking/one-short", accepted(frames=[]), "one symbol is lacking"),
    Canary("fec/received/checks/server-k-0", step(8, "events.0.code", "CRC_MISMATCH"), "its CRC is right"),
    Canary("fec/sent/flush/server-next", without(6), "nobody claims the repair"),
)
