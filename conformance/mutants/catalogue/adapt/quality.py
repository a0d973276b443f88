"""Faults in qualities that are received: ADA-15 and ADA-16."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

ADAPTIVE = "peer.handlers.adaptive"
HEAR = f"{ADAPTIVE}.hear_quality"
TOLERANCES = "peer.state.tolerances"
REMEMBER = f"{TOLERANCES}.Tolerances.hear"
AS_AGREED = "peer.handlers.dispatch._as_agreed"
LATEST = "if frame_seq > last:"
ADAPTING = "adapting = state.agreement is not None and state.config.adaptive is not None"
NEW_SESSION = "if self.session is None:"
ESTABLISH = "peer.state.peer_state.PeerState.establish"

MUTANTS = (
    Mutant(
        "quality-without-the-own-value-heard",
        "ADA-15",
        "Judges qualities though it chooses nothing.",
        edited(AS_AGREED, ADAPTING, "adapting = state.agreement is not None"),
    ),
    Mutant(
        "quality-heard-before-a-session",
        "ADA-15",
        "Judges qualities before there is a session.",
        edited(AS_AGREED, ADAPTING, "adapting = state.config.adaptive is not None"),
    ),
    Mutant(
        "quality-never-judged",
        "ADA-15",
        "Takes malformed qualities as ones that say nothing.",
        edited(
            AS_AGREED,
            ADAPTING,
            ADAPTING + " and received.fault is None",
        ),
    ),
    Mutant(
        "quality-needs-no-seal",
        "ADA-15",
        "Takes qualities unsealed, though it requires crypto.",
        edited(
            AS_AGREED,
            "if received.kind is Kind.QUALITY and not adapting:",
            "if received.kind is Kind.QUALITY and adapting and received.sync is not None and not received.sealed:\n"
            "    state.tolerances.hear(received.frame.stream_id, received.frame.frame_seq, received.sync.tolerance)\n"
            "if received.kind is Kind.QUALITY and not adapting:",
        ),
    ),
    Mutant(
        "quality-beyond-the-range",
        "ADA-15",
        "Takes a tolerance of one more than the greatest.",
        edited(
            "peer.sync.objects._find",
            "value = member.shape.read(inner)",
            "more = member.path == ('tolerance',) and inner == 16_777_217\n"
            "value = inner if more else member.shape.read(inner)",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "negative-quality",
        "ADA-15",
        "Takes a quality of a tolerance below 0.",
        edited(
            "peer.sync.objects._find",
            "value = member.shape.read(inner)",
            "less = member.path == ('tolerance',) and inner == -1\nvalue = inner if less else member.shape.read(inner)",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "quality-of-a-whole-fraction",
        "ADA-15",
        "Takes 5.0 for an integer in a quality.",
        edited(
            "peer.sync.objects._find",
            "value = member.shape.read(inner)",
            "whole = member.path == ('tolerance',) and isinstance(inner, float) and inner == int(inner)\n"
            "value = int(inner) if whole else member.shape.read(inner)",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "malformed-quality-takes-its-number",
        "ADA-15",
        "Remembers the number of a quality that it has rejected.",
        edited(
            "peer.handlers.dispatch._refuse",
            "answer = state.reply_error(ref, clause, refusal)",
            "if received.kind is Kind.QUALITY:\n    state.accept(received)\n"
            "answer = state.reply_error(ref, clause, refusal)",
        ),
    ),
    Mutant(
        "quality-has-no-effect",
        "ADA-16",
        "Does not do anything about a quality.",
        edited(REMEMBER, LATEST, "if False:"),
    ),
    Mutant(
        "last-quality-to-come-counts",
        "ADA-16",
        "Takes the quality that came last, whatever its number.",
        edited(REMEMBER, LATEST, "if True:"),
    ),
    Mutant(
        "first-quality-counts",
        "ADA-16",
        "Keeps to the first quality of a stream_id.",
        edited(REMEMBER, LATEST, "if last < 0:"),
    ),
    Mutant(
        "greatest-quality-counts",
        "ADA-16",
        "Never lowers what a quality has raised.",
        edited(REMEMBER, LATEST, "if tolerance > self._qualities.get(stream_id, (-1, -1))[1]:"),
    ),
    Mutant(
        "quality-of-number-0-not-seen",
        "ADA-16",
        "Takes number 0 for no number.",
        edited(REMEMBER, "(-1, 0)", "(0, 0)"),
        Kind.NARROW,
    ),
    Mutant(
        "numbers-of-qualities-in-32-bits",
        "ADA-16",
        "Compares 32 bits of the numbers.",
        edited(REMEMBER, LATEST, "frame_seq &= 0xFFFFFFFF\nif frame_seq > last:"),
        Kind.SIZE,
    ),
    Mutant(
        "quality-for-the-session",
        "ADA-16",
        "Lets a quality count on every stream_id.",
        edited(
            f"{TOLERANCES}.Tolerances.of",
            "_, quality = self._qualities.get(stream_id, (0, 0))",
            "quality = max((one for _, one in self._qualities.values()), default=0)",
        ),
    ),
    Mutant(
        "quality-where-something-was-sent",
        "ADA-16",
        "Takes a quality only for a stream_id on which it has sent something.",
        edited(
            HEAR,
            "state.tolerances.hear(",
            "state.send_streams.next_seq(received.frame.stream_id) and state.tolerances.hear(",
        ),
    ),
    Mutant(
        "quality-once",
        "ADA-16",
        "Forgets a quality with the next message.",
        edited(f"{TOLERANCES}.Tolerances.of", "self._qualities.get(", "self._qualities.pop("),
    ),
    Mutant(
        "few-qualities-remembered",
        "ADA-16",
        "Remembers the qualities of 1,023 stream_ids.",
        replaced(f"{TOLERANCES}.MAX_QUALITIES", 1_023),
        Kind.SIZE,
    ),
    Mutant(
        "oldest-quality-forgotten",
        "ADA-16",
        "Forgets the stream_id that had its first quality first.",
        edited(REMEMBER, "self._qualities.move_to_end(stream_id)", "pass"),
        Kind.SIZE,
    ),
    Mutant(
        "quality-waits-for-its-turn",
        "ADA-16",
        "Lets a quality count when the numbers below it have come.",
        edited(
            HEAR,
            "state.tolerances.hear(",
            "stream = state.recv_streams.open_stream(received.frame.stream_id)\n"
            "(stream is None or stream.next_seq > received.frame.frame_seq) and state.tolerances.hear(",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "quality-fills-no-number",
        "ADA-16",
        "Forgets the number of a quality on an opened stream.",
        edited(HEAR, "streams.take(state, received)", "state.touch()"),
    ),
    Mutant(
        "quality-survives-the-session",
        "ADA-16",
        "Remembers qualities beyond the end of the session.",
        edited(
            ESTABLISH,
            "self.tolerances = Tolerances(self.config.adaptive, self.now_ms)",
            "kept = self.tolerances._qualities\n"
            "self.tolerances = Tolerances(self.config.adaptive, self.now_ms)\n"
            "self.tolerances._qualities = kept",
        ),
    ),
    Mutant(
        "quality-ends-with-the-agreement",
        "ADA-16",
        "Forgets qualities when the session is renegotiated.",
        edited(ESTABLISH, NEW_SESSION, "self.tolerances._qualities.clear()\n" + NEW_SESSION),
    ),
)
