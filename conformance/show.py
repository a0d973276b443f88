"""A failed case as text: clause, expected against got, the frame with the differing byte marked, how to replay it.

Of the reference it imports what describes frames, never what judges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from resonant.clauses import load_clauses
from resonant.console import printable
from resonant.explain import explain
from resonant.layout import Field, annotate

from .cases import DIALOGUE, Accept, Case
from .difference import Difference
from .verdict import Verdict, short

_SHOWN_BYTES = 16
_STDERR_LINES = 12
_LINE_CHARS, _TEXT_CHARS = 5_000, 200_000


def failure_text(case: Case, verdict: Verdict, replay: str) -> str:
    """Everything a person needs to mend the implementation. replay: the command that runs this case alone."""
    return _text(case.id, case.about, case.clauses, verdict, frame_dump(case, verdict), replay)


def probe_text(name: str, about: str, clauses: tuple[str, ...], verdict: Verdict, replay: str) -> str:
    """The same for a failed check of the testee protocol or of a property."""
    return _text(name, about, clauses, verdict, (), replay)


def _text(name: str, about: str, clauses: tuple[str, ...], verdict: Verdict, dump: Iterable[str], replay: str) -> str:
    lines = [f"{name}: {verdict.outcome}: {verdict.summary}", f"case      {about}", *clause_lines(clauses)]
    lines += [f"expected  {verdict.expected}", f"got       {verdict.got}", *dump]
    if verdict.transcript:
        lines += ["what was said so far:", *(f"  {line}" for line in verdict.transcript)]
    if verdict.stderr:
        lines += ["testee's standard error:", *(f"  {line}" for line in verdict.stderr.splitlines()[-_STDERR_LINES:])]
    # Some of it is the testee's own words, which may be megabytes, or written to move the cursor of a terminal.
    text = short("\n".join(printable(short(line, _LINE_CHARS)) for line in lines), _TEXT_CHARS)
    return f"{text}\nreplay    {replay}"


def clause_lines(ids: tuple[str, ...]) -> Iterator[str]:
    """Each clause with its place and text."""
    clauses = load_clauses()
    for clause_id in ids:
        clause = clauses[clause_id]
        yield f"clause    {clause_id} (specs/{clause.file}:{clause.line}) {clause.text}"


def frame_dump(case: Case, verdict: Verdict) -> Iterator[str]:
    """The frame that the case is about, a line a field, as far as there is one; `>>` before what is wrong."""
    key = bytes.fromhex(case.input["key"]) if "key" in case.input else None
    if case.op == "decode":
        frame = bytes.fromhex(case.input["frame"])
        difference = verdict.difference
        if isinstance(case.expect, Accept) and difference is not None:
            yield from marked_dump(annotate(frame, key=key), *_place(difference))
        else:
            yield "the frame:"
            yield from (f"  {line}" for line in explain(frame, key).splitlines())
    elif case.op == DIALOGUE:
        yield from _datagram_dump(case, verdict)
    elif case.op == "encode" and verdict.produced and verdict.difference is not None:
        yield from _encoded_dump(verdict.produced, verdict.difference, key)
    elif verdict.difference is not None and verdict.difference.byte is not None:
        yield from _hex_window(verdict.difference)


def _datagram_dump(case: Case, verdict: Verdict) -> Iterator[str]:
    """What came from the peer under test, where one datagram is to blame."""
    if not verdict.produced:
        return
    text, difference = case.input["config"].get("key"), verdict.difference
    fields = annotate(bytes.fromhex(verdict.produced), key=bytes.fromhex(text) if text else None)
    if difference is not None and difference.path == ("frame",):
        yield from marked_dump(fields, *_field_at(fields, difference.byte))
    else:
        yield from marked_dump(fields, *(_place(difference) if difference else ("", None)))


def _field_at(fields: tuple[Field, ...], byte: int | None) -> tuple[str, int | None]:
    """The field of the frame that holds a byte, and the byte's place in it."""
    if byte is None:
        return "", None
    at = next((f for f in fields if f.offset <= byte < f.offset + len(f.data)), None)
    return (at.name, byte - at.offset) if at else ("", None)


def _encoded_dump(produced: str, difference: Difference, key: bytes | None) -> Iterator[str]:
    try:
        frame = bytes.fromhex(produced)
    except ValueError:
        return
    if difference.path[-1] == "plain_body" or difference.byte is None:
        yield from marked_dump(annotate(frame, key=key), "", None)
        if difference.byte is not None:
            yield from _hex_window(difference)
        return
    fields = annotate(frame)
    yield from marked_dump(fields, *_field_at(fields, difference.byte))


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


def marked_dump(fields: tuple[Field, ...], name: str, byte: int | None) -> Iterator[str]:
    """One line a field; the field `name` is marked, and its byte `byte` underlined."""
    part = None
    for field in fields:
        if field.part != part:
            part = field.part
            yield f"the {part}:"
        marked = field.name == name
        start = max(0, (byte or 0) - _SHOWN_BYTES // 2) if marked else 0
        shown = field.data[start : start + _SHOWN_BYTES]
        text = ("…" if start else "") + shown.hex() + ("…" if start + len(shown) < len(field.data) else "")
        yield f"{'>>' if marked else '  '} @{field.offset:<5} {text:<34}  {field.name:<16} {field.meaning}".rstrip()
        if marked and byte is not None and byte < len(field.data):
            indent = 2 * (byte - start) + (1 if start else 0)
            yield f">> {'':6} {' ' * indent}^^ byte {field.offset + byte} of the {part}"


def _hex_window(difference: Difference) -> Iterator[str]:
    assert difference.byte is not None
    start = max(0, difference.byte - _SHOWN_BYTES // 2)
    for name, text in (("expected", difference.expected), ("got", difference.got)):
        yield f"  {name:<9} @{start:<5} {_window(text, start)}"
    yield f"  {'':9} {'':6} {'  ' * (difference.byte - start)}^^ byte {difference.byte}"


def _window(text: Any, start: int) -> str:
    window = str(text)[2 * start : 2 * (start + _SHOWN_BYTES)]
    return window if 2 * (start + _SHOWN_BYTES) >= len(text) else f"{window}…"
