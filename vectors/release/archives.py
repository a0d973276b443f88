"""The two archives, the same bytes for the same files: in order of name, with one time, one mode and no owner."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import zstandard

LEVEL = 12
TIME = 315_532_800  # 1980-01-01 00:00:00 UTC in seconds: the earliest that a zip can say
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o644
UNIX = 3  # the system that a zip's modes are of


def write_archives(folder: Path, name: str, files: Mapping[str, bytes]) -> tuple[Path, Path]:
    """Write NAME.tar.zst and NAME.zip, which hold one folder NAME; gives their paths.

    Raises OSError for what cannot be written; an archive that was there is replaced, whole or not at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ordered = {f"{name}/{path}": files[path] for path in sorted(files)}
    return (
        _replace(folder / f"{name}.tar.zst", _tar_zst(ordered)),
        _replace(folder / f"{name}.zip", _zip(ordered)),
    )


def _replace(path: Path, data: bytes) -> Path:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
    return path


def _tar_zst(files: Mapping[str, bytes]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)  # no owner: 0, without a name
            member.size, member.mtime, member.mode = len(data), TIME, MODE
            archive.addfile(member, io.BytesIO(data))
    # One thread, as the blocks of several depend on the machine.
    packer = zstandard.ZstdCompressor(level=LEVEL, threads=0, write_checksum=True, write_content_size=True)
    return packer.compress(plain.getbuffer())


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Stored, not deflated: what deflate makes depends on the zlib of the machine, which no lock file pins."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, ZIP_TIME)
            member.create_system, member.external_attr = UNIX, (stat.S_IFREG | MODE) << 16
            archive.writestr(member, data)
    return packed.getvalue()
