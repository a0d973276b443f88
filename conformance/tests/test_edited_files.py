"""Files as other systems and editors save them: a byte order mark, UTF-16, line ends of two characters."""

from __future__ import annotations

import codecs
import hashlib
import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.driver import AdapterError, load_adapter
from adapters.driver.text import decoded
from conformance.dialogue.load import load_dialogues
from conformance.model.integrity import damage
from conformance.session.fix_known_failures import Found, fix_file
from conformance.session.known_failures import KnownFailuresError, load_known
from conformance.tests.support import ADAPTERS, ROOT
from conformance.tools.statement import state, verify
from reports import compare
from reports.__main__ import main as report
from reports.files import DataFileError, load_data
from reports.statement.signing import load_key
from vectors.release.keys import load_public, load_seed

EXAMPLE = ROOT / "conformance/tests/report/example_run.json"
ADAPTER = 'name = "mine"\nlaunch = "process"\nrun = ["a"]\n'
KNOWN = '# mine\n[[known]]\nid = "frame/a"\nreason = "later"\nissue = "https://example.org/1"\n'
PLAN = json.dumps({"format": 1, "spec": "1.0", "profiles": {"frame": {"cases": 1, "clauses": {"FRM-1": 1}}}})
SEED = "01" * 32 + "\n"
DIALOGUES = sorted((ROOT / "vectors/data/handshake").rglob("*.json"))[0]
READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "adapter.toml": (ADAPTER, lambda path: load_adapter(str(path), ADAPTERS)),
    "known.toml": (KNOWN, load_known),
    "plan.json": (PLAN, lambda path: load_data(path, "plan")),
    "run.json": (EXAMPLE.read_text("utf-8"), lambda path: load_data(path, "run")),
    "dialogues.json": (DIALOGUES.read_text("utf-8"), load_dialogues),
    "statement.key": (SEED, lambda path: load_key(path).encode()),
    "release.key": (SEED, lambda path: load_seed(path).encode()),
    "release.pub": (SEED, lambda path: [key.encode() for key in load_public(path)]),
}


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_byte_order_mark_and_other_line_ends_change_nothing(tmp_path: Path, name: str, line_end: str) -> None:
    text, read = READERS[name]
    path = tmp_path / name
    plain = read(written(path, text.encode()))
    assert read(written(path, codecs.BOM_UTF8 + text.replace("\n", line_end).encode())) == plain


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1"])
def test_another_encoding_is_one_clear_line(tmp_path: Path, encoding: str) -> None:
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    says = "UTF-16 and not UTF-8; save it as UTF-8" if mark or encoding == "utf-16" else "line 1 is not UTF-8"
    comment = "# é\n"
    path = written(tmp_path / "adapter.toml", mark + (comment + ADAPTER).encode(encoding))
    with pytest.raises(AdapterError, match=says):
        load_adapter(str(path), ADAPTERS)
    with pytest.raises(KnownFailuresError, match=says):
        load_known(written(tmp_path / "known.toml", mark + (comment + KNOWN).encode(encoding)))


def test_a_rewritten_file_stays_toml(tmp_path: Path) -> None:
    path = written(tmp_path / "known.toml", codecs.BOM_UTF8 + KNOWN.replace("\n", "\r\n").encode())
    failing = frozenset({"frame/a", "frame/b"})
    assert fix_file(path, Found(failing, frozenset(), failing, failing), ()) == (0, 1)
    assert [entry["id"] for entry in tomllib.loads(decoded(path.read_bytes()))["known"]] == ["frame/a", "frame/b"]


def test_vectors_whose_line_ends_were_changed_are_named_as_that(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    text = b'{\n "cases": []\n}\n'
    zeros = "0" * 64
    manifest = {
        "sha256": zeros,
        "spec": "1.0",
        "schema": hashlib.sha256(text).hexdigest(),
        "files": {"a.json": {"sha256": hashlib.sha256(text).hexdigest()}},
    }
    own = hashlib.sha256(json.dumps(manifest, indent=1).encode()).hexdigest()
    whole = json.dumps(manifest, indent=1).replace(zeros, own).encode()
    (tmp_path / "manifest.json").write_bytes(whole)
    (tmp_path / "schema.json").write_bytes(text)
    (data / "a.json").write_bytes(text)
    assert damage(data) is None
    (data / "a.json").write_bytes(text.replace(b"\n", b"\r\n"))
    for says in ("a.json: its line endings were changed to CRLF", "git checkout HEAD -- vectors"):
        assert says in str(damage(data))
    (tmp_path / "manifest.json").write_bytes(whole.replace(b"\n", b"\r\n"))
    assert "manifest.json: its line endings were changed to CRLF" in str(damage(data))


def test_a_clone_that_converts_line_ends_converts_none_of_ours(tmp_path: Path) -> None:
    """As Git for Windows makes it, of the files as they are now."""
    source, clone = tmp_path / "source", tmp_path / "a clone"
    names = ("vectors/manifest.json", "vectors/schema.json", "adapters/ci/judge.sh", "specs/frame.md", ".gitattributes")
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", str(source))
    git("-C", str(source), "add", "-A")
    git("-C", str(source), "commit", "-qm", "all")
    git("-c", "core.autocrlf=true", "clone", "-q", str(source), str(clone))
    for name in names:
        assert (clone / name).read_bytes() == (ROOT / name).read_bytes(), name


def folder_with(folder: Path, **changes: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps(json.loads(EXAMPLE.read_bytes()) | changes), "utf-8")
    return folder


def test_the_folder_that_report_wrote_stands_for_its_run_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = folder_with(tmp_path / "one"), folder_with(tmp_path / "other")
    assert compare.main([str(one), str(other / "run.json")]) == 0
    assert report([str(one), str(other), "--html", str(tmp_path / "page.html")]) == 0
    assert state([str(one)]) == 0
    assert (one / "statement.json").is_file()
    assert verify([str(one), "--run", str(one), "--any-suite"]) == 0
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", [report, state, lambda given: compare.main([*given, *given])])
def test_a_folder_without_a_run_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: Callable[[list[str]], int]
) -> None:
    assert command([str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "there is no run.json in it; name a run.json, or the folder that --report wrote" in said


@pytest.mark.parametrize(
    ("schema", "made", "says"),
    [
        ("run", 1, "run.json has format 1; this version reads 3: run again"),
        ("run", 2, "run.json has format 2; this version reads 3: run again"),
        ("run", 4, "a newer version of resonant-conformance made it, so update this one"),
        ("plan", 0, "plan.json has format 0; this version reads 1: write it again with --write-plan"),
        ("statement", 0, "statement.json has format 0; this version reads 1: make the statement again"),
        ("statement", 2, "a newer version of resonant-conformance made it"),
        ("mutants", 2, "a newer version of resonant-conformance made it"),
    ],
)
def test_a_file_of_another_version_says_so(tmp_path: Path, schema: str, made: int, says: str) -> None:
    path = written(tmp_path / "data.json", json.dumps({"format": made, "old": []}).encode())
    with pytest.raises(DataFileError, match=says):
        load_data(path, schema)
