"""Faults in frames behind lengths, for some sizes, digits and divisions or behind others: TCP-1 to TCP-7, TCP-23."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, inserted
from .framing import FEED, FRAMING, SPLITTER

NARROW = (
    Mutant(
        "lengths-from-32",
        "TCP-3",
        "Takes the least length to be that of a frame without its modality.",
        edited(f"{FRAMING}._fault", "length < MIN_FRAME_BYTES", "length < MIN_FRAME_BYTES - 1"),
        Kind.SIZE,
    ),
    Mutant(
        "lengths-of-0-keep-alive",
        "TCP-3",
        "Takes a length of 0 for a sign of life.",
        edited(
            f"{SPLITTER}._take",
            "if fault is not None:",
            "if self._length() == 0:\n    self._waiting.clear()\nelif fault is not None:",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "lengths-below-65536",
        "TCP-4",
        "Takes the largest length to be one that two bytes hold.",
        edited(f"{FRAMING}._fault", "length > MAX_FRAME_BYTES", "length >= MAX_FRAME_BYTES"),
        Kind.SIZE,
    ),
    Mutant(
        "lengths-to-65537",
        "TCP-4",
        "Lets pass a length of one byte too many.",
        edited(f"{FRAMING}._fault", "length > MAX_FRAME_BYTES", "length > MAX_FRAME_BYTES + 1"),
        Kind.SIZE,
    ),
    Mutant(
        "lengths-of-three-bytes",
        "TCP-4",
        "Does not look at the highest byte of a length.",
        edited(f"{SPLITTER}._length", "return length", "return length & 0xFFFFFF"),
        Kind.DIGIT,
    ),
    Mutant(
        "lengths-without-bit-16",
        "TCP-4",
        "Reads a length of two bytes and takes 0 for 65,536.",
        edited(
            f"{SPLITTER}._length", "return length", "return length & 0xFFFF or 65_536 if length >> 16 == 1 else length"
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "lengths-signed",
        "TCP-4",
        "Reads lengths as signed numbers, of which the negative ones are too short.",
        edited(f"{SPLITTER}._length", "return length", "return length if length < 2**31 else length - 2**32"),
        Kind.DIGIT,
    ),
    Mutant(
        "lengths-of-one-byte",
        "TCP-1",
        "Writes the lowest byte of a length alone.",
        edited(f"{FRAMING}.join", "LENGTH.pack(len(frame))", "LENGTH.pack(len(frame) & 0xFF)"),
        Kind.DIGIT,
    ),
    Mutant(
        "divided-lengths",
        "TCP-2",
        "Needs the four bytes of a length in one read.",
        inserted(FEED, "rest = memoryview", "if 0 < len(self._waiting) < 4:\n    self._waiting.clear()"),
        Kind.COMBINATION,
    ),
    Mutant(
        "divided-behind-lengths",
        "TCP-2",
        "Asks for a length again where a read ended directly behind one.",
        inserted(FEED, "rest = memoryview", "if len(self._waiting) == 4:\n    self._waiting.clear()"),
        Kind.COMBINATION,
    ),
    Mutant(
        "divided-before-the-last-byte",
        "TCP-2",
        "Takes a frame for whole that lacks one byte, if the next read begins with it.",
        inserted(
            FEED,
            "rest = memoryview",
            "if 4 < len(self._waiting) == self._length() + 3:\n    data = b'\\0' + data[1:]",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "empty-reads-end",
        "TCP-2",
        "Takes an empty chunk for the end.",
        inserted(FEED, "rest = memoryview", "if not data:\n    self._waiting.clear()"),
        Kind.COMBINATION,
    ),
    Mutant(
        "fault-forgotten-with-the-next-read",
        "TCP-7",
        "Begins anew with what comes after a fault.",
        inserted(FEED, "rest = memoryview", "self.fault = None"),
        Kind.COMBINATION,
    ),
    Mutant(
        "first-frame-alone-is-looked-at",
        "TCP-23",
        "Looks at the size of the first frame of several.",
        edited(
            f"{FRAMING}.join_all",
            "map(join, frames)",
            "(join(one) if not at else LENGTH.pack(len(one)) + one for at, one in enumerate(frames))",
        ),
        Kind.COMBINATION,
    ),
)
STATE = (
    Mutant(
        "what-waits-is-everybodys",
        "TCP-2",
        "Keeps what waits in one place for all connections.",
        edited(
            f"{SPLITTER}.__init__",
            "def __init__(self)",
            "def __init__(self, kept=bytearray())",
            ("self._waiting = bytearray()", "self._waiting = kept"),
        ),
        Kind.STATE,
    ),
    Mutant(
        "a-fault-is-everybodys",
        "TCP-7",
        "Remembers a fault, and looks at no other connection's bytes either.",
        edited(
            FEED,
            "def feed(self, data: bytes)",
            "def feed(self, data: bytes, seen=[])",
            ("while rest and self.fault is None:", "while rest and not seen:"),
            ("return frames", "seen += [1] if self.fault else []\nreturn frames"),
        ),
        Kind.STATE,
    ),
)
MUTANTS = (*NARROW, *STATE)
