"""Reads a testee's output streams, so that it never waits for a full pipe. One daemon thread for each stream."""

from __future__ import annotations

import os
import threading
from typing import IO, Final

LINE_BYTES: Final = 4096
STRAY_BYTES: Final = 1024
TAIL_BYTES: Final = 16_384
_CHUNK_BYTES: Final = 65_536


class Tail:
    """Keeps the last 16 KiB of a stream."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._bytes = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._drain, args=(stream,), name="testee-stderr", daemon=True)
        self._thread.start()

    def _drain(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
                with self._lock:
                    self._bytes += chunk
                    del self._bytes[:-TAIL_BYTES]

    def join(self, within_s: float) -> None:
        """Wait for the end of the stream for at most within_s seconds."""
        self._thread.join(within_s)

    def text(self) -> str:
        """The text kept so far; bytes that are not UTF-8 are replaced."""
        with self._lock:
            return self._bytes.decode(errors="replace")


class FirstLine:
    """Hands out the first line of a stream, and keeps the first KiB of what follows."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._head = b""
        self._stray = b""
        self._have_line = threading.Event()
        self._thread = threading.Thread(target=self._drain, args=(stream,), name="testee-stdout", daemon=True)
        self._thread.start()

    def _drain(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
                if self._have_line.is_set():
                    self._stray = (self._stray + chunk)[:STRAY_BYTES]
                    continue
                line, newline, rest = (self._head + chunk).partition(b"\n")
                self._head = (line + newline)[: LINE_BYTES + 1]
                self._stray = rest[:STRAY_BYTES]
                if newline or len(self._head) > LINE_BYTES:
                    self._have_line.set()
        self._have_line.set()

    def wait(self, within_s: float) -> bytes | None:
        """The first line, None if it is not there within within_s seconds.

        It ends in a newline, unless the stream ended first or the line is longer than 4 KiB.
        """
        return self._head if self._have_line.wait(within_s) else None

    def so_far(self) -> bytes:
        """The part of the first line that has arrived."""
        return self._head

    def stray(self) -> bytes:
        """The first KiB of what came after the first line."""
        return self._stray
