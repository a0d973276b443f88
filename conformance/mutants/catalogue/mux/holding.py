"""Faults in answers to blocked, in repair without a TAIL and in held streams: MUX-16 to MUX-20."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited
from ...engine.peer_patches import judged, without

RECEIVING = "peer.handlers.mux_receive"
SENDING = "peer.handlers.mux_send"
STREAM = "peer.state.recv_stream.RecvStream"

MUTANTS = (
    Mutant(
        "blocked-without-repair",
        "MUX-16",
        "Answers every blocked with a credit.",
        edited(f"{RECEIVING}.hear_blocked", "else stream.missing(number)", "else ()"),
    ),
    Mutant(
        "blocked-without-credit",
        "MUX-16",
        "Answers a blocked only where something is missing.",
        edited(f"{RECEIVING}.hear_blocked", "_credit(state, stream)", "pass"),
    ),
    Mutant(
        "blocked-fills-nothing",
        "MUX-16",
        "Misses the number of a blocked that it has answered.",
        edited(
            f"{RECEIVING}.hear_blocked",
            "streams.take(state, received)\n        streams.tell_incomplete",
            "state.touch()\nstreams.tell_incomplete",
        ),
    ),
    Mutant(
        "blocked-is-the-end",
        "MUX-16",
        "Lets 10 s run from a blocked below which numbers are missing.",
        edited(
            f"{RECEIVING}.hear_blocked",
            "streams.tell_incomplete(state, stream_id, refusal)",
            "stream.ending = streams.Ending(number, streams.Tail(0, 0))\n"
            "stream.progress_ms = state.now_ms\n"
            "stream.machine.fire(streams.Arrival.INCOMPLETE)\n"
            "streams.tell_incomplete(state, stream_id, refusal)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-limit-of-a-blocked-is-believed",
        "MUX-16",
        "Takes what a blocked names for the limit that it has told.",
        edited(
            f"{RECEIVING}.hear_blocked",
            "_credit(state, stream)",
            "stream.told = None if stream.told is None else received.sync.limit\n_credit(state, stream)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-old-limit-again",
        "MUX-16",
        "Answers a blocked with what it told last.",
        edited(f"{RECEIVING}._credit", "stream.told = max(stream.told, _next_limit(stream))", "stream.told += 0"),
    ),
    Mutant(
        "blocked-alone-is-nothing",
        "MUX-17",
        "Does not answer a blocked whose HEAD is lost.",
        without("blocked_alone"),
    ),
    Mutant(
        "blocked-alone-asks-for-all-but-head",
        "MUX-17",
        "Asks for the data frames of a stream whose HEAD is lost.",
        judged("blocked_alone", "tuple(range(min(", "tuple(range(1, min("),
    ),
    Mutant(
        "cancelled-once",
        "MUX-17",
        "Is silent when a stream that has failed goes on.",
        judged("blocked_alone", "if not state.recv_streams.failed(stream_id):", "if True:"),
    ),
    Mutant(
        "complete-is-cancelled",
        "MUX-17",
        "Tells the sender of a complete stream that it is cancelled.",
        judged("blocked_alone", "if not state.recv_streams.failed(stream_id):", "if False:"),
    ),
    Mutant(
        "reset-before-head-is-no-failure",
        "MUX-17",
        "Is silent to a blocked whose stream a reset closed before its HEAD.",
        edited("peer.state.recv_streams.RecvStreams.close_unopened", "Arrival.ABORTED", "Arrival.HEAD"),
        Kind.COMBINATION,
    ),
    Mutant(
        "cancelled-and-corrupt",
        "MUX-17",
        "Looks at the stream of a blocked once its number is filled, and answers one that was the last number missing.",
        edited(
            f"{RECEIVING}.hear_blocked",
            "stream = state.recv_streams.open_stream(stream_id)\n        if stream is not None",
            "was, stream = stream, state.recv_streams.open_stream(stream_id)\n"
            "if was is not None and stream is None and state.recv_streams.failed(stream_id):\n"
            '    state.reply_error(Ref(stream_id, 0), "MUX-17", CANCELLED)\n'
            "if stream is not None",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "no-repair-without-a-tail",
        "MUX-18",
        "Sends nothing again on a stream that has not ended.",
        edited(f"{SENDING}.repaired", "if stream is None or stream.blocked_seq != ref.frame_seq:", "if True:"),
    ),
    Mutant(
        "repair-for-any-ref",
        "MUX-18",
        "Sends again whatever the ref of the answer is.",
        edited(
            f"{SENDING}.repaired", "if stream is None or stream.blocked_seq != ref.frame_seq:", "if stream is None:"
        ),
    ),
    Mutant(
        "repair-with-the-blocked",
        "MUX-18",
        "Sends its blocked again as if it were a TAIL.",
        edited(
            "peer.state.send_streams.SendStreams.repair_open",
            "self._again(stream_id, missing, below)",
            "self._again(stream_id, missing, below, below)",
        ),
    ),
    Mutant(
        "holding-does-nothing",
        "MUX-19",
        "Delivers what comes on a held stream.",
        edited(f"{STREAM}.due", "while not self.holding and", "while"),
    ),
    Mutant(
        "holding-holds-all",
        "MUX-19",
        "Holds every stream when one is held.",
        edited(
            f"{RECEIVING}.hold",
            "_managed(state, stream_id).holding = True",
            "_managed(state, stream_id)\nfor one in state.recv_streams.open_streams():\n    one.holding = True",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "held-tails-end",
        "MUX-19",
        "Takes a held stream that has its TAIL for complete.",
        edited("peer.handlers.streams.end", "if stream.holding:", "if False:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "held-tails-time-out",
        "MUX-19",
        "Fails a held stream 10 s after its TAIL.",
        edited(f"{STREAM}.only_held", "return self.holding and", "return False and"),
        Kind.COMBINATION,
    ),
    Mutant(
        "whatever-is-held",
        "MUX-19",
        "Holds and resumes streams that are not managed.",
        edited(f"{RECEIVING}._managed", "if stream is None or not stream.managed:", "if stream is None:"),
    ),
    Mutant(
        "credit-while-held",
        "MUX-19",
        "Grants a held stream what it keeps.",
        edited(
            f"{RECEIVING}._credit",
            "if stream.told is not None and not stream.holding:",
            "kept = stream.ahead if stream.holding else 0\n"
            "if stream.told is not None:\n    stream.told += kept\n"
            "if stream.told is not None and not stream.holding:",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "resumed-without-delivery",
        "MUX-20",
        "Delivers what it kept with the next frame.",
        edited(f"{RECEIVING}.resume", "state.deliver(stream.due())", "pass"),
    ),
    Mutant(
        "resumed-without-an-end",
        "MUX-20",
        "Waits for a TAIL that has come.",
        edited(f"{RECEIVING}.resume", "if stream.ending is not None and stream.whole():", "if False:"),
    ),
    Mutant(
        "resumed-without-credit",
        "MUX-20",
        "Grants nothing for what it delivers then.",
        edited(f"{RECEIVING}.resume", "grant(state, stream_id)", "pass"),
    ),
)
