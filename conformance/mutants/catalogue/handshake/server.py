"""Faults of a server in its answers to pings: HSK-13 to HSK-19 and HSK-49."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, replaced
from ...engine.peer_patches import judged, without

ANSWER = "peer.state.agreement.capability_for"
COMMON = "peer.state.agreement._common"
SYNC = "peer.received.frame._read_sync"
SPACE = "peer.state.agreement.names_another_space"

MUTANTS = (
    Mutant(
        "agreed-proto-the-higher",
        "HSK-13",
        "Agrees on the higher of two versions.",
        edited(
            ANSWER, "min(PROTO, PROTO if ping.v is None else ping.v)", "max(PROTO, PROTO if ping.v is None else ping.v)"
        ),
    ),
    Mutant(
        "capability-v-of-the-ping",
        "HSK-49",
        "Gives back the v that it was sent.",
        edited(ANSWER, "v=PROTO,", "v=PROTO if ping.v is None else ping.v,"),
    ),
    Mutant(
        "capability-d-model-of-the-ping",
        "HSK-49",
        "Says the ping's d_model in place of its own.",
        edited(ANSWER, "d_model=config.d_model,", "d_model=config.d_model if ping.d_model is None else ping.d_model,"),
    ),
    Mutant(
        "capability-hash-of-the-ping",
        "HSK-49",
        "Says the ping's space_hash32 in place of its own.",
        edited(
            ANSWER,
            "space_hash32=config.space_hash32,",
            "space_hash32=config.space_hash32 if ping.space_hash32 is None else ping.space_hash32,",
        ),
    ),
    Mutant(
        "capability-lists-in-the-pings-order",
        "HSK-14",
        "Walks through the ping's list and keeps what it has itself.",
        edited(
            COMMON,
            "return tuple(one for one in possible if other is None or one in other)",
            "found = list(possible)\n"
            "return tuple(found if other is None else [one for one in dict.fromkeys(other) if one in found])",
        ),
    ),
    Mutant(
        "capability-lists-as-sets",
        "HSK-14",
        "Makes sets of the lists, and sorts what they have in common.",
        edited(
            COMMON,
            "return tuple(one for one in possible if other is None or one in other)",
            "return tuple(sorted(one for one in possible if other is None or one in other))",
        ),
    ),
    Mutant(
        "capability-own-lists",
        "HSK-14",
        "Says what it can do, whatever the ping says.",
        edited(COMMON, "if other is None or one in other)", "if True)"),
    ),
    Mutant(
        "capability-absent-list-is-empty",
        "HSK-14",
        "Takes a list that is not there for one with nothing in it.",
        edited(COMMON, "if other is None or one in other)", "if other is not None and one in other)"),
    ),
    Mutant(
        "capability-compress-empty",
        "HSK-15",
        "Sends an empty list where nothing is left.",
        replaced("peer.state.agreement._OR_NONE", frozenset({"crypto"})),
    ),
    Mutant(
        "capability-crypto-empty",
        "HSK-15",
        "Sends an empty list of crypto where nothing is left.",
        replaced("peer.state.agreement._OR_NONE", frozenset({"compress"})),
    ),
    Mutant(
        "capability-dtype-none",
        "HSK-15",
        "Fills every empty list with none.",
        replaced("peer.state.agreement._OR_NONE", frozenset({"compress", "crypto", "dtype", "modality"})),
    ),
    Mutant(
        "capability-none-always-added",
        "HSK-15",
        "Adds none to every list, as it is always possible.",
        edited(ANSWER, "lists[name] or (NO_TRANSFORM,)", "(*lists[name], NO_TRANSFORM)"),
    ),
    Mutant(
        "critique-of-the-server",
        "HSK-16",
        "Says what it can do itself.",
        edited(ANSWER, "config.critique and ping.critique is True", "config.critique"),
    ),
    Mutant(
        "critique-of-the-ping",
        "HSK-16",
        "Says what the ping wants, and not what it can do.",
        edited(ANSWER, "config.critique and ping.critique is True", "ping.critique is True"),
    ),
    Mutant(
        "critique-where-nothing-is-said",
        "HSK-16",
        "Takes a ping that says nothing for one that says yes.",
        edited(ANSWER, "ping.critique is True", "ping.critique is not False"),
    ),
    Mutant(
        "require-crypto-if-agreed",
        "HSK-16",
        "Requires crypto in its answer only where crypto could be agreed.",
        edited(
            ANSWER,
            "require_crypto=config.require_crypto,",
            'require_crypto=config.require_crypto and "xchacha20poly1305" in lists["crypto"],',
        ),
    ),
    Mutant(
        "first-agreement-holds-on",
        "HSK-17",
        "Answers a second ping, and goes on with what the first one agreed.",
        edited(
            "peer.handlers.server.answer",
            "state.establish(",
            "if state.session is not None:\n    return\ntalk.establish(",
        ),
    ),
    Mutant(
        "error-ends-the-session",
        "HSK-17",
        "Ends the session when it refuses a ping.",
        edited(
            "peer.handlers.dispatch._refuse",
            "if received.kind is Kind.PING:",
            "if received.kind is Kind.PING:\n    state.session = None",
        ),
    ),
    Mutant(
        "ping-again-answered-anew",
        "HSK-18",
        "Answers each ping by what it says, and under a new number.",
        without("answered"),
    ),
    Mutant(
        "ping-again-known-by-stream",
        "HSK-18",
        "Knows a ping again by its stream_id alone.",
        judged(
            "answered",
            "answer = state.answers.find(ref_of(received))",
            "stream_id = received.frame.stream_id\n"
            "answer = next((a for ref, a in state.answers._kept.items() if ref.stream_id == stream_id), None)",
        ),
    ),
    Mutant(
        "ping-answers-63-kept",
        "HSK-18",
        "Remembers one answer less than it has to.",
        replaced("peer.replies.REMEMBERED", 63),
    ),
    Mutant(
        "ping-errors-not-kept",
        "HSK-18",
        "Remembers capabilities, and makes errors anew.",
        edited("peer.handlers.dispatch._refuse", "state.answers.remember(ref, Answer(answer, refusal.code))", "pass"),
    ),
    Mutant(
        "ping-answers-outlive-a-loss",
        "HSK-18",
        "Keeps its answers when the session is lost, and repeats one that agrees on nothing any more.",
        edited("peer.state.peer_state.PeerState.turn", "self.answers.clear()", "pass"),
    ),
    Mutant(
        "sync-unreadable-unanswered",
        "HSK-19",
        "Drops what it cannot read, as a client does.",
        judged("unreadable", "if state.role is Role.CLIENT else fault", "if state.role else fault"),
    ),
    Mutant(
        "sync-without-method-unanswered",
        "HSK-19",
        "Has nobody to hand an object without method to, and forgets it.",
        edited(
            SYNC,
            "return Received(datagram, frame, Kind.UNREADABLE, message, fault=fault)",
            "return Received(datagram, frame, Kind.OTHER, message)",
        ),
    ),
)
