"""The complete product type × dtype × flags × modality, each decoded and each encoded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from resonant import DType, Flags, Frame, MessageType, Modality, Slice

from ..model import Case, Group, accepts
from ..writer.agreed_frame import decode_input, encode_expectation, encode_input, fields
from ..writer.raw_frame import STRONG_TAIL, XCHACHA, ZSTD, ramp

# One slice a dtype, each with the clause of its length; the Q4 count is odd, the sparse one leaves room.
SLICES = {
    DType.F16: (Slice(DType.F16, (2, 3), ramp(12)), "FRM-17"),
    DType.I8: (Slice(DType.I8, (5,), ramp(5, 200)), "FRM-18"),
    DType.Q4: (Slice(DType.Q4, (3, 3), ramp(5, 90)), "FRM-19"),
    DType.SPARSE_COO: (Slice(DType.SPARSE_COO, (4, 2), ramp(6, 33)), "FRM-20"),
}

# flags without STRONG_TAIL -> profile, group suffix, further profiles needed, clauses of decoding, of encoding
FAMILIES = {
    0: ("frame", "product", (), "FRM-4 FRM-41 FRM-42", "FRM-32"),
    ZSTD: ("zstd", "product", (), "ZST-1 FRM-9", "ZST-9 FRM-9"),
    XCHACHA: ("xchacha", "product", (), "XCH-2 XCH-3", "XCH-2 XCH-3"),
    ZSTD | XCHACHA: ("xchacha", "product-zstd", ("zstd",), "XCH-1 XCH-2", "XCH-1 XCH-2"),
}


def groups() -> Iterator[Group]:
    """Eight groups: two ops for each of the four ways to carry a body."""
    for transform, (profile, name, requires, reading, writing) in FAMILIES.items():
        frames = list(_frames(transform))
        decode_about = "Every type × dtype × modality, with and without STRONG_TAIL, to be decoded."
        yield Group(
            profile, f"decode/{name}", "decode", decode_about, [_decoded(*f, reading) for f in frames], requires
        )
        encode_about = "The same frames, to be encoded."
        yield Group(
            profile, f"encode/{name}", "encode", encode_about, [_encoded(*f, writing) for f in frames], requires
        )


def _frames(transform: int) -> Iterator[tuple[str, str, Frame]]:
    combinations = product(MessageType, DType, (0, STRONG_TAIL), Modality)
    for serial, (mtype, dtype, tail, modality) in enumerate(combinations):
        one, clause = SLICES[dtype]
        flags = Flags(transform | tail)
        names = [bit.name.lower().replace("_", "-") for bit in Flags if bit in flags and bit.name]
        case_id = "-".join([mtype.name, dtype.name, *(names or ["plain"]), modality.name]).lower().replace("_", "-")
        frame = Frame(mtype, flags, 0x0A0B0000 + serial, 0x0102030405060700 + serial, 7919 * serial, modality, (one,))
        yield case_id, clause, frame


def _about(verb: str, frame: Frame) -> str:
    dtype = DType(frame.slices[0].dtype).name
    return f"{MessageType(frame.type).name} with {dtype} is {verb}."


def _decoded(case_id: str, clause: str, frame: Frame, clauses: str) -> Case:
    about = _about("decoded", frame)
    return accepts(case_id, about, f"{clauses} {clause}", decode_input(frame), {"fields": fields(frame)})


def _encoded(case_id: str, _clause: str, frame: Frame, clauses: str) -> Case:
    return accepts(case_id, _about("encoded", frame), clauses, encode_input(frame), encode_expectation(frame))
