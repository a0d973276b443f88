"""The templates of adapters/template, each filled in, built and judged as its owner would do it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.driver import Limits, Ok, RequestError, Testee, Unsupported, build_adapter, load_adapter
from conformance.session.known_failures import load_known
from conformance.tests.support import ROOT
from conformance.tools.new_adapter import ADAPTERS, COMMON, LANGUAGES, TEMPLATES, main

COMPILERS = {"python": "python3", "rust": "cargo", "go": "go", "c": "cc"}


def judged(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "conformance", f"--impl={folder / 'adapter.toml'}", "-q"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(COMPILERS[name]) is None:
        pytest.skip(f"{COMPILERS[name]} is not installed")
    return name


@pytest.mark.slow
def test_a_new_adapter_passes_its_first_run(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["fine-thing", "--lang", language]) == 0
    folder = tmp_path / "fine-thing"
    told = capsys.readouterr().out
    assert "resonant-conformance run --impl fine-thing/adapter.toml" in told
    assert LANGUAGES[language].yours in told
    done = judged(folder, "--known-failures", str(folder / "known.toml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"sparse +([1-9]\d*) +\1 +\1 +0", done.stdout)
    check_manners(folder, language)


def check_manners(folder: Path, language: str) -> None:
    """What the suite does not ask of a testee that claims so little, and its owner relies on later."""
    adapter = load_adapter(str(folder), folder)
    build_adapter(adapter)
    with Testee(adapter, Limits(start_s=30)) as testee:
        assert (testee.hello.name, testee.hello.language) == ("fine-thing", LANGUAGES[language].name)
        assert isinstance(testee.ask("hello", {"token": "wrong"}), RequestError)
        assert testee.ask('no "quotes" é \n', {}) == Unsupported('no "quotes" é \n')
        for text in MALFORMED:
            assert isinstance(testee.exchange(text), RequestError), text
        empty = {"dims": [0, 2**32 - 1, 2**32 - 1], "dense": ""}
        assert testee.ask("sparse_encode", empty) == Ok({"values": "", "index": ""})
        large = {"dims": [512, 512], "values": "003c", "index_dims": [1, 2, 4], "index": "ff010000ff010000"}
        assert testee.ask("sparse_decode", large) == Ok({"dense": "0000" * (512 * 512 - 1) + "003c"})
        assert testee.starts == 1


def test_the_python_of_the_template_is_typed(tmp_path: Path) -> None:
    """As the project's own check cannot reach it: its modules import each other as scripts do."""
    assert main(["thing", "--lang", "python", "--into", str(tmp_path)]) == 0
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "testee.py", "yours.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_rust_of_the_template_passes_its_lints(tmp_path: Path) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    assert main(["thing", "--lang", "rust", "--into", str(tmp_path)]) == 0
    for command in (["fmt", "--check"], ["clippy", "--quiet", "--locked", "--all-targets", "--", "-D", "warnings"]):
        environment = os.environ | {"CARGO_TARGET_DIR": str(tmp_path / "target")}
        done = subprocess.run(
            ["cargo", *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", [language for language in LANGUAGES if LANGUAGES[language].kit])
def test_the_kit_of_a_language_is_copied_as_our_own_testees_use_it(tmp_path: Path, language: str) -> None:
    kit = LANGUAGES[language].kit
    assert kit is not None
    assert main(["thing", "--lang", language, "--into", str(tmp_path)]) == 0
    copied = {path.relative_to(tmp_path / kit.folder): path for path in (tmp_path / kit.folder).rglob("*.*")}
    assert {path.suffix for path in copied} == ({".py"} if language == "python" else {".rs", ".toml"})
    for path, copy in copied.items():
        assert copy.read_bytes() == (ADAPTERS / kit.source / path).read_bytes(), path
    assert not any({"tests", "target"} & set(path.parts) for path in copied)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_to_keep_a_testee_is_told_where_it_can_be_kept(tmp_path: Path, language: str) -> None:
    assert main(["thing", "--lang", language, "--into", str(tmp_path)]) == 0
    sources = (path for path in tmp_path.rglob("*") if path.suffix in (".py", ".rs", ".go", ".c"))
    can = any("--attach" in path.read_text("utf-8") for path in sources)
    assert ("--attach" in (tmp_path / "README.md").read_text("utf-8")) is can


def wrapped(input: str) -> bytes:
    return f'{{"op": "sparse_encode", "case": "", "profile": "", "input": {input}}}'.encode()


MALFORMED = [
    b"",
    b"\xff",
    b"{",
    b"[" * 100_000,
    b'{"op": "stop", "case": "", "profile": "", "input": {}} x',
    b'{"op": "stop", "case": "", "profile": "", "input": {}, "more": 1}',
    b'{"op": "stop", "case": "", "profile": "", "input": {"more": 1}}',
    b'{"op": "", "case": "", "profile": "", "input": {}}',
    b'{"op": "\xed\xa0\x80", "case": "", "profile": "", "input": {}}',
    wrapped("null"),
    wrapped('{"dims": [1], "dense": null}'),
    wrapped('{"dims": null, "dense": ""}'),
    wrapped('{"dims": [null], "dense": "0000"}'),
    wrapped('{"dims": [true], "dense": "0000"}'),
    wrapped('{"dims": [1.5], "dense": "0000"}'),
    wrapped('{"dims": [NaN], "dense": "0000"}'),
    wrapped('{"dims": [01], "dense": "0000"}'),
    wrapped('{"dims": [1,], "dense": "0000"}'),
    wrapped('{"dims": ["1"], "dense": "0000"}'),
    wrapped('{"dims": [99999999999999999999999], "dense": "0000"}'),
    wrapped('{"dims": [1], "dense": "0 00"}'),
    wrapped('{"dims": [1], "dense": "00\\u00300"}00'),
    wrapped(f'{{"dims": {[1] * 256}, "dense": "0000"}}'),
]


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "adapter.toml").write_text("mine", "utf-8")
    assert main(["thing", "--lang", "c", "--into", str(tmp_path)]) == 2
    assert "adapter.toml already exists; name another folder with --into" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["adapter.toml"]
    assert (tmp_path / "adapter.toml").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "Thing", "a b", "-x", ".", "../up", 'a"b', "é", "x" * 65])
def test_a_name_that_could_break_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["--lang", "go", "--into", str(tmp_path / "new"), "--", name]) == 2
    assert "is not a valid name" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("arguments", [[], ["thing"], ["thing", "--lang", "cobol"]])
def test_what_is_missing_is_said(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "usage: resonant-conformance new-adapter" in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_is_filled_and_the_files_of_all_are_there(tmp_path: Path, language: str) -> None:
    assert main(["thing", "--lang", language, "--into", str(tmp_path)]) == 0
    files = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    everybody = {"README.md", "known.toml", ".gitignore", ".github/workflows/conformance.yml", "adapter.toml"}
    assert everybody | {LANGUAGES[language].yours} <= files.keys()
    for name, path in files.items():
        text = path.read_text("utf-8")
        assert not re.search("@[A-Z]+@", text), name
        assert len(text.splitlines()) <= 250, name
    assert "steps" in files["README.md"].read_text("utf-8")
    assert load_known(files["known.toml"]) == {}


def test_every_template_has_its_language() -> None:
    assert {path.name for path in TEMPLATES.iterdir()} == {COMMON, *LANGUAGES}
