"""The seeds of the sessions that are tried at night: RESONANT_SEED is the first, and the tests' names have each.

How many of each pair are tried RESONANT_TCP_SESSIONS, RESONANT_QUIC_SESSIONS and RESONANT_CHANNEL_SESSIONS say.
"""

from __future__ import annotations

import os

SESSIONS = 20


def seeds_of(transport: str) -> range:
    """The seeds for each pair over a transport: TCP, QUIC or CHANNEL."""
    first = int(os.environ.get("RESONANT_SEED", "0"))
    return range(first, first + int(os.environ.get(f"RESONANT_{transport}_SESSIONS", str(SESSIONS))))
