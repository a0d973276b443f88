"""Faults of a receiver in HEADs, flags and TAILs: STM-2, STM-3, STM-6, STM-10, STM-12, STM-13, STM-26 and STM-27."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, replaced
from ...engine.peer_patches import judged, moved, of_kinds, without

PLACE = "peer.received.frame._check_place"
HEAD_PLACE = "peer.received.frame._check_head"
RECV_STREAMS = "peer.state.recv_streams.RecvStreams"
STREAM = "peer.state.recv_stream.RecvStream"

MUTANTS = (
    Mutant(
        "head-of-any-number",
        "STM-2",
        "Opens a stream wherever its HEAD stands, and never looks at the number.",
        edited(HEAD_PLACE, "if frame.frame_seq != 0:", "if False:"),
    ),
    Mutant(
        "head-says-either-direction",
        "STM-2",
        "Reads dir and does nothing with it.",
        edited(HEAD_PLACE, "if head.dir != _TO[role]:", "if False:"),
    ),
    Mutant(
        "head-sized-in-part",
        "STM-2",
        "Takes whatever sizes a HEAD has, all or some.",
        edited(HEAD_PLACE, "if len(given) != 1:", "if False:"),
    ),
    Mutant(
        "tail-of-number-0",
        "STM-2",
        "Takes a TAIL that stands where the HEAD does.",
        edited(PLACE, 'malformed("the tail has frame_seq 0")', "pass"),
    ),
    Mutant(
        "tail-with-hash-unasked",
        "STM-2",
        "Compares a hash where there is one, and asks for none.",
        edited(PLACE, "if (sync.xxhash3_64 is None) == bool(frame.flags & Flags.STRONG_TAIL):", "if False:"),
    ),
    Mutant(
        "strong-tail-mixed",
        "STM-26",
        "Looks at STRONG_TAIL in the TAIL alone.",
        without("strong"),
    ),
    Mutant(
        "strong-tail-only-missed",
        "STM-26",
        "Asks for the flag where the HEAD has it, and takes it anywhere.",
        judged("strong", "stream.strong == received.strong", "stream.strong <= received.strong"),
    ),
    Mutant(
        "strong-tail-of-hearts-unasked",
        "STM-26",
        "Forgets that HEARTs are frames of the stream.",
        of_kinds("strong", less=("heart",)),
    ),
    Mutant(
        "strong-tail-of-data-unasked",
        "STM-26",
        "Compares the flags of HEAD and TAIL, between which a frame may have its own.",
        of_kinds("strong", less=("data",)),
    ),
    Mutant(
        "strong-tail-compared-first",
        "STM-27",
        "Compares the flag before anything that can be wrong with the frame itself.",
        moved("strong", "no_session"),
    ),
    Mutant(
        "strong-tail-not-set-on-data",
        "STM-3",
        "Sets the flag on HEAD and TAIL, which it makes itself, and not on what the program sends between.",
        edited(
            "peer.state.send_streams.SendStreams._flags",
            "(draft.strong or stream.strong)",
            "(draft.strong or stream.strong and draft.action.name == 'TAIL')",
        ),
    ),
    Mutant(
        "head-has-to-be-the-first",
        "STM-6",
        "Takes number 0 for a duplicate where it has come with a frame before the HEAD.",
        judged("number", "if received.kind is Kind.HEAD and", "if False and"),
    ),
    Mutant(
        "head-again-opens-anew",
        "STM-6",
        "Opens the stream for every HEAD, and loses what it had.",
        judged("number", " and state.recv_streams.open_stream(received.frame.stream_id) is None:", ":"),
    ),
    Mutant(
        "head-keeps-what-came-before",
        "STM-6",
        "Fills the numbers that came before the HEAD, and never asks for their frames again.",
        edited(
            f"{RECV_STREAMS}.open",
            "self._single.pop(stream_id, None)",
            "before = self._single.pop(stream_id, None)",
            (
                "self._open[stream_id] = RecvStream(stream_id, head, strong=received.strong)",
                "stream = self._open[stream_id] = RecvStream(stream_id, head, strong=received.strong)\n"
                "while before is not None and before.judge(stream.next_seq):\n"
                "    stream.next_seq += 1",
            ),
        ),
    ),
    Mutant(
        "streams-63-open",
        "STM-10",
        "Counts the stream that is to be opened among those that are.",
        replaced("peer.state.recv_streams.MAX_OPEN", 63),
    ),
    Mutant(
        "streams-opened-ever",
        "STM-10",
        "Counts streams as they open and not as they close.",
        edited(
            f"{RECV_STREAMS}.can_open", "len(self._open) < MAX_OPEN", "len(self._open) + len(self._closed) < MAX_OPEN"
        ),
    ),
    Mutant(
        "tail-asks-for-65",
        "STM-12",
        "Compares the count with <= and names one number more.",
        edited(f"{STREAM}.missing", "MISSING)", "MISSING + 1)"),
    ),
    Mutant(
        "tail-asks-for-63",
        "STM-12",
        "Stops one number short of the limit.",
        edited(f"{STREAM}.missing", "MISSING)", "MISSING - 1)"),
    ),
    Mutant(
        "tail-asks-for-itself",
        "STM-12",
        "Looks for missing numbers up to the TAIL's, which is not accepted either.",
        edited(f"{STREAM}.missing", "number < below", "number <= below"),
    ),
    Mutant(
        "tail-asks-for-the-first-gap",
        "STM-12",
        "Names the numbers up to the first that it holds.",
        edited(
            f"{STREAM}.missing",
            "(number for number in numbers if number not in self.held)",
            "takewhile(lambda number: number not in self.held, numbers)",
        ),
    ),
    Mutant(
        "tail-asks-from-the-highest",
        "STM-12",
        "Walks down from the TAIL, and so names the last ones.",
        edited(
            f"{STREAM}.missing",
            "return tuple(islice((number for number in numbers if number not in self.held), MISSING))",
            "return tuple([number for number in numbers if number not in self.held][-MISSING:])",
        ),
    ),
    Mutant(
        "tail-asks-once",
        "STM-12",
        "Takes a TAIL that comes again for a duplicate.",
        inserted(
            "peer.handlers.streams.end",
            "ending = stream.ending or",
            "if stream.ending is not None and stream.missing(number):\n    state.drop(DropCode.DUPLICATE)\n    return",
        ),
    ),
    Mutant(
        "tail-numbers-as-integers",
        "STM-12",
        "Writes missing numbers as JSON integers, as numbers are written elsewhere.",
        edited("peer.received.verdicts.incomplete", "decimals(missing)", "list(missing)"),
    ),
    Mutant(
        "tail-alone-ignored",
        "STM-13",
        "Has no stream for the TAIL, and so no answer.",
        judged(
            "tail_alone",
            "return incomplete(tuple(range(min(received.frame.frame_seq, MISSING))))",
            "return Drop(DropCode.IGNORED)",
        ),
    ),
    Mutant(
        "tail-alone-without-0",
        "STM-13",
        "Asks from 1 on, as for every other stream, and forgets that the HEAD is missing.",
        judged(
            "tail_alone",
            "range(min(received.frame.frame_seq, MISSING))",
            "range(1, min(received.frame.frame_seq, MISSING + 1))",
        ),
    ),
    Mutant(
        "tail-alone-of-any-length",
        "STM-13",
        "Names every number below the TAIL.",
        judged("tail_alone", "min(received.frame.frame_seq, MISSING)", "min(received.frame.frame_seq, 1024)"),
    ),
    Mutant(
        "tail-alone-without-accepted",
        "STM-13",
        "Leaves out the numbers that came as single frames.",
        judged(
            "tail_alone",
            "return incomplete(tuple(range(min(received.frame.frame_seq, MISSING))))",
            "numbers = range(min(received.frame.frame_seq, MISSING))\n"
            "came = state.recv_streams.judge_number\n"
            "return incomplete(tuple(n for n in numbers if came(received.frame.stream_id, n) is None) or (0,))",
        ),
    ),
)
