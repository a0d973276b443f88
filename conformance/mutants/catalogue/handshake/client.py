"""Faults of a client in its ping and in what it accepts as an answer: HSK-20 to HSK-24."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, replaced

CLIENT = "peer.state.machine.CLIENT"
PING = "peer.state.agreement.ping_of"
HEAR = "peer.handlers.client.hear_capability"
UNUSABLE = "peer.state.agreement.unusable"
CHOOSE = "peer.state.agreement._choose"

MUTANTS = (
    Mutant(
        "ping-again-after-2-s",
        "HSK-20",
        "Waits 1, 2 and 4 s one after the other, and forgets to add them up.",
        replaced("peer.handlers.client.AGAIN_MS", (1_000, 2_000, 4_000)),
    ),
    Mutant(
        "ping-again-after-1001",
        "HSK-20",
        "Compares with > and sends a millisecond late.",
        replaced("peer.handlers.client.AGAIN_MS", (1_001, 3_001, 7_001)),
    ),
    Mutant(
        "ping-again-three-times-less-one",
        "HSK-20",
        "Counts the first time among the three.",
        replaced("peer.handlers.client.AGAIN_MS", (1_000, 3_000)),
    ),
    Mutant(
        "ping-again-made-anew",
        "HSK-20",
        "Makes a new frame for each time, with the number that comes next.",
        edited(
            "peer.handlers.client.meet",
            "state.push(waiting.datagram)",
            "state.post(sync_draft(Action.REPLY, waiting.ping.stream_id, ping_of(state.config, state.now_ms)))",
        ),
    ),
    Mutant(
        "ping-names-xchacha-without-key",
        "HSK-20",
        "Sends its list as it is configured, key or no key.",
        edited(PING, "if config.key is not None or name != XCHACHA", "if name"),
    ),
    Mutant(
        "ping-in-milliseconds",
        "HSK-20",
        "Writes ts in the unit of its clock, and forgets v.",
        edited(PING, "v=PROTO,", "v=None,"),
    ),
    Mutant(
        "ping-without-empty-id",
        "HSK-20",
        "Leaves out an empty id and the hash 0, as they say nothing.",
        edited(
            PING,
            "embedding_space_id=config.embedding_space_id,",
            "embedding_space_id=config.embedding_space_id or None,",
            ("space_hash32=config.space_hash32,", "space_hash32=config.space_hash32 or None,"),
        ),
    ),
    Mutant(
        "ping-given-up-after-15001",
        "HSK-21",
        "Compares with > and gives up a millisecond late.",
        replaced("peer.handlers.client.TIMEOUT_MS", 15_001),
    ),
    Mutant(
        "ping-given-up-after-14999",
        "HSK-21",
        "Counts the millisecond in which it begins.",
        replaced("peer.handlers.client.TIMEOUT_MS", 14_999),
    ),
    Mutant(
        "ping-given-up-in-silence",
        "HSK-21",
        "Gives up in time, and tells nobody that it has.",
        edited("peer.handlers.client.meet", "state.events.append(ErrorReceived(RejectCode.HANDSHAKE_TIMEOUT))", "pass"),
    ),
    Mutant(
        "capability-on-any-stream",
        "HSK-22",
        "Takes a capability wherever it comes, while it waits for one.",
        edited(HEAR, " or state.waiting.ping.stream_id != stream_id", ""),
    ),
    Mutant(
        "capability-unasked",
        "HSK-22",
        "Takes a capability on the stream_id of its session, waiting or not.",
        edited(
            HEAR,
            "if state.waiting is None or state.waiting.ping.stream_id != stream_id:",
            "if state.waiting is None and state.session is not None and state.session.stream_id == stream_id:\n"
            "    state.session.agreement = client_agreement(state.config, capability)\n"
            "    state.events.append(state.session.agreement.established())\n"
            "    return\n"
            "if state.waiting is None or state.waiting.ping.stream_id != stream_id:",
        ),
    ),
    Mutant(
        "capability-malformed-ends-the-handshake",
        "HSK-23",
        "Gives the handshake up for a capability that it cannot read.",
        inserted(
            "peer.handlers.dispatch._act_on",
            "match verdict:",
            "if received.kind is Kind.CAPABILITY and state.waiting is not None:\n    state.waiting = None",
        ),
    ),
    Mutant(
        "capability-malformed-under-another-code",
        "HSK-23",
        "Drops what it cannot read as something that it does not know.",
        edited(
            "peer.handlers.dispatch._act_on",
            "state.drop(code)",
            'state.drop("IGNORED" if code == "BAD_MESSAGE" else code)',
        ),
    ),
    Mutant(
        "capability-of-version-2",
        "HSK-24",
        "Reads agreed_proto, and works with whatever it says.",
        edited(UNUSABLE, "if capability.agreed_proto != PROTO:", "if capability.agreed_proto < PROTO:"),
    ),
    Mutant(
        "capability-of-another-space",
        "HSK-24",
        "Leaves the spaces to the server.",
        edited(UNUSABLE, "if names_another_space(config, capability):", "if False:"),
    ),
    Mutant(
        "capability-space-before-version",
        "HSK-24",
        "Compares spaces before it compares versions.",
        edited(
            UNUSABLE,
            "if capability.agreed_proto != PROTO:",
            "if capability.agreed_proto != PROTO and not names_another_space(config, capability):",
        ),
    ),
)
