"""Functions in Rust sources: where their bodies are, and the same with a choice among several bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .patch import Patch

ACTIVE = "crate::mutant::active()"
ARM = "/* mutant"
"""Begins each body of a function that has several, before its number; the own one has the number 0."""
_WORDS = re.compile(
    r"""//[^\n]* | /\*.*?\*/                          # comments
    | b?r(\#*)".*?"\1 | b?"(?:\\.|[^"\\])*"           # strings
    | b?'(?:\\(?:x..|u\{[^}]*\}|.)|[^\\'\n])'         # characters, which lifetimes are not
    """,
    re.VERBOSE | re.DOTALL,
)
_FUNCTION = re.compile(r"\b(const\s+)?fn\s+\w+")
_OPEN, _CLOSE = "([{", ")]}"


class PatchError(Exception):
    """A patch does not fit the source; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Function:
    """start, end: of its body, the braces included. const: the place of its `const`, if it has one."""

    start: int
    end: int
    const: tuple[int, int] | None = None


@lru_cache(maxsize=128)  # each patch of a file asks for them
def functions(source: str) -> tuple[Function, ...]:
    """The functions that have a body, in the order in which they begin."""
    return tuple(_functions(source))


def _functions(source: str) -> Iterator[Function]:
    code = _WORDS.sub(lambda found: " " * len(found[0]), source)
    for found in _FUNCTION.finditer(code):
        start = _body(code, found.end())
        if start is not None:
            const = found.span(1) if found[1] else None
            yield Function(start, _closing(code, start) + 1, const)


def _body(code: str, at: int) -> int | None:
    """The brace with which a body begins; None where a semicolon comes first, as in a trait."""
    depth = 0
    for place in range(at, len(code)):
        if depth == 0 and code[place] in "{;":
            return place if code[place] == "{" else None
        depth += (code[place] in _OPEN) - (code[place] in _CLOSE)
    return None


def _closing(code: str, start: int) -> int:
    depth = 0
    for place in range(start, len(code)):
        depth += (code[place] == "{") - (code[place] == "}")
        if depth == 0:
            return place
    raise PatchError("a brace is never closed; the reader of sources in source.py is at fault")


@dataclass(frozen=True, slots=True)
class Edit:
    """A part of a source, and the text that stands there instead."""

    start: int
    end: int
    text: str


def place_of(patch: Patch, source: str) -> Function:
    """The innermost function that has the patch's old text. Raises PatchError, also where that stands twice."""
    around = functions_around(_edit(patch, source), source)
    if not around:
        raise PatchError(f"{patch.id}: its old text is in no function of {patch.file}; change a function that uses it")
    return around[-1]


def _edit(patch: Patch, source: str) -> Edit:
    count = source.count(patch.old)
    if count != 1:
        told = f"its old text stands {count} times in {patch.file}, and must once"
        raise PatchError(f"{patch.id}: {told}; write the patch for what stands there now:\n{patch.old}")
    at = source.index(patch.old)
    return Edit(at, at + len(patch.old), patch.new)


def functions_around(edit: Edit, source: str) -> list[Function]:
    """The functions with the place of an edit in their bodies, the outermost first."""
    around = [one for one in functions(source) if one.start <= edit.start and edit.end <= one.end]
    return sorted(around, key=lambda one: one.start)


def switched(source: str, patches: Mapping[int, Patch]) -> str:
    """The source in which each function with patches has a body for each, chosen by its number, and its own.

    Raises PatchError.
    """
    edits = {number: (place_of(patch, source), _edit(patch, source)) for number, patch in patches.items()}
    return with_bodies(source, edits)


def with_bodies(source: str, edits: Mapping[int, tuple[Function, Edit]]) -> str:
    """The source in which each function with edits has a body for each, chosen by its number, and its own.

    None of the functions may be inside of another one of them.
    """
    by_function: dict[Function, list[int]] = {}
    for number, (function, _) in edits.items():
        by_function.setdefault(function, []).append(number)
    for one in sorted(by_function, key=lambda one: one.start, reverse=True):
        bodies = [(number, _edited(source, one, edits[number][1])) for number in by_function[one]]
        source = source[: one.start] + _choice(bodies, source[one.start : one.end]) + source[one.end :]
        if one.const:  # what it asks the environment is no constant
            source = source[: one.const[0]] + source[one.const[1] :]
    return source


def _edited(source: str, one: Function, edit: Edit) -> str:
    return source[one.start : edit.start] + edit.text + source[edit.end : one.end]


def _choice(bodies: Sequence[tuple[int, str]], own: str) -> str:
    arms = "".join(f"{ARM} {number} */ {number} => {body}\n" for number, body in bodies)
    return f"{{ match {ACTIVE} {{\n{arms}{ARM} 0 */ _ => {own}\n}} }}"
