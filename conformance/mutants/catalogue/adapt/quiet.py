"""Faults in what a controller does when nothing is lost: ADA-19."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

TOLERANCES = "peer.state.tolerances"
DOUBLE = f"{TOLERANCES}.Tolerances.double"
HALVE = f"{TOLERANCES}.Tolerances._halve"
ESTABLISH = "peer.state.peer_state.PeerState.establish"
HEAR = "peer.handlers.client.hear_error"
DOUBLED = "min(2 * tolerance, MOST)"
HALVED = "max(tolerance >> times, LEAST)"
TIMES = "times = (now_ms - self._quiet_ms) // HALVE_MS"
GOES_ON = "self._quiet_ms += times * HALVE_MS"
FROM_NOW = "self._quiet_ms = now_ms"
ACTED = "if again:"

MUTANTS = (
    Mutant(
        "half-before-its-time",
        "ADA-19",
        "Halves a millisecond before its time has come.",
        replaced(f"{TOLERANCES}.HALVE_MS", 9_999),
        Kind.SIZE,
    ),
    Mutant(
        "half-after-its-time",
        "ADA-19",
        "Halves a millisecond after its time has come.",
        replaced(f"{TOLERANCES}.HALVE_MS", 10_001),
        Kind.SIZE,
    ),
    Mutant(
        "never-halved",
        "ADA-19",
        "Stays at what losses have made of the tolerances.",
        edited(HALVE, TIMES, "times = 0"),
    ),
    Mutant(
        "halved-once",
        "ADA-19",
        "Halves once, however long there was nothing.",
        edited(HALVE, TIMES, f"{TIMES}\ntimes = min(times, 1)", (GOES_ON, FROM_NOW)),
        Kind.COMBINATION,
    ),
    Mutant(
        "rest-of-the-time-forgotten",
        "ADA-19",
        "Begins the 10 s anew with each message that it sends after them.",
        edited(HALVE, GOES_ON, FROM_NOW),
        Kind.COMBINATION,
    ),
    Mutant(
        "half-rounded-up",
        "ADA-19",
        "Rounds the halves of odd tolerances up.",
        edited(HALVE, HALVED, "max(-(-tolerance >> times), LEAST)"),
        Kind.DIGIT,
    ),
    Mutant(
        "halved-without-end",
        "ADA-19",
        "Halves below 1,024, if nothing is lost.",
        edited(HALVE, HALVED, "tolerance >> times"),
        Kind.SIZE,
    ),
    Mutant(
        "not-halved-below-the-own-value",
        "ADA-19",
        "Takes the own value for the least.",
        edited(
            HALVE,
            TIMES,
            "first = self._qualities.__dict__.setdefault('first', self._own)\n" + TIMES,
            (HALVED, "max(tolerance >> times, first[slot])"),
        ),
    ),
    Mutant(
        "keys-not-halved",
        "ADA-19",
        "Leaves the tolerances of keys and values as they are.",
        edited(HALVE, HALVED, f"tolerance if slot in ('keys', 'values') else {HALVED}"),
        Kind.COMBINATION,
    ),
    Mutant(
        "time-goes-on-after-a-loss",
        "ADA-19",
        "Counts the 10 s from the last halving alone.",
        edited(DOUBLE, "self._quiet_ms = now_ms", "pass"),
    ),
    Mutant(
        "time-from-zero",
        "ADA-19",
        "Counts the 10 s of a session from the beginning of the clock.",
        edited(ESTABLISH, "Tolerances(self.config.adaptive, self.now_ms)", "Tolerances(self.config.adaptive)"),
    ),
    Mutant(
        "loss-before-the-half",
        "ADA-19",
        "Doubles before it halves at the same instant.",
        edited(
            DOUBLE,
            "self._halve(now_ms)",
            "pass",
            (DOUBLED, "max(min(2 * tolerance, MOST) >> (now_ms - self._quiet_ms) // HALVE_MS, LEAST)"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "half-lost-to-a-loss",
        "ADA-19",
        "Lets a loss at the same instant undo the half.",
        edited(DOUBLE, "self._halve(now_ms)", "pass"),
        Kind.COMBINATION,
    ),
    Mutant(
        "messages-put-off-the-half",
        "ADA-19",
        "Begins the 10 s anew with each message that it sends.",
        edited(f"{TOLERANCES}.Tolerances.of", "self._halve(now_ms)", "self._halve(now_ms)\nself._quiet_ms = now_ms"),
    ),
    Mutant(
        "any-error-puts-off-the-half",
        "ADA-19",
        "Begins the 10 s anew with each STREAM_INCOMPLETE, whatever it is about.",
        edited(HEAR, ACTED, "state.tolerances._quiet_ms = state.now_ms\nif again:"),
    ),
)
