"""Faults of a peer in requests to send that it should refuse: HSK-6 and MSG-22."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited

ENCODE = "peer.state.send_streams.SendStreams._encode"
FLAGS = "peer.state.send_streams.SendStreams._flags"
ADVANCE = "peer.state.send_streams.SendStreams._advance"
NONCE = "nonce_for(self._config.salt, draft.stream_id, number)"
AGREED = "peer.handlers.requests._check_agreed"
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
        "HSK-6",
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
)
