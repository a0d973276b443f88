"""Faults in the beginning of a controller, and in what it makes of losses: ADA-17 and ADA-18."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, inserted

TOLERANCES = "peer.state.tolerances"
BEGIN = f"{TOLERANCES}.Tolerances.__init__"
DOUBLE = f"{TOLERANCES}.Tolerances.double"
ESTABLISH = "peer.state.peer_state.PeerState.establish"
HEAR = "peer.handlers.client.hear_error"
BEGUN = "min(max(tolerance, LEAST), MOST)"
DOUBLED = "min(2 * tolerance, MOST)"
NEW_SESSION = "if self.session is None:"
ACTED = "if again:"

MUTANTS = (
    Mutant(
        "controller-without-being-asked",
        "ADA-17",
        "Has a controller, wanted or not.",
        edited(BEGIN, "own is not None and own.controller", "own is not None"),
    ),
    Mutant(
        "controller-begins-below",
        "ADA-17",
        "Begins with the own value, however low.",
        edited(BEGIN, BEGUN, "min(tolerance, MOST)"),
    ),
    Mutant(
        "controller-begins-above",
        "ADA-17",
        "Begins with the own value, however high.",
        edited(BEGIN, BEGUN, "max(tolerance, LEAST)"),
    ),
    Mutant(
        "controller-begins-with-the-least",
        "ADA-17",
        "Begins with 1,024, whatever the own value.",
        edited(BEGIN, BEGUN, "LEAST"),
    ),
    Mutant(
        "controller-of-the-tolerance-alone",
        "ADA-17",
        "Keeps the tolerances of keys and values as they are in the beginning.",
        edited(BEGIN, BEGUN, f"tolerance if slot in ('keys', 'values') else {BEGUN}"),
        Kind.COMBINATION,
    ),
    Mutant(
        "least-of-1000",
        "ADA-17",
        "Takes 1,000 for the least to begin with.",
        edited(BEGIN, BEGUN, "min(max(tolerance, 1_000), MOST)"),
        Kind.SIZE,
    ),
    Mutant(
        "most-of-a-million",
        "ADA-17",
        "Takes 1,000,000 for the most to begin with.",
        edited(BEGIN, BEGUN, "min(max(tolerance, LEAST), 1_000_000)"),
        Kind.SIZE,
    ),
    Mutant(
        "controller-goes-on-after-a-loss",
        "ADA-17",
        "Takes the tolerances of the last session into the next.",
        edited(ESTABLISH, NEW_SESSION, "if self.session is None and self.now_ms < 45_000:"),
    ),
    Mutant(
        "controller-begins-anew-with-an-agreement",
        "ADA-17",
        "Begins anew when the session is renegotiated.",
        edited(
            ESTABLISH,
            NEW_SESSION,
            "kept = self.tolerances._qualities\n"
            "self.tolerances = Tolerances(self.config.adaptive, self.now_ms)\n"
            "self.tolerances._qualities = kept\n" + NEW_SESSION,
        ),
    ),
    Mutant(
        "losses-have-no-effect",
        "ADA-18",
        "Does not do anything about losses.",
        edited(HEAR, ACTED, "if False:"),
    ),
    Mutant(
        "losses-of-nobody",
        "ADA-18",
        "Takes a STREAM_INCOMPLETE about anything for a loss.",
        edited(HEAR, ACTED, "if True:"),
    ),
    Mutant(
        "losses-that-name-numbers",
        "ADA-18",
        "Counts a loss only if it names numbers.",
        edited(HEAR, ACTED, "if again and missing:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "losses-behind-a-tail-alone",
        "ADA-18",
        "Counts no losses that a blocked brings to light.",
        edited(HEAR, ACTED, "if found:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "corrupt-streams-as-losses",
        "ADA-18",
        "Counts streams that are corrupt or timed out as losses.",
        edited(
            HEAR,
            "state.send_streams.break_off(error.ref.stream_id, error.ref.frame_seq)",
            "state.send_streams.break_off(error.ref.stream_id, error.ref.frame_seq)\n"
            "state.tolerances.double(state.now_ms)",
        ),
    ),
    Mutant(
        "own-answers-as-losses",
        "ADA-18",
        "Counts losses of what it receives.",
        edited(
            "peer.handlers.streams.tell_incomplete",
            "state.events.append(",
            "state.tolerances.double(state.now_ms)\nstate.events.append(",
        ),
    ),
    Mutant(
        "losses-count-twice",
        "ADA-18",
        "Goes to four times with each loss.",
        edited(DOUBLE, DOUBLED, "min(4 * tolerance, MOST)"),
    ),
    Mutant(
        "losses-add-the-least",
        "ADA-18",
        "Adds 1,024 with each loss, and does not double.",
        edited(DOUBLE, DOUBLED, "min(tolerance + LEAST, MOST)"),
    ),
    Mutant(
        "losses-add-the-own-value",
        "ADA-18",
        "Adds the same with each loss.",
        edited(DOUBLE, DOUBLED, "min(tolerance + 5_000, MOST)"),
        Kind.NARROW,
    ),
    Mutant(
        "one-loss-of-an-instant",
        "ADA-18",
        "Counts one loss where two come at once.",
        inserted(
            DOUBLE,
            "self._halve(now_ms)",
            "lost = self._qualities.__dict__\nif lost.get('ms') == now_ms:\n    return\nlost['ms'] = now_ms",
        ),
    ),
    Mutant(
        "doubled-without-end",
        "ADA-18",
        "Doubles beyond 1,048,576, if losses go on.",
        edited(DOUBLE, DOUBLED, "min(2 * tolerance, 16_777_216)"),
        Kind.SIZE,
    ),
    Mutant(
        "doubled-to-a-million",
        "ADA-18",
        "Doubles to 1,000,000 at most, a round number.",
        edited(DOUBLE, DOUBLED, "min(2 * tolerance, 1_000_000)"),
        Kind.SIZE,
    ),
    Mutant(
        "not-doubled-beyond-the-most",
        "ADA-18",
        "Stays as it is where twice as much would be too much.",
        edited(DOUBLE, DOUBLED, "2 * tolerance if 2 * tolerance <= MOST else tolerance"),
        Kind.SIZE,
    ),
    Mutant(
        "keys-not-doubled",
        "ADA-18",
        "Leaves the tolerances of keys and values as they are.",
        edited(DOUBLE, DOUBLED, f"tolerance if slot in ('keys', 'values') else {DOUBLED}"),
        Kind.COMBINATION,
    ),
    Mutant(
        "loss-for-one-stream",
        "ADA-18",
        "Doubles for the stream_id of the loss alone.",
        edited(
            HEAR,
            ACTED,
            "if again and state.config.adaptive is not None and state.config.adaptive.controller:\n"
            "    own = state.config.adaptive.tolerance\n"
            "    state.tolerances.hear(error.ref.stream_id, 2**40, min(2 * own, 1_048_576))\n"
            "if False:",
        ),
    ),
)
