"""Every check of a server from outside."""

from __future__ import annotations

from . import dropped, malformed, pings, refusals, stream_sums, streams

CHECKS = (
    *pings.CHECKS,
    *malformed.CHECKS,
    *refusals.CHECKS,
    *dropped.CHECKS,
    *streams.CHECKS,
    *stream_sums.CHECKS,
)
