"""Faults in qualities that are sent: ADA-14."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, inserted, refusing
from ...engine.peer_patches import rows

ADAPTIVE = "peer.handlers.adaptive"
SEND = f"{ADAPTIVE}.send_quality"
CHECK = "state.send_streams.check(Action.QUALITY, stream_id)"
SENT = "state.post(sync_draft(Action.QUALITY, stream_id, Quality(tolerance)))"
RANGE = "if not 0 <= tolerance <= MAX_TOLERANCE:"

MUTANTS = (
    Mutant(
        "quality-is-never-sent",
        "ADA-14",
        "Takes the request, and sends nothing.",
        edited(SEND, SENT, "pass"),
    ),
    Mutant(
        "quality-of-the-own-value",
        "ADA-14",
        "Sends its own tolerance in place of the one that it is given.",
        edited(SEND, SENT, SENT.replace("(tolerance)", "(getattr(state.config.adaptive, 'tolerance', 0))")),
    ),
    Mutant(
        "quality-needs-an-own-value",
        "ADA-14",
        "Sends no quality if it chooses nothing itself.",
        edited(SEND, RANGE, "if state.config.adaptive is None or not 0 <= tolerance <= MAX_TOLERANCE:"),
    ),
    Mutant(
        "quality-as-a-reply",
        "ADA-14",
        "Counts the qualities that it sends among its replies.",
        edited(SEND, SENT, "state.replies.count(state.now_ms)\n" + SENT),
    ),
    Mutant(
        "quality-on-own-streams",
        "ADA-14",
        "Sends a quality on a stream that it has opened itself.",
        rows(
            "peer.state.stream_states.OUTGOING",
            {(state, "quality"): state for state in ("open", "ended", "broken")},
        ),
    ),
    Mutant(
        "quality-behind-the-own-tail",
        "ADA-14",
        "Sends a quality on its own stream once that has ended.",
        rows("peer.state.stream_states.OUTGOING", {("ended", "quality"): "ended"}),
        Kind.COMBINATION,
    ),
    Mutant(
        "quality-leaves-no-trace",
        "ADA-14",
        "Opens a stream where it has sent a quality.",
        rows("peer.state.stream_states.OUTGOING", {("single messages", "HEAD"): "open"}),
        Kind.COMBINATION,
    ),
    Mutant(
        "quality-out-of-range-is-cut",
        "ADA-14",
        "Sends the greatest tolerance for a greater one.",
        edited(SEND, RANGE, "tolerance = min(tolerance, MAX_TOLERANCE)\n" + RANGE),
        Kind.COMBINATION,
    ),
    Mutant(
        "greatest-quality-not-sent",
        "ADA-14",
        "Takes the greatest tolerance for one that is out of range.",
        edited(SEND, RANGE, "if not 0 <= tolerance < MAX_TOLERANCE:"),
        Kind.NARROW,
    ),
    Mutant(
        "quality-of-none-not-sent",
        "ADA-14",
        "Takes 0 for a tolerance that is out of range.",
        edited(SEND, RANGE, "if not 0 < tolerance <= MAX_TOLERANCE:"),
        Kind.NARROW,
    ),
    Mutant(
        "range-of-a-quality-first",
        "ADA-14",
        "Looks at the tolerance before anything else.",
        inserted(
            SEND,
            "requests.check_session(state)",
            refusing("not 0 <= tolerance <= MAX_TOLERANCE", "FIELD_RANGE"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "range-of-a-quality-before-the-stream",
        "ADA-14",
        "Looks at the tolerance before it looks at the stream.",
        inserted(
            SEND,
            CHECK,
            "if not 0 <= tolerance <= MAX_TOLERANCE:\n    refuse(RejectCode.FIELD_RANGE, '', 'by a mutant')",
        ),
        Kind.COMBINATION,
    ),
)
