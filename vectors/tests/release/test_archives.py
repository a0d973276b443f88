"""The archives: the same bytes wherever, whenever and by whomever they are made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import zstandard

from conformance.tests.tools.captures import read_file, read_segments
from vectors.release.archives import write_archives
from vectors.release.captures import ENCRYPTED
from vectors.release.reading import read_release
from vectors.release.tree import ROOT
from vectors.tests.dialogues import PROFILES
from vectors.tests.release.releases import FEW, NAME, TEST_SEED, few_released, packed, republish

BUILD_LIMIT_S = 300
NEEDED = (
    "adapters/driver",
    "adapters/reference",
    "adapters/testee_kit",
    "conformance",
    "reference",
    "specs",
    "vectors",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "target", "tests", "node_modules")
EARLIEST_S = 315_532_800  # 1980-01-01 UTC


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return packed(tmp_path_factory.mktemp("dist"), few_released())


@pytest.mark.slow
def test_both_hold_the_same_files_in_one_folder(archives: tuple[Path, Path]) -> None:
    for path in archives:
        assert {file.name: file.data for file in read_release(path)} == dict(few_released())


def test_the_tar_has_one_order_time_mode_and_owner(archives: tuple[Path, Path]) -> None:
    data = zstandard.ZstdDecompressor().decompress(archives[0].read_bytes())
    plain = archives[0].with_suffix("")
    plain.write_bytes(data)
    with tarfile.open(plain) as archive:
        members = archive.getmembers()
    names = [member.name for member in members]
    assert names == sorted(names)
    assert {name.partition("/")[0] for name in names} == {NAME}
    for one in members:
        assert one.isreg()
        assert (one.mtime, one.mode, one.uid, one.gid) == (EARLIEST_S, 0o644, 0, 0)
        assert (one.uname, one.gname, one.pax_headers) == ("", "", {})


def test_the_zip_has_one_order_time_and_mode_and_nothing_of_the_machines_zlib(archives: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(archives[1]) as archive:
        assert archive.testzip() is None
        members = archive.infolist()
    names = [member.filename for member in members]
    assert names == sorted(names)
    for one in members:
        assert one.date_time == (1980, 1, 1, 0, 0, 0)
        assert (one.create_system, one.external_attr >> 16, one.compress_type) == (3, 0o100644, zipfile.ZIP_STORED)
        assert one.extra == b""


def test_the_order_in_which_files_are_given_does_not_matter(tmp_path: Path) -> None:
    files = {"b": b"2", "a": b"1", "c/d": b"3"}
    first = write_archives(tmp_path / "one", "x", files)
    second = write_archives(tmp_path / "two", "x", dict(sorted(files.items(), reverse=True)))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def build(root: Path, out: Path, *, umask: int, zone: str, seed: str, key: Path) -> list[bytes]:
    """Make a release in a process of its own, with captures; the bytes of both archives."""
    path = os.pathsep.join((str(root), str(root / "reference")))
    changed = {"PYTHONPATH": path, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "vectors.release", "-o", str(out), "--key", str(key)]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, **changed},
        umask=umask,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BUILD_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [path.read_bytes() for path in (out / f"{NAME}.tar.zst", out / f"{NAME}.zip")]


def copy_of_the_tree(top: Path) -> Path:
    """A copy of what a release is made from, with a few dialogues; all of it is of another time and mode."""
    for name in NEEDED:
        shutil.copytree(ROOT / name, top / name, ignore=LEFT_OUT)
    for name in ("LICENSE", "pyproject.toml"):
        shutil.copy(ROOT / name, top / name)
    for profile in PROFILES:
        for path in sorted((top / "vectors/data" / profile).rglob("*.json")):
            if path.relative_to(top / "vectors/data").as_posix() not in FEW:
                path.unlink()
    republish(top / "vectors")
    for path in sorted(top.rglob("*")):
        if path.is_file():
            os.utime(path, (1_000_000_000, 1_000_000_000))
            path.chmod(0o755)
    return top


@pytest.mark.slow
@pytest.mark.nightly(
    "test_a_release_is_written_signed_and_without_its_key makes one; the script compares two whole ones"
)
def test_two_builds_in_different_folders_times_and_umasks_give_the_same_bytes(tmp_path: Path) -> None:
    """With a few dialogues, as their captures take long; `.ci/nightly` makes two whole releases."""
    key = tmp_path / "test.seed"
    key.write_text(TEST_SEED, "ascii")
    first, second = (copy_of_the_tree(tmp_path / name / "tree") for name in ("here", "elsewhere"))
    here = build(first, tmp_path / "one", umask=0o022, zone="UTC", seed="1", key=key)
    there = build(second, tmp_path / "two", umask=0o077, zone="Asia/Tokyo", seed="2", key=key)
    assert here == there
    files = {file.name: file.data for file in read_release(tmp_path / "one" / f"{NAME}.zip")}
    (tmp_path / "captures").mkdir()
    for name in sorted(set(PROFILES) - set(ENCRYPTED)):
        capture = tmp_path / "captures" / f"{name}.pcapng"
        capture.write_bytes(files[f"captures/{name}.pcapng"])
        played = {packet.comment for packet in (read_segments if name == "tcp" else read_file)(capture)}
        assert played
        assert played == _dialogues(files, name)
    same = ("README.md", "release.schema.json", "specs/frame.md", "vectors/data/frame/decode/crc.json")
    assert {name: files[name] for name in same} == {name: few_released()[name] for name in same}


def _dialogues(files: Mapping[str, bytes], profile: str) -> set[str]:
    """The ids of the dialogues of a profile."""
    found: set[str] = set()
    for name, data in files.items():
        if name.startswith(f"vectors/data/{profile}/") and (held := json.loads(data))["op"] == "dialogue":
            group = name.removeprefix("vectors/data/").removesuffix(".json")
            found |= {f"{group}/{case['id']}" for case in held["cases"]}
    return found
