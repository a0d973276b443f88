"""The files of a release, from an archive or a folder that anybody may have made: every name and size is checked."""

from __future__ import annotations

import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import zstandard

from .tree import ReleaseError

PIECE_BYTES = 1 << 20
NAME_CHARS = 240
_FRAME_HEADER_BYTES = 18
"""The most that the header of a Zstandard frame takes, its magic number included (RFC 8878, 3.1.1)."""
# No part begins with a dot, so none is `..`; no backslash, no colon, no byte that a file system reads in its own way.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zstandard.ZstdError,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,  # a compression that zipfile has not
    OverflowError,
    RuntimeError,  # an encrypted member, and headers that announce headers
    UnicodeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on a release. A whole one is below a third of each."""

    files: int = 4_096
    file_bytes: int = 192 << 20
    total_bytes: int = 384 << 20
    window_bytes: int = 128 << 20
    """The most bytes that a Zstandard frame may ask a reader to keep."""


@dataclass(frozen=True, slots=True)
class File:
    """One file. name: its path below the release's folder, with slashes."""

    name: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class _Admission:
    """Lets a file in by its name and size, or raises ReleaseError."""

    limits: Limits
    names: set[str] = field(default_factory=set)
    total_bytes: int = 0

    def name(self, name: str) -> str:
        if len(name) > NAME_CHARS or not _NAME.fullmatch(name):
            raise ReleaseError(f"{name[:NAME_CHARS]!r} is not a valid file name in a release")
        if name.casefold() in self.names:
            raise ReleaseError(f"{name} is a duplicate, or differs from another name in case only")
        if len(self.names) == self.limits.files:
            raise ReleaseError(f"more than {self.limits.files} files")
        self.names.add(name.casefold())
        return name

    def size(self, name: str, announced: int) -> None:
        if announced > self.limits.file_bytes:
            raise ReleaseError(f"{name} is larger than {self.limits.file_bytes} bytes")

    def data(self, name: str, source: IO[bytes]) -> bytes:
        """All of a file, whatever size was announced for it."""
        pieces, size = [], 0
        while piece := source.read(PIECE_BYTES):
            size += len(piece)
            self.total_bytes += len(piece)
            self.size(name, size)
            if self.total_bytes > self.limits.total_bytes:
                raise ReleaseError(f"more than {self.limits.total_bytes} bytes in all")
            pieces.append(piece)
        return b"".join(pieces)


def read_release(path: Path, limits: Limits = Limits()) -> Iterator[File]:
    """Every file of a release, one after the other: of a `.tar.zst`, a `.zip`, or a folder that one was unpacked to.

    Nothing is written to disk. Raises ReleaseError for what is none, is broken, has links, names that lead out or are
    there twice, or is larger than the limits; and OSError for what cannot be read.
    """
    admission = _Admission(limits)
    if path.is_dir():
        yield from _from_folder(path, admission)
        return
    reader = next((reader for ending, reader in _ARCHIVES.items() if path.name.endswith(ending)), None)
    if reader is None:
        raise ReleaseError(f"{path}: not a folder, {' or '.join(_ARCHIVES)}")
    try:
        yield from _without_folder(reader(path, admission))
    except _BROKEN as error:
        raise ReleaseError(f"{path}: damaged, or no such archive ({error!r})") from error


def _without_folder(files: Iterator[File]) -> Iterator[File]:
    """The files of an archive, named below the one folder that it holds."""
    top = None
    for file in files:
        folder, _, name = file.name.partition("/")
        top = top or folder
        if folder != top or not name:
            raise ReleaseError(f"{file.name} is not in the folder {top}")
        yield File(name, file.data)


def _from_folder(top: Path, admission: _Admission) -> Iterator[File]:
    waiting = [top]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                waiting.append(path)
                continue
            name = admission.name(path.relative_to(top).as_posix())
            if not stat.S_ISREG(mode):
                raise ReleaseError(f"{name} is not a regular file")
            admission.size(name, path.stat().st_size)
            with path.open("rb") as source:
                yield File(name, admission.data(name, source))


class _Bounded:
    """A stream that ends a release which unpacks to too much, its headers counted too."""

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._source, self._left, self._limit = source, limit, limit

    def drain(self) -> int:
        """Read to the end; gives the bytes of the whole stream."""
        while self.read(PIECE_BYTES):
            pass
        return self._limit - self._left

    def read(self, size: int) -> bytes:
        data = self._source.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise ReleaseError(f"more than {self._limit} bytes in all")
        return data


def _from_tar(path: Path, admission: _Admission) -> Iterator[File]:
    limits = admission.limits
    decompressor = zstandard.ZstdDecompressor(max_window_size=limits.window_bytes)
    with path.open("rb") as packed:
        size = zstandard.get_frame_parameters(packed.read(_FRAME_HEADER_BYTES)).content_size
    with path.open("rb") as packed, decompressor.stream_reader(packed) as plain:
        room = limits.total_bytes + limits.files * 2 * tarfile.BLOCKSIZE + 2 * tarfile.RECORDSIZE
        bounded = _Bounded(plain, room)
        source: Any = bounded  # reads, which is all that a tar needs
        with tarfile.open(fileobj=source, mode="r|", bufsize=PIECE_BYTES) as archive:
            for member in archive:
                name = admission.name(member.name)
                if member.type != tarfile.REGTYPE or member.pax_headers or member.sparse is not None:
                    raise ReleaseError(f"{name} is not a regular file")
                admission.size(name, member.size)
                content = archive.extractfile(member)
                assert content is not None
                yield File(name, admission.data(name, content))
        # What reads the frame takes the end of the file for its end, and a tar may be cut between two files.
        if bounded.drain() != size:
            raise ReleaseError(f"{path} was cut off: it does not unpack to the {size} bytes that it announces")


def _from_zip(path: Path, admission: _Admission) -> Iterator[File]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = admission.name(member.orig_filename)
            mode = member.external_attr >> 16
            if member.is_dir() or stat.S_IFMT(mode) not in (0, stat.S_IFREG):  # 0: not said
                raise ReleaseError(f"{name} is not a regular file")
            admission.size(name, member.file_size)
            with archive.open(member) as source:
                yield File(name, admission.data(name, source))


_ARCHIVES: Mapping[str, Callable[[Path, _Admission], Iterator[File]]] = {".tar.zst": _from_tar, ".zip": _from_zip}
