"""Checking a release: what is whole, what is damaged, and who signed it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from vectors.release.keys import signature_text
from vectors.release.reading import read_release
from vectors.release.tree import ReleaseError
from vectors.release.verify import Checked, main, verify
from vectors.tests.release.releases import NAME, OTHER_KEY, TEST_KEY, packed, small, unpack

PUBLIC = TEST_KEY.verify_key
SOME = "vectors/data/frame/decode/crc.json"
CASE = "frame/decode/crc/crc-zero"
OK, DAMAGED, UNREADABLE = 0, 1, 2
NOT_MADE = "release.sig: not made from this release.json"


def with_change(name: str, data: bytes | None) -> dict[str, bytes]:
    files = dict(small())
    if data is None:
        del files[name]
    else:
        files[name] = data
    return files


def checked(folder: Path, files: Mapping[str, bytes]) -> Checked:
    """The check of an unpacked release; that of an archive of it says the same."""
    found = verify(unpack(folder / "unpacked", files), [PUBLIC])
    assert verify(packed(folder, files)[0], [PUBLIC]) == found
    return found


def test_a_release_is_whole_packed_and_unpacked(tmp_path: Path) -> None:
    """One of a few files; test_a_release_is_written_signed_and_without_its_key has one of all."""
    for path in (*packed(tmp_path / "dist", small()), unpack(tmp_path / "unpacked", small())):
        found = verify(path, [OTHER_KEY.verify_key, PUBLIC])
        assert found.faults == ()
        assert found.signer == PUBLIC.encode().hex()
        assert found.files == len(small()) - 2
        assert found.cases == len(json.loads(small()["release.json"])["cases"]) > 0


def test_a_flipped_bit_is_named_by_file_and_by_case(tmp_path: Path) -> None:
    text = small()[SOME]
    at = text.index(b"crc-zero") - 1 + len('"crc-zero", "about": "') + 1
    found = checked(tmp_path, with_change(SOME, text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]))
    assert found.faults == (
        f"{SOME}: damaged, its SHA-256 is not the one in release.json",
        f"case {CASE}: not as in the manifest",
    )


def test_a_vector_file_laid_out_anew_is_damaged_and_its_cases_are_not(tmp_path: Path) -> None:
    anew = json.dumps(json.loads(small()[SOME]), indent=3, sort_keys=True).encode()
    (fault,) = checked(tmp_path, with_change(SOME, anew)).faults
    assert fault.startswith(f"{SOME}: damaged, ")


@pytest.mark.parametrize("name", ["README.md", "canary/key.json", "specs/frame.md", "index/clauses.md"])
def test_every_file_counts_not_only_vectors(name: str, tmp_path: Path) -> None:
    assert checked(tmp_path / "missing", with_change(name, None)).faults == (f"{name}: missing",)
    size = len(small()[name])
    longer = checked(tmp_path / "longer", with_change(name, small()[name] + b" "))
    assert longer.faults == (f"{name}: damaged, {size + 1} bytes long instead of {size}",)


def test_a_file_too_many_is_named(tmp_path: Path) -> None:
    for name in ("vectors/data/frame/decode/more.txt", "NOTES"):
        found = checked(tmp_path / name, with_change(name, b"x"))
        assert found.faults == (f"{name}: not in release.json, so it does not belong there",)


def test_a_case_that_stands_in_two_files_is_a_fault(tmp_path: Path) -> None:
    found = checked(tmp_path, with_change("vectors/data/frame/decode/twice.json", small()[SOME]))
    assert f"vectors/data/frame/decode/twice.json: duplicate entry: {CASE}" in found.faults


def test_a_vector_file_that_is_no_json_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"[]", b"[" * 100_000, b"\xff", b'{"cases": [1]}')):
        faults = checked(tmp_path / str(number), with_change(SOME, data)).faults
        assert faults[0].startswith(f"{SOME}: damaged, ")
        assert any(fault.startswith(f"{SOME}: not a vector file") for fault in faults)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (lambda _: None, "release.sig: missing, the release is not signed"),
        (lambda _: signature_text(OTHER_KEY, small()["release.json"]), NOT_MADE),
        (lambda _: signature_text(TEST_KEY, b"another manifest"), NOT_MADE),
        (bytes.upper, NOT_MADE),
        (lambda signature: signature[:-3], NOT_MADE),
        (lambda _: b"", NOT_MADE),
        (lambda _: b"\xff" * 129, NOT_MADE),
    ],
    ids=["none", "other-key", "other-manifest", "upper-case", "short", "empty", "binary"],
)
def test_a_signature_that_does_not_fit_is_a_fault(
    changed: Callable[[bytes], bytes | None], fault: str, tmp_path: Path
) -> None:
    found = checked(tmp_path, with_change("release.sig", changed(small()["release.sig"])))
    assert len(found.faults) == 1
    assert found.faults[0].startswith(fault)
    assert found.signer is None


def test_a_manifest_changed_together_with_its_file_is_found_by_the_key_alone(tmp_path: Path) -> None:
    files = with_change("README.md", b"forged")
    manifest = json.loads(files["release.json"])
    manifest["files"]["README.md"] = {"sha256": sha256(b"forged").hexdigest(), "bytes": 6}
    files["release.json"] = json.dumps(manifest).encode()
    folder = unpack(tmp_path, files)
    assert verify(folder).faults == ()
    (fault,) = verify(folder, [PUBLIC]).faults
    assert fault.startswith("release.sig: not made from this release.json")


def test_without_a_manifest_there_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"there is no release\.json"):
        verify(unpack(tmp_path, with_change("release.json", None)))


def test_the_command_line_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    public = tmp_path / "public.txt"
    public.write_text(f"# keys\n{OTHER_KEY.verify_key.encode().hex()}  # old\n{PUBLIC.encode().hex()}\n")
    whole, _ = packed(tmp_path, small())
    assert main([str(whole), "--key", str(public)]) == OK
    assert f"whole; signed by {PUBLIC.encode().hex()}" in capsys.readouterr().out
    assert main([str(whole)]) == OK
    assert "the signature was not checked" in capsys.readouterr().out
    damaged = unpack(tmp_path / "damaged", with_change(SOME, None))
    assert main([str(damaged)]) == DAMAGED
    assert f"{SOME}: missing" in capsys.readouterr().err
    for arguments in ([str(tmp_path / "gone.zip")], [str(public)], [str(whole), "--key", str(whole)]):
        assert main(arguments) == UNREADABLE
        assert capsys.readouterr().err.startswith("no release: ")


def test_archives_that_were_cut_or_changed_are_unreadable_or_named(tmp_path: Path) -> None:
    for path in packed(tmp_path, small()):
        data = path.read_bytes()
        for at in range(0, len(data), len(data) // 20 + 1):
            path.write_bytes(data[:at])
            with pytest.raises(ReleaseError):
                verify(path)
    assert NAME in path.name


def test_an_archive_cut_between_two_files_does_not_pass_for_a_shorter_one(tmp_path: Path) -> None:
    block = 128 * 1024  # what a compressed block holds: here a file and its header in the tar
    whole, _ = packed(tmp_path, {f"data/{n}": Random(n).randbytes(block // 2 - 256).hex().encode() for n in range(4)})
    data = whole.read_bytes()
    for at in range(len(data) // 3, len(data) - 4, len(data) // 20):
        whole.write_bytes(data[:at])
        with pytest.raises(ReleaseError):
            list(read_release(whole))
