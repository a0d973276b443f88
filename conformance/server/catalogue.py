"""Every check of a server from outside, and which of them share local addresses."""

from __future__ import annotations

from itertools import zip_longest

from . import carriages, dropped, endings, framing, malformed, pings, refusals, streams
from . import stream_verification as stream_sums
from .check import Check

# Nothing ends a session that a ping began (STM-24), so checks without one come before those with one, or have a chain
# to themselves. A check that leaves something behind, such as an error that a timer will send (STM-18), is the last.
# Nobody waits long: the last chain rests twice, and between these times no other has more than 8 answers (HSK-42).
_CHAINS: tuple[tuple[str, str], ...] = (
    ("stream", "tail-without-head tail-with-gaps tail-with-a-long-gap"),
    ("stream", "goes-on-alone whole failed-is-closed"),
    ("stream", "number-above after-tail flags"),
    ("stream", "twice apart"),
    ("stream", "verified malformed corrupt"),
    ("handshake", "minimal-ping lists-cut own-order nothing-left unknown-names unknown-members no-other-space"),
    ("handshake", "stream-ids numbers repeated repeated-changes-nothing"),
    ("handshake", "broken-frames bad-members unreadable"),
    ("handshake", "hearts errors other-methods head-before-handshake after-refused-ping"),
    (
        "handshake",
        "before-handshake bad-versions without-ts malformed-first version-before-space highest-number repeated-error",
    ),
    ("handshake", "higher-versions critique critique-not-agreed zstd-not-agreed sync-of-any-space"),
    ("handshake", "accepted accepted-zstd other-space not-sealed"),
    ("handshake", "modality-not-agreed dtype-not-agreed bad-message"),
    ("handshake", "in-order message-before-dtype renegotiated"),
    ("handshake", "duplicate duplicate-data other-id other-hash"),
    ("handshake", "stale no-trace heart-and-two-slices"),
    ("handshake", "reply-limit ping-at-the-limit"),
    ("tcp", "divided too-short too-large broken-frames largest half-close cut-short separate many deadlines"),
    (
        "quic",
        "another-protocol limits divided too-short too-large broken-frames largest half-close main-reset cut-short "
        "second-main unis uni-held datagrams mismatch faults-on-unis cut-unis separate many deadlines",
    ),
)


def modules_checks() -> tuple[Check, ...]:
    """The checks of all modules, in no particular order."""
    modules = (pings, malformed, refusals, dropped, streams, stream_sums, framing, endings, carriages)
    return tuple(check for module in modules for check in module.CHECKS)


_BY_ID = {check.id: check for check in modules_checks()}
CHAINS: tuple[tuple[Check, ...], ...] = tuple(
    tuple(_BY_ID[f"{profile}/outside/{name}"] for name in names.split()) for profile, names in _CHAINS
)
"""Checks that share local addresses, in the order in which they are made."""
CHECKS: tuple[Check, ...] = tuple(check for row in zip_longest(*CHAINS) for check in row if check)
"""All of them: the first of each chain, then the second of each, so that none waits for its addresses to rest."""
