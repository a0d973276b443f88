"""Faults in the agreement, and in how the four methods are taken: MUX-1 to MUX-8."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced
from ...engine.peer_patches import judged, of_kinds

AS_AGREED = "peer.handlers.dispatch._as_agreed"
ANSWER = "peer.state.agreement.capability_for"
AGREED = "peer.state.agreement._agreement"
OPEN = "peer.state.peer_state.PeerState.open_received"
BEGIN = "peer.handlers.mux_send.begin"

MUTANTS = (
    Mutant(
        "mux-is-not-asked-for",
        "MUX-1",
        "Leaves its bounds out of its ping.",
        edited("peer.state.agreement.ping_of", "mux=config.mux,", "mux=None,"),
    ),
    Mutant(
        "mux-is-always-told",
        "MUX-1",
        "Tells its bounds to whoever pings.",
        edited(ANSWER, "mux=None if ping.mux is None else config.mux,", "mux=config.mux,"),
    ),
    Mutant(
        "mux-is-never-told",
        "MUX-1",
        "Keeps its bounds to itself, though the ping had some.",
        edited(ANSWER, "mux=None if ping.mux is None else config.mux,", "mux=None,"),
    ),
    Mutant(
        "mux-is-read-by-all",
        "MUX-1",
        "Judges a member that is not for it.",
        edited(AS_AGREED, "if state.config.mux is not None:", "if True:"),
    ),
    Mutant(
        "garbled-bounds-pass",
        "MUX-2",
        "Agrees as if bounds that are none had not been there.",
        edited(AS_AGREED, "if state.config.mux is not None:", "if False:"),
    ),
    Mutant(
        "no-streams-at-all",
        "MUX-2",
        "Takes 0 streams for a bound.",
        replaced("peer.sync.fields.MUX_STREAMS", (0, 1024)),
        Kind.SIZE,
    ),
    Mutant(
        "streams-without-end",
        "MUX-2",
        "Takes 1,025 streams for a bound.",
        replaced("peer.sync.fields.MUX_STREAMS", (1, 1025)),
        Kind.SIZE,
    ),
    Mutant(
        "frames-of-15",
        "MUX-2",
        "Takes 15 frames for a bound.",
        replaced("peer.sync.fields.MUX_FRAMES", (15, 1024)),
        Kind.SIZE,
    ),
    Mutant(
        "frames-below-1024",
        "MUX-2",
        "Refuses a bound of 1,024 frames, the most there is.",
        replaced("peer.sync.fields.MUX_FRAMES", (16, 1023)),
        Kind.SIZE,
    ),
    Mutant(
        "own-bounds-bind-oneself",
        "MUX-3",
        "Sends by its own bounds in place of the other end's.",
        edited(AGREED, "mux=mux if config.mux is not None", "mux=config.mux if config.mux is not None"),
    ),
    Mutant(
        "their-bounds-bind-them",
        "MUX-3",
        "Grants the frames that the other end has told.",
        edited(OPEN, "True, self.config.mux.frames", "True, self.agreement.mux.frames"),
    ),
    Mutant(
        "mux-by-one",
        "MUX-3",
        "Manages streams though it has no bounds itself.",
        edited(
            AGREED,
            "mux if config.mux is not None and isinstance(mux, Mux) else None",
            "mux if isinstance(mux, Mux) else None",
        ),
    ),
    Mutant(
        "streams-follow-the-agreement",
        "MUX-4",
        "Lets streams go at once when nothing is agreed any more.",
        edited(
            "peer.handlers.mux_send.send",
            "if not _open_stream(state, draft.stream_id) or",
            "if state.agreement.mux is None or not _open_stream(state, draft.stream_id) or",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "limits-follow-the-agreement",
        "MUX-4",
        "Asks no limit of a stream when nothing is agreed any more.",
        judged("beyond_limit", "if stream is None or", "if stream is None or state.agreement.mux is None or"),
        Kind.COMBINATION,
    ),
    Mutant(
        "bounds-are-not-told",
        "MUX-5",
        "Keeps the other end's bounds from its application.",
        edited("peer.state.agreement.Agreement.established", "self.mux,", "None,"),
    ),
    Mutant(
        "methods-without-agreement",
        "MUX-6",
        "Acts on the four methods whoever has agreed to them.",
        edited(AS_AGREED, "if received.kind in OF_MUX and not state.knows_mux:", "if False:"),
    ),
    Mutant(
        "urgency-without-agreement",
        "MUX-6",
        "Judges urgency where nothing is agreed.",
        edited(AS_AGREED, "case Head(urgency=Garbled()) if managing:", "case Head(urgency=Garbled()):"),
    ),
    Mutant(
        "any-urgency",
        "MUX-6",
        "Takes a HEAD of whatever urgency.",
        edited(AS_AGREED, "case Head(urgency=Garbled()) if managing:", "case Head(urgency=Garbled()) if False:"),
    ),
    Mutant(
        "methods-need-no-seal",
        "MUX-6",
        "Takes the four methods unsealed, though it requires crypto.",
        of_kinds("unsealed", less=("credit", "blocked", "done", "reset")),
    ),
    Mutant(
        "blocked-with-the-number-of-head",
        "MUX-6",
        "Takes a blocked or reset of number 0.",
        edited("peer.received.frame._check_place", 'malformed("frame_seq 0 is that of HEAD")', "pass"),
    ),
    Mutant(
        "long-codes-of-resets",
        "MUX-6",
        "Takes a code of 65 characters.",
        edited(
            "peer.sync.objects._find",
            "value = member.shape.read(inner)",
            "code = member.shape is shapes.RESET_CODE and isinstance(inner, str)\n"
            "value = member.shape.read(inner[:64] if code else inner)",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "methods-wait-behind-tails",
        "MUX-7",
        "Drops a credit after a TAIL that is held.",
        of_kinds("after_tail", more=("credit", "blocked", "done", "reset")),
    ),
    Mutant(
        "methods-end-with-their-stream",
        "MUX-7",
        "Drops the four methods on a stream that is closed.",
        of_kinds("closed", more=("credit", "blocked", "done", "reset")),
    ),
    Mutant(
        "methods-take-room",
        "MUX-7",
        "Drops the four methods far ahead of what is missing.",
        of_kinds("room", more=("credit", "blocked", "done", "reset")),
    ),
    Mutant(
        "credits-with-strong-tail",
        "MUX-7",
        "Puts STRONG_TAIL on all that it sends on such a stream.",
        replaced("peer.state.send_streams._UNMARKED", frozenset()),
    ),
    Mutant(
        "done-breaks-what-is-open",
        "MUX-8",
        "Takes an early done for that of its stream.",
        edited(
            "peer.handlers.mux_send.hear_done",
            "state.send_streams.state_of(stream_id) is SendState.ENDED",
            "True",
        ),
    ),
)
