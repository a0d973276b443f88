"""Sums that differ in their last bit alone, or have more than 64 bits, and results in which little is left."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ..model import Case, Group
from .model import ALL, MOST_TOLERANCE, WIDTHS, adapted, passes_from

EQUAL = struct.unpack("<31H", struct.pack("<31e", 7 * 4096.0, *[2048.0] * 28, 2 * 4096.0, 2 * 4096.0))
"""31 elements for q4, whose scale is 4096: 28 halves of it are lost, so that 2^24 · 28 · 2048² = T · 64 · 4096² with
T = 28 · 2^16, exactly."""
EQUAL_TOLERANCE = 28 << 16
NAN_WORDS = (0x7C01, 0xFE55, 0xFFFF, 0x7D00)
F32_NAN = (0x7FC00000, 0xFFC00000, 0x7F800001, 0xFFFFFFFF, 0x7FC12345)


def groups() -> Iterator[Group]:
    """Comparisons, then results."""
    yield Group("adapt", "thresholds/exact", "adapt", "Sums that differ in their last bit alone.", list(_exact()))
    yield Group("adapt", "tiny", "adapt", "Elements whose scale is rounded to 0, or to little.", list(_tiny()))
    yield Group("adapt", "results", "adapt", "Results that differ from what came, or hold little.", list(_results()))


def _exact() -> Iterator[Case]:
    allow = ("f16", "q4")
    for power in (0, 4, 8, 10):
        words = [word - (power << 10) for word in EQUAL]
        for name, off in (("below", -1), ("at", 0), ("above", 1)):
            about = f"Both sides are equal at {EQUAL_TOLERANCE:,}, and this is {EQUAL_TOLERANCE + off:,}."
            yield adapted(f"equal-{power}-{name}", about, "ADA-6", words, EQUAL_TOLERANCE + off, allow=allow)
        for unit in (0x0001, 0x8001, 0x0002):
            about = f"An element of {unit & 0x7FFF} · 2^-24 more is lost, and tips the scale."
            case_id = f"tipped-{power}-by-{unit:04x}"
            yield adapted(case_id, about, "ADA-6", [*words, unit], EQUAL_TOLERANCE, allow=allow)
    about = "A second block adds to the energy and nothing to the error."
    for name, off in (("below", -1), ("at", 0)):
        words = [*EQUAL, 0, 0x0007]
        yield adapted(f"more-energy-{name}", about, "ADA-6", words, EQUAL_TOLERANCE + off, allow=allow)
    large = [0x7BFF - place % 32 * 8 | place % 2 << 15 for place in range(64)]
    for form in WIDTHS:
        least = passes_from(form, large)
        for name, tolerance in (("below", least - 1), ("at", least)):
            about = f"Elements near 65,504: the sums have more than 64 bits; tolerance {tolerance:,}."
            yield adapted(f"large-{form}-{name}", about, "ADA-6", large, tolerance, allow=("f16", form))


def _tiny() -> Iterator[Case]:
    for most in (1, 2, 4, 7, 31, 62, 63, 64, 65, 127, 190, 191, 1023):
        words = [most, *((1 + place * 7 % most) | place % 3 // 2 << 15 for place in range(31))]
        for form in WIDTHS:
            least = min(passes_from(form, words), MOST_TOLERANCE)
            about = f"Elements up to {most} · 2^-24 as {form}, of which the scale may be 0."
            yield adapted(f"up-to-{most}-{form}-at", about, "ADA-6 ADA-9", words, least, allow=(form,))
            if least:
                yield adapted(f"up-to-{most}-{form}-below", about, "ADA-6 ADA-8", words, least - 1, allow=(form,))
        about = f"Elements up to {most} · 2^-24, at 17 dB."
        yield adapted(f"up-to-{most}-17-db", about, "ADA-6 ADA-7", words, 334_000, allow=("f16", "i8", "q4"))


def _results() -> Iterator[Case]:
    about = "Bits of NaN in binary16 are not touched."
    yield adapted("f16-nan", about, "ADA-1 ADA-9", NAN_WORDS, 0)
    about = "NaN of binary32 becomes one NaN, whatever it is."
    yield adapted("f32-nan", about, "ADA-1 ADA-9", F32_NAN, 0, source="f32")
    about = "Elements of binary32 are given in binary16."
    yield adapted("f32-as-f16", about, "ADA-1 ADA-9", [0x3F801000, 0x40490FDB, 0x80000000], 0, source="f32")
    about = "Elements that vanish in binary16 are not stored."
    yield adapted("f32-vanishing", about, "ADA-1 ADA-7", [*[0x32000000] * 63, 0x3F800000], 0, source="f32")
    about = "The bytes of bfloat16 are not those of binary16."
    yield adapted("bf16-as-f16", about, "ADA-1 ADA-9", [0x3F80, 0x4049, 0x8000], 0, source="bf16")
    for form in ALL:
        about = f"No elements, as {form}."
        yield adapted(f"empty-{form}", about, "ADA-7 ADA-9", [], 0, dims=(3, 0), allow=(form,))
        about = f"32 zeros as {form}: scales travel, whatever they are."
        yield adapted(f"zeros-{form}", about, "ADA-9", [0] * 32, 0, allow=(form,))
    about = "A form with fewer bytes that is not exact enough does not save the budget."
    words = [0x3C00 - place * 37 for place in range(32)]
    least = passes_from("q4", words)
    yield adapted("smaller-does-not-pass", about, "ADA-8", words, least - 1, allow=("f16", "q4"), budget=60)
    yield adapted("smaller-passes", about, "ADA-8", words, least, allow=("f16", "q4"), budget=60)
    yield adapted("most-tolerance", "The greatest tolerance there is.", "ADA-2 ADA-9", words, MOST_TOLERANCE)
    yield adapted("most-budget", "The greatest budget there is.", "ADA-2 ADA-9", words, 0, budget=2**32 - 1)
