"""Faults of a sender of streams: STM-4, STM-5, STM-20 and STM-21."""

from __future__ import annotations

from resonant.peer.state.stream_states import Action, SendState

from ...engine.mutant import Mutant
from ...engine.patches import edited, replaced
from ...engine.peer_patches import rows

OUTGOING = "peer.state.stream_states.OUTGOING"
REPAIR = "peer.state.send_streams.SendStreams.repair"
REPAIR_AGAIN = "peer.state.send_streams.SendStreams._again"
SENT = "peer.state.send_stream.SendStream"

MUTANTS = (
    Mutant(
        "head-after-single-messages",
        "STM-4",
        "Lets a stream begin on a stream_id that has numbers already.",
        rows(OUTGOING, {(SendState.SINGLE, Action.HEAD): SendState.OPEN}),
    ),
    Mutant(
        "head-on-an-open-stream",
        "STM-4",
        "Lets a stream begin again while it is open.",
        rows(OUTGOING, {(SendState.OPEN, Action.HEAD): SendState.OPEN}),
    ),
    Mutant(
        "head-where-it-answered",
        "STM-4",
        "Does not count its answers among what it has sent.",
        rows(OUTGOING, {(SendState.REPLIES, Action.HEAD): SendState.OPEN}),
    ),
    Mutant(
        "data-after-the-tail",
        "STM-4",
        "Numbers data on behind the TAIL.",
        rows(OUTGOING, {(SendState.ENDED, Action.DATA): SendState.ENDED}),
    ),
    Mutant(
        "heart-after-the-tail",
        "STM-4",
        "Thinks that a HEART can do no harm anywhere.",
        rows(OUTGOING, {(SendState.ENDED, Action.HEART): SendState.ENDED}),
    ),
    Mutant(
        "tail-without-head",
        "STM-4",
        "Ends a stream that was never opened.",
        rows(OUTGOING, {(SendState.SINGLE, Action.TAIL): SendState.ENDED}),
    ),
    Mutant(
        "tail-twice",
        "STM-4",
        "Ends a stream as often as it is asked to.",
        rows(OUTGOING, {(SendState.ENDED, Action.TAIL): SendState.ENDED}),
    ),
    Mutant(
        "tail-counts-itself",
        "STM-5",
        "Says how many frames the stream has with the TAIL.",
        edited(f"{SENT}.tail", "Tail(self.frames, ", "Tail(self.frames + 1, "),
    ),
    Mutant(
        "tail-counts-every-number",
        "STM-5",
        "Takes the TAIL's own number for the count, HEAD and HEARTs included.",
        edited(f"{SENT}.tail", "Tail(self.frames, ", "Tail(self.next_seq, "),
    ),
    Mutant(
        "tail-counts-hearts",
        "STM-5",
        "Counts every frame between HEAD and TAIL.",
        edited(
            "peer.state.send_streams.SendStreams._advance",
            "draft.action is Action.DATA and stream.machine",
            "draft.action in (Action.DATA, Action.HEART, Action.BEAT) and stream.machine",
        ),
    ),
    Mutant(
        "tail-length-of-payloads",
        "STM-5",
        "Adds up what is behind the 24 bytes of the header.",
        edited(f"{SENT}.count", "self.total_len += len(data)", "self.total_len += len(data) - 24"),
    ),
    Mutant(
        "tail-hash-of-the-last-frame",
        "STM-5",
        "Makes the hash anew for each frame.",
        edited(f"{SENT}.count", "self._hash.update(data)", "self._hash = xxhash.xxh3_64(data)"),
    ),
    Mutant(
        "tail-hash-without-zeros",
        "STM-5",
        "Prints the hash without its leading zeros, which one hash in sixteen has.",
        edited(f"{SENT}.tail", ":016x}", ":x}"),
    ),
    Mutant(
        "tail-of-a-seeded-hash",
        "STM-5",
        "Seeds the hash, where the specification has the seed 0.",
        edited(f"{SENT}.__init__", "xxhash.xxh3_64()", "xxhash.xxh3_64(seed=1)"),
    ),
    Mutant(
        "repair-without-tail",
        "STM-20",
        "Sends what was named, and waits for the receiver to notice.",
        edited(REPAIR, "tail_seq, tail_seq)", "tail_seq)"),
    ),
    Mutant(
        "repair-tail-first",
        "STM-20",
        "Sends the TAIL first, which is then answered anew.",
        edited(REPAIR_AGAIN, "in (*named, *then))", "in (*then, *named))"),
    ),
    Mutant(
        "repair-in-the-order-named",
        "STM-20",
        "Sends in the order of the list that it was sent.",
        edited(
            REPAIR_AGAIN,
            "sorted({number for number in missing if number < below})",
            "list(dict.fromkeys(number for number in missing if number < below))",
        ),
    ),
    Mutant(
        "repair-of-any-length",
        "STM-20",
        "Sends everything that is named, however much.",
        replaced("peer.state.send_streams.MAX_REPAIRED", 1024),
    ),
    Mutant(
        "repair-of-63",
        "STM-20",
        "Counts the TAIL among the 64.",
        replaced("peer.state.send_streams.MAX_REPAIRED", 63),
    ),
    Mutant(
        "repair-under-new-numbers",
        "STM-20",
        "Makes the frame again, and gives it another nonce or number.",
        edited(
            REPAIR_AGAIN, "return tuple((data, self", "return tuple((data[:8] + bytes([data[8] ^ 128]) + data[9:], self"
        ),
    ),
    Mutant(
        "corrupt-stream-repaired",
        "STM-21",
        "Does not hear that its stream is corrupt, and goes on repairing it.",
        edited(
            "peer.handlers.client.hear_error",
            "elif error.code in _BREAKING:",
            "elif error.code == RejectCode.STREAM_TIMEOUT:",
        ),
    ),
    Mutant(
        "timed-out-stream-repaired",
        "STM-21",
        "Does not hear that its stream has timed out.",
        edited(
            "peer.handlers.client.hear_error",
            "elif error.code in _BREAKING:",
            "elif error.code == RejectCode.STREAM_CORRUPT:",
        ),
    ),
    Mutant(
        "broken-stream-goes-on",
        "STM-21",
        "Takes the error for news of the TAIL, and sends on where no TAIL was sent.",
        rows(
            OUTGOING,
            {(SendState.BROKEN, Action.DATA): SendState.BROKEN, (SendState.BROKEN, Action.TAIL): SendState.BROKEN},
        ),
    ),
)
