"""Functions in Rust sources: where their bodies are, and the same with a choice among several bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .patch import Patch

ACTIVE = "crate::mutant::active()"
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


def functions(source: str) -> Iterator[Function]:
    """The functions that have a body, in the order in which they begin."""
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


def place_of(patch: Patch, source: str) -> Function:
    """The innermost function that has the patch's old text. Raises PatchError, also where that stands twice."""
    count = source.count(patch.old)
    if count != 1:
        told = f"its old text stands {count} times in {patch.file}, and must once"
        raise PatchError(f"{patch.id}: {told}; write the patch for what stands there now:\n{patch.old}")
    at = source.index(patch.old)
    around = [one for one in functions(source) if one.start <= at and at + len(patch.old) <= one.end]
    if not around:
        raise PatchError(f"{patch.id}: its old text is in no function of {patch.file}; change a function that uses it")
    return max(around, key=lambda one: one.start)


def switched(source: str, patches: Mapping[int, Patch]) -> str:
    """The source in which each function with patches has a body for each, chosen by its number, and its own.

    Raises PatchError.
    """
    by_function: dict[Function, list[int]] = {}
    for number, patch in patches.items():
        by_function.setdefault(place_of(patch, source), []).append(number)
    for one in sorted(by_function, key=lambda one: one.start, reverse=True):
        body = source[one.start : one.end]
        bodies = [(number, body.replace(patches[number].old, patches[number].new)) for number in by_function[one]]
        source = source[: one.start] + _choice(bodies, body) + source[one.end :]
        if one.const:  # what it asks the environment is no constant
            source = source[: one.const[0]] + source[one.const[1] :]
    return source


def _choice(bodies: Sequence[tuple[int, str]], own: str) -> str:
    arms = "".join(f"{number} => {body}\n" for number, body in bodies)
    return f"{{ match {ACTIVE} {{\n{arms}_ => {own}\n}} }}"
