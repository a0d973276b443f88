"""Numbers that leap, and frames whose space differs in a digit (HSK-34, HSK-36; found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...dialogue.configs import HASH
from ...dialogue.events import dropped, message
from ...dialogue.frames import heart, part, think
from ...dialogue.sessions import in_session
from ...dialogue.steps import OPEN, Steps, advance, events, refusal, send, server
from ...model import Case, Group

LEAPS = (1_023, 1_024, 1_025, 2_047, 2_048, 2**20, 2**32, 2**63)
BITS = (0, 7, 8, 15, 16, 23, 24, 31)


def groups() -> Iterator[Group]:
    """One group."""
    about = "What a leap of the numbers leaves behind, and spaces in every byte."
    cases = [*_leaps(), *_next_to_leaps(), *_spaces(), *_used_again()]
    yield Group("handshake", "received/leaps", "dialogue", about, cases)


def _accepted(*numbers: int) -> Steps:
    return [step for number in numbers for step in (*send(think(number)), *events(message(think(number))))]


def _leaps() -> Iterator[Case]:
    for leap in LEAPS:
        about = f"Numbers 3 and 5, then 5 + {leap}: what lies below has not come, also where 3 did so long before."
        late = [n for n in (3 + leap, 4 + leap) if n not in (3, 5)]
        again = [step for n in late for step in (*send(think(n)), *events(dropped("DUPLICATE")))]
        yield from in_session(f"leap-of-{leap}", about, "HSK-34", _accepted(3, 5, 5 + leap, *late), again)


def _next_to_leaps() -> Iterator[Case]:
    for low, high, skipped in ((0, 1_023, 1_024), (1, 1_024, 1_025), (63, 1_086, 1_087), (64, 1_087, 1_088)):
        about = f"Numbers {low} and {high}, then one that leaps over {skipped}, which comes late."
        steps = _accepted(low, high, skipped + 1, skipped)
        yield from in_session(f"leap-over-{skipped}", about, "HSK-34", steps)


def _spaces() -> Iterator[Case]:
    steps: list[Any] = []
    for number, bit in enumerate(BITS):
        bad = part(number, space_hash32=HASH ^ 1 << bit)
        steps += [*advance(1_000), *send(bad), *refusal(bad, "SPACE_MISMATCH", number, got_hash=HASH ^ 1 << bit)]
    about = "Frames whose space_hash32 differs in one bit, which is another for each."
    yield from in_session("space-bits", about, "HSK-36", steps)


def _used_again() -> Iterator[Case]:
    about = "The numbers of 1,024 stream_ids; the second is used again, and two more come: it is not forgotten first."
    first = send(*(heart(0, stream) for stream in range(2, 1_025)))
    then = [*send(heart(1, 2), heart(0, 2_000), heart(0, 2_001)), *events()]
    repeats = [*send(heart(0, 2), heart(1, 2)), *events(*[dropped("DUPLICATE")] * 2)]
    yield server("used-again-of-1024", about, "HSK-69 HSK-34", OPEN, first, events(), then, repeats)
