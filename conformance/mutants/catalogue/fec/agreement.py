"""Faults in the agreement, and in where repair goes: FEC-3 to FEC-12."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

HEAR = "peer.handlers.recovery.hear"
RECEIVE = "peer.handlers.dispatch.receive"
ANSWER = "peer.state.agreement.capability_for"
ASKED = "peer.state.agreement.ping_of"
AGREED = "peer.state.agreement._agreement"
ESTABLISH = "peer.state.peer_state.PeerState.establish"
TURN = "peer.state.peer_state.PeerState.turn"
HAS = "peer.state.peer_state.PeerState.has_repair"
PUSH = "peer.state.peer_state.PeerState.push_repair"

MUTANTS = (
    Mutant(
        "repair-puts-off-the-loss",
        "FEC-3",
        "Takes repair for a sign of life.",
        edited(
            HEAR,
            "code = state.recv_groups",
            ("state.touch()\ncode = state.recv_groups"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "repair-puts-off-hearts",
        "FEC-3",
        "Counts repair as something that it said.",
        edited(
            PUSH,
            "self.places.append(REPAIR)",
            ("self.places.append(REPAIR)\nself.sent_ms = self.now_ms"),
        ),
    ),
    Mutant(
        "fec-is-not-asked-for",
        "FEC-4",
        "Leaves the list out of its ping.",
        edited(
            ASKED,
            "fec=config.fec,",
            "fec=None,",
        ),
    ),
    Mutant(
        "fec-is-always-asked-for",
        "FEC-4",
        "Names none where it has no list.",
        edited(
            ASKED,
            "fec=config.fec,",
            "fec=config.fec or ('none',),",
        ),
    ),
    Mutant(
        "fec-is-read-by-all",
        "FEC-4",
        "Judges a member that is not for it.",
        edited(
            "peer.handlers.dispatch._as_agreed",
            "if state.config.fec is not None:  # FEC-6",
            "if True:",
        ),
    ),
    Mutant(
        "fec-is-always-named",
        "FEC-5",
        "Names its list to whoever pings.",
        edited(
            ANSWER,
            "if config.fec is not None and ping.fec is not None and",
            "if config.fec is not None and",
        ),
    ),
    Mutant(
        "fec-is-never-named",
        "FEC-5",
        "Keeps its list to itself, though the ping had one.",
        edited(
            ANSWER,
            "if config.fec is not None and ping.fec is not None and",
            "if False and",
        ),
    ),
    Mutant(
        "fec-is-not-cut",
        "FEC-5",
        "Names all that it has, whatever the ping lacks.",
        edited(
            ANSWER,
            "_common(config, FEC, ping.fec) or",
            "config.fec or",
        ),
    ),
    Mutant(
        "fec-is-empty",
        "FEC-5",
        "Leaves a list empty in which nothing is left.",
        edited(
            ANSWER,
            "_common(config, FEC, ping.fec) or (NO_TRANSFORM,)",
            "_common(config, FEC, ping.fec)",
        ),
    ),
    Mutant(
        "fec-in-their-order",
        "FEC-5",
        "Keeps the order of the ping.",
        edited(
            ANSWER,
            "_common(config, FEC, ping.fec) or",
            "tuple(name for name in ping.fec if name in config.fec) or",
        ),
    ),
    Mutant(
        "garbled-lists-pass",
        "FEC-6",
        "Ignores a list that is none.",
        edited(
            "peer.handlers.dispatch._as_agreed",
            "if state.config.fec is not None:  # FEC-6",
            "if False:",
        ),
    ),
    Mutant(
        "rs8-by-one",
        "FEC-7",
        "Agrees on what it has itself.",
        edited(
            AGREED,
            "_common(config, FEC, named)",
            "(config.fec or ())",
        ),
    ),
    Mutant(
        "rs8-if-chosen",
        "FEC-7",
        "Takes repair only where it would send it.",
        edited(
            HAS,
            "RS8 in self.agreement.fec",
            "self.agreement.chosen_fec == RS8",
        ),
    ),
    Mutant(
        "rs8-first",
        "FEC-8",
        "Prefers rs8 whatever its own order.",
        edited(
            AGREED,
            "_choose(fec, pass_over_none=False)",
            "_choose(fec, pass_over_none=True)",
        ),
    ),
    Mutant(
        "fec-is-not-told",
        "FEC-8",
        "Leaves the choice out of the event.",
        edited(
            "peer.state.agreement.Agreement.established",
            "self.chosen_fec,",
            "None,",
        ),
    ),
    Mutant(
        "none-is-not-told",
        "FEC-8",
        "Tells nothing of a choice of none.",
        edited(
            "peer.state.agreement.Agreement.established",
            "self.chosen_fec,",
            "None if self.chosen_fec == 'none' else self.chosen_fec,",
        ),
    ),
    Mutant(
        "repair-without-agreement",
        "FEC-9",
        "Takes repair in any session, whatever was agreed.",
        edited(
            HAS,
            "self.agreement is not None and RS8 in self.agreement.fec",
            "self.agreement is not None",
        ),
    ),
    Mutant(
        "repair-without-session",
        "FEC-9",
        "Judges the repair of strangers as that of its peer.",
        edited(
            RECEIVE,
            "alone and state.has_repair and",
            "alone and (state.has_repair or state.agreement is None) and",
        ),
    ),
    Mutant(
        "groups-outlive-sessions",
        "FEC-10",
        "Keeps groups when the session ends.",
        edited(
            TURN,
            "self.forget_groups()",
            "pass",
        ),
    ),
    Mutant(
        "groups-outlive-agreements",
        "FEC-10",
        "Keeps groups under an agreement without rs8.",
        edited(
            ESTABLISH,
            "if not self.has_repair:",
            "if False:",
        ),
    ),
    Mutant(
        "agreements-end-groups",
        "FEC-10",
        "Forgets groups at every agreement, also one with rs8.",
        edited(
            ESTABLISH,
            "if not self.has_repair:",
            "if True:",
        ),
    ),
    Mutant(
        "repair-on-connections",
        "FEC-11",
        "Names FEC where nothing is lost.",
        edited(
            "endpoint.endpoint.Endpoint._peer",
            "if pipe is not None and pipe.lone_bytes == NEVER_ALONE:",
            "if False:",
        ),
    ),
    Mutant(
        "repair-on-main",
        "FEC-12",
        "Takes repair on a stream of QUIC, in which nothing is lost.",
        edited("endpoint.endpoint.Endpoint.receive_bytes", "alone=False", "alone=True"),
    ),
    Mutant(
        "repair-on-unis",
        "FEC-12",
        "Takes repair on a uni, which belongs to one stream.",
        edited("endpoint.quic_endpoint.QuicEndpoint._receive_on_uni", "alone=False", "alone=True"),
        Kind.COMBINATION,
    ),
)
