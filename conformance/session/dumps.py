"""The bytes that a failure is about: the frame by its fields, or both values where they differ.

Of the reference it imports what describes frames, never what judges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from resonant.describe.annotate import Field, annotate
from resonant.describe.explain import explained

from reports.dump import EXPECTED, GOT, SHOWN_BYTES, Dump, DumpLine

from ..model.cases import DIALOGUE, Accept, Case
from ..model.difference import Difference
from ..model.verdict import Verdict

_BEFORE = SHOWN_BYTES // 2  # so many bytes are shown before the first wrong one
_FIELD_OF_CODE = {
    "CRC_MISMATCH": "crc32",
    "BAD_VERSION": "version",
    "BAD_TYPE": "type",
    "RESERVED_FLAGS": "flags",
    "BAD_MODALITY": "modality",
}
"""A code that is about one field -> that field."""
NO_MORE = "no more bytes here"


def dump(case: Case, verdict: Verdict) -> Dump | None:
    """The frame that the case is about, a line a field, as far as there is one; else the bytes that differ."""
    if case.op == "decode":
        return _given_frame(case, verdict)
    if case.op == DIALOGUE:
        return _of(_datagram(case, verdict))
    if case.op == "encode" and verdict.produced and verdict.difference is not None:
        return _of(_encoded(verdict.produced, verdict.difference, _key(case.input)))
    return _of(_windows(verdict.difference))


def _of(lines: Iterable[DumpLine]) -> Dump | None:
    found = tuple(lines)
    return Dump(found) if found else None


def _key(holder: Any) -> bytes | None:
    text = holder.get("key")
    return bytes.fromhex(text) if text else None


def _given_frame(case: Case, verdict: Verdict) -> Dump | None:
    """The input of decode: with the field that was read wrong, or with what the specification says of the frame."""
    frame, key = bytes.fromhex(case.input["frame"]), _key(case.input)
    if isinstance(case.expect, Accept) and verdict.difference is not None:
        return _of(field_lines(annotate(frame, key=key), *_place(verdict.difference)))
    return explained_dump(frame, key, _blamed(verdict.reply))


def explained_dump(frame: bytes, key: bytes | None, blamed: str = "") -> Dump:
    """Any bytes field by field: with the bytes at fault and the verdict, or else with the field `blamed` marked."""
    found = explained(frame, key)
    if found.fault is None:
        return Dump(tuple(field_lines(found.fields, blamed)), found.verdict)
    fault = (str(found.fault.part), found.fault.start, found.fault.stop)
    return Dump(tuple(_fault_lines(found.fields, *fault)), found.verdict)


def _blamed(reply: Any) -> str:
    """The field that a whole frame was rejected for, as far as the code names one."""
    rejected = reply.get("reject") if isinstance(reply, dict) else None
    return _FIELD_OF_CODE.get(str(rejected.get("code")), "") if isinstance(rejected, dict) else ""


def _datagram(case: Case, verdict: Verdict) -> Iterator[DumpLine]:
    """The datagram from the peer under test, if a single one is to blame."""
    if not verdict.produced:
        return
    fields, difference = annotate(bytes.fromhex(verdict.produced), key=_key(case.input["config"])), verdict.difference
    if difference is not None and difference.path == ("frame",):
        yield from field_lines(fields, *_field_at(fields, difference.byte))
    else:
        yield from field_lines(fields, *(_place(difference) if difference else ()))


def _field_at(fields: tuple[Field, ...], byte: int | None) -> tuple[str, int | None]:
    """The field of the frame that holds a byte, and the byte's place in it."""
    if byte is None:
        return "", None
    at = next((f for f in fields if f.offset <= byte < f.offset + len(f.data)), None)
    return (at.name, byte - at.offset) if at else ("", None)


def _encoded(produced: str, difference: Difference, key: bytes | None) -> Iterator[DumpLine]:
    try:
        frame = bytes.fromhex(produced)
    except ValueError:
        return
    if difference.path[-1] == "plain_body" or difference.byte is None:
        yield from field_lines(annotate(frame, key=key))
        yield from _windows(difference)
        return
    fields = annotate(frame)
    yield from field_lines(fields, *_field_at(fields, difference.byte))


def _place(difference: Difference) -> tuple[str, int | None]:
    """The name of the field in which decoded fields differ, and the byte in it as far as it is known."""
    match difference.path:
        case ("fields", "slices", *rest):
            return _place_in_slice(rest, difference)
        case ("fields", "json", *_):
            return "slice 0 payload", None
        case ("fields", "nonce"):
            return "nonce", difference.byte
        case ("fields", str(name), *_):
            return name, _integer_byte(difference)
    return "", None


def _place_in_slice(path: list[str | int], difference: Difference) -> tuple[str, int | None]:
    match path:
        case [int(index), "payload"]:
            return f"slice {index} payload", difference.byte
        case [int(index), "dims", int(dim), *_]:
            return f"slice {index} dims", 4 * dim + (_integer_byte(difference) or 0)
        case [int(index), str(name), *_]:
            return f"slice {index} {name}", 0
    return "num_slices", 0


def _integer_byte(difference: Difference) -> int | None:
    """The first byte in which two numbers of the wire, least significant byte first, differ."""
    try:
        differing = int(difference.expected) ^ int(difference.got)
    except (TypeError, ValueError, OverflowError):  # 1e400 is infinite
        return None
    return ((differing & -differing).bit_length() - 1) // 8 if differing > 0 else None


def field_lines(fields: Iterable[Field], name: str = "", byte: int | None = None) -> Iterator[DumpLine]:
    """One line a field; the field `name` is marked, and its byte `byte` is wrong."""
    for field in fields:
        marked = bool(name) and field.name == name
        wrong = (field.offset + byte, field.offset + byte + 1) if marked and byte is not None else None
        yield _line(field, wrong, marked=marked)


def _fault_lines(fields: Iterable[Field], part: str, start: int, stop: int) -> Iterator[DumpLine]:
    """One line a field; the bytes of the fault are wrong. A fault of no bytes has a line of its own, at its place."""
    nothing = DumpLine(part, start, 0, start, "", NO_MORE, marked=True) if start == stop else None
    reached = False  # the part of the fault
    for field in fields:
        if nothing and ((reached and field.part != part) or (field.part == part and field.offset >= start)):
            yield nothing
            nothing = None
        here = field.part == part
        reached |= here
        first, last = max(start, field.offset), min(stop, field.offset + len(field.data))
        wrong = (first, last) if here and first < last else None
        yield _line(field, wrong, marked=wrong is not None)
    if nothing:
        yield nothing


def _line(field: Field, wrong: tuple[int, int] | None, *, marked: bool) -> DumpLine:
    begin = max(0, wrong[0] - field.offset - _BEFORE) if wrong else 0
    shown = field.data[begin : begin + SHOWN_BYTES].hex()
    size = len(field.data)
    return DumpLine(
        str(field.part), field.offset, size, field.offset + begin, shown, field.name, field.meaning, marked, wrong
    )


def _windows(difference: Difference | None) -> Iterator[DumpLine]:
    """The bytes of both values around the first that differs, if they are bytes."""
    if difference is None or difference.byte is None:
        return
    start = max(0, difference.byte - _BEFORE)
    for part, text in ((EXPECTED, difference.expected), (GOT, difference.got)):
        shown = str(text)[2 * start : 2 * (start + SHOWN_BYTES)]
        wrong = (difference.byte, difference.byte + 1) if part == GOT else None
        yield DumpLine(part, 0, len(text) // 2, start, shown, wrong=wrong)
