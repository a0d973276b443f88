"""The expected value and the one that came, side by side: members in the same order, and only what differs marked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, zip_longest
from typing import Any, Final

from resonant.console import counted

from .dump import Piece

_KEPT = 40
"""Characters shown on both sides of what is left out of a long text that is the same in both."""
_DEEPEST = 32
"""Levels of objects and lists that have lines of their own; what is deeper is on one."""
_CUT = " characters)"
"""The end of a text that says how long it was before it was cut; where two of those differ nobody can see."""
_NOTHING: Final = object()
"""The value of a member that the other object has."""
_Sides = tuple[Any, Any]
"""A part of the expected value, and the same part of the one that came."""


@dataclass(slots=True)
class _Pair:
    """Both values as far as they are written."""

    expected: list[Piece] = field(default_factory=list)
    got: list[Piece] = field(default_factory=list)

    def each(self, sides: _Sides, text: str, *, differs: bool = False) -> None:
        """Write on the sides that have a value at all."""
        for side, value in zip((self.expected, self.got), sides, strict=True):
            if value is not _NOTHING:
                side.append(Piece(text, differs))


def side_by_side(expected: Any, got: Any) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both values as text in pieces. A text is itself, everything else is JSON; nothing is empty."""
    pair = _Pair()
    if isinstance(expected, str) and isinstance(got, str):
        parsed = _parsed(expected), _parsed(got)
        if _NOTHING not in parsed:
            return side_by_side(*parsed)
        _texts(expected, got, pair, marks=_alike(expected, got))
    elif _has_members(expected) and type(expected) is type(got):
        _write((expected, got), "", pair)
    else:  # an answer and words about one have nothing to compare
        pair = _Pair([Piece(_whole(expected))], [Piece(_whole(got))])
    return _joined(pair.expected), _joined(pair.got)


def _whole(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    alone = _Pair()
    _write((value, _NOTHING), "", alone)
    return "".join(piece.text for piece in alone.expected)


def _parsed(text: str) -> Any:
    """The object or list that a text is as JSON, if it is one."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING
    return found if isinstance(found, (Mapping, list)) else _NOTHING


def _alike(expected: str, got: str) -> bool:
    """Whether marks in these texts would say something: they are whole, and have a good part in common."""
    if any(text.endswith(_CUT) for text in (expected, got)):
        return False
    return 2 * _common(expected, got) >= min(len(expected), len(got))


def _write(sides: _Sides, indent: str, pair: _Pair) -> None:
    """Write both, or the one that there is: what only one has is marked by its name, not throughout."""
    known = [value for value in sides if value is not _NOTHING]
    expected, got = sides
    flat = len(indent) >= _DEEPEST
    if all(isinstance(value, Mapping) for value in known) and not flat:
        names = list(dict.fromkeys(name for value in known for name in value))
        rows = [(_text(name), (_member(expected, name), _member(got, name))) for name in names]
        _members(("{", "}"), rows, sides, indent, pair)
    elif all(isinstance(value, list) for value in known) and any(map(_has_containers, known)) and not flat:
        values = (value if isinstance(value, list) else () for value in sides)
        _members(("[", "]"), [("", two) for two in zip_longest(*values, fillvalue=_NOTHING)], sides, indent, pair)
    elif isinstance(expected, str) and isinstance(got, str):
        _texts(_text(expected), _text(got), pair, marks=True)
    elif isinstance(expected, list) and isinstance(got, list):
        _elements(expected, got, pair)
    else:
        differs = len(known) == len(sides) and not _same(expected, got)
        pair.expected += [Piece(_text(expected), differs)] if expected is not _NOTHING else []
        pair.got += [Piece(_text(got), differs)] if got is not _NOTHING else []


def _members(
    ends: tuple[str, str], rows: Iterable[tuple[str, _Sides]], sides: _Sides, indent: str, pair: _Pair
) -> None:
    """The members of objects, or the elements of lists, one a line."""
    opening, closing = ends
    pair.each(sides, opening)
    inner, left = indent + " ", [0 if value is _NOTHING else len(value) for value in sides]
    for name, two in rows:
        alone = _NOTHING not in sides and _NOTHING in two
        pair.each(two, f"\n{inner}")
        pair.each(two, name, differs=alone)
        pair.each(two, ": " if name else "")
        if alone and not any(map(_has_members, two)):
            pair.each(two, _text(next(value for value in two if value is not _NOTHING)), differs=True)
        else:
            _write(two, inner, pair)
        left = [count - (value is not _NOTHING) for count, value in zip(left, two, strict=True)]
        pair.each((two[0] if left[0] else _NOTHING, two[1] if left[1] else _NOTHING), ",")
    pair.each((sides[0] or _NOTHING, sides[1] or _NOTHING), f"\n{indent}")
    pair.each(sides, closing)


def _member(value: Any, name: str) -> Any:
    return value.get(name, _NOTHING) if isinstance(value, Mapping) else _NOTHING


def _has_members(value: Any) -> bool:
    return isinstance(value, (Mapping, list))


def _has_containers(values: Sequence[Any]) -> bool:
    return any(map(_has_members, values))


def _same(expected: Any, got: Any) -> bool:
    """Whether JSON values are the same; true is not 1 then, nor is 1.0."""
    return _text(expected) == _text(got)


def _elements(expected: Sequence[Any], got: Sequence[Any], pair: _Pair) -> None:
    """Lists of numbers, texts and the like on one line."""
    for side, mine, other in ((pair.expected, expected, got), (pair.got, got, expected)):
        side.append(Piece("["))
        for place, value in enumerate(mine):
            side.append(Piece(", " if place else ""))
            side.append(Piece(_text(value), place >= len(other) or not _same(value, other[place])))
        side.append(Piece("]", len(mine) < len(other)))


def _texts(expected: str, got: str, pair: _Pair, *, marks: bool) -> None:
    """Texts, the characters that differ marked; long stretches that do not are cut."""
    if not marks:
        pair.expected.append(Piece(expected))
        pair.got.append(Piece(got))
    elif len(expected) == len(got):
        for differs, those in groupby(zip(expected, got, strict=True), key=lambda two: two[0] != two[1]):
            one, other = map("".join, zip(*those, strict=True))
            pair.expected.append(Piece(one if differs else _cut(one), differs))
            pair.got.append(Piece(other if differs else _cut(other), differs))
    else:
        before = _common(expected, got)
        after = _common(expected[before:][::-1], got[before:][::-1])
        for side, text in ((pair.expected, expected), (pair.got, got)):
            middle = text[before : len(text) - after]
            side += [Piece(_cut(text[:before])), Piece(middle, differs=True), Piece(_cut(text[len(text) - after :]))]


def _common(one: str, other: str) -> int:
    """The number of characters that both begin with."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _cut(text: str) -> str:
    left_out = len(text) - 2 * _KEPT
    return text if left_out <= _KEPT else f"{text[:_KEPT]}… {counted(left_out, 'character', ',')} …{text[-_KEPT:]}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The same text in the fewest pieces."""

    def found() -> Iterator[Piece]:
        for differs, those in groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.differs):
            yield Piece("".join(piece.text for piece in those), differs)

    return tuple(found())
