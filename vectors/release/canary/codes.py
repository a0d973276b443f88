"""Canaries of the profiles rs and adapt."""

from __future__ import annotations

from .lies import Canary, accepted, bit, coded, refused, value

RS: tuple[Canary, ...] = (
    Canary("rs/encode/small/worked", bit("parity.1"), "a bit of the second parity is another"),
    Canary("rs/encode/columns/k4-r3-shard-0", value("parity", ["47", "7a", "a7"]), "two rows have changed places"),
    Canary("rs/encode/lengths/empty-k1-r1", refused("LENGTH_MISMATCH"), "shards may be empty"),
    Canary("rs/encode/range/k-129", coded("LENGTH_MISMATCH"), "what is wrong is k"),
    Canary("rs/encode/length/shards-3", accepted(parity=["000000"] * 3), "a shard is missing"),
    Canary("rs/decode/losses-r3/k4-r3-lost-0-2-5", bit("shards.2"), "a bit of what comes back is another"),
    Canary("rs/decode/damaged/shard-6-lost-none", bit("shards.6", 0, 0x40), "what is there is given as it came"),
    Canary("rs/decode/too-few/k1-r1-all", accepted(shards=["00", "00"]), "nothing is left to compute from"),
    Canary("rs/decode/order/lengths-and-missing", coded("NOT_RECOVERABLE"), "the lengths are looked at first"),
    Canary("rs/decode/large/worked", refused("NOT_RECOVERABLE"), "four of seven shards are there"),
)
