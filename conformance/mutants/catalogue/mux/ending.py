"""Faults in how many streams there are, how they end, and whose turn it is: MUX-22 to MUX-32, STM-37."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, inserted, replaced
from ...engine.peer_patches import judged

RECEIVING = "peer.handlers.mux_receive"
SENDING = "peer.handlers.mux_send"
OUTBOX = "peer.state.outbox.Outbox"
STREAMS = "peer.state.recv_streams.RecvStreams"

MUTANTS = (
    Mutant(
        "one-stream-more",
        "MUX-22",
        "Opens one stream more than it allows.",
        judged("one_stream_more", "counted(state.now_ms) < most", "counted(state.now_ms) <= most"),
        Kind.SIZE,
    ),
    Mutant(
        "one-stream-less",
        "MUX-22",
        "Refuses the last stream that it allows.",
        judged("one_stream_more", "counted(state.now_ms) < most", "counted(state.now_ms) < most - 1"),
        Kind.SIZE,
    ),
    Mutant(
        "64-streams-at-most",
        "MUX-22",
        "Refuses the 65th stream, though it allows more.",
        judged("one_stream_more", "most = state.config.mux.streams", "most = min(state.config.mux.streams, 64)"),
        Kind.SIZE,
    ),
    Mutant(
        "resets-are-free",
        "MUX-22",
        "Counts a stream that was reset no more.",
        edited(f"{RECEIVING}.hear_reset", "state.recv_streams.resets.append(state.now_ms)", "pass"),
        Kind.COMBINATION,
    ),
    Mutant(
        "resets-count-for-1001",
        "MUX-22",
        "Counts a stream that was reset a millisecond longer.",
        replaced("peer.state.recv_streams.RESET_COUNTS_MS", 1_001),
        Kind.SIZE,
    ),
    Mutant(
        "resets-count-for-999",
        "MUX-22",
        "Counts a stream that was reset a millisecond less.",
        replaced("peer.state.recv_streams.RESET_COUNTS_MS", 999),
        Kind.SIZE,
    ),
    Mutant(
        "opens-one-stream-more",
        "MUX-23",
        "Asks for one stream more than it may.",
        edited(f"{SENDING}.check_head", ">= bounds.streams", "> bounds.streams"),
        Kind.SIZE,
    ),
    Mutant(
        "opens-any-number",
        "MUX-23",
        "Leaves it to the other end to count.",
        edited(f"{SENDING}.check_head", "if bounds is not None and", "if False and"),
    ),
    Mutant(
        "own-resets-are-free",
        "MUX-23",
        "Opens another stream as soon as it has reset one.",
        edited(f"{SENDING}._counts", "return state.now_ms - stream.reset_ms < RESET_COUNTS_MS", "return False"),
    ),
    Mutant(
        "own-resets-count-for-1001",
        "MUX-23",
        "Counts a stream that it reset a millisecond longer.",
        replaced("peer.handlers.mux_send.RESET_COUNTS_MS", 1_001),
        Kind.SIZE,
    ),
    Mutant(
        "cancelled-resets-are-free",
        "MUX-23",
        "Counts a stream that it reset no more when it hears that the other end has cancelled it.",
        edited(f"{SENDING}._is_about", "stream is None or stream.reset_ms is not None", "stream is None"),
        Kind.COMBINATION,
    ),
    Mutant(
        "a-lost-done-counts-for-ever",
        "MUX-23",
        "Counts a stream until its done has come.",
        edited(f"{SENDING}._counts", "state.now_ms - state.send_streams.tail_ms(stream_id) < KEPT_MS", "True"),
        Kind.COMBINATION,
    ),
    Mutant(
        "tails-are-the-end",
        "MUX-23",
        "Counts a stream until it has sent its TAIL.",
        edited(f"{SENDING}._counts", "state.now_ms - state.send_streams.tail_ms(stream_id) < KEPT_MS", "False"),
    ),
    Mutant(
        "never-done",
        "MUX-24",
        "Does not say that a stream is complete.",
        edited("peer.handlers.streams._close", "if what is None and stream.managed:", "if False:"),
    ),
    Mutant(
        "done-for-any-stream",
        "MUX-24",
        "Says done of streams that are not managed.",
        edited("peer.handlers.streams._close", "if what is None and stream.managed:", "if what is None:"),
    ),
    Mutant(
        "done-when-corrupt",
        "MUX-24",
        "Says done of a stream that has failed.",
        edited("peer.handlers.streams._close", "if what is None and stream.managed:", "if stream.managed:"),
    ),
    Mutant(
        "done-as-often-as-it-comes",
        "MUX-24",
        "Tells each done that comes for a stream.",
        edited(f"{SENDING}.hear_done", "state.outbox.forget(stream_id)", "pass"),
        Kind.COMBINATION,
    ),
    Mutant(
        "done-lets-go",
        "STM-37",
        "Keeps the frames of a stream until its done comes, and no longer.",
        inserted(
            f"{SENDING}.hear_done", "state.events.append(Done(stream_id))", "state.send_streams.forget(stream_id)"
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "resets-are-not-sent",
        "MUX-25",
        "Breaks off a stream in silence.",
        edited(
            f"{SENDING}._reset",
            "state.post(replace(sync_draft(Action.RESET, stream_id, Reset(code)), asked=asked))",
            "pass",
        ),
    ),
    Mutant(
        "resets-without-reason",
        "MUX-25",
        "Sends a code of its own.",
        edited(f"{SENDING}._reset", "Reset(code)", 'Reset("RESET")'),
    ),
    Mutant(
        "resets-after-tails",
        "MUX-25",
        "Refuses to reset a stream whose TAIL waits.",
        edited(f"{SENDING}.reset", "if stream is None:", "if stream is None or stream.tail_waits:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "reset-frames-go",
        "MUX-25",
        "Keeps what waits on a stream that it has reset.",
        edited(f"{SENDING}._reset", "state.outbox.throw_away(stream_id)", "pass"),
        Kind.COMBINATION,
    ),
    Mutant(
        "cancelled-in-silence",
        "MUX-26",
        "Fails a stream and tells its sender nothing.",
        edited(f"{RECEIVING}.cancel", 'state.reply_error(Ref(stream_id, 0), "MUX-26", CANCELLED)', "pass"),
    ),
    Mutant(
        "cancelled-about-the-last-frame",
        "MUX-26",
        "Names the highest number that has come in place of HEAD's.",
        edited(f"{RECEIVING}.cancel", "Ref(stream_id, 0)", "Ref(stream_id, stream.highest)"),
    ),
    Mutant(
        "cancels-wait-for-replies",
        "MUX-26",
        "Tells nothing of a cancel whose error has no room.",
        edited(
            f"{RECEIVING}.cancel",
            "state.events.append(stream.abort(RejectCode.STREAM_CANCELLED))",
            "if not state.replies.allows(state.now_ms):\n    return\n"
            "state.events.append(stream.abort(RejectCode.STREAM_CANCELLED))",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "resets-have-no-reason",
        "MUX-27",
        "Keeps the code of a reset from its application.",
        edited(f"{RECEIVING}.hear_reset", "RejectCode.STREAM_RESET, received.sync.code", "RejectCode.STREAM_RESET"),
    ),
    Mutant(
        "corrupt-and-reset",
        "MUX-27",
        "Tells of a reset that was the last number missing of a corrupt stream.",
        edited(
            f"{RECEIVING}.hear_reset",
            "streams.take(state, received)",
            "streams.take(state, received)\n"
            "if state.recv_streams.failed(stream_id):\n"
            "    from resonant.peer.events import Failed\n"
            "    state.events.append(Failed(stream_id, RejectCode.STREAM_RESET, received.sync.code))",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "resets-leave-streams-open",
        "MUX-27",
        "Tells of a reset, and takes the stream's frames.",
        edited(f"{RECEIVING}.hear_reset", "state.recv_streams.settle(stream)", "pass"),
    ),
    Mutant(
        "heads-after-their-reset",
        "MUX-27",
        "Opens a stream that was reset before its HEAD came.",
        edited(
            f"{RECEIVING}.hear_reset", "state.recv_streams.close_unopened(received)", "streams.take(state, received)"
        ),
    ),
    Mutant(
        "resets-without-head-count",
        "MUX-27",
        "Counts a stream that was never open.",
        edited(
            f"{RECEIVING}.hear_reset",
            "state.recv_streams.close_unopened(received)",
            "state.recv_streams.close_unopened(received)\nstate.recv_streams.resets.append(state.now_ms)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "cancelled-streams-go-on",
        "MUX-28",
        "Goes on with a stream that the other end does not want.",
        replaced("peer.handlers.mux_send.ABORTING", frozenset()),
    ),
    Mutant(
        "cancelled-by-any-ref",
        "MUX-28",
        "Breaks off a stream whatever the ref of a cancel is.",
        edited(f"{SENDING}._is_about", "return ref.frame_seq == 0", "return True"),
    ),
    Mutant(
        "over-its-limit-by-any-ref",
        "MUX-28",
        "Breaks off a stream for FLOW_CONTROL about any number.",
        edited(
            f"{SENDING}._is_about",
            "code == RejectCode.FLOW_CONTROL and state.send_streams.was_data(ref.stream_id, ref.frame_seq)",
            "code == RejectCode.FLOW_CONTROL",
        ),
    ),
    Mutant(
        "corked-for-ever",
        "MUX-29",
        "Stays corked in the next session.",
        edited(
            "peer.state.peer_state.PeerState.turn",
            "self.outbox = Outbox()",
            "before_, self.outbox = self.outbox, Outbox()\nself.outbox.corked = before_.corked",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "what-waits-outlives-the-session",
        "MUX-29",
        "Keeps what waits for the next session.",
        edited("peer.state.peer_state.PeerState.turn", "self.outbox = Outbox()", "self.outbox.corked = False"),
        Kind.COMBINATION,
    ),
    Mutant(
        "the-highest-urgency-first",
        "MUX-30",
        "Takes 7 for the most urgent.",
        edited(f"{OUTBOX}.turn", "urgency = min(able)[0]", "urgency = max(able)[0]"),
    ),
    Mutant(
        "all-of-one-stream-first",
        "MUX-30",
        "Sends a stream to its end before the next of the same urgency.",
        edited(f"{OUTBOX}.turn", "last = self._served.get(urgency, -1)", "last = -1"),
    ),
    Mutant(
        "turns-without-urgency",
        "MUX-30",
        "Gives each stream its turn, whatever its urgency.",
        edited(f"{OUTBOX}.open", "Outgoing(urgency, limit)", "Outgoing(3, limit)"),
    ),
    Mutant(
        "one-round-for-all",
        "MUX-30",
        "Begins behind the stream that was served last, of whatever urgency.",
        edited(
            f"{OUTBOX}.take",
            "self._served[stream.urgency] = stream_id",
            "self._served = dict.fromkeys(range(8), stream_id)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "missing-urgency-is-0",
        "MUX-30",
        "Takes a stream without an urgency for the most urgent.",
        replaced("peer.handlers.mux_send.URGENCY", 0),
    ),
    Mutant(
        "urgent-streams-at-the-limit-hold-up",
        "MUX-30",
        "Waits for the credit of the most urgent stream before it serves others.",
        edited(
            f"{OUTBOX}.turn",
            "if stream.waiting and stream.free(number_of(stream_id))",
            "if stream.waiting",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "blocked-after-the-handshake",
        "MUX-31",
        "Meets the handshake's deadline before that of blocked.",
        edited(
            "peer.handlers.timers.next_deadline",
            "enumerate(TIMERS.values())",
            "enumerate(TIMERS[clause] for clause in ('STM-24', 'STM-18', 'HSK-20', 'MUX-15', 'STM-22'))",
        ),
    ),
    Mutant(
        "limits-are-told-twice",
        "MUX-32",
        "Tells a FLOW_CONTROL as an error that it sent as well.",
        edited(
            "peer.handlers.dispatch._refuse",
            "mux_receive.fail_over_limit(state, ref.stream_id)",
            "mux_receive.fail_over_limit(state, ref.stream_id)\n"
            "state.events.append(ErrorSent(refusal.code, ref.stream_id, ref.frame_seq))",
        ),
    ),
)
