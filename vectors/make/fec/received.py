"""Dialogues on repair that comes: its checks in order, and what a receiver knows and keeps (specs/fec.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM
from ..dialogue.events import lost
from ..dialogue.frames import heart
from ..dialogue.steps import advance, events, expect, send
from ..model import Case, Group
from .encode import LAST
from .repair import RawRepair, raw_repairs
from .talks import QUIET, bring, brought, drop, group, hear, pair, parts, take, talk

BAD, CRC, MISMATCH, TWICE = "BAD_REPAIR", "CRC_MISMATCH", "REPAIR_MISMATCH", "DUPLICATE"
FRAMES = parts(3)
FIRST, SECOND = raw_repairs(FRAMES, 2)


def groups() -> Iterator[Group]:
    """Faults, known groups, and what becomes of the frames beside them."""
    yield group("received/checks", "Repair with a fault is dropped, and true repair recovers.", _checks())
    yield group("received/known", "Groups that are known.", _known())


def _checks() -> Iterator[Case]:
    wire = FIRST.wire()
    faults: tuple[tuple[str, str, bytes | RawRepair, str], ...] = (
        ("magic-alone", "The four bytes RSF1 alone.", b"RSF1", BAD),
        ("of-58", "58 bytes with the right CRC.", replace(FIRST, parity=bytes(34)), BAD),
        ("of-58-and-crc", "58 bytes, and the CRC is wrong.", replace(FIRST, parity=bytes(34), crc=0), BAD),
        ("crc", "The CRC is wrong.", wire[:-1] + bytes([wire[-1] ^ 1]), CRC),
        ("crc-and-field", "The CRC is wrong, and step is 0.", replace(FIRST, step=0, crc=0), CRC),
        ("k-0", "k is 0.", replace(FIRST, k=0), BAD),
        ("k-129", "k is 129.", replace(FIRST, k=129), BAD),
        ("r-0", "r is 0.", replace(FIRST, r=0), BAD),
        ("r-33", "r is 33.", replace(FIRST, r=33), BAD),
        ("index-2", "index is r.", replace(FIRST, index=2), BAD),
        ("step-0", "step is 0.", replace(FIRST, step=0), BAD),
        ("step-17", "step is 17.", replace(FIRST, step=17), BAD),
        ("base-over", "The third number is 2^64.", replace(FIRST, base=LAST - 1), BAD),
    )
    for case_id, about, datagram, code in faults:
        clauses = "FEC-13 FEC-14" if "of-58" in case_id or "alone" in case_id else "FEC-13 FEC-15"
        steps = [*hear(FRAMES[0], FRAMES[2]), *drop(datagram, code), *bring(wire, *brought(FRAMES[1]))]
        yield from talk(case_id, about, clauses, steps)
    about = "The shortest repair, of HEARTs: 59 bytes."
    hearts = [heart(0), heart(1)]
    told = {"event": "recovered", "stream_id": DATA_STREAM, "frame_seq": "1"}
    yield from talk("of-59", about, "FEC-14 FEC-23", send(hearts[0]), bring(pair(hearts, 1)[0], told))
    about = "The limits of each field: nothing is wrong, and nothing comes of it."
    extremes = [
        replace(FIRST, k=128, r=32, index=31, step=16, base=LAST - 2032),
        replace(FIRST, stream_id=2**32 - 1),
        replace(FIRST, stream_id=0, base=LAST - 2),
    ]
    yield from talk("limits", about, "FEC-13 FEC-15", take(*extremes))
    about = "Repair has no answer, and does not put off the loss."
    hearts_of = [heart(1, HANDSHAKE_STREAM), heart(2, HANDSHAKE_STREAM)]
    later = [*advance(30_000), *expect(*hearts_of), *take(FIRST), *advance(14_999), *QUIET]
    yield from talk("no-answer", about, "FEC-3", later, advance(1), events(lost()))


def _known() -> Iterator[Case]:
    clauses = "FEC-16 FEC-17"
    others = (
        ("k", "k", replace(SECOND, k=4)),
        ("r", "r", replace(SECOND, r=3)),
        ("size", "S", replace(SECOND, parity=SECOND.parity + b"\0")),
    )
    for case_id, name, odd in others:
        about = f"Repair of a known group with another {name} is dropped; the true one recovers."
        steps = [*hear(FRAMES[0]), *take(FIRST), *drop(odd, MISMATCH), *bring(SECOND, *brought(*FRAMES[1:]))]
        yield from talk(f"other-{case_id}", about, clauses, steps)
    for case_id, about, odd in (
        ("stream", "Another stream_id", replace(SECOND, stream_id=4, k=4)),
        ("base", "Another base", replace(SECOND, base=7, r=3)),
        ("step", "Another step", replace(SECOND, step=2, k=5)),
    ):
        text = f"{about} is another group, whose k, r or S is its own."
        steps = [*hear(FRAMES[0]), *take(FIRST, odd), *bring(SECOND, *brought(*FRAMES[1:]))]
        yield from talk(f"apart-{case_id}", text, clauses, steps)
    about = "The same repair twice, where something is missing."
    steps = [*hear(FRAMES[0]), *take(FIRST), *drop(FIRST, TWICE), *bring(SECOND, *brought(*FRAMES[1:]))]
    yield from talk("twice", about, clauses, steps)
    about = "The same repair twice, where nothing is missing."
    yield from talk("twice-for-nothing", about, clauses, hear(*FRAMES), take(FIRST), drop(FIRST, TWICE), take(SECOND))
    about = "The same repair again after it has recovered something."
    steps = [*hear(FRAMES[0], FRAMES[2]), *bring(FIRST, *brought(FRAMES[1])), *drop(FIRST, TWICE), *take(SECOND)]
    yield from talk("twice-after", about, f"{clauses} FEC-24", steps)
    about = "An index that was taken, with other parity and another k: the group is asked first."
    steps = [*hear(FRAMES[0]), *take(FIRST), *drop(replace(FIRST, k=2), MISMATCH)]
    yield from talk("mismatch-and-twice", about, "FEC-13 FEC-16", steps)
    about = "An index that was taken, with other parity."
    odd = replace(FIRST, parity=bytes(49))
    yield from talk("index-twice", about, clauses, hear(FRAMES[0]), take(FIRST), drop(odd, TWICE))
    about = "A field out of range in repair of a known group."
    steps = [*hear(FRAMES[0]), *take(FIRST), *drop(replace(SECOND, k=0), BAD)]
    yield from talk("range-and-mismatch", about, "FEC-13 FEC-15", steps)
    about = "Repair that was dropped leaves no group behind."
    steps = [*hear(FRAMES[0]), *drop(replace(FIRST, k=4, crc=1), CRC), *take(FIRST)]
    yield from talk("dropped-is-unknown", about, clauses, steps, bring(SECOND, *brought(*FRAMES[1:])))
