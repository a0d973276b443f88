"""Faults in what fills numbers, in second TAILs, on closed streams and in errors for a TAIL: STM-29 to STM-38."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import both, edited, replaced
from ...engine.peer_patches import of_kinds

STREAM = "peer.state.recv_stream.RecvStream"
STREAMS = "peer.state.recv_streams.RecvStreams"
SENDING = "peer.state.send_streams.SendStreams"
ERROR = "peer.handlers.client.hear_error"
TAIL = "peer.handlers.streams.end"

MUTANTS = (
    Mutant(
        "errors-fill-nothing",
        "STM-29",
        "Acts on an error, and waits for its number for ever.",
        edited(ERROR, "streams.take(state, received)", "state.touch()"),
    ),
    Mutant(
        "errors-act-before-what-waited",
        "STM-29",
        "Tells of an error before it delivers what waited for its number.",
        edited(
            ERROR,
            "    streams.take(state, received)\n    state.events.append(ErrorReceived(error.code, error.ref))",
            "    state.events.append(ErrorReceived(error.code, error.ref))\n    streams.take(state, received)",
        ),
    ),
    Mutant(
        "errors-wait-for-their-turn",
        "STM-29",
        "Acts on an error when all lower numbers have come, and so for most of them never.",
        edited(
            ERROR,
            "streams.take(state, received)",
            "stream = state.recv_streams.open_stream(received.frame.stream_id)\n"
            "early = stream is not None and received.frame.frame_seq > stream.next_seq\n"
            "streams.take(state, received)\nif early:\n    return",
        ),
    ),
    Mutant(
        "errors-need-room",
        "STM-30",
        "Drops an error that is too far ahead for a data frame.",
        of_kinds("room", more=("error",)),
    ),
    Mutant(
        "capabilities-need-room",
        "STM-30",
        "Drops a capability that is too far ahead for a data frame.",
        of_kinds("room", more=("capability", "ping")),
    ),
    Mutant(
        "strays-need-room",
        "STM-30",
        "Drops what the other role would act on if it is too far ahead for a data frame.",
        of_kinds("room", more=("stray",)),
    ),
    Mutant(
        "errors-after-the-tail",
        "STM-30",
        "Drops an error above the TAIL, which its sender has every reason to send.",
        of_kinds("after_tail", more=("error",)),
    ),
    Mutant(
        "errors-above-the-tail-corrupt",
        "STM-30",
        "Takes a stream for corrupt on which its sender has answered after its TAIL.",
        edited(f"{STREAM}.take", "if not held.at_once:", "if True:"),
    ),
    Mutant(
        "far-numbers-1023",
        "STM-31",
        "Remembers one number beyond the buffer less than it has to.",
        replaced("peer.state.recv_stream.REMEMBERED_FAR", 1023),
    ),
    Mutant(
        "far-numbers-forgotten",
        "STM-31",
        "Remembers no number beyond the buffer but the last.",
        replaced("peer.state.recv_stream.REMEMBERED_FAR", 1),
    ),
    Mutant(
        "second-tail-takes-over",
        "STM-32",
        "Holds the TAIL that came last, whatever the first one said.",
        edited(TAIL, "ending = stream.ending or Ending(number, tail)", "ending = stream.ending = Ending(number, tail)"),
    ),
    Mutant(
        "second-tail-unanswered",
        "STM-32",
        "Says what is missing when the TAIL comes first, and never again.",
        edited(
            "peer.handlers.streams._ask_again",
            "refusal = incomplete(missing)",
            "if stream.ending is not None:\n    return\nrefusal = incomplete(missing)",
        ),
    ),
    Mutant(
        "lower-tail-taken-for-the-tail",
        "STM-33",
        "Judges its stream by whatever TAIL comes.",
        edited(TAIL, "number != stream.ending.frame_seq", "number > stream.ending.frame_seq"),
    ),
    Mutant(
        "lower-tail-fills-nothing",
        "STM-33",
        "Passes by a second TAIL that is not the first.",
        edited(TAIL, "take(state, received)  # STM-33; one with a higher number was dropped (STM-15)", "state.touch()"),
    ),
    Mutant(
        "lower-tail-needs-room",
        "STM-33",
        "Drops a second TAIL that is too far ahead for a data frame.",
        of_kinds("room", more=("tail",)),
    ),
    Mutant(
        "answered-tails-not-heard",
        "STM-34",
        "Answers a TAIL, and does not take it for a sign of life.",
        edited("peer.handlers.streams._ask_again", "state.touch()", "pass"),
    ),
    Mutant(
        "tails-without-head-not-heard",
        "STM-34",
        "Answers a TAIL without HEAD, and does not take it for a sign of life.",
        edited("peer.state.peer_state.PeerState.heed_tail", "self.touch()", "pass"),
    ),
    Mutant(
        "tails-without-head-take-no-number",
        "STM-34",
        "Answers a TAIL without HEAD, and forgets its number.",
        edited("peer.state.peer_state.PeerState.heed_tail", "if self.numbered(received):", "if False:"),
    ),
    Mutant(
        "corrupting-tails-not-heard",
        "STM-34",
        "Does not take the TAIL of a corrupt stream for a sign of life.",
        edited(TAIL, "    state.touch()\n    _close(", "    _close("),
    ),
    Mutant(
        "tails-number-free-for-errors",
        "STM-34",
        "Takes an error with the number of the TAIL that it holds.",
        edited(f"{STREAM}.seen", "if at_once and ", "if False and "),
    ),
    Mutant(
        "closed-numbers-forgotten",
        "STM-35",
        "Forgets the numbers of a stream that has ended.",
        edited(f"{STREAM}.close", "Window(sorted({*below, *self.held, *tail}))", "Window()"),
    ),
    Mutant(
        "closed-tail-forgotten",
        "STM-35",
        "Remembers the numbers of a stream that has ended, its TAIL's not among them.",
        edited(f"{STREAM}.close", "{*below, *self.held, *tail}", "{*below, *self.held}"),
    ),
    Mutant(
        "timed-out-numbers-all-taken",
        "STM-35",
        "Takes every number below the TAIL for accepted, those that never came too.",
        edited(
            f"{STREAM}.close", "{*below, *self.held, *tail}", "{*below, *self.held, *tail, *range(max((0, *tail)))}"
        ),
    ),
    Mutant(
        "closed-1023",
        "STM-36",
        "Remembers one closed stream less than it has to.",
        replaced("peer.state.recv_streams.REMEMBERED", 1023),
    ),
    Mutant(
        "kept-less-than-10-s",
        "STM-37",
        "Lets go of its frames at the very instant.",
        edited(f"{SENDING}.expire", "now_ms - stream.tail_ms <= KEPT_MS", "now_ms - stream.tail_ms < KEPT_MS"),
    ),
    Mutant(
        "breaks-off-for-any-ref",
        "STM-38",
        "Ends a stream for an error that names any of its frames.",
        edited(f"{SENDING}.break_off", "stream.tail_seq == tail_seq and ", "stream.tail_seq is not None and "),
    ),
    Mutant(
        "breaks-off-by-32-bits",
        "STM-38",
        "Compares the low 32 bits of a frame_seq.",
        edited(f"{SENDING}.break_off", "stream.tail_seq == tail_seq", "stream.tail_seq == tail_seq % 2**32"),
    ),
    Mutant(
        "breaks-off-by-8-bits-of-the-stream",
        "STM-38",
        "Finds its streams by the low byte of a stream_id.",
        edited(f"{SENDING}.break_off", "stream = self._stream(stream_id)", "stream = self._stream(stream_id % 256)"),
    ),
    Mutant(
        "repairs-for-any-ref",
        "STM-38",
        "Sends again what any STREAM_INCOMPLETE names.",
        edited(f"{SENDING}.repair", "stream.tail_seq != tail_seq or ", "tail_seq < 0 or "),
    ),
    Mutant(
        "tail-again-says-something-else",
        "STM-32",
        "Goes by what the TAIL says that came last.",
        both(
            edited("peer.handlers.streams.end", "stream.ending or Ending(number, tail)", "Ending(number, tail)"),
            edited("peer.handlers.streams._ask_again", "if stream.ending is None:", "if True:"),
        ),
    ),
    Mutant(
        "repair-kept-9-s",
        "STM-37",
        "Lets go of its frames a second early, to be on the safe side with memory.",
        replaced("peer.state.send_streams.KEPT_MS", 9_000),
    ),
    Mutant(
        "repair-kept-from-the-first-tail",
        "STM-37",
        "Counts the 10 s from the TAIL's first time.",
        edited(f"{SENDING}.repair", "self._tail_sent(stream_id, stream, now_ms)", "del now_ms"),
    ),
    Mutant(
        "kept-from-each-frame-on",
        "STM-37",
        "Lets go of what was sent more than 10 s ago, whether its TAIL was sent or not.",
        edited(
            f"{SENDING}._advance", "if draft.action is Action.TAIL:", "if draft.action in (Action.DATA, Action.TAIL):"
        ),
    ),
)
