"""Faults in what is computed from repair: FEC-22."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

SYMBOL = "fec.symbols.symbol_of"
FRAME = "fec.symbols.frame_of"
RECOVER = "peer.handlers.recovery.recover"

MUTANTS = (
    Mutant(
        "short-lengths",
        "FEC-22",
        "Lets a length pass that no frame has.",
        edited(
            FRAME,
            "length < MIN_FRAME_BYTES or",
            "",
        ),
    ),
    Mutant(
        "computed-frames-from-32",
        "FEC-22",
        "Is one byte off at the shortest frame.",
        edited(
            FRAME,
            "length < MIN_FRAME_BYTES",
            "length < MIN_FRAME_BYTES - 1",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "long-lengths",
        "FEC-22",
        "Cuts a frame off at the end of its symbol.",
        edited(
            FRAME,
            "or end > len(symbol)",
            "",
            ("len(symbol) - end:", "max(0, len(symbol) - end):"),
        ),
    ),
    Mutant(
        "lengths-to-s",
        "FEC-22",
        "Is off at the longest frame.",
        edited(
            FRAME,
            "end > len(symbol)",
            "end > len(symbol) + 1",
            ("len(symbol) - end:", "max(0, len(symbol) - end):"),
        ),
        Kind.SIZE,
    ),
    Mutant(
        "padding-unseen",
        "FEC-22",
        "Does not look behind the frame.",
        edited(
            FRAME,
            "if symbol.count(0, end) != len(symbol) - end:",
            "if False:",
        ),
    ),
    Mutant(
        "padding-in-part",
        "FEC-22",
        "Looks at the first byte behind the frame alone.",
        edited(
            FRAME,
            "if symbol.count(0, end) != len(symbol) - end:",
            "if symbol[end : end + 1] not in (b'', b'\\0'):",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "padding-but-the-first",
        "FEC-22",
        "Begins to look one byte too late.",
        edited(
            FRAME,
            "symbol.count(0, end) != len(symbol) - end",
            "symbol.count(0, end + 1) < len(symbol) - end - 1",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "any-stream",
        "FEC-22",
        "Compares the number of a computed frame alone.",
        edited(
            FRAME,
            "numbers_of(frame) != (group.stream_id, group.number(place))",
            "numbers_of(frame)[1] != group.number(place)",
        ),
    ),
    Mutant(
        "any-number",
        "FEC-22",
        "Compares the stream_id of a computed frame alone.",
        edited(
            FRAME,
            "numbers_of(frame) != (group.stream_id, group.number(place))",
            "numbers_of(frame)[0] != group.stream_id",
        ),
    ),
    Mutant(
        "streams-in-part",
        "FEC-22",
        "Compares three bytes of the stream_id.",
        edited(
            FRAME,
            "numbers_of(frame) != (group.stream_id, group.number(place))",
            ("(numbers_of(frame)[0] ^ group.stream_id) & 0xFFFFFF or numbers_of(frame)[1] != group.number(place)"),
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "numbers-in-part",
        "FEC-22",
        "Compares seven bytes of the number.",
        edited(
            FRAME,
            "numbers_of(frame) != (group.stream_id, group.number(place))",
            ("numbers_of(frame)[0] != group.stream_id or (numbers_of(frame)[1] ^ group.number(place)) % 2**56"),
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "number-of-any-place",
        "FEC-22",
        "Takes any frame of the group.",
        edited(
            FRAME,
            "numbers_of(frame) != (group.stream_id, group.number(place))",
            ("numbers_of(frame)[0] != group.stream_id or group.place(numbers_of(frame)[1], 128) is None"),
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "long-frames-fit",
        "FEC-22",
        "Cuts a frame that is longer than its symbol.",
        edited(
            SYMBOL,
            "if len(frame) > size - _LENGTH.size:",
            ("if len(frame) > size - _LENGTH.size:\n    return (_LENGTH.pack(len(frame)) + frame)[:size]\nif False:"),
        ),
    ),
    Mutant(
        "mismatch-is-silent",
        "FEC-22",
        "Forgets a group without a word.",
        edited(
            RECOVER,
            "state.drop(DropCode.REPAIR_MISMATCH)",
            "pass",
        ),
    ),
    Mutant(
        "mismatch-forgets-the-repair-alone",
        "FEC-22",
        "Remembers which repair it has thrown away.",
        edited(
            RECOVER,
            ("state.recv_groups.forget(group)\n            state.drop"),
            ("group.parities.clear()\nstate.drop"),
        ),
    ),
)
