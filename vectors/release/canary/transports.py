"""Canaries of the profiles of connections."""

from __future__ import annotations

from .lies import Canary, accepted, bit, coded, step, value, without

TCP: tuple[Canary, ...] = (
    Canary("tcp/split/places/at-40", value("held", 4), "one byte less waits"),
    Canary("tcp/split/strangers/tls", value("end", "FRAME_TOO_SHORT"), "the length is too large"),
    Canary("tcp/split/ends/after-37", value("end", "TRUNCATED_FRAME"), "the end is between two frames"),
    Canary("tcp/split/chunks/one-chunk", bit("frames.1", 52), "a bit of the second frame"),
    Canary("tcp/join/size-256", bit("bytes", 1), "a bit of the length"),
    Canary("tcp/join/short-32", accepted(bytes="20000000" + "00" * 32), "no length announces 32 bytes"),
    Canary("tcp/join/large", coded("FRAME_TOO_SHORT"), "the frame is too large"),
    Canary("tcp/ends/reset/server-session", step(5, "events.1.code", "TRUNCATED_FRAME"), "it was reset"),
    Canary("tcp/timers/frames/client-exact-1", without(10), "there are events that nobody claims"),
)

WEBRTC: tuple[Canary, ...] = (
    Canary("webrtc/ends/session/server-reset", step(5, "events.1.code", "FRAME_TIMEOUT"), "the association ended"),
)

QUIC: tuple[Canary, ...] = (
    Canary(
        "quic/ends/numbers/server-number-3", step(5, "events.1.code", "FRAME_TOO_LARGE"), "the number names another"
    ),
    Canary("quic/carriages/mismatch/server-messages", step(7, "code", 1), "the uni is stopped with another number"),
)
