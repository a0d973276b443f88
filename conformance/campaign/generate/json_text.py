"""JSON as text: by a grammar, with up to three faults."""

from __future__ import annotations

from collections.abc import Callable

from ..inputs import Draw

_WHITE = ("", "", "", " ", "\t", "\n", "\r", "  ")
_WRONG_WHITE = ("\x0b", "\x0c", "\xa0", "\ufeff", "/**/", "\0")
_CHARS = (
    "a",
    "b",
    "é",
    "水",
    "\U0001f600",
    "\\n",
    "\\/",
    '\\"',
    "\\\\",
    "\\u0061",
    "\\u00E9",
    "\\u00e9",
    "\\ud83d\\ude00",
)
_WRONG_CHARS = (
    "\\ud800",
    "\\udc00",
    "\\udc00\\ud800",
    "\\x",
    "\\u12",
    "\\u00G0",
    "\n",
    "\x01",
    "\\ud800\\u0061",
    "\\a",
)
_NUMBERS = (
    "0", "-0", "1", "-1", "0.5", "1e2", "1E+2", "1e-400", "-0.0", "9007199254740991", "-9007199254740991", "1e308",
    "123.25", "9007199254740993.0", "1.0", "0e0", "-1e-5",
)  # fmt: skip
_WRONG_NUMBERS = (
    "9007199254740992", "-9007199254740992", "1e309", "-1e309", "01", "+1", ".5", "1.", "1e", "NaN", "Infinity", "-",
    "0x1", "18446744073709551616", "1e99999", "-01", "1.e1", "٣",
)  # fmt: skip
_WORDS, _WRONG_WORDS = ("true", "false", "null"), ("True", "nul", "nulll", "undefined", "'a'")
_MEMBERS = ("note", "suggested_correction", "magnitude", "x", "n\\u006fte", "method", "a", "", "é")
_DEPTH = 16


class Text:
    """One text that grows; `faults` are put in where chance has it."""

    def __init__(self, draw: Draw, faults: int) -> None:
        self._draw, self._faults = draw, faults

    def _wrong(self) -> bool:
        """Whether to put a fault here."""
        if self._faults and not self._draw.randrange(4):
            self._faults -= 1
            return True
        return False

    def _white(self) -> str:
        return self._draw.choice(_WRONG_WHITE if not self._draw.randrange(8) and self._wrong() else _WHITE)

    def string(self, text: str | None = None) -> str:
        """A string of any characters, or this one."""
        if text is None:
            text = "".join(self._draw.choices(_CHARS, k=self._draw.choice((0, 1, 1, 2, 3, 20))))
            if self._wrong():
                text += self._draw.choice(_WRONG_CHARS)
        return f'"{text}"'

    def number(self) -> str:
        """A number."""
        return self._draw.choice(_WRONG_NUMBERS if self._wrong() else _NUMBERS)

    def word(self) -> str:
        """true, false or null."""
        return self._draw.choice(_WRONG_WORDS if self._wrong() else _WORDS)

    def value(self, depth: int) -> str:
        """Any value, so deep at most."""
        makers: list[Callable[[], str]] = [self.string, self.number, self.word]
        if depth > 1:
            makers += [lambda: self.array(depth), lambda: self.object(depth)]
        return self._white() + self._draw.choice(makers)() + self._white()

    def array(self, depth: int) -> str:
        """An array."""
        return f"[{self._joined([self.value(depth - 1) for _ in range(self._draw.randrange(3))])}]"

    def object(self, depth: int) -> str:
        """An object; a fault repeats a name, in other letters."""
        names = self._draw.sample(_MEMBERS, self._draw.randrange(4))
        names = [name for name in names if not (name == "n\\u006fte" and "note" in names)]
        if names and self._wrong():
            names.append("n\\u006fte" if "note" in names else names[0])
        return "{" + self._joined([f"{self._white()}{self.string(n)}:{self.value(depth - 1)}" for n in names]) + "}"

    def _joined(self, parts: list[str]) -> str:
        return ",".join(parts) + ("," if self._wrong() else "")


def json_text(draw: Draw, faults: int) -> bytes:
    """One JSON object, or nearly one."""
    text = Text(draw, faults).object(draw.choice((1, 2, 3, 5)))
    data = text.encode()
    if faults and not draw.randrange(3):
        at = draw.randrange(len(data) + 1)
        data = (
            data[:at]
            + draw.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b" ", b"}", b"{", b"", b"\xf4\x90\x80\x80"))
            + data[at:]
        )
    return data


def deep(draw: Draw) -> bytes:
    """Nesting around the limit, of objects and arrays in turn."""
    levels = draw.choice((_DEPTH - 2, _DEPTH - 1, _DEPTH, 100, 3000)) - 1 + draw.randrange(2)
    opening = ["["] * levels if draw.randrange(2) else [draw.choice(("[", '{"a":')) for _ in range(levels)]
    closing = ["]" if one == "[" else "}" for one in reversed(opening)]
    inside = draw.choice(("", "0")) if opening[-1:] == ["["] else "1"
    return f'{{"x":{"".join(opening)}{inside}{"".join(closing)}}}'.encode()


ODD = (
    *(
        b"",
        b"{",
        b"}",
        b"[]",
        b'"a"',
        b"1",
        b"null",
        b"{}{}",
        b"{} ",
        b" {}",
        b"\n{}",
        b"{}\0",
        b"\xef\xbb\xbf{}",
        b"{{}}",
    ),
    *(b'{"a":1}{"a":1}', b'{"a":1,"A":2}', b'{"x":"' + b"[" * 40 + b'"}', b'{"x":"\\"[[[[[[[[[[[[[[[[[["}', b"{},"),
    '{"é":1,"e\u0301":2}'.encode(),
)
"""Payloads that are no object, or look like something else than they are."""


def long_object(draw: Draw) -> bytes:
    """An object of many members, with or without a name that comes twice, far from its first."""
    count = draw.choice((15, 16, 17, 31, 33, 64, 65, 127, 129, 257, 1000))
    names = [f"m{at}" for at in range(count)]
    if draw.randrange(2):
        names.append(names[draw.choice((0, count // 2, count - 1))])
    return ("{" + ",".join(f'"{name}":{at}' for at, name in enumerate(names)) + "}").encode()
