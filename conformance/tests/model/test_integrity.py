"""Vectors that are not as they were published are noticed, by name, before anything runs."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.model.cases import VECTORS, VectorError, load_cases
from conformance.model.integrity import TOLD, damage, what_to_do
from conformance.session import testee_run as run
from conformance.session.options import DEFAULT_SEED, Options
from conformance.tests.published import NO_HASH, close, write_manifest

FLIPS, SEED = 30, 20_240_611
ONE = "frame/decode/a.json"


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    """Three files and what stands beside them."""
    for name in (ONE, "frame/decode/b.json", "quant/c.json"):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"file": name, "cases": []}), "utf-8")
    write_manifest(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the golden vectors. Who damages it repairs it."""
    folder = tmp_path_factory.mktemp("golden")
    shutil.copytree(VECTORS, folder / "data")
    for name in ("schema.json", "manifest.json"):
        shutil.copy(VECTORS.parent / name, folder / name)
    return folder


def told(folder: Path) -> str:
    found = damage(folder / "data")
    assert found is not None
    assert "git checkout vectors" in found
    assert "python -m vectors.make" in found
    return found


def test_advice_names_the_folder_of_the_checkout_and_is_another_for_what_is_installed(tmp_path: Path) -> None:
    checkout = tmp_path / "my clone"
    (checkout / "vectors" / "make").mkdir(parents=True)
    assert f"cd '{checkout}' && git checkout vectors" in what_to_do(checkout)
    installed = what_to_do(tmp_path)
    assert "git" not in installed
    assert "vectors.make" not in installed
    assert "pip install --force-reinstall" in installed


def test_whole_vectors_have_no_damage(vectors: Path, golden: Path) -> None:
    assert damage(vectors / "data") is None
    assert damage(golden / "data") is None
    assert damage(VECTORS) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "no longer JSON"),
        (lambda path: path.write_bytes(b""), "empty, no longer JSON"),
        (lambda path: path.write_bytes(b"[" * 100_000), "no longer JSON"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "no longer JSON"),
        (lambda path: path.write_bytes(b'{"cases": 7}'), "changed, its SHA-256 is not the one in manifest.json"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "changed"),
        (lambda path: (path.unlink(), path.mkdir()), "directory"),
    ],
    ids=["missing", "truncated", "empty", "deep", "bytes", "another-form", "a-line-more", "a-folder"],
)
@pytest.mark.parametrize("name", [f"data/{ONE}", "schema.json"])
def test_a_damaged_file_is_named(vectors: Path, change: Callable[[Path], object], says: str, name: str) -> None:
    change(vectors / name)
    found = told(vectors)
    assert f"{vectors / name}: " in found
    assert says in found
    assert "b.json" not in found


@pytest.mark.parametrize("name", ["frame/decode/extra.json", "new/folder/extra.json", "frame/notes.txt"])
def test_a_file_too_many_is_named(vectors: Path, name: str) -> None:
    path = vectors / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", "utf-8")
    assert f"{path}: not in manifest.json" in told(vectors)


def test_a_renamed_file_is_missing_and_too_many(vectors: Path) -> None:
    path = vectors / "data" / ONE
    path.rename(path.with_name("z.json"))
    found = told(vectors)
    assert f"{path}: missing" in found
    assert f"{path.with_name('z.json')}: not in manifest.json" in found


def test_two_files_in_each_others_place_are_both_named(vectors: Path) -> None:
    one, other = vectors / "data" / ONE, vectors / "data/quant/c.json"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    found = told(vectors)
    assert f"{one}: changed" in found
    assert f"{other}: changed" in found


def test_many_damages_are_counted(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    paths = [tmp_path / f"data/{number}.json" for number in range(TOLD + 2)]
    for path in paths:
        path.write_text("{}", "utf-8")
    write_manifest(tmp_path)
    for path in paths:
        path.unlink()
    found = told(tmp_path)
    assert f"{paths[TOLD - 1]}: missing" in found
    assert str(paths[TOLD]) not in found
    assert "and 2 more" in found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no manifest"),
        ("{", "no manifest"),
        ("[]", "no manifest"),
        ("7", "no manifest"),
        ('{"spec": "1.0"}', "no manifest"),
        ('{"sha256": 7}', "no manifest"),
        ("[" * 100_000, "no manifest"),
        (f'{{"sha256": "{NO_HASH}"}}', "damaged, its own sha256 does not match it"),
        ('{"sha256": ""}', "damaged, its own sha256 does not match it"),
    ],
    ids=["empty", "cut", "array", "number", "no-hash", "hash-a-number", "deep", "zeros", "no-digits"],
)
def test_what_is_no_manifest_is_named(vectors: Path, text: str, says: str) -> None:
    path = vectors / "manifest.json"
    path.write_text(text, "utf-8")
    assert f"{path}: {says}" in told(vectors)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'{{"sha256": "{NO_HASH}"}}', "no manifest"),
        (f'{{"sha256": "{NO_HASH}", "spec": "1.0", "schema": "", "files": []}}', "no manifest"),
        (f'{{"sha256": "{NO_HASH}", "spec": "1.0", "schema": "", "files": {{"a": 7}}}}', "no manifest"),
        (f'{{"sha256": "{NO_HASH}", "spec": "1.1", "schema": "", "files": {{}}}}', "for specification 1.1"),
    ],
    ids=["members", "files", "entry", "spec"],
)
def test_a_manifest_of_another_form_is_named_though_its_hash_is_right(vectors: Path, text: str, says: str) -> None:
    path = close(vectors / "manifest.json", text)
    assert f"{path}: {says}" in told(vectors)


def test_a_missing_manifest_is_named(vectors: Path) -> None:
    (vectors / "manifest.json").unlink()
    assert f"{vectors / 'manifest.json'}: missing" in told(vectors)


def test_a_file_cannot_be_passed_off_by_an_entry_of_its_own(vectors: Path) -> None:
    """Whoever changes a file and its entry still has to change the manifest's own hash."""
    path = vectors / "data" / ONE
    before = (vectors / "manifest.json").read_text("utf-8")
    path.write_text("{}", "utf-8")
    write_manifest(vectors)
    after = json.loads((vectors / "manifest.json").read_bytes())
    (vectors / "manifest.json").write_text(
        json.dumps(after | {"sha256": json.loads(before)["sha256"]}, indent=1), "utf-8"
    )
    assert f"{vectors / 'manifest.json'}: damaged" in told(vectors)


@pytest.mark.slow
def test_every_flipped_bit_is_noticed(golden: Path) -> None:
    paths = sorted(path for path in golden.rglob("*.json") if path.is_file())
    assert len(paths) > 100
    chance = random.Random(SEED)
    for _ in range(FLIPS):
        path = chance.choice(paths)
        before = path.read_bytes()
        bit = chance.randrange(8 * len(before))
        flipped = bytearray(before)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        found = damage(golden / "data")
        path.write_bytes(before)
        assert found is not None, f"bit {bit} of {path}, seed {SEED}"
        assert [line for line in found.splitlines() if str(golden) in line] == [
            line for line in found.splitlines() if line.startswith(f"{path}: ")
        ], f"bit {bit} of {path}, seed {SEED}"
        assert f"{path}: " in found
    assert damage(golden / "data") is None


def test_cases_are_not_loaded_from_damaged_vectors(vectors: Path) -> None:
    (vectors / "data" / ONE).write_text("{}", "utf-8")
    with pytest.raises(VectorError, match=r"a\.json: changed"):
        load_cases(vectors / "data")


def test_a_run_refuses_before_it_looks_for_an_adapter(vectors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (vectors / "data" / ONE).unlink()
    monkeypatch.setattr(run, "load_cases", lambda: load_cases(vectors / "data"))
    options = Options("there-is-none", (), None, None, DEFAULT_SEED, build=True)
    with pytest.raises(run.RunError, match=r"a\.json: missing"):
        run.prepare(options, build=True)
