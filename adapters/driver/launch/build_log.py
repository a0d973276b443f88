"""The output of a running build: one line on a terminal, an occasional line elsewhere, and its end if it fails."""

from __future__ import annotations

import contextlib
import os
import re
import threading
import unicodedata
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Final, TextIO

_KEPT_BYTES: Final = 65_536
_SHOWN_LINES: Final = 30
_SHOWN_CHARS: Final = 500
_REDRAW_S: Final = 0.5
_SAY_S: Final = 30.0
"""The seconds between two lines to a stream that is no terminal, to say that the build goes on."""
_COLUMNS: Final = 80
_ESCAPE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


class BuildLog:
    """Keeps the end of a build's output and shows on a stream that the build goes on. A context manager."""

    def __init__(self, name: str, command: str, stream: TextIO | None, clock: Callable[[], float] = monotonic) -> None:
        """name: what is built. stream: None for a build that nobody watches. clock: seconds."""
        self._name, self._command, self._stream, self._clock = name, command, stream, clock
        self._terminal = stream is not None and stream.isatty()
        self._kept = bytearray()
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._drawn = 0
        self._began = clock()
        self._ticker = threading.Thread(target=self._tick, name="build-log", daemon=True)

    def __enter__(self) -> BuildLog:
        """Say what is built."""
        if not self._terminal:
            self._write(f"building {self._name}: {printable(self._command)}\n")
        self._ticker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take the line back; say how long it took, where that was shown."""
        self._done.set()
        self._ticker.join()
        if self._terminal:
            self._draw("")
        elif kind is None:
            self._write(f"built {self._name} in {self._elapsed()} s\n")

    def add(self, data: bytes) -> None:
        """Note what the build wrote."""
        with self._lock:
            self._kept += data
            del self._kept[:-_KEPT_BYTES]

    def tail(self) -> str:
        """The last lines of the output, fit to be printed."""
        return "\n".join(line[:_SHOWN_CHARS] for line in self._lines()[-_SHOWN_LINES:])

    def line(self) -> str:
        """The progress of the build, on one line of any length."""
        last = next((line for line in reversed(self._lines()) if line.strip()), "")
        return f"building {self._name}: {self._elapsed()} s" + (f" | {last.strip()}" if last else "")

    def _lines(self) -> list[str]:
        with self._lock:
            text = self._kept.decode(errors="replace")
        # A carriage return alone writes over the line, as progress bars do.
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        return [printable(line.rstrip("\r").rpartition("\r")[2]) for line in lines]

    def _elapsed(self) -> int:
        return int(self._clock() - self._began)

    def _tick(self) -> None:
        every = _REDRAW_S if self._terminal else _SAY_S
        while not self._done.wait(every):
            if self._terminal:
                self._draw(self.line())
            else:
                self._write(f"{self.line()[:_SHOWN_CHARS]}\n")

    def _draw(self, line: str) -> None:
        shown = cut(line, _columns(self._stream) - 1)
        width = cells(shown)
        self._write("\r" + shown + " " * max(0, self._drawn - width) + ("" if shown else "\r"))
        self._drawn = width

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        encoding = self._stream.encoding or "ascii"
        with contextlib.suppress(OSError, ValueError):  # whoever read it has gone
            self._stream.write(text.encode(encoding, "replace").decode(encoding))
            self._stream.flush()


def printable(text: str) -> str:
    """The text without escape sequences and without whatever moves the cursor or turns the direction of writing."""
    plain = _ESCAPE.sub("", text).replace("\t", "    ")
    return "".join(char for char in plain if unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029")


def cells(text: str) -> int:
    """How many columns a printable text takes."""
    return sum(map(_width, text))


def cut(text: str, columns: int) -> str:
    """As much of the text as fits into so many columns."""
    taken = 0
    for at, char in enumerate(text):
        taken += _width(char)
        if taken > columns:
            return text[:at]
    return text


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _columns(stream: TextIO | None) -> int:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        # One that nobody told its size says 0.
        return (os.get_terminal_size(stream.fileno()).columns if stream is not None else 0) or _COLUMNS
    return _COLUMNS
