"""The bytes of a capture file, plain or compressed, no more of them than fit."""

from __future__ import annotations

import gzip
import sys
import zlib
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import Final, cast

MOST_BYTES: Final = 256 << 20
"""So much of a file is read, counted after decompression."""
GZIP: Final = b"\x1f\x8b"


class CaptureError(Exception):
    """A file that holds no capture that can be read; the text says why in one sentence."""


class Source:
    """A file, or a pipe, that is read from front to back. noted: why it ended before its end, or empty."""

    def __init__(self, file: BufferedReader) -> None:
        """file: opened, at its beginning."""
        compressed = file.peek(len(GZIP)).startswith(GZIP)
        self._file: BufferedReader | gzip.GzipFile = gzip.GzipFile(fileobj=file) if compressed else file
        self._left = MOST_BYTES
        self.noted = ""

    def take(self, count: int) -> bytes:
        """So many bytes, or fewer where there are no more; `noted` says why if that is no end like another."""
        wanted = min(count, self._left)
        try:
            data = self._file.read(wanted)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self.noted = f"its compressed data is damaged or cut off: {error}"
            return b""
        self._left -= len(data)
        if wanted < count and len(data) == wanted:
            self.noted = f"only the first {MOST_BYTES >> 20} MiB were read"
        return data


STDIN: Final = Path("-")
"""The name of standard input."""


def opened(path: Path) -> AbstractContextManager[BufferedReader]:
    """The file, or standard input, which whoever gave it closes. Raises OSError."""
    return nullcontext(standard_input()) if path == STDIN else path.open("rb")


def standard_input() -> BufferedReader:
    """Standard input as bytes, of which the first can be looked at before they are read."""
    return cast(BufferedReader, sys.stdin.buffer)


def unread_form(head: bytes) -> str:
    """A file that begins so, in words, and what to do, if it may hold a capture and is not read; else empty."""
    return next((text for magic, text in _UNREAD.items() if head.startswith(magic)), "")


_CONVERT: Final = "let editcap write a pcapng file of it, and explain that"
_UNREAD: Final = {
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; unpack it, such as with zstd -d",
    b"\xfd7zX": "it is compressed with xz; unpack it, such as with xz -dk",
    b"BZh": "it is compressed with bzip2; unpack it, such as with bunzip2 -k",
    b"\x04\x22\x4d\x18": "it is compressed with lz4; unpack it, such as with lz4 -d",
    b"PK\x03\x04": "it is a ZIP archive; unpack it first",
    b"snoop": f"it is a capture of snoop; {_CONVERT}",
    b"GMBU": f"it is a capture of Network Monitor; {_CONVERT}",
    b"\x34\xcd\xb2\xa1": f"it is a modified pcap file; {_CONVERT}",
    b"\xa1\xb2\xcd\x34": f"it is a modified pcap file; {_CONVERT}",
}
"""The first bytes of such files -> what they are, and what to do. No frame begins so: with 01, or RSF1."""
UNREAD_BYTES: Final = 5


def looks_like_capture(head: bytes) -> bool:
    """Whether a file that begins so is a capture, or compressed as captures are; four bytes are enough."""
    return head[:4] in MAGICS or head[:2] == GZIP


MAGICS: Final = frozenset(bytes.fromhex(text) for text in ("0a0d0d0a", "a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1"))
"""The first bytes of pcapng, and of pcap in both orders, with micro- and nanoseconds."""
