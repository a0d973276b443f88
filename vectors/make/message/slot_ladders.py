"""Slots in every combination and place: kinds by modality and flag, scales and masks by slot, size and position."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Case, Group, accepts, refuses
from ..writer.laid_out import laid_out
from ..writer.raw_frame import F16, I8, Q4, STRONG_TAIL, ramp
from ..writer.tensors import (
    ASK,
    CACHE,
    CRITIQUE,
    KINDS,
    SCALE,
    SYNC,
    THINK,
    Part,
    Slice,
    bad,
    json_slice,
    reads,
    tensor,
)

F = KINDS["f16"]
NOTE = json_slice('{"note":"x"}')
ELEMENTS = (1, 2, 3, 30, 31, 32, 33, 34, 63, 64, 65, 95, 96, 97, 127, 128, 129, 255, 256, 257, 1025)
VALUES = {
    "8000": "minus-zero", "8001": "minus-smallest", "bc00": "minus-one", "fbff": "minus-greatest",
    "fc00": "minus-infinite", "7c00": "infinite", "7c01": "signalling-nan", "7e00": "nan", "7fff": "nan-all-ones",
    "ffff": "minus-nan",
}  # fmt: skip
FINE = ("0000", "0001", "03ff", "0400", "3c00", "7bff", "0080", "00ff", "7b00")


def groups() -> Iterator[Group]:
    """Kinds of frames; scales; masks; slots left empty or left over."""
    rows = {
        "read/kinds": ("Every kind of message with every modality, with and without STRONG_TAIL.", _kinds()),
        "read/scale-values": ("Scales of each kind of value, in the first, a middle and the last place.", _values()),
        "read/scale-counts": ("Scale slices for tensors around every block.", _counts()),
        "read/scale-places": ("A bad scale in each slot that takes one.", _places()),
        "read/mask-places": ("A byte of a mask that is neither 0 nor 1, by place and by bit.", _masks()),
        "read/slots-by-modality": (
            "Slots that nothing fills or nothing empties, in frames of every modality.",
            _slots(),
        ),
    }
    for name, (about, cases) in rows.items():
        yield Group("message", name, "read_message", about, list(cases))


def _messages() -> Iterator[tuple[str, int, tuple[Slice, ...], dict[str, Any]]]:
    both = F.slices + KINDS["q4-scaled"].slices
    yield "think", THINK, F.slices, {"kind": "think", "hidden": F.json}
    yield "cache", CACHE, both, {"kind": "cache", "keys": F.json, "values": KINDS["q4-scaled"].json}
    yield "ask", ASK, both[:1], {"kind": "ask", "query": F.json, "context": None}
    yield "ask-context", ASK, both, {"kind": "ask", "query": F.json, "context": KINDS["q4-scaled"].json}
    yield "heart", SYNC, (), {"kind": "heart"}
    yield "sync", SYNC, (NOTE,), {"kind": "sync", "json": {"note": "x"}}
    empty = {"kind": "critique", "divergence": F.json, "mask": None, "explanation": None}
    yield "critique", CRITIQUE, F.slices, empty
    mask = (I8, (2, 2), b"\0\1\1\0")
    full = empty | {"mask": "00010100", "explanation": {"note": "x"}}
    yield "critique-full", CRITIQUE, (*F.slices, mask, NOTE), full


def _kinds() -> Iterator[Case]:
    for name, mtype, slices, message in _messages():
        for modality in range(5):
            for flags in (0, STRONG_TAIL):
                raw = laid_out(slices, type=mtype, modality=modality, flags=flags, space_hash32=modality << 29)
                case_id = f"{name}-modality-{modality}{'-strong-tail' if flags else ''}"
                about = f"{name}, modality {modality}."
                yield accepts(case_id, about, "MSG-1", {"frame": raw.frame().hex()}, {"message": message})


def _word(text: str) -> bytes:
    return bytes.fromhex(text)[::-1]


def _values() -> Iterator[Case]:
    count = 32 * 9
    codes = (I8, (count,), ramp(count))
    for text, name in VALUES.items():
        for place in (0, 4, 8):
            scale = b"\x00\x3c" * place + _word(text) + b"\x00\x3c" * (8 - place)
            about = f"Scale {place} of 9 is 0x{text}."
            yield bad(f"{name}-{place}-of-9", about, "MSG-9", THINK, (codes, (F16, (9,), scale)), "BAD_SCALE")
        alone = ((Q4, (3,), ramp(2)), (F16, (1,), _word(text)))
        yield bad(f"{name}-alone", f"The only scale is 0x{text}.", "MSG-9", THINK, alone, "BAD_SCALE")
    for text in FINE:
        part = tensor(Q4, (33,), ramp(17), scale=_word(text) + _word("3c00"))
        yield reads(
            f"fine-{text}", f"A scale of 0x{text}.", "MSG-9", THINK, part.slices, {"kind": "think", "hidden": part.json}
        )


def _counts() -> Iterator[Case]:
    for count in ELEMENTS:
        blocks = -(-count // 32)
        for dtype, name, payload in ((Q4, "q4", ramp(count // 2 + count % 2)), (I8, "i8", ramp(count))):
            if dtype == Q4 or count < 100:
                part = tensor(dtype, (count,), payload, scale=b"\x01\x3c" * blocks)
                about = f"{count} elements of {name} have {blocks} scales."
                message = {"kind": "think", "hidden": part.json}
                yield reads(f"{name}-{count}", about, "MSG-8", THINK, part.slices, message)
                for wrong in (blocks - 1, blocks + 1):
                    few: tuple[Slice, ...] = ((dtype, (count,), payload), (F16, (wrong,), b"\x01\x3c" * wrong))
                    about = f"{count} elements of {name} with {wrong} scales."
                    yield bad(f"{name}-{count}-scales-{wrong}", about, "MSG-8", THINK, few, "BAD_SCALE")
    for rank, dims in {3: (3, 1, 11), 4: (1, 3, 1, 11), 9: (1,) * 7 + (3, 11), 255: (1,) * 254 + (33,)}.items():
        part = tensor(I8, dims, ramp(33), scale=b"\x01\x3c\x02\x3c")
        about = f"33 elements in {rank} dims."
        yield reads(f"rank-{rank}", about, "MSG-8", THINK, part.slices, {"kind": "think", "hidden": part.json})
        slices = ((I8, dims, ramp(33)), (F16, (1, 2), b"\x01\x3c\x02\x3c"))
        yield bad(f"rank-{rank}-scale-rank-2", "A scale slice of rank 2.", "MSG-8", THINK, slices, "BAD_SCALE")


def _places() -> Iterator[Case]:
    faults: dict[str, tuple[tuple[int, ...], str, str]] = {
        "minus-zero": ((2,), "003c0080", "MSG-9"), "infinite": ((2,), "003c007c", "MSG-9"),
        "nan": ((2,), "003c007e", "MSG-9"), "too-few": ((1,), "003c", "MSG-8"),
        "too-many": ((3,), "003c003c003c", "MSG-8"), "rank-2": ((2, 1), "003c003c", "MSG-8"),
    }  # fmt: skip
    good = tensor(I8, (40,), ramp(40), scale=SCALE).slices
    for dtype, name, payload in ((I8, "i8", ramp(40)), (Q4, "q4", ramp(20))):
        for fault, (dims, scale, clause) in faults.items():
            wrong: tuple[Slice, ...] = ((dtype, (40,), payload), (F16, dims, bytes.fromhex(scale)))
            slots: dict[str, tuple[int, tuple[Slice, ...]]] = {
                "hidden": (THINK, wrong), "keys": (CACHE, (*wrong, *good)), "values": (CACHE, (*good, *wrong)),
                "query": (ASK, wrong), "query-before-context": (ASK, (*wrong, *good)),
                "context": (ASK, (*good, *wrong)), "values-behind-f16": (CACHE, (*F.slices, *wrong)),
                "context-behind-f16": (ASK, (*F.slices, *wrong)),
            }  # fmt: skip
            if dtype == I8:
                slots |= {"divergence": (CRITIQUE, wrong), "divergence-before-a-note": (CRITIQUE, (*wrong, NOTE))}
            for slot, (mtype, slices) in slots.items():
                about = f"A {name} tensor as {slot.replace('-', ' ')}, scales {scale} in dims {list(dims)}."
                yield bad(f"{name}-{fault}-{slot}", about, clause, mtype, slices, "BAD_SCALE")


def _critique(part: Part, mask: Slice, *more: Slice) -> tuple[Slice, ...]:
    return (*part.slices, mask, *more)


def _masks() -> Iterator[Case]:
    for count in (1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 256, 257):
        divergence = tensor(I8, (count,), ramp(count))
        mask = bytes(i % 3 % 2 for i in range(count))
        message = {"kind": "critique", "divergence": divergence.json, "mask": mask.hex(), "explanation": None}
        about = f"A mask of {count} bytes."
        yield reads(
            f"mask-of-{count}", about, "MSG-11 MSG-12", CRITIQUE, _critique(divergence, (I8, (count,), mask)), message
        )
        for place in sorted({0, count // 2, count - 1}):
            wrong = mask[:place] + b"\2" + mask[place + 1 :]
            about = f"Byte {place} of {count} is 2."
            slices = _critique(divergence, (I8, (count,), wrong))
            yield bad(f"byte-{place}-of-{count}", about, "MSG-12", CRITIQUE, slices, "BAD_MASK")
        for step in (-1, 1):
            slices = _critique(divergence, (I8, (count + step,), bytes(count + step)))
            about = f"A mask of {count + step} for {count} elements."
            yield bad(f"mask-of-{count + step}-for-{count}", about, "MSG-11", CRITIQUE, slices, "BAD_MASK")
    kinds = {"f16": (F, (2, 2)), "i8-scaled": (KINDS["i8-scaled"], (5, 8))}
    for name, (part, dims) in kinds.items():
        size = dims[0] * dims[1]
        for bit in range(1, 8):
            for more in ((), (NOTE,)):
                wrong = bytes(size - 1) + bytes([1 << bit])
                slices = _critique(part, (I8, dims, wrong), *more)
                case_id = f"{name}-bit-{bit}{'-before-a-note' if more else ''}"
                yield bad(case_id, f"A byte of {1 << bit}.", "MSG-12", CRITIQUE, slices, "BAD_MASK")
        for rank, other in {
            "flat": (size,),
            "turned": dims[::-1],
            "rank-3": (*dims, 1),
            "rank-3-first": (1, *dims),
        }.items():
            if other != dims:
                slices = _critique(part, (I8, other, bytes(size)), NOTE)
                about = f"A mask of dims {list(other)} for {list(dims)}, before an explanation."
                yield bad(f"{name}-{rank}-before-a-note", about, "MSG-11", CRITIQUE, slices, "BAD_MASK")
    none = tensor(F16, (0, 3), b"")
    message = {"kind": "critique", "divergence": none.json, "mask": "", "explanation": None}
    about = "A mask of no bytes for no elements."
    yield reads("mask-of-0", about, "MSG-11", CRITIQUE, _critique(none, (I8, (0, 3), b"")), message)


def _slots() -> Iterator[Case]:
    i8 = KINDS["i8"].slices
    faults: dict[str, tuple[int, tuple[Slice, ...], str]] = {
        "think-empty": (THINK, (), "MSG-1"), "think-two": (THINK, (*F.slices, *F.slices), "MSG-2"),
        "cache-empty": (CACHE, (), "MSG-1"), "cache-one": (CACHE, F.slices, "MSG-1"),
        "cache-three": (CACHE, F.slices * 3, "MSG-2"), "ask-empty": (ASK, (), "MSG-1"),
        "ask-three": (ASK, F.slices * 3, "MSG-2"), "sync-f16": (SYNC, F.slices, "MSG-3"),
        "sync-two": (SYNC, (NOTE, NOTE), "MSG-2"), "critique-empty": (CRITIQUE, (), "MSG-1"),
        "critique-q4": (CRITIQUE, KINDS["q4"].slices, "MSG-3"),
        "critique-mask-f16": (CRITIQUE, (*F.slices, *F.slices), "MSG-3"),
        "critique-two-notes": (CRITIQUE, (*F.slices, NOTE, NOTE), "MSG-2"),
        "critique-scaled-four": (CRITIQUE, (*KINDS["i8-scaled"].slices, (I8, (5, 8), bytes(40)), NOTE, *i8), "MSG-2"),
    }  # fmt: skip
    for number, (name, (mtype, slices, clause)) in enumerate(faults.items()):
        for modality in range(5):
            flags = STRONG_TAIL * ((number + modality) % 2)
            raw = laid_out(slices, type=mtype, modality=modality, flags=flags)
            about = f"{name}, modality {modality}."
            yield refuses(f"{name}-modality-{modality}", about, clause, {"frame": raw.frame().hex()}, "BAD_SLOTS")
    for count in (3, 4, 5, 9, 17, 33):
        for mtype, kind in ((THINK, "think"), (CACHE, "cache"), (ASK, "ask"), (CRITIQUE, "critique")):
            slices = (
                (*F.slices * 2, *i8 * (count - 2))
                if mtype != CRITIQUE
                else (*F.slices, (I8, (2, 2), bytes(4)), NOTE, *i8 * (count - 3))
            )
            if len(slices) > 3 or mtype == THINK:
                about = f"{len(slices)} slices in a {kind} frame."
                yield bad(f"{kind}-{count}-slices", about, "MSG-2", mtype, slices, "BAD_SLOTS")
