"""Making a release: its keys, its index, its captures, and what keeps one from being made."""

from __future__ import annotations

import importlib.util
import json
import stat
from collections import defaultdict
from pathlib import Path

import pytest
from nacl.signing import SigningKey, VerifyKey
from resonant.describe.clauses import load_clauses

from vectors.release import __main__ as command
from vectors.release import captures
from vectors.release.__main__ import main
from vectors.release.cases import cases_of, is_vector_file
from vectors.release.contents import Wanted, release_files
from vectors.release.index import index_files
from vectors.release.keys import load_public, load_seed
from vectors.release.keys import main as keys_main
from vectors.release.reading import read_release
from vectors.release.tree import ReleaseError
from vectors.release.verify import verify
from vectors.tests.release.releases import NAME, TEST_KEY, TEST_SEED, few_released, few_vectors, small

USAGE = 2


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of a few vectors, of which the command makes its release. CI makes one of the whole tree."""
    top = few_vectors(tmp_path / "tree")
    monkeypatch.setattr(command, "release_files", lambda wanted: release_files(wanted, top))
    return top


def test_a_new_key_is_its_owners_alone_and_signs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "seed"
    assert keys_main(["new", str(path)]) == 0
    public = capsys.readouterr().out.strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = load_seed(path)
    assert VerifyKey(bytes.fromhex(public)).verify(b"text", key.sign(b"text").signature) == b"text"
    assert keys_main(["public", str(path)]) == 0
    assert capsys.readouterr().out.strip() == public


def test_a_key_is_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "seed"
    path.write_text(TEST_SEED, "ascii")
    assert keys_main(["new", str(path)]) == USAGE
    assert path.read_text("ascii") == TEST_SEED
    assert "no key" in capsys.readouterr().err


def test_the_signature_is_that_of_rfc_8032() -> None:
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    key = SigningKey(bytes.fromhex(seed))
    assert key.verify_key.encode().hex() == public
    assert key.sign(b"").signature.hex().startswith("e5564300c360ac729086e2cc806e828a")


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "0G" * 32, "AB" * 32, f"{TEST_SEED}\n\n", f" {TEST_SEED}"])
def test_what_is_no_seed_is_refused_and_not_repeated(text: str, tmp_path: Path) -> None:
    path = tmp_path / "seed"
    path.write_text(text, "ascii")
    with pytest.raises(ReleaseError) as refused:
        load_seed(path)
    assert not text.strip() or text.strip() not in str(refused.value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "00\n", f"{'00' * 32} and more\n", f"{'00' * 32}\nxx\n", "é"])
def test_what_are_no_public_keys_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "public.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(ReleaseError):
        load_public(path)


@pytest.mark.slow
def test_a_release_is_written_signed_and_without_its_key(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = tmp_path / "seed"
    seed.write_text(TEST_SEED + "\n", "ascii")
    assert main(["-o", str(tmp_path / "dist"), "--key", str(seed), "--no-captures"]) == 0
    out = capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == [f"{NAME}.tar.zst", f"{NAME}.zip"]
    for path in (tmp_path / "dist").iterdir():
        assert verify(path, [TEST_KEY.verify_key]).faults == ()
        assert str(path) in out
    assert TEST_SEED not in out
    for file in read_release(tmp_path / "dist" / f"{NAME}.zip"):
        assert TEST_SEED.encode() not in file.data
        assert bytes.fromhex(TEST_SEED) not in file.data


def test_a_bad_key_or_an_older_release_that_is_none_ends_in_one_line(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    for arguments in (["--key", str(empty)], ["--no-captures", "--since", str(empty)]):
        assert main(["-o", str(tmp_path / "dist"), *arguments]) == USAGE
        assert capsys.readouterr().err.startswith("no release: ")
    assert not (tmp_path / "dist").exists()


def test_without_scapy_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(captures, "find_spec", lambda name: None if name == "scapy" else real(name))
    with pytest.raises(ReleaseError, match=r"Scapy, which is not installed.*development.*--no-captures"):
        captures.capture_files()


def test_vectors_that_are_not_as_published_are_not_released(tmp_path: Path) -> None:
    top = few_vectors(tmp_path / "tree")
    wanted = Wanted(captures=False)
    crc = top / "vectors/data/frame/decode/crc.json"
    text = crc.read_bytes()
    for change, match in (
        (lambda: crc.write_bytes(text + b" "), r"crc\.json is not as in"),
        (lambda: crc.rename(crc.with_name("other.json")), "is in vectors/manifest.json or in the folder, not in both"),
    ):
        change()
        with pytest.raises(ReleaseError, match=match):
            release_files(wanted, top)
        crc.with_name("other.json").unlink(missing_ok=True)
        crc.write_bytes(text)
    (top / "vectors/schema.json").write_bytes(b"{}")
    with pytest.raises(ReleaseError, match=r"schema\.json is not the one"):
        release_files(wanted, top)


@pytest.mark.slow
def test_what_lies_about_in_the_tree_is_not_released(tmp_path: Path) -> None:
    top = few_vectors(tmp_path / "tree")
    (top / "specs/ops/decode.json.orig").write_bytes(b"x")
    (top / "specs/secret.txt").write_bytes(b"x")
    assert release_files(Wanted(captures=False), top).keys() == few_released().keys() - {"release.sig"}


def test_the_index_has_every_clause_and_every_citation() -> None:
    index = json.loads(few_released()["index/clauses.json"])
    due = defaultdict(list)
    for name in sorted(filter(is_vector_file, few_released())):
        file = json.loads(few_released()[name])
        for case in file["cases"]:
            for clause in case["clauses"]:
                due[clause].append(f"{file['profile']}/{file['group']}/{case['id']}")
    assert index == {clause: due[clause] for clause in load_clauses()}
    assert list(index) == list(load_clauses())


def test_the_index_for_people_has_the_clause_and_its_cases() -> None:
    text = few_released()["index/clauses.md"].decode()
    section = text.partition("## FRM-24\n")[2].partition("\n## ")[0]
    assert load_clauses()["FRM-24"].text in section
    assert "- `frame/decode/crc/`: crc-zero, crc-big-endian" in section
    assert "0 cases. Untestable: " in text.partition("## FRM-31\n")[2].partition("\n## ")[0]


def test_a_case_of_a_clause_that_is_not_there_has_no_place_in_the_index() -> None:
    clauses = {name: clause for name, clause in load_clauses().items() if name != "FRM-24"}
    with pytest.raises(ReleaseError, match="cites FRM-24, which specs/ does not have"):
        index_files(cases_of(small()), clauses)
