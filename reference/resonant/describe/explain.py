"""A frame, right or wrong, as text for people: every field on a line, the verdict, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from ..arguments import defined, octets
from ..console import counted
from ..errors import Part, RejectCode, ResonantError, Span
from ..fec.datagram import Repair, is_repair
from ..frame.decode import decode
from ..frame.header import FIXED, header_bytes
from ..wire_values import DType, Flags, Frame, MessageType, Modality
from .annotate import Field, annotate
from .annotate_repair import NEXT as REPAIR_NEXT
from .annotate_repair import judge_repair, repair_text
from .clauses import load_clauses
from .wording import frame_text

_WHOLE_BYTES = 16  # a field up to this long is shown whole
_CUT_BYTES = 8  # of a longer one, so many
_COLUMN = 2 * _WHOLE_BYTES
_RED, _GREEN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[0m"

NEXT: Mapping[RejectCode, str] = {
    RejectCode.FRAME_TOO_SHORT: "Check that the whole datagram was kept: a frame without slices already has 33 bytes.",
    RejectCode.FRAME_TOO_LARGE: "Split the content over several frames: a frame is one datagram and has a limit.",
    RejectCode.BAD_VERSION: "Write 01 as the first byte, and check that the input begins where the frame does.",
    RejectCode.CRC_MISMATCH: "Compute the CRC last, over all bytes before it as sent, and write it little-endian.",
    RejectCode.BAD_TYPE: f"Write a type of {defined(MessageType)}; a newer version's types do not belong in this one.",
    RejectCode.RESERVED_FLAGS: "Clear flag bits 3 to 15, and check that flags are written little-endian.",
    RejectCode.BAD_SLICE_TABLE: "Check that num_slices is 8 bytes, little-endian, and counts the slices.",
    RejectCode.BAD_MODALITY: f"Write a modality of {defined(Modality)}, behind a table with one u32 for each slice.",
    RejectCode.PLAIN_TOO_LARGE: "Split the content over several frames: compression does not raise the limit.",
    RejectCode.KEY_REQUIRED: "Give the key, 64 hexadecimal digits, with --key.",
    RejectCode.DECRYPT_FAILED: "Check the key, the nonce in front, and that the associated data is the header as sent.",
    RejectCode.BAD_COMPRESSION: "Compress in one call with the content size, and without a checksum or dictionary ID.",
    RejectCode.BAD_DTYPE: f"Write one of {defined(DType)}, and check that each slice_len counts its payload alone.",
    RejectCode.BAD_RANK: "Write at least one dim; a single value has dims [1].",
    RejectCode.LENGTH_MISMATCH: "Make slice_len the payload's bytes alone, and the dims count its elements.",
    RejectCode.TRUNCATED_BODY: "Send the whole plain body, and check slice_len against what was written.",
    RejectCode.TRAILING_BYTES: "Send nothing after the last slice, and check that num_slices counts them all.",
}
"""Advice to people for each code that `decode` gives."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An explanation of some bytes."""

    fields: tuple[Field, ...]
    fault: Span | None
    """The bytes at fault, counted in the part where `fields` has them; None where there are none."""
    valid: bool
    verdict: tuple[str, ...]
    """Lines for people: that the frame is valid, or why it is not and what to do."""


def explained(data: bytes, key: bytes | None = None) -> Explanation:
    """Explain any bytes. key: 32 bytes, for a sealed frame. Raises ValueError for a wrong key size."""
    data = octets("data", data)
    fields = annotate(data, key=key)
    if is_repair(data):
        return _explained_repair(data, fields)
    outcome = judge(data, key)
    if isinstance(outcome, Frame):
        return Explanation(fields, None, True, (f"valid frame: {frame_text(outcome)}",))
    span = None if outcome.span is None else _in_shown_part(data, outcome.span)
    told = _verdict(outcome, fields, span, NEXT[RejectCode(outcome.code)])
    return Explanation(fields, span, False, tuple(told))


def _explained_repair(data: bytes, fields: tuple[Field, ...]) -> Explanation:
    outcome = judge_repair(data)
    if isinstance(outcome, Repair):
        return Explanation(fields, None, True, (f"valid repair: {repair_text(outcome)}",))
    told = _verdict(outcome, fields, outcome.span, REPAIR_NEXT[outcome.code])
    return Explanation(fields, outcome.span, False, tuple(told))


def explain(data: bytes, key: bytes | None = None, *, colour: bool = False) -> str:
    """The fields of `data`, the bytes at fault marked, and the verdict; ends in a newline.

    key: 32 bytes, for a sealed frame. colour: mark with terminal colours too. Raises ValueError for a wrong key size.
    """
    found = explained(data, key)
    told = [*_dump(found.fields, found.fault), _Line(""), *_coloured_verdict(found)]
    return "".join(f"{line.text_in_colour() if colour else line.text}\n" for line in told)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    colour: str = ""

    def text_in_colour(self) -> str:
        return f"{self.colour}{self.text}{_PLAIN}" if self.colour else self.text


def _coloured_verdict(found: Explanation) -> Iterator[_Line]:
    first, *rest = found.verdict
    yield _Line(first, _GREEN if found.valid else _RED)
    yield from map(_Line, rest)


def judge(data: bytes, key: bytes | None = None) -> Frame | ResonantError:
    """The frame that `decode` returns, or the error that it raises."""
    try:
        return decode(data, key=key)
    except ResonantError as error:
        return error


def _in_shown_part(data: bytes, span: Span) -> Span:
    """The span where its bytes are shown: a plain body that was not transformed is part of the frame."""
    _, _, flags, _, _, num_slices = FIXED.unpack_from(data) if len(data) >= FIXED.size else (0,) * 6
    if span.part is not Part.PLAIN_BODY or flags & (Flags.ZSTD | Flags.XCHACHA):
        return span
    shift = header_bytes(num_slices)
    return Span(span.start + shift, span.stop + shift)


def _dump(fields: Iterable[Field], span: Span | None) -> Iterator[_Line]:
    shown = set()
    for part, group in groupby(fields, key=lambda field: field.part):
        shown.add(part)
        yield _Line(f"{part}:")
        here = span if span is not None and span.part is part else None
        pending = here is not None and here.start == here.stop
        for field in group:
            if pending and here is not None and field.offset >= here.start:
                yield _nothing_at(here)
                pending = False
            yield from _field_lines(field, here)
        if pending and here is not None:
            yield _nothing_at(here)
    if span is not None and span.part not in shown:
        yield _Line(f"{span.part}:")
        yield _nothing_at(span)


def _nothing_at(span: Span) -> _Line:
    return _Line(f">> @{span.start:<5} ^ no more bytes here", _RED)


def _field_lines(field: Field, span: Span | None) -> Iterator[_Line]:
    size = len(field.data)
    whole = size <= _WHOLE_BYTES
    text = _hex_text(field.data)
    first, last = (0, 0) if span is None else (max(span.start - field.offset, 0), min(span.stop - field.offset, size))
    marked = first < last
    line = f"@{field.offset:<5} {text:{_COLUMN}}  {field.name:<16}  {field.meaning}".rstrip()
    yield _Line(f">> {line}", _RED) if marked else _Line(f"   {line}")
    if marked:
        visible = size if whole else _CUT_BYTES
        begin, end = min(first, visible), min(last, visible)
        hidden = "" if last <= visible else "^" * (len(text) - 2 * visible)
        yield _Line(f">> {'':6} {' ' * (2 * begin)}{'^' * (2 * (end - begin))}{hidden}", _RED)


def _verdict(error: ResonantError, fields: Iterable[Field], span: Span | None, advice: str) -> list[str]:
    clause = load_clauses()[error.clause]
    where = [] if span is None else [f"bytes:   {_span_text(fields, span)}"]
    return [
        f"rejected: {error.code} ({error.clause})",
        f"detail:  {error.detail}",
        *where,
        f"clause:  {clause.id}, specs/{clause.file} line {clause.line}: {clause.text}",
        f"next:    {advice}",
    ]


def _span_text(fields: Iterable[Field], span: Span) -> str:
    if span.start == span.stop:
        return f"none are left at offset {span.start} of the {span.part}"
    found = b"".join(field.data for field in fields if field.part is span.part)[span.start : span.stop]
    last = f" to {span.stop - 1}" if len(found) > 1 else ""
    return f"{span.start}{last} of the {span.part}: {_hex_text(found)}"


def _hex_text(data: bytes) -> str:
    return data.hex() if len(data) <= _WHOLE_BYTES else f"{data[:_CUT_BYTES].hex()}… {counted(len(data), 'byte', ',')}"
