"""Faults of a receiver in the end of a stream: STM-16 to STM-19."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, replaced
from ...engine.peer_patches import moved, of_kinds, without

STREAM = "peer.state.recv_stream.RecvStream"
DIFFERENCE = f"{STREAM}.difference"


MUTANTS = (
    Mutant(
        "stream-frames-not-compared",
        "STM-16",
        "Takes the right number of bytes for proof of the right number of frames.",
        edited(
            DIFFERENCE,
            "if said is not None and said != value:",
            "if name != 'frames' and said is not None and said != value:",
        ),
    ),
    Mutant(
        "stream-length-not-compared",
        "STM-16",
        "Takes the hash for proof of the length.",
        edited(
            DIFFERENCE,
            "if said is not None and said != value:",
            "if name != 'total_len' and said is not None and said != value:",
        ),
    ),
    Mutant(
        "stream-md5-not-compared",
        "STM-16",
        "Thinks md5 outdated and leaves it alone.",
        edited(
            DIFFERENCE,
            "if said is not None and said != value:",
            "if name != 'md5' and said is not None and said != value:",
        ),
    ),
    Mutant(
        "stream-hash-not-compared",
        "STM-16",
        "Compares counts, which nobody can get wrong, and not the hash.",
        edited(
            DIFFERENCE,
            "if said is not None and said != value:",
            "if name != 'xxhash3_64' and said is not None and said != value:",
        ),
    ),
    Mutant(
        "stream-head-not-compared",
        "STM-16",
        "Has forgotten the HEAD by the time the TAIL comes.",
        edited(DIFFERENCE, "getattr(self._head, name), ", "None, "),
    ),
    Mutant(
        "stream-tail-not-compared",
        "STM-16",
        "Goes by the HEAD, which said everything already.",
        edited(DIFFERENCE, ", getattr(ending.tail, name, None)", ", None"),
    ),
    Mutant(
        "stream-hash-compared-first",
        "STM-16",
        "Begins with the strongest proof that there is.",
        edited(
            DIFFERENCE, "in zip(_COMPARED, actual, strict=True):", "in list(zip(_COMPARED, actual, strict=True))[::-1]:"
        ),
    ),
    Mutant(
        "stream-length-before-frames",
        "STM-16",
        "Compares in the order in which it thought of things.",
        edited(
            DIFFERENCE,
            "in zip(_COMPARED, actual, strict=True):",
            "in [list(zip(_COMPARED, actual))[i] for i in (1, 0, 2, 3)]:",
        ),
    ),
    Mutant(
        "stream-higher-numbers-unseen",
        "STM-16",
        "Never looks above the TAIL's number.",
        edited(DIFFERENCE, "if self.highest > ending.frame_seq:", "if False:"),
    ),
    Mutant(
        "stream-higher-numbers-last",
        "STM-16",
        "Looks above the TAIL's number when everything else is right.",
        edited(
            DIFFERENCE,
            "if self.highest > ending.frame_seq:",
            "if False:",
            ("    return None", '    return "frame_seq" if self.highest > ending.frame_seq else None'),
        ),
    ),
    Mutant(
        "stream-corrupt-unanswered",
        "STM-16",
        "Tells its program that the stream is broken, and nobody else.",
        edited(
            "peer.handlers.streams.end",
            'what is not None and state.reply_error(_ref(stream, ending), "STM-16", _corrupt(what)) is None',
            "False",
        ),
    ),
    Mutant(
        "stream-corrupt-without-what",
        "STM-16",
        "Says that something differs, and not what.",
        edited("peer.handlers.streams._corrupt", '(("what", what),)', "()"),
    ),
    Mutant(
        "stream-complete-is-answered",
        "STM-17",
        "Confirms a complete stream, as another protocol does.",
        inserted(
            "peer.handlers.streams._close",
            "state.recv_streams.settle(stream)",
            'if what is None:\n    state.reply_error(_ref(stream, ending), "STM-17", _corrupt("nothing"))',
        ),
    ),
    Mutant(
        "stream-complete-untold",
        "STM-17",
        "Closes the stream in silence, since everything was delivered.",
        edited(
            "peer.handlers.streams._close",
            "state.events.append(stream.complete() if what is None else stream.fail(RejectCode.STREAM_CORRUPT, what))",
            "event = stream.complete() if what is None else stream.fail(RejectCode.STREAM_CORRUPT, what)\n"
            "state.events.extend([] if what is None else [event])",
        ),
    ),
    Mutant(
        "stream-complete-by-its-hash-alone",
        "STM-17",
        "Needs STRONG_TAIL to call a stream complete.",
        edited(DIFFERENCE, "    return None", '    return None if self.strong else "xxhash3_64"'),
    ),
    Mutant(
        "stream-times-out-after-10001",
        "STM-18",
        "Compares with > and waits a millisecond longer.",
        replaced("peer.handlers.timers.TIMEOUT_MS", 10_001),
    ),
    Mutant(
        "stream-times-out-after-9999",
        "STM-18",
        "Counts the millisecond in which it begins.",
        replaced("peer.handlers.timers.TIMEOUT_MS", 9_999),
    ),
    Mutant(
        "stream-timed-from-the-first-tail",
        "STM-18",
        "Gives a stream 10 s after its TAIL, whatever still comes.",
        edited(
            f"{STREAM}.take",
            "self.progress_ms = now_ms",
            "self.progress_ms = now_ms if self.ending is None else self.progress_ms",
        ),
    ),
    Mutant(
        "stream-timed-anew-by-each-tail",
        "STM-18",
        "Lets a TAIL that comes again begin the 10 s anew.",
        edited(
            "peer.handlers.streams._ask_again",
            "stream.machine.fire(Arrival.INCOMPLETE)",
            "stream.machine.fire(Arrival.INCOMPLETE)\nstream.progress_ms = state.now_ms",
        ),
    ),
    Mutant(
        "stream-times-out-in-silence",
        "STM-18",
        "Lets go of the stream and tells the sender nothing.",
        edited(
            "peer.handlers.streams.expire",
            'state.reply_error(_ref(stream, stream.ending), "STM-18", refusal)',
            "del refusal",
        ),
    ),
    Mutant(
        "stream-times-out-without-ref",
        "STM-18",
        "Puts the number of the HEAD into the ref, by which it knows streams.",
        edited("peer.handlers.streams.expire", "_ref(stream, stream.ending)", "Ref(stream.stream_id, 0)"),
    ),
    Mutant(
        "stream-open-after-its-end",
        "STM-19",
        "Forgets a stream with its end, and takes what still comes for something new.",
        without("closed"),
    ),
    Mutant(
        "stream-closed-to-handshakes",
        "STM-19",
        "Drops everything on a closed stream_id, a ping and an error included.",
        of_kinds("closed", more=("ping", "capability", "error")),
    ),
    Mutant(
        "stream-closed-to-data-alone",
        "STM-19",
        "Drops data frames, and goes on to judge HEAD and TAIL.",
        of_kinds("closed", less=("head", "tail")),
    ),
    Mutant(
        "stream-closed-comes-last",
        "STM-19",
        "Asks for the stream when the frame has been judged.",
        moved("closed", "strong"),
    ),
)
