"""PTX, the assembly language of NVIDIA's compilers, read as far as it decides what floating-point numbers come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_COMMENT: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_PLACE: Final = re.compile(r"^[ \t]*\.(?:loc|file)\b[^\n;]*$", re.M)
"""The place in a source that a line comes from: a directive that no semicolon ends."""
_DECLARATION: Final = re.compile(r"\.(?:reg|local|shared|param|pragma)\b")
"""The other directives in a body."""
_HEAD: Final = re.compile(r"\.(?:entry|func)\s+(?:\([^)]*\)\s*)?([\w$]+)")
_LABEL: Final = re.compile(r"[%$\w]+:(?!:)\s*")
_GUARD: Final = re.compile(r"@!?%\w+\s+")

_FLOATS: Final = re.compile(r"(?:b?f16|b?f32|bf16|f64)(?:x2)?")
ROUNDED: Final = frozenset({"add", "sub", "mul", "fma", "mad", "div", "rcp", "sqrt"})
"""The operations that round. Without a rounding mode ptxas may fuse a mul with an add."""
FUSED: Final = frozenset({"fma", "mad"})
LIBERTIES: Final[Mapping[str, str]] = {
    "ftz": "flushes subnormal numbers",
    "approx": "is an approximation",
    "full": "is an approximation",
}
"""A modifier that no instruction may have -> what it does."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name, such as "fma.rn.f32", in parts."""

    operation: str
    modifiers: tuple[str, ...]

    @property
    def name(self) -> str:
        """As it stands in the text."""
        return ".".join((self.operation, *self.modifiers))

    @property
    def is_float(self) -> bool:
        """Whether it computes with floating-point numbers."""
        return any(_FLOATS.fullmatch(one) for one in self.modifiers)

    @property
    def fused(self) -> int:
        """How many fused multiply-adds it is: of a pair, two."""
        if self.operation not in FUSED or not self.is_float:
            return 0
        return 2 if any(one.endswith("x2") for one in self.modifiers) else 1


@dataclass(frozen=True, slots=True)
class Fault:
    """A function, and its fault."""

    function: str
    what: str
    """The name of an instruction and what is wrong with it, or what is wrong with the function."""


Functions = Mapping[str, tuple[Instruction, ...]]
"""The instructions of each function that has a body, by its name."""


def read(text: str) -> Functions:
    """The functions of a PTX text. Raises ValueError for a body that does not end, or has an unknown directive."""
    text = _PLACE.sub("", _COMMENT.sub(" ", text))
    found: dict[str, tuple[Instruction, ...]] = {}
    at = 0
    while head := _HEAD.search(text, at):
        at = head.end()
        start, declared = text.find("{", at), text.find(";", at)
        if start < 0 or 0 <= declared < start:  # a declaration has no body
            continue
        at = _end(text, start, head[1])
        found[head[1]] = tuple(_instructions(text[start + 1 : at - 1]))
    return found


def _end(text: str, start: int, name: str) -> int:
    depth = 0
    for brace in re.finditer("[{}]", text[start:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return start + brace.end()
    raise ValueError(f"the body of {name} does not end")


def _instructions(body: str) -> Iterator[Instruction]:
    for statement in body.split(";"):
        rest = statement.lstrip("{} \t\r\n")
        while label := _LABEL.match(rest):
            rest = rest[label.end() :].lstrip("{} \t\r\n")
        rest = _GUARD.sub("", rest, count=1) if rest.startswith("@") else rest
        if rest.startswith("."):
            if not _DECLARATION.match(rest):  # an instruction may hide behind it
                raise ValueError(f"an unknown directive: {rest.splitlines()[0].strip()}")
        elif rest:
            operation, *modifiers = rest.split(maxsplit=1)[0].split(".")
            yield Instruction(operation, tuple(modifiers))


def fused(functions: Functions) -> Mapping[str, int]:
    """How many fused multiply-adds each function has."""
    return {name: sum(one.fused for one in body) for name, body in functions.items()}


def audit(functions: Functions, asked: Mapping[str, int], wanted: Collection[str]) -> list[Fault]:
    """Instructions that make results other than IEEE arithmetic does, and fused multiply-adds that nobody asked for.

    asked: the multiply-adds of each function that its source asks for. wanted: the functions that there have to be.
    """
    faults = [Fault(name, "is missing") for name in wanted if name not in functions]
    for name, body in functions.items():
        for instruction, times in Counter(body).items():
            faults += [Fault(name, f"{times} × {instruction.name} {why}") for why in _wrong(instruction)]
        there, due = sum(one.fused for one in body), asked.get(name, 0)
        if there != due:
            faults.append(Fault(name, f"has {there} fused multiply-adds, and its source asks for {due}"))
    return faults


def _wrong(instruction: Instruction) -> Iterator[str]:
    yield from (LIBERTIES[one] for one in instruction.modifiers if one in LIBERTIES)
    if instruction.operation in ROUNDED and instruction.is_float and "rn" not in instruction.modifiers:
        yield "does not say that it rounds to nearest"
