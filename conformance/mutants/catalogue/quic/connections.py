"""Faults in connections over QUIC: how they are made, and how they end: QUI-1 and QUI-13 to QUI-16."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced
from .carriages import ENDPOINT

CODE_OF = "transport.quic.numbers.code_of"

MUTANTS = (
    Mutant(
        "another-protocol",
        "QUI-1",
        "Negotiates a protocol of another name.",
        edited("quic_wire._configuration", "alpn_protocols=[ALPN]", "alpn_protocols=['resonant']"),
    ),
    Mutant(
        "no-protocol",
        "QUI-1",
        "Negotiates no protocol at all, as nobody else is there.",
        edited("quic_wire._configuration", "alpn_protocols=[ALPN]", "alpn_protocols=None"),
    ),
    Mutant(
        "strangers-stay-over-quic",
        "QUI-13",
        "Keeps connections on which nobody greets.",
        edited(f"{ENDPOINT}.accept_quic", "accepted_ms=now_ms", "accepted_ms=None"),
    ),
    Mutant(
        "requests-without-quic",
        "QUI-13",
        "Sends into nothing what is asked of a connection that has ended.",
        edited("endpoint.endpoint.Endpoint.request", "if pipe.ended:", "if pipe.ended and False:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "main-may-end",
        "QUI-14",
        "Goes on where main has ended.",
        edited(f"{ENDPOINT}.receive_fin", "self.receive_end(link, now_ms)", "pass"),
    ),
    Mutant(
        "main-reset-is-an-end",
        "QUI-14",
        "Takes a reset of main for its end.",
        edited(f"{ENDPOINT}.receive_reset_of", "self.receive_reset(link, now_ms)", "self.receive_end(link, now_ms)"),
        Kind.COMBINATION,
    ),
    Mutant(
        "main-stopped-is-nothing",
        "QUI-14",
        "Does not care whether anybody reads main.",
        edited(f"{ENDPOINT}.receive_stop_of", "if on == MAIN:", "if on == -1:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "numbers-without-codes",
        "QUI-15",
        "Tells every end without a code.",
        edited(f"{ENDPOINT}.receive_close", "code_of(number)", "None"),
    ),
    Mutant(
        "unknown-numbers-are-clean",
        "QUI-15",
        "Tells an end with a number that it does not know without a code.",
        edited(CODE_OF, "CloseCode.CONNECTION_RESET", "None"),
        Kind.COMBINATION,
    ),
    Mutant(
        "8-is-clean",
        "QUI-15",
        "Tells the loss of the other peer as an end like any other.",
        edited(CODE_OF, "None if number == NONE", "None if number in (NONE, 8)"),
        Kind.COMBINATION,
    ),
    Mutant(
        "failures-below-are-clean",
        "QUI-15",
        "Tells a connection that failed below as one that was closed.",
        edited(f"{ENDPOINT}.receive_close", "code_of(number)", "code_of(number or 0)"),
        Kind.COMBINATION,
    ),
    Mutant(
        "streams-of-less",
        "QUI-16",
        "Grants a byte less on each QUIC stream.",
        replaced("quic_wire.STREAM_BYTES", (1 << 20) - 1),
        Kind.SIZE,
    ),
    Mutant(
        "connections-of-less",
        "QUI-16",
        "Grants a byte less on the connection.",
        replaced("quic_wire.CONNECTION_BYTES", (4 << 20) - 1),
        Kind.SIZE,
    ),
    Mutant(
        "idle-for-30-s",
        "QUI-16",
        "Lets a connection go after 30 s.",
        replaced("quic_wire.IDLE_S", 30.0),
        Kind.SIZE,
    ),
    Mutant(
        "datagrams-of-1199",
        "QUI-16",
        "Takes no datagram of the smallest packet that QUIC has.",
        replaced("quic_wire.DATAGRAM_BYTES", 1_199),
        Kind.SIZE,
    ),
)
