"""Faults in what outlasts an agreement on multiplexing: MUX-33, MUX-34."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

AS_AGREED = "peer.handlers.dispatch._as_agreed"
BLOCKED = "peer.handlers.mux_receive.hear_blocked"

MUTANTS = (
    Mutant(
        "methods-follow-the-agreement",
        "MUX-33",
        "Knows the four methods no more when an agreement without multiplexing comes, and waits for a credit for ever.",
        edited(
            AS_AGREED,
            "if received.kind in OF_MUX and not state.knows_mux:",
            "if received.kind in OF_MUX and not managing:",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "methods-of-the-agreement-before",
        "MUX-33",
        "Looks back by one agreement alone, so that the second without multiplexing makes the methods unknown.",
        edited(
            "peer.state.peer_state.PeerState.establish",
            "knew_mux = self.knows_mux",
            "knew_mux = self.agreement is not None and self.agreement.mux is not None",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "urgency-outlasts-the-agreement",
        "MUX-33",
        "Judges urgency as long as it knows the methods.",
        edited(
            AS_AGREED, "case Head(urgency=Garbled()) if managing:", "case Head(urgency=Garbled()) if state.knows_mux:"
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "no-limit-is-not-told",
        "MUX-34",
        "Answers no blocked on a stream that it does not manage.",
        edited(BLOCKED, "if stream is not None:", "if stream is not None and stream.told is not None:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "no-limit-is-what-has-come",
        "MUX-34",
        "Credits a stream that it does not manage up to what has come.",
        edited(
            "peer.handlers.mux_receive._credit",
            "MAX_LIMIT if stream.told is None",
            "_next_limit(stream) if stream.told is None",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "no-repair-without-management",
        "MUX-34",
        "Asks for nothing that is missing below a blocked on a stream that it does not manage.",
        edited(
            BLOCKED,
            "missing = () if stream is None else",
            "missing = () if stream is None or stream.told is None else",
        ),
        Kind.COMBINATION,
    ),
)
