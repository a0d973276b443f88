"""Faults with streams that their sender does not manage, and with the urgency of HEADs: MUX-8, MUX-28, MUX-35."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, inserted

SENDING = "peer.handlers.mux_send"
HEAD = "peer.handlers.requests.open_stream"
IF_AGREED = "if state.agreement is not None and state.agreement.mux is not None:"
TELLS = "head = replace(head, urgency=urgency)"

MUTANTS = (
    Mutant(
        "done-of-any-stream",
        "MUX-8",
        "Tells the done of whatever stream it has ended, managed or not.",
        edited(f"{SENDING}.hear_done", "if stream is not None and", "if"),
        Kind.COMBINATION,
    ),
    Mutant(
        "credit-limits-any-stream",
        "MUX-8",
        "Takes a stream for managed once a credit has come for it.",
        inserted(
            f"{SENDING}.hear_credit",
            "stream = _open_stream(state, received.frame.stream_id)",
            "id_ = received.frame.stream_id\n"
            "if state.outbox.stream(id_) is None and state.send_streams.state_of(id_) is SendState.OPEN:\n"
            "    state.outbox.open(id_, URGENCY, received.sync.limit)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "cancelled-though-unmanaged",
        "MUX-28",
        "Breaks off streams for a cancel that it does not manage.",
        edited(f"{SENDING}._is_about", "stream is None or stream.reset_ms", "stream is not None and stream.reset_ms"),
        Kind.COMBINATION,
    ),
    Mutant(
        "urgency-is-told-to-anybody",
        "MUX-35",
        "Puts the urgency that it was asked for into HEAD, whatever is agreed.",
        edited(HEAD, IF_AGREED, "if urgency is not None:"),
    ),
    Mutant(
        "urgency-is-told-as-ever",
        "MUX-35",
        "Goes on telling urgency when an agreement without multiplexing comes.",
        edited(HEAD, IF_AGREED, "if state.knows_mux:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "urgency-of-its-own-value",
        "MUX-35",
        "Tells urgency as soon as it has bounds itself, before the other end has agreed.",
        edited(HEAD, IF_AGREED, "if state.config.mux is not None:"),
    ),
    Mutant(
        "urgency-needs-an-agreement",
        "MUX-35",
        "Refuses a stream with an urgency where multiplexing is not agreed.",
        inserted(
            HEAD,
            "mux_send.check_head(state, urgency)",
            "if urgency is not None and (state.agreement is None or state.agreement.mux is None):\n"
            '    refuse(RejectCode.STREAM_STATE, "MUX-35", "no urgency without multiplexing")',
        ),
    ),
    Mutant(
        "urgency-that-nobody-asked-for",
        "MUX-35",
        "Tells an urgency of 3 where none was asked for.",
        edited(HEAD, TELLS, "head = replace(head, urgency=3 if urgency is None else urgency)"),
    ),
    Mutant(
        "usual-urgency-is-left-out",
        "MUX-35",
        "Leaves out an urgency of 3, as that goes without saying.",
        edited(HEAD, TELLS, "head = replace(head, urgency=None if urgency == 3 else urgency)"),
    ),
)
