"""The message profile: every combination of slots, and what breaks slots, scales and masks (specs/message.md)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from ..model import Case, Group, accepts, frame_refused
from ..writer.raw_frame import F16, I8, Q4, SPARSE, one_slice, ramp
from ..writer.tensors import ASK, CACHE, CRITIQUE, KINDS, SYNC, THINK, Part, bad, frame, json_slice, reads, tensor

F = KINDS["f16"].slices[0]
MASK = (I8, (2, 2), bytes((1, 0, 0, 1)))
NOTE = {"note": "layer 12 drifts", "magnitude": 0.042}
NOTE_SLICE = json_slice('{"note":"layer 12 drifts","magnitude":0.042}')
UNSCALED = ("i8", "q4")


def groups() -> Iterator[Group]:
    """Valid messages, then one group a code; JSON and sparse tensors have modules of their own."""
    yield Group("message", "read/slots", "read_message", "Every combination of slots and tensors.", list(_slots()))
    yield Group("message", "read/critique", "read_message", "Every combination of a Critique.", list(_critiques()))
    yield Group("message", "read/bad-slots", "read_message", "Slices that fill no slots.", list(_bad_slots()))
    yield Group("message", "read/scale", "read_message", "Scale slices, right and wrong.", list(_scales()))
    yield Group("message", "read/mask", "read_message", "Masks, right and wrong.", list(_masks()))
    yield Group("message", "read/order", "read_message", "Which of two faults comes first.", list(_order()))


def readable(first: str, second: Part) -> bool:
    """Whether the second tensor is not taken for the scale of the first (MSG-7)."""
    return first not in UNSCALED or second.slices[0][0] != F16


def _slots() -> Iterator[Case]:
    for name, part in KINDS.items():
        message: dict[str, Any] = {"kind": "think", "hidden": part.json}
        yield reads(f"think-{name}", f"A hidden state as {name}.", "MSG-1", THINK, part.slices, message)
        message = {"kind": "ask", "query": part.json, "context": None}
        yield reads(f"ask-{name}", f"A query as {name}, no context.", "MSG-1", ASK, part.slices, message)
    for (first, left), (second, right) in product(KINDS.items(), KINDS.items()):
        if not readable(first, right):
            continue
        both = left.slices + right.slices
        message = {"kind": "cache", "keys": left.json, "values": right.json}
        yield reads(f"cache-{first}-{second}", f"Keys as {first}, values as {second}.", "MSG-1", CACHE, both, message)
        message = {"kind": "ask", "query": left.json, "context": right.json}
        yield reads(f"ask-{first}-{second}", f"Query as {first}, context as {second}.", "MSG-1", ASK, both, message)
    yield reads("heart", "Sync without slices.", "MSG-4", SYNC, (), {"kind": "heart"})
    ping = '{"method":"ping","ts":1}'
    yield reads(
        "sync",
        "A JSON slice.",
        "MSG-1",
        SYNC,
        (json_slice(ping),),
        {"kind": "sync", "json": {"method": "ping", "ts": 1}},
    )
    empty = tensor(I8, (0, 3), b"", scale=b"")
    about = "A tensor without elements: its scale slice has dims [0]."
    yield reads("think-empty-scaled", about, "MSG-8", THINK, empty.slices, {"kind": "think", "hidden": empty.json})


def _critiques() -> Iterator[Case]:
    masks = {"f16": MASK, "i8": (I8, (5,), bytes((0, 1, 0, 1, 1))), "i8-scaled": (I8, (5, 8), bytes(39) + b"\1")}
    for (name, mask), with_mask, with_note in product(masks.items(), (False, True), (False, True)):
        divergence = KINDS[name]
        slices = divergence.slices + ((mask,) if with_mask else ()) + ((NOTE_SLICE,) if with_note else ())
        message = {
            "kind": "critique",
            "divergence": divergence.json,
            "mask": mask[2].hex() if with_mask else None,
            "explanation": NOTE if with_note else None,
        }
        case_id = f"{name}{'-mask' if with_mask else ''}{'-explanation' if with_note else ''}"
        yield reads(case_id, f"Divergence as {name}.", "MSG-5 MSG-1", CRITIQUE, slices, message)
    note = '{"note": "расхождение на 12-м слое"}'
    divergence = tensor(F16, (16,), bytes(32))
    message = {
        "kind": "critique",
        "divergence": divergence.json,
        "mask": None,
        "explanation": {"note": "расхождение на 12-м слое"},
    }
    about = "The published example: a divergence and, in the second slice, an explanation."
    yield reads("two-slices-of-the-example", about, "MSG-5", CRITIQUE, (*divergence.slices, json_slice(note)), message)


def _bad_slots() -> Iterator[Case]:
    i8, q4, coo = KINDS["i8"].slices[0], KINDS["q4"].slices[0], (SPARSE, (4,), b"")
    note = NOTE_SLICE
    faults = {
        "think-empty": (THINK, (), "MSG-1", "No hidden state."),
        "think-two": (THINK, (F, F), "MSG-2", "A second tensor."),
        "think-scale-after-f16": (THINK, (F, (F16, (1,), b"\x00\x3c")), "MSG-2", "F16 has no scale slice."),
        "think-two-scales": (THINK, (*KINDS["i8-scaled"].slices, F), "MSG-2", "A second scale slice."),
        "think-json-after": (THINK, (F, note), "MSG-2", "A JSON slice behind a hidden state."),
        "cache-empty": (CACHE, (), "MSG-1", "Neither keys nor values."),
        "cache-keys-only": (CACHE, (F,), "MSG-1", "No values."),
        "cache-three": (CACHE, (F, F, F), "MSG-2", "A third tensor."),
        "cache-scale-leaves-no-values": (
            CACHE, ((I8, (2,), b"\1\2"), (F16, (1,), b"\x00\x3c")), "MSG-7 MSG-1", "F16 behind I8 is the keys' scale."
        ),
        "ask-empty": (ASK, (), "MSG-1", "No query."),
        "ask-three": (ASK, (F, F, F), "MSG-2", "A third tensor."),
        "sync-f16": (SYNC, (F,), "MSG-3", "A Sync whose slice is F16."),
        "sync-q4": (SYNC, (q4,), "MSG-3", "A Sync whose slice is Q4."),
        "sync-two": (SYNC, (note, note), "MSG-2", "Two JSON slices."),
        "critique-empty": (CRITIQUE, (), "MSG-1", "No divergence."),
        "critique-q4": (CRITIQUE, (q4,), "MSG-3", "A divergence as Q4."),
        "critique-sparse": (CRITIQUE, (coo, (I8, (0, 1, 4), b"")), "MSG-3", "A sparse divergence."),
        "critique-mask-f16": (CRITIQUE, (F, F), "MSG-3", "A mask as F16."),
        "critique-mask-q4": (CRITIQUE, (F, q4), "MSG-3", "A mask as Q4."),
        "critique-explanation-f16": (CRITIQUE, (F, MASK, F), "MSG-3", "An explanation as F16."),
        "critique-after-explanation": (CRITIQUE, (F, note, MASK), "MSG-2", "A mask behind the explanation."),
        "critique-two-explanations": (CRITIQUE, (F, note, note), "MSG-2", "Two explanations."),
        "critique-four": (CRITIQUE, (F, MASK, note, i8), "MSG-2", "A slice behind all slots."),
    }  # fmt: skip
    for case_id, (mtype, slices, clauses, about) in faults.items():
        yield bad(case_id, about, clauses, mtype, slices, "BAD_SLOTS")


def _scales() -> Iterator[Case]:
    codes = (I8, (40,), ramp(40))
    good = {"one-and-half": "003c0038", "zero": "00000000", "subnormal": "01000100", "greatest": "ff7bff7b"}
    for name, scale in good.items():
        part = tensor(*codes, scale=bytes.fromhex(scale))
        message = {"kind": "think", "hidden": part.json}
        yield reads(f"scale-{name}", f"Scales {scale}.", "MSG-9", THINK, part.slices, message)
    values = {
        "minus-zero": "003c0080",
        "minus-one": "003c00bc",
        "negative-first": "00bc003c",
        "nan": "003c007e",
        "negative-nan": "003c00fe",
        "signalling-nan": "003c017c",
        "infinite": "003c007c",
        "minus-infinite": "003c00fc",
    }
    for name, scale in values.items():
        slices = (codes, (F16, (2,), bytes.fromhex(scale)))
        yield bad(f"scale-{name}", f"Scales {scale}.", "MSG-9", THINK, slices, "BAD_SCALE")
    shapes: dict[str, tuple[int, ...]] = {
        "one-too-few": (1,), "one-too-many": (3,), "none": (0,), "one-each": (40,), "rank-2": (2, 1), "row": (1, 2),
    }  # fmt: skip
    for name, dims in shapes.items():
        wrong = (codes, (F16, dims, b"\x00\x3c" * prod(dims)))
        yield bad(
            f"dims-{name}", f"40 elements with a scale slice of dims {list(dims)}.", "MSG-8", THINK, wrong, "BAD_SCALE"
        )
    for count, blocks in {1: 1, 31: 1, 32: 1, 33: 2, 64: 2, 65: 3}.items():
        part = tensor(Q4, (count,), ramp((count + 1) // 2), scale=b"\x00\x3c" * blocks)
        message = {"kind": "think", "hidden": part.json}
        yield reads(
            f"q4-{count}-elements", f"{count} elements have {blocks} scales.", "MSG-8", THINK, part.slices, message
        )
    rows = tensor(Q4, (2, 33), ramp(33), scale=b"\x00\x3c" * 3)
    about = "Two rows of 33: blocks go on from one row to the next, so that 66 elements have 3 scales."
    yield reads("q4-rows-of-33", about, "MSG-8", THINK, rows.slices, {"kind": "think", "hidden": rows.json})
    about = "I8 keys and F16 values: the values are taken for the scale, which they do not fit."
    yield bad("greedy-cache", about, "MSG-7", CACHE, ((I8, (5,), ramp(5)), F), "BAD_SCALE")
    yield bad(
        "greedy-ask", "The same for a query and its context.", "MSG-7", ASK, ((Q4, (5,), ramp(3)), F), "BAD_SCALE"
    )


def _masks() -> Iterator[Case]:
    for name, byte in {"2": 2, "3": 3, "80": 0x80, "ff": 0xFF, "ascii-1": 0x31, "7a": 0x7A}.items():
        for place in (0, 3):
            payload = bytes(place) + bytes([byte]) + bytes(3 - place)
            about = f"Byte {place} of the mask is 0x{byte:02x}."
            yield bad(f"byte-{place}-is-{name}", about, "MSG-12", CRITIQUE, (F, (I8, (2, 2), payload)), "BAD_MASK")
    for name, dims in {
        "flat": (4,),
        "turned": (1, 4),
        "longer": (2, 3),
        "shorter": (2, 1),
        "rank-3": (2, 2, 1),
        "empty": (0,),
    }.items():
        slices = (F, (I8, dims, bytes(prod(dims))))
        yield bad(f"dims-{name}", f"A mask of dims {list(dims)} for [2, 2].", "MSG-11", CRITIQUE, slices, "BAD_MASK")
    later = (F, (I8, (2, 2), b"\x00{}\x01"))
    about = "A brace that is not the first byte makes no explanation."
    yield bad("brace-in-second-place", about, "MSG-5 MSG-12", CRITIQUE, later, "BAD_MASK")


def _order() -> Iterator[Case]:
    sealed = frame(THINK)[:-1] + b"\0"
    yield frame_refused("crc-before-slots", "A wrong CRC, and no slot filled.", "MSG-21", sealed, "CRC_MISMATCH")
    short = one_slice(F16, (2,), ramp(2), type=CACHE).frame()
    about = "A slice of the wrong length in a Cache that also lacks its values."
    yield frame_refused("length-before-slots", about, "MSG-21", short, "LENGTH_MISMATCH")
    wrong_scale = ((I8, (5,), ramp(5)), (F16, (1,), b"\x00\x80"))
    about = "A negative scale of the keys, and no values: the first slot comes first."
    yield bad("scale-before-missing-values", about, "MSG-6", CACHE, wrong_scale, "BAD_SCALE")
    mask = (I8, (2, 2), bytes((2, 0, 0, 0)))
    yield bad(
        "mask-before-json",
        "A bad mask and a bad explanation.",
        "MSG-6",
        CRITIQUE,
        (F, mask, json_slice("{")),
        "BAD_MASK",
    )
    about = "A bad explanation and a slice too many."
    yield bad("json-before-extra-slice", about, "MSG-6", CRITIQUE, (F, json_slice("{]}"), MASK), "BAD_JSON")
    sealed_frame = {"frame": frame(SYNC).hex(), "key": "00" * 32}
    yield accepts("key-not-needed", "A key for a plain frame.", "MSG-4", sealed_frame, {"message": {"kind": "heart"}})
