"""Faults in what a receiver keeps for recovery: FEC-18 and FEC-20."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

KEEP = "peer.handlers.recovery.keep"
KEPT = "peer.state.recv_groups.RecvGroups.keep"
FRAMES = "peer.state.recv_groups.KeptFrames.keep"
GROUPS = "peer.state.recv_groups"

MUTANTS = (
    Mutant(
        "2047-frames",
        "FEC-18",
        "Keeps one frame less than it has to.",
        replaced(
            f"{GROUPS}.KEPT_FRAMES",
            2047,
        ),
        Kind.SIZE,
    ),
    Mutant(
        "1024-frames",
        "FEC-18",
        "Keeps as many frames as it remembers numbers.",
        replaced(
            f"{GROUPS}.KEPT_FRAMES",
            1024,
        ),
    ),
    Mutant(
        "data-alone-is-kept",
        "FEC-18",
        "Keeps data frames only, as if nothing else were protected.",
        edited(
            KEEP,
            "if state.has_repair:",
            "if state.has_repair and received.kind == 'data':",
        ),
    ),
    Mutant(
        "streams-alone-are-kept",
        "FEC-18",
        "Keeps the frames of opened streams only.",
        edited(
            KEEP,
            "if state.has_repair:",
            ("if state.has_repair and state.recv_streams.open_stream(received.frame.stream_id) is not None:"),
        ),
    ),
    Mutant(
        "unsealed-for-sealed",
        "FEC-18",
        "Keeps the later of two frames, sealed or not.",
        edited(
            FRAMES,
            "if before[1] and not sealed:",
            "if False:",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "repair-before-frames",
        "FEC-20",
        "Makes no room for frames that wait.",
        edited(
            KEPT,
            "self._make_room(MAX_REPAIR_BYTES - waiting_bytes)",
            "pass",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "tails-wait-for-repair",
        "FEC-20",
        "Says nothing of a TAIL as long as there is repair.",
        edited(
            "peer.handlers.streams._ask_again",
            "refusal = incomplete(missing)",
            ("if state.recv_groups._groups:\n    return\nrefusal = incomplete(missing)"),
        ),
    ),
)
