"""One rule after another for every type, modality and flag: each fault in frames of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..model import Case, Group, frame_refused, refuses
from ..writer.laid_out import WireSlice, laid_out, read, told
from ..writer.raw_frame import F16, I8, Q4, SPARSE, STRONG_TAIL, Raw, ramp, raw_slice

TYPES = ("think", "cache", "ask", "sync", "critique")
SLICES: tuple[WireSlice, ...] = ((F16, (2,), ramp(4)), (I8, (3,), ramp(3)))
HEAD = raw_slice(*SLICES[0])
WRONG: Mapping[int, tuple[str, tuple[int, ...], int, str]] = {
    F16: ("f16", (3,), 4, "FRM-17"),
    I8: ("i8", (3,), 4, "FRM-18"),
    Q4: ("q4", (9,), 4, "FRM-19"),
    SPARSE: ("sparse-coo", (1,), 4, "FRM-20"),
}


def _changed(**changes: Any) -> Callable[[Raw], bytes]:
    return lambda raw: replace(raw, **changes).frame()


def _crc(raw: Raw) -> bytes:
    frame = raw.frame()
    return frame[:-6] + bytes([frame[-6] ^ 0x10]) + frame[-5:]


def _reserved(raw: Raw) -> bytes:
    return replace(raw, flags=raw.flags | 0x8000).frame()


def _length(dtype: int) -> Callable[[Raw], bytes]:
    _, dims, size, _ = WRONG[dtype]
    return lambda raw: replace(raw, slice_len=(4, size), body=HEAD + raw_slice(dtype, dims, ramp(size))).frame()


FAULTS: Mapping[str, tuple[Callable[[Raw], bytes], str, str]] = {
    "crc": (_crc, "CRC_MISMATCH", "FRM-24"),
    "reserved-flag": (_reserved, "RESERVED_FLAGS", "FRM-39"),
    "slice-table": (_changed(num_slices=2 + 2**33), "BAD_SLICE_TABLE", "FRM-8"),
    "modality": (_changed(modality=0xFF), "BAD_MODALITY", "FRM-11"),
    "plain-size": (_changed(slice_len=(4, 65_536)), "PLAIN_TOO_LARGE", "FRM-27"),
    "dtype": (_changed(body=HEAD + b"\xff" + raw_slice(*SLICES[1])[1:]), "BAD_DTYPE", "FRM-14"),
    "rank": (_changed(body=HEAD + b"\x02\x00" + ramp(3)), "BAD_RANK", "FRM-15"),
    **{f"length-{row[0]}": (_length(dtype), "LENGTH_MISMATCH", row[3]) for dtype, row in WRONG.items()},
    "cut": (_changed(body=(HEAD + raw_slice(*SLICES[1]))[:-1]), "TRUNCATED_BODY", "FRM-21"),
    "second-slice-missing": (_changed(body=HEAD), "TRUNCATED_BODY", "FRM-21"),
    "trailing": (_changed(body=HEAD + raw_slice(*SLICES[1]) + b"\x01"), "TRAILING_BYTES", "FRM-22"),
}
"""The fault, how it is made, and how it is rejected. Types are not here, as each frame has one."""


def groups() -> Iterator[Group]:
    """Decoding: each fault in each kind of frame. Encoding: the same for what an encoder must refuse."""
    about = "Every fault in a frame of every type, with and without STRONG_TAIL, the modalities by turns."
    yield Group("frame", "decode/faults-by-type", "decode", about, list(_by_type()))
    about = "Every fault in a frame of every modality, the types by turns."
    yield Group("frame", "decode/faults-by-modality", "decode", about, list(_by_modality()))
    about = "An unknown type in a frame of every modality and flag."
    yield Group("frame", "decode/type-by-modality", "decode", about, list(_types()))
    about = "What an encoder refuses, in a frame of every type and modality."
    yield Group("frame", "encode/faults-by-type", "encode", about, list(_encoded()))


def _frame(mtype: int, flags: int, modality: int) -> Raw:
    return laid_out(SLICES, type=mtype, flags=flags, modality=modality, stream_id=0x01020304 * (mtype + 1))


def _by_type() -> Iterator[Case]:
    for mtype, kind in enumerate(TYPES):
        for modality in range(5):
            raw = _frame(mtype, STRONG_TAIL * ((mtype + modality) % 2), modality)
            about = f"A {kind} frame without a fault, modality {modality}."
            yield read(f"whole-{kind}-modality-{modality}", about, "FRM-4 FRM-5 FRM-41 FRM-13", raw, SLICES)
    for number, (name, (make, code, clause)) in enumerate(FAULTS.items()):
        for mtype, kind in enumerate(TYPES):
            for flags in (0, STRONG_TAIL):
                modality = (number + mtype + flags) % 5
                case_id = f"{name}-{kind}{'-strong-tail' if flags else ''}"
                about = f"{name} in a {kind} frame, modality {modality}."
                yield frame_refused(case_id, about, clause, make(_frame(mtype, flags, modality)), code)


def _by_modality() -> Iterator[Case]:
    for number, (name, (make, code, clause)) in enumerate(FAULTS.items()):
        for modality in range(5):
            mtype = (number + 2 * modality + 1) % 5
            if name != "modality":
                about = f"{name} in a {TYPES[mtype]} frame, modality {modality}."
                frame = make(_frame(mtype, STRONG_TAIL * (number % 2), modality))
                yield frame_refused(f"{name}-modality-{modality}", about, clause, frame, code)


def _types() -> Iterator[Case]:
    for modality in range(5):
        for flags in (0, STRONG_TAIL):
            about = f"Type 255, modality {modality}, flags {flags}."
            frame = _frame(255, flags, modality)
            case_id = f"type-ff-modality-{modality}{'-strong-tail' if flags else ''}"
            yield frame_refused(case_id, about, "FRM-3", replace(frame, stream_id=1).frame(), "BAD_TYPE")


def _encoded() -> Iterator[Case]:
    changes: Mapping[str, tuple[Mapping[str, Any], str, str]] = {
        "dtype": ({"slices": [(F16, (2,), ramp(4)), (0xFF, (3,), ramp(3))]}, "BAD_DTYPE", "FRM-14"),
        "rank": ({"slices": [(F16, (2,), ramp(4)), (I8, (), ramp(1))]}, "BAD_RANK", "FRM-15"),
        "rank-256": ({"slices": [(I8, (1,) * 256, ramp(1)), (F16, (2,), ramp(4))]}, "BAD_RANK", "FRM-15"),
        "modality": ({"modality": 0xFF}, "BAD_MODALITY", "FRM-11"),
        "reserved-flag": ({"flags": 0x8000}, "RESERVED_FLAGS", "FRM-39"),
    }
    for dtype, (name, dims, size, clause) in WRONG.items():
        slices = [(dtype, dims, ramp(size)), (F16, (2,), ramp(4))]
        changes = {**changes, f"length-{name}": ({"slices": slices}, "LENGTH_MISMATCH", clause)}
    for number, (name, (change, code, clause)) in enumerate(changes.items()):
        for mtype, kind in enumerate(TYPES):
            flags = STRONG_TAIL * ((number + mtype) % 2)
            fields = dict(told(_frame(mtype, flags, (number + mtype) % 5), change.get("slices", SLICES)))
            fields |= {key: value for key, value in change.items() if key != "slices"}
            if "flags" in change:
                fields["flags"] |= flags
            about = f"{name} in a {kind} frame."
            yield refuses(f"{name}-{kind}", about, f"FRM-33 {clause}", {"fields": fields}, code)
    for bit in range(3, 16):
        fields = dict(told(_frame(bit % 5, 0, bit // 3 % 5), SLICES)) | {"flags": 1 << bit}
        if bit not in (3, 7, 8, 15):
            about = f"Flag bit {bit}, which no version has."
            yield refuses(f"unassigned-bit-{bit}", about, "FRM-33 FRM-39", {"fields": fields}, "RESERVED_FLAGS")
