"""Every check of a server from outside, and which of them share local addresses."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from . import dropped, malformed, pings, refusals, stream_sums, streams
from .check import Check

# A server without a session is met by the first checks of a chain only: pings that are answered begin one, and nothing
# ends it (STM-24). The last leave behind what would show in another: an error that a timer sends (STM-18).
_CHAINS: Mapping[str, tuple[str, ...]] = {
    "handshake": (
        "minimal-ping own-order nothing-left unknown-names unknown-members no-other-space lists-cut",
        "stream-ids numbers repeated repeated-changes-nothing",
        "broken-frames bad-members unreadable",
        "hearts errors other-methods",
        "bad-versions without-ts malformed-first other-id other-hash version-before-space",
        "highest-number repeated-error",
        "higher-versions critique critique-not-agreed zstd-not-agreed sync-of-any-space",
        "accepted accepted-zstd other-space not-sealed",
        "modality-not-agreed dtype-not-agreed bad-message",
        "in-order message-before-dtype renegotiated",
        "duplicate duplicate-data",
        "stale no-trace heart-and-two-slices",
        "reply-limit before-handshake head-before-handshake after-refused-ping ping-at-the-limit",
    ),
    "stream": (
        "tail-without-head tail-with-gaps tail-with-a-long-gap",
        "goes-on-alone whole failed-is-closed",
        "number-above after-tail flags",
        "twice apart",
        "verified malformed corrupt",
    ),
}
_BY_ID = {
    check.id: check for module in (pings, malformed, refusals, dropped, streams, stream_sums) for check in module.CHECKS
}
CHAINS: tuple[tuple[Check, ...], ...] = tuple(
    tuple(_BY_ID[f"{profile}/outside/{name}"] for name in names.split())
    for profile, chains in _CHAINS.items()
    for names in chains
)
"""Checks that share local addresses, in the order in which they are made."""
CHECKS: tuple[Check, ...] = tuple(check for row in zip_longest(*CHAINS) for check in row if check)
"""All of them: the first of each chain, then the second of each, so that none waits for its addresses to rest."""
