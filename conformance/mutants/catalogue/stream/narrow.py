"""Faults of streams in one order, size, digit or mixture, or behind another session: STM-1 to STM-39."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited
from ..handshake.narrow import read_as

STREAM = "peer.state.recv_stream.RecvStream"
STREAMS = "peer.state.recv_streams.RecvStreams"


SIZE = (
    Mutant(
        "missing-63-of-strong-streams",
        "STM-12",
        "Names one number less where the error has STRONG_TAIL's longer TAIL to fit.",
        edited(f"{STREAM}.missing", "MISSING)", "MISSING - self.strong)"),
        Kind.SIZE,
    ),
    Mutant(
        "frames-of-a-byte",
        "STM-17",
        "Counts the data frames in one byte.",
        edited(f"{STREAM}._count", "self.frames += 1", "self.frames = self.frames + 1 & 0xFF"),
        Kind.SIZE,
    ),
    Mutant(
        "missing-loses-the-32nd",
        "STM-12",
        "Looks for gaps in words of 32 bits and forgets the last bit of each.",
        edited(f"{STREAM}.missing", "if number not in self.held", "if number not in self.held and number % 32 != 31"),
        Kind.SIZE,
    ),
)
DIGIT = (
    Mutant(
        "ahead-in-32-bits",
        "STM-8",
        "Cuts the distance to the lowest missing number to 32 bits.",
        edited(f"{STREAMS}.has_room", "ahead < AHEAD", "ahead & 0xFFFFFFFF < AHEAD"),
        Kind.DIGIT,
    ),
    Mutant(
        "sizes-in-other-digits",
        "STM-2",
        "Takes every digit of Unicode for one, as isdigit does.",
        read_as("str(int(value)) if isinstance(value, str) and value.isdigit() and value[:1] != '0' else value"),
        Kind.DIGIT,
    ),
    Mutant(
        "sizes-with-a-second-zero",
        "STM-2",
        "Lets a number begin with zeros if it is 0.",
        read_as("'0' if value == '00' else value"),
        Kind.DIGIT,
    ),
    Mutant(
        "hashes-in-other-digits",
        "STM-2",
        "Takes every digit of Unicode for one in a hash.",
        read_as('value.replace("\\u0660", "0") if name in ("md5", "xxhash3_64") and isinstance(value, str) else value'),
        Kind.DIGIT,
    ),
)
PLACE = (
    Mutant(
        "last-of-three-not-hashed",
        "STM-17",
        "Leaves out of the stream's bytes the frame that waited between two others.",
        edited(
            f"{STREAM}.due",
            "if due.data:",
            "if due.data and not (turns == 3 and not self.held):",
            ("while not self.holding", "turns = 0\nwhile not self.holding"),
            ("self.next_seq += 1", "self.next_seq += 1\nturns += 1"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "tail-first-forgets-what-waits",
        "STM-14",
        "Looks whether a stream is whole when its lowest number comes, and not when a higher one does.",
        edited(
            "peer.handlers.streams.take",
            "and stream.whole():",
            "and stream.whole() and received.frame.frame_seq + 1 < stream.next_seq or stream is not None\\\n"
            "    and stream.ending is not None and stream.whole() and stream.strong:",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "mixture-ends-the-other",
        "STM-11",
        "Forgets the streams that are below the one that was complete, as if they were older.",
        edited(
            f"{STREAMS}.settle",
            "del self._open[stream.stream_id]",
            "del self._open[stream.stream_id]\nfor one in [*self._open]:\n"
            "    if one < stream.stream_id and self._open[one].frames == 0:\n        del self._open[one]",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "mixture-strong-by-the-latest",
        "STM-11",
        "Has one STRONG_TAIL for all open streams: that of the HEAD that came last.",
        edited(
            f"{STREAMS}.open",
            "stream = self._open[stream_id] = RecvStream(",
            "for one in self._open.values():\n    one.strong = received.strong\n"
            "stream = self._open[stream_id] = RecvStream(",
        ),
        Kind.COMBINATION,
    ),
)
STATE = (
    Mutant(
        "strong-survives-a-loss",
        "STM-24",
        "Forgets with a session the streams without STRONG_TAIL, and not those in another table.",
        edited(
            f"{STREAMS}.clear",
            "self._open.clear()",
            "self._open = {key: one for key, one in self._open.items() if one.strong}",
        ),
        Kind.COMBINATION,
    ),
)
ANSWERED = (
    Mutant(
        "streams-end-before-their-ping",
        "STM-39",
        "Sends the error of a stream before it answers the ping that ended it.",
        edited(
            "peer.handlers.server.answer",
            "        streams.take(state, received)\n",
            "",
            (
                "sent = state.reply(",
                "if state.replies.allows(state.now_ms):\n    streams.take(state, received)\nsent = state.reply(",
            ),
        ),
    ),
    Mutant(
        "streams-end-before-a-ping-again",
        "STM-39",
        "Sends the error of a stream before it answers again the ping that ends it.",
        edited(
            "peer.handlers.server.repeat",
            "        streams.take_again(state, received)\n",
            "",
            (
                "if state.repeat(answer.datagram):",
                "if state.replies.allows(state.now_ms):\n    streams.take_again(state, received)\n"
                "if state.repeat(answer.datagram):",
            ),
        ),
    ),
)
MUTANTS = (*ANSWERED, *SIZE, *DIGIT, *PLACE, *STATE)
