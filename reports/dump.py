"""The dump of a failure: fields of a frame, or the bytes of two values, as run.json has them and as people see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

WINDOWS = EXPECTED, GOT = "expected", "got"
"""The parts that are no part of a frame: bytes of two values that differ, one below the other."""
SHOWN_BYTES = 16
"""How many bytes of a field, or of a value, a line shows."""
_COLUMN = 34


@dataclass(frozen=True, slots=True)
class DumpLine:
    """A field of a frame, or some bytes of a value. Offsets count from the first byte of its part."""

    part: str
    """A part of the frame, or one of WINDOWS."""
    offset: int
    """The offset at which the field begins."""
    size: int
    """How many bytes it has."""
    start: int
    """The offset at which the bytes that are shown begin."""
    shown: str
    """Those bytes, in hex."""
    field: str = ""
    meaning: str = ""
    marked: bool = False
    """Whether it is the field that is wrong, or one of them."""
    wrong: tuple[int, int] | None = None
    """The wrong bytes, from one offset up to another, where it is known which; there can be none at that place."""

    @property
    def stop(self) -> int:
        """The end of the bytes that are shown."""
        return self.start + len(self.shown) // 2


@dataclass(frozen=True, slots=True)
class Dump:
    """The bytes that a failure is about, as it shows them."""

    lines: tuple[DumpLine, ...] = ()
    remarks: tuple[str, ...] = ()
    """Remarks on the whole frame."""

    @property
    def differs_at(self) -> int | None:
        """The first wrong byte."""
        return next((line.wrong[0] for line in self.lines if line.wrong is not None), None)


@dataclass(frozen=True, slots=True)
class Text:
    """A line for people, in three parts: before the wrong bytes, those, after them. marked: of a wrong field."""

    before: str
    wrong: str = ""
    after: str = ""
    marked: bool = False

    def __str__(self) -> str:
        return self.before + self.wrong + self.after


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line or of a value. differs: whether they are what is wrong."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a dump in columns, as a page shows it."""

    line: DumpLine
    pieces: tuple[Piece, ...]
    """The bytes that are shown, in hex, between dots for those that are not."""
    note: str
    """The place of the wrong bytes, where they are known."""
    heading: str
    """The part of the frame that begins here; empty where none does."""


def dump_of(data: Mapping[str, Any]) -> Dump:
    """The dump that run.json has in this form."""
    lines = (
        DumpLine(**{**line, "wrong": None if line["wrong"] is None else tuple(line["wrong"])}) for line in data["lines"]
    )
    return Dump(tuple(lines), tuple(data["remarks"]))


def texts(dump: Dump) -> Iterator[Text]:
    """The dump for people: a heading for each part of the frame, a line for each field, wrong bytes underlined."""
    part = ""
    for line in dump.lines:
        if line.part in WINDOWS:
            yield from _window(line)
            continue
        if line.part != part:
            part = line.part
            yield Text(f"the {part}:")
        yield from _field(line)
    if dump.remarks:
        yield Text("")
    yield from (Text(f"   {remark}") for remark in dump.remarks)


def rows(dump: Dump) -> Iterator[Row]:
    """The same for pages, which have columns and need no underline."""
    part = ""
    windows = {line.part: line.shown for line in dump.lines if line.part in WINDOWS}
    for line in dump.lines:
        if line.part in WINDOWS:
            other = windows.get(EXPECTED if line.part == GOT else GOT, "")
            yield Row(line, (*_differing(line.shown, other), *_dots(after=line.stop < line.size)), _note(line, ""), "")
            continue
        heading, part = ("" if line.part == part else line.part), line.part
        text = _split(line, "", line.shown)
        parts = (Piece(text.before), Piece(text.wrong, differs=True), Piece(text.after))
        cut_before, cut_after = _cut(line)
        shown = (*_dots(after=cut_before), *(piece for piece in parts if piece.text), *_dots(after=cut_after))
        yield Row(line, shown, _note(line, f" of the {line.part}"), heading)


def _differing(shown: str, other: str) -> Iterator[Piece]:
    """The bytes of a value; those that are others, or none, in the other value apart."""
    pairs = [(shown[at : at + 2], other[at : at + 2]) for at in range(0, len(shown), 2)]
    for differs, those in groupby(pairs, key=lambda pair: pair[0] != pair[1]):
        yield Piece("".join(one for one, _ in those), differs)


def _dots(*, after: bool) -> tuple[Piece, ...]:
    return (Piece("…"),) if after else ()


def _cut(line: DumpLine) -> tuple[bool, bool]:
    """Whether bytes of the field before those that are shown, and after them, are left out."""
    return line.start > line.offset, line.stop < line.offset + line.size


def _note(line: DumpLine, of: str) -> str:
    """The place of the wrong bytes in words; nothing where they are not in this line."""
    if line.wrong is None or (line.part not in WINDOWS and line.wrong[0] >= line.offset + line.size):
        return ""
    start, stop = line.wrong
    return (f"byte {start}" if stop - start == 1 else f"bytes {start} to {stop - 1}") + of


def _field(line: DumpLine) -> Iterator[Text]:
    cut_before, cut_after = _cut(line)
    head = f"{'>>' if line.marked else '  '} @{line.offset:<5} {'…' if cut_before else ''}"
    width = _COLUMN - cut_before
    yield _split(line, head, f"{line.shown + ('…' if cut_after else ''):<{width}}  {line.field:<16} {line.meaning}")
    if line.wrong is not None and line.wrong[0] < line.offset + line.size:
        start, stop = line.wrong
        indent = 2 * (start - line.start) + cut_before
        below = f"{' ' * indent}{'^^' * (min(stop, line.stop) - start)} {_note(line, f' of the {line.part}')}"
        yield Text(f">> {'':6} {below}", marked=True)


def _window(line: DumpLine) -> Iterator[Text]:
    cut = "…" if line.stop < line.size else ""
    yield _split(line, f"  {line.part:<9} @{line.start:<5} ", line.shown + cut)
    if line.wrong is not None:
        yield Text(f"  {'':9} {'':6} {'  ' * (line.wrong[0] - line.start)}^^ byte {line.wrong[0]}")


def _split(line: DumpLine, head: str, rest: str) -> Text:
    """The line whose rest begins with the bytes that are shown; the wrong ones among them apart."""
    if line.wrong is None or line.wrong[0] >= line.stop:
        return Text((head + rest).rstrip(), marked=line.marked)
    first, last = (2 * (at - line.start) for at in (line.wrong[0], min(line.wrong[1], line.stop)))
    return Text(head + rest[:first], rest[first:last], rest[last:].rstrip(), line.marked)
