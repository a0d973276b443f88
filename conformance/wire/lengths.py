"""Frames behind their lengths (specs/transport.md section 1), written and read without the reference."""

from __future__ import annotations

from collections.abc import Iterator

from resonant.console import counted
from resonant.describe.registry import registry

LENGTH_BYTES = 4
_LEAST = registry().limit("min_length_bytes")
_MOST = registry().limit("max_length_bytes")


class LengthError(Exception):
    """Bytes that are no frames behind their lengths; the text says why."""


def with_length(frame: bytes) -> bytes:
    """The bytes that carry a frame on a connection, whatever size it has."""
    return len(frame).to_bytes(LENGTH_BYTES, "little") + frame


class Frames:
    """The frames in the bytes of one direction."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def rest(self) -> int:
        """How many bytes wait for the rest of their frame."""
        return len(self._rest)

    def unfinished(self) -> str:
        """The bytes that wait, in words."""
        if len(self._rest) < LENGTH_BYTES:
            return f"{counted(len(self._rest), 'byte')} of a length"
        length = int.from_bytes(self._rest[:LENGTH_BYTES], "little")
        return f"a length of {length}, and {counted(len(self._rest) - LENGTH_BYTES, 'byte')} behind it"

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The frames that these bytes complete. Raises LengthError at a length that no frame has."""
        data, at = self._rest + data, 0
        while len(data) - at >= LENGTH_BYTES:
            length = int.from_bytes(data[at : at + LENGTH_BYTES], "little")
            if not _LEAST <= length <= _MOST:
                self._rest = b""
                raise LengthError(f"a length of {length}, which is not within {_LEAST} to {_MOST} (TCP-1)")
            if len(data) - at < LENGTH_BYTES + length:
                break
            yield data[at + LENGTH_BYTES : at + LENGTH_BYTES + length]
            at += LENGTH_BYTES + length
        self._rest = data[at:]
