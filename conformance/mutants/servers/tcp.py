"""Servers that handle their connections wrongly."""

from __future__ import annotations

from .manners import Manners
from .wrong import WrongServer, found_over_tcp

WRONG: tuple[WrongServer, ...] = (
    found_over_tcp("too-short", "short-lengths", "Takes a length of 0 to 32 for that of a frame.", Manners(least=0)),
    found_over_tcp("too-large", "any-length", "Waits for frames of any length.", Manners(most=1 << 32)),
    found_over_tcp(
        "too-short too-large",
        "frames-before-lost",
        "Forgets the frames before a bad length that came with it.",
        Manners(forgets_before=True),
    ),
    found_over_tcp(
        "too-short too-large",
        "frames-behind-handled",
        "Handles what follows a bad length before it ends the connection.",
        Manners(goes_on_behind=True),
    ),
    found_over_tcp("divided", "reads-are-frames", "Takes each read for whole frames.", Manners(whole_reads=True)),
    found_over_tcp("broken-frames", "ends-at-drops", "Ends at a frame that it drops.", Manners(ends_at_drops=True)),
    found_over_tcp("largest", "datagram-limit", "Takes no frame that no datagram carries.", Manners(most=65_507)),
    found_over_tcp(
        "half-close",
        "stopped-is-gone",
        "Answers nothing once the other end has stopped sending.",
        Manners(answers_stopped=False),
    ),
    found_over_tcp("half-close", "stays-open", "Stays when the other end stops.", Manners(ends_stopped=False)),
    found_over_tcp("cut-short", "awaits-the-rest", "Stays when a frame is cut short.", Manners(ends_cut=False)),
    found_over_tcp("separate", "one-session", "Has one session for all connections.", Manners(one_session=True)),
    found_over_tcp(
        "separate", "session-of-an-address", "Goes on with the session of an address.", Manners(by_address=True)
    ),
    found_over_tcp("many", "few-places", "Serves no more than 8 connections at a time.", Manners(places=8)),
    found_over_tcp("deadlines", "patient", "Waits for the rest of a frame for ever.", Manners(frame_s=None)),
    found_over_tcp("deadlines", "counts-anew", "Waits 10 s for each byte of a frame.", Manners(counts_anew=True)),
    found_over_tcp("deadlines", "impatient", "Waits 5 s for the rest of a frame.", Manners(frame_s=5.0)),
    found_over_tcp("deadlines", "no-session-needed", "Lets who has no session stay.", Manners(session_s=None)),
    found_over_tcp("deadlines", "ends-sessions", "Ends every connection after 15 s.", Manners(always=True)),
)
UNUSABLE: tuple[WrongServer, ...] = (
    found_over_tcp("", "without-lengths", "Sends frames without their lengths.", Manners(bare=True)),
    found_over_tcp("", "ends-at-once", "Ends every connection at once.", Manners(ends_at_once=True)),
)
"""With these no run gets to its end."""
