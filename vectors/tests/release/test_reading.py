"""Archives and folders that somebody made to do harm, or with bad luck."""

from __future__ import annotations

import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import zstandard

from vectors.release.reading import File, Limits, read_release
from vectors.release.tree import ReleaseError
from vectors.release.verify import verify
from vectors.tests.release.releases import DATA, few_released, packed, tar_of, unpack, zip_of

SMALL = Limits(files=3, file_bytes=1000, total_bytes=2000, window_bytes=1 << 20)
LONG = "/".join(["top", "a" * 60, "a" * 60, "a" * 26, "a" * 95])
Maker = Callable[[Path, list[str]], Path]


def tar_with(folder: Path, names: list[str]) -> Path:
    return tar_of(folder / "x.tar.zst", [(tarfile.TarInfo(name), b"data") for name in names])


def zip_with(folder: Path, names: list[str]) -> Path:
    return zip_of(folder / "x.zip", [(zipfile.ZipInfo(name), b"data") for name in names])


def read(path: Path, limits: Limits = SMALL) -> list[File]:
    return list(read_release(path, limits))


both = pytest.mark.parametrize("make", [tar_with, zip_with], ids=["tar.zst", "zip"])


@both
def test_plain_files_are_read_without_their_folder(make: Maker, tmp_path: Path) -> None:
    assert read(make(tmp_path, ["top/a", "top/b/c.json"])) == [File("a", b"data"), File("b/c.json", b"data")]


@both
@pytest.mark.parametrize(
    "name",
    [
        "../out", "top/../../out", "top/..", "/etc/passwd", "top//a", "./a", "top/./a", "C:/a", "C:a", "top/a:b",
        "top\\..\\a", "top/.hidden", "top/a b", "top/a\nb", "top/é", "top/-/a", "a", "top/", LONG,
    ],
)  # fmt: skip
def test_names_that_lead_out_or_are_read_otherwise_elsewhere_are_refused(
    make: Maker, name: str, tmp_path: Path
) -> None:
    with pytest.raises(ReleaseError):
        read(make(tmp_path, ["top/first", name]))
    assert sorted(path.name for path in tmp_path.iterdir()) == [make(tmp_path, ["top/a"]).name]


@both
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_is_there_twice_is_refused_also_in_another_case(make: Maker, tmp_path: Path) -> None:
    for again in ("top/a", "top/A"):
        with pytest.raises(ReleaseError, match="is a duplicate"):
            read(make(tmp_path, ["top/a", again]))


@both
def test_a_second_folder_is_refused(make: Maker, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="not in the folder top"):
        read(make(tmp_path, ["top/a", "other/b"]))


@both
def test_too_many_files_are_refused(make: Maker, tmp_path: Path) -> None:
    assert len(read(make(tmp_path, ["t/1", "t/2", "t/3"]))) == 3
    with pytest.raises(ReleaseError, match="more than 3 files"):
        read(make(tmp_path, ["t/1", "t/2", "t/3", "t/4"]))


KINDS = {
    "link": tarfile.SYMTYPE,
    "hard-link": tarfile.LNKTYPE,
    "folder": tarfile.DIRTYPE,
    "device": tarfile.CHRTYPE,
    "pipe": tarfile.FIFOTYPE,
    "sparse": tarfile.GNUTYPE_SPARSE,
    "contiguous": tarfile.CONTTYPE,
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_tar_holds_plain_files_only(kind: bytes, tmp_path: Path) -> None:
    member = tarfile.TarInfo("top/a")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(ReleaseError):
        read(tar_of(tmp_path / "x.tar.zst", [(member, b"")]))


def test_a_tar_has_no_extended_headers(tmp_path: Path) -> None:
    member = tarfile.TarInfo("top/a")
    member.pax_headers = {"comment": "x"}
    with pytest.raises(ReleaseError, match="is not a regular file"):
        read(tar_of(tmp_path / "x.tar.zst", [(member, b"")], tarfile.PAX_FORMAT))


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o020644, 0o010644], ids=["link", "folder", "device", "pipe"])
def test_a_zip_holds_plain_files_only(mode: int, tmp_path: Path) -> None:
    member = zipfile.ZipInfo("top/a")
    member.create_system, member.external_attr = 3, mode << 16
    with pytest.raises(ReleaseError, match="is not a regular file"):
        read(zip_of(tmp_path / "x.zip", [(member, b"/etc/passwd")]))


def test_a_folder_holds_plain_files_and_folders_only(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    makers: tuple[Callable[[Path], None], ...] = (
        lambda path: path.symlink_to(outside / "secret"),
        lambda path: path.symlink_to(outside, target_is_directory=True),
        lambda path: path.symlink_to("nowhere"),
        os.mkfifo,
    )
    for number, make in enumerate(makers):
        folder = tmp_path / str(number)
        (folder / "inside").mkdir(parents=True)
        make(folder / "inside" / "a")
        with pytest.raises(ReleaseError, match="inside/a is not a regular file"):
            read(folder)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Files of these sizes in an archive that compresses well."""

    sizes: tuple[int, ...]
    match: str


@pytest.mark.parametrize(
    "given",
    [Sizes((1001,), "larger than 1000 bytes"), Sizes((900, 900, 900), "more than 2000 bytes in all")],
    ids=["one", "all"],
)
def test_a_bomb_is_refused_by_what_it_unpacks_to(given: Sizes, tmp_path: Path) -> None:
    zips = [(zipfile.ZipInfo(f"t/{number}"), bytes(size)) for number, size in enumerate(given.sizes)]
    for info, _ in zips:
        info.compress_type = zipfile.ZIP_DEFLATED
    tars = [(tarfile.TarInfo(f"t/{number}"), bytes(size)) for number, size in enumerate(given.sizes)]
    folder = unpack(tmp_path / "t", {str(number): bytes(size) for number, size in enumerate(given.sizes)})
    for path in (tar_of(tmp_path / "x.tar.zst", tars), zip_of(tmp_path / "x.zip", zips), folder):
        with pytest.raises(ReleaseError, match=given.match):
            read(path)


def test_a_zip_that_announces_less_than_it_holds_is_refused(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("t/a")
    member.compress_type = zipfile.ZIP_DEFLATED
    path = zip_of(tmp_path / "x.zip", [(member, bytes(100_000))])
    true_size, lie = struct.pack("<I", 100_000), struct.pack("<I", 10)
    crc, lied_crc = struct.pack("<I", zlib.crc32(bytes(100_000))), struct.pack("<I", zlib.crc32(bytes(10)))
    data = path.read_bytes().replace(true_size, lie)
    path.write_bytes(data)
    with pytest.raises(ReleaseError, match="damaged"):
        read(path)
    path.write_bytes(data.replace(crc, lied_crc))
    assert [len(file.data) for file in read(path)] == [10]  # what was announced, and no more, comes out


def test_a_tar_whose_headers_unpack_to_too_much_is_refused(tmp_path: Path) -> None:
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    path = tmp_path / "x.tar.zst"
    path.write_bytes(zstandard.compress(long_name.tobuf() + bytes(1 << 20)))
    with pytest.raises(ReleaseError, match="bytes in all"):
        read(path, replace(SMALL, window_bytes=Limits().window_bytes))


def test_a_tar_of_headers_for_headers_is_refused(tmp_path: Path) -> None:
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 0
    path = tmp_path / "x.tar.zst"
    path.write_bytes(zstandard.compress(long_name.tobuf() * 20_000))
    with pytest.raises(ReleaseError, match="damaged, or no such archive"):
        read(path, Limits())


def test_a_zstandard_frame_that_wants_a_large_window_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar.zst"
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=24)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    path.write_bytes(packer.compress(bytes(1 << 22)) + packer.flush())
    with pytest.raises(ReleaseError, match="damaged, or no such archive"):
        read(path)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for name in ("x.tar.zst", "x.zip"):
        for data in (b"", b"no archive at all", bytes(range(256)) * 8):
            (tmp_path / name).write_bytes(data)
            with pytest.raises(ReleaseError):
                verify(tmp_path / name)
    (tmp_path / "x.tar.gz").write_bytes(b"")
    with pytest.raises(ReleaseError, match=r"not a folder, \.tar\.zst or \.zip"):
        verify(tmp_path / "x.tar.gz")
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "gone.zip")


def test_a_real_release_is_far_from_the_limits(tmp_path: Path) -> None:
    limits = Limits()
    vectors = [path for path in DATA.rglob("*.json") if path.is_file()]
    index_and_captures = 45 << 20
    files, size = len(few_released()) + len(vectors), sum(map(len, few_released().values()))
    assert 3 * files < limits.files
    assert 3 * (size + sum(path.stat().st_size for path in vectors) + index_and_captures) < limits.total_bytes
    for path in packed(tmp_path, few_released()):
        assert len(read(path, limits)) == len(few_released())
