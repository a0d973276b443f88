"""Slots and names where only one of two likely mistakes shows: empty leftovers, orders, sizes (found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Case, Group
from ..writer.raw_frame import F16, I8, Q4, ramp
from ..writer.tensors import ASK, CACHE, CRITIQUE, KINDS, SYNC, THINK, Slice, bad, json_slice, reads, tensor
from .json_text import refused

F = KINDS["f16"]
NOTE = json_slice('{"note":"x"}')
MASK: Slice = (I8, (2, 2), b"\0\1\1\0")
EMPTY: dict[str, Slice] = {"f16": (F16, (0,), b""), "i8": (I8, (0,), b""), "q4": (Q4, (3, 0), b"")}
NAMES = {
    "second-escaped": r'"a":1,"\u0061":2',
    "both-escaped": r'"\u0061":1,"\u0061":2',
    "last-of-three": '"a":1,"b":2,"\\u0061":3',
}


def groups() -> Iterator[Group]:
    """Leftovers and orders; names in inner objects; scales of many blocks."""
    about = "Slices left over that have no bytes, faults of two slots, and explanations by their second byte."
    yield Group("message", "read/slot-corners", "read_message", about, [*_leftovers(), *_order(), *_explanations()])
    about = "One name written in two ways, in objects inside of others."
    yield Group("message", "read/inner-names", "read_message", about, list(_names()))
    about = "Scales of tensors with more blocks than a byte counts, and of each rank and slot."
    yield Group("message", "read/scale-corners", "read_message", about, [*_many(), *_ranks()])


def _leftovers() -> Iterator[Case]:
    messages: dict[str, tuple[int, tuple[Slice, ...]]] = {
        "think": (THINK, F.slices),
        "cache": (CACHE, F.slices * 2),
        "ask": (ASK, F.slices * 2),
        "sync": (SYNC, (NOTE,)),
        "critique": (CRITIQUE, (*F.slices, MASK, NOTE)),
        "critique-without-mask": (CRITIQUE, (*F.slices, NOTE)),
    }
    for name, (mtype, slices) in messages.items():
        for dtype, empty in EMPTY.items():
            about = f"{name}: behind all slots a slice of {dtype} without bytes."
            yield bad(f"{name}-and-empty-{dtype}", about, "MSG-2", mtype, (*slices, empty), "BAD_SLOTS")


def _order() -> Iterator[Case]:
    wrong = json_slice('{"note":1}')
    about = "An explanation whose note is a number, and a slice left over: the explanation comes first."
    yield bad("bad-note-and-leftover", about, "MSG-6 MSG-20", CRITIQUE, (*F.slices, wrong, MASK), "BAD_JSON")
    about = "The same behind a mask."
    yield bad("bad-note-behind-mask-and-leftover", about, "MSG-6", CRITIQUE, (*F.slices, MASK, wrong, NOTE), "BAD_JSON")
    about = "A mask of 2 and a slice left over: the mask comes first."
    two: Slice = (I8, (2, 2), b"\0\1\2\0")
    yield bad("bad-mask-and-leftover", about, "MSG-6", CRITIQUE, (*F.slices, two, NOTE, NOTE), "BAD_MASK")


def _explanations() -> Iterator[Case]:
    empty: dict[str, Any] = {"kind": "critique", "divergence": F.json, "mask": None, "explanation": {}}
    for name, text in {"brace": "{}", "tab": "{\t}", "line": "{\r\n}", "space": "{ }"}.items():
        about = f"An explanation without members: {text!r}."
        yield reads(f"explanation-{name}", about, "MSG-5", CRITIQUE, (*F.slices, json_slice(text)), empty)


def _names() -> Iterator[Case]:
    for name, members in NAMES.items():
        for place, text in {
            "at-depth-2": f'{{"x":{{{members}}}}}',
            "at-depth-3": f'{{"x":{{"y":{{{members}}}}}}}',
            "in-an-array": f'{{"x":[{{{members}}}]}}',
            "at-depth-16": '{"x":' * 15 + f"{{{members}}}" + "}" * 15,
        }.items():
            yield refused(f"{name}-{place}", f"A name twice, {name} {place}.", "MSG-16", text)


def _many() -> Iterator[Case]:
    one = b"\x01\x3c"
    for dtype, name, count in ((I8, "i8", 2_049), (Q4, "q4", 4_097), (Q4, "q4", 8_193)):
        payload = ramp(count if dtype == I8 else count // 2 + 1)
        blocks = count // 32 + 1
        part = tensor(dtype, (count,), payload, scale=one * blocks)
        about = f"{count} elements of {name} have {blocks} scales."
        yield reads(f"{name}-{count}", about, "MSG-8", THINK, part.slices, {"kind": "think", "hidden": part.json})
        few: tuple[Slice, ...] = ((dtype, (count,), payload), (F16, (blocks - 1,), one * (blocks - 1)))
        about = f"{count} elements of {name} with {blocks - 1} scales."
        yield bad(f"{name}-{count}-one-scale-less", about, "MSG-8", THINK, few, "BAD_SCALE")


def _ranks() -> Iterator[Case]:
    for dtype, name, payload in ((I8, "i8", ramp(33)), (Q4, "q4", ramp(17))):
        for dims in ((3, 11), (1, 3, 11), (3, 1, 11, 1), (1,) * 6 + (33,)):
            part = tensor(dtype, dims, payload, scale=b"\x01\x3c\x02\x3c")
            about = f"{name} of rank {len(dims)} with scales, in both slots."
            message = {"kind": "cache", "keys": part.json, "values": part.json}
            yield reads(f"{name}-rank-{len(dims)}", about, "MSG-7 MSG-8", CACHE, part.slices * 2, message)
