"""Faults of a peer in requests to send that it should refuse: HSK-6, HSK-57 to HSK-59 and MSG-22."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited

ENCODE = "peer.state.send_streams.SendStreams._encode"
FLAGS = "peer.state.send_streams.SendStreams._flags"
ADVANCE = "peer.state.send_streams.SendStreams._advance"
NONCE = "nonce_for(self._config.salt, draft.stream_id, number)"
AGREED = "peer.handlers.requests.check_agreed"
SEND = "peer.handlers.requests.send_data"

MUTANTS = (
    Mutant(
        "sends-without-session",
        "HSK-6",
        "Sends what it is given, and lets the other end refuse it.",
        edited("peer.handlers.requests.check_session", "if state.agreement is None:", "if False:"),
    ),
    Mutant(
        "sends-streams-without-session",
        "HSK-58",
        "Asks for a session before data, and not before HEAD.",
        edited("peer.handlers.requests.open_stream", "check_session(state)", "pass"),
    ),
    Mutant(
        "sends-what-is-not-agreed",
        "HSK-6",
        "Checks what it receives by the agreement, and not what it sends.",
        edited(AGREED, "if found is None:", "if found is None or found[1].code is not RejectCode.BAD_MESSAGE:"),
    ),
    Mutant(
        "refuses-with-bad-message",
        "HSK-6",
        "Names the code that the other end would send, where its program is to get the layer's own.",
        edited(AGREED, "if verdict.code is RejectCode.BAD_MESSAGE and", "if False and"),
    ),
    Mutant(
        "refuses-content-before-modality",
        "HSK-6",
        "Reads the message before it looks at the modality.",
        edited(
            AGREED,
            "clause, verdict = found",
            "clause, verdict = found\nif received.fault is not None:\n    raise received.fault",
        ),
    ),
    Mutant(
        "sends-malformed-messages",
        "MSG-22",
        "Encodes what it is given, as the frame layer has no objection.",
        edited(AGREED, "if found is None:", "if found is None or found[1].code is RejectCode.BAD_MESSAGE:"),
    ),
    Mutant(
        "sends-malformed-caches",
        "MSG-22",
        "Checks Think and takes every other message for right.",
        edited(
            AGREED,
            "if found is None:",
            "if found is None or (received.fault and received.frame.type != MessageType.THINK):",
        ),
    ),
    Mutant(
        "sends-to-another-space",
        "HSK-57",
        "Compares spaces when it receives, and never when it sends.",
        edited("peer.handlers.requests._check_space", "if theirs not in (0, own):", "if False:"),
    ),
    Mutant(
        "sends-to-no-space-neither",
        "HSK-57",
        "Takes 0 for a space of its own.",
        edited("peer.handlers.requests._check_space", "if theirs not in (0, own):", "if theirs != own:"),
    ),
    Mutant(
        "space-of-the-first-handshake",
        "HSK-57",
        "Remembers the space that was told first.",
        edited(
            "peer.state.peer_state.PeerState.establish",
            "self.turn(Turn.AGREED)",
            "from dataclasses import replace\n"
            "if self.agreement is not None:\n"
            "    agreement = replace(agreement, their_hash=self.agreement.their_hash)\n"
            "self.turn(Turn.AGREED)",
        ),
    ),
    Mutant(
        "state-asked-last",
        "HSK-57",
        "Looks at the stream when everything else about the message is right.",
        edited("peer.handlers.requests.check_data", "state.send_streams.check(Action.DATA, stream_id)", "pass"),
    ),
    Mutant(
        "space-asked-after-crypto",
        "HSK-57",
        "Looks whether it may send anything at all before it asks to whom.",
        edited(
            "peer.handlers.requests.check_session", "check_space(state)", "if not state.mute:\n    check_space(state)"
        ),
    ),
    Mutant(
        "streams-without-session",
        "HSK-58",
        "Asks for the stream before it asks for a session.",
        edited(
            "peer.handlers.requests.close_stream",
            "    check_session(state)",
            "    state.send_streams.check(Action.TAIL, stream_id)\n    check_session(state)",
        ),
    ),
    Mutant(
        "heads-judged-by-space",
        "HSK-58",
        "Asks of a HEAD what it asks of data.",
        edited("peer.handlers.requests.open_stream", "check_session(state)", "check_session(state, _check_space)"),
    ),
    Mutant(
        "pings-as-a-server",
        "HSK-59",
        "Refuses to ping as a server for want of a session, in which it would be as wrong.",
        edited("peer.handlers.client.ping", "RejectCode.STREAM_STATE", "RejectCode.HANDSHAKE_REQUIRED"),
    ),
)
