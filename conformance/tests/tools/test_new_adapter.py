"""The templates of adapters/template: each built as it is written, then filled in and judged."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.driver import Limits, Ok, Reject, RequestError, Testee, Unsupported, build_adapter, load_adapter
from conformance.probes.basics import message
from conformance.probes.claims import GOOD, MALFORMED
from conformance.session.known_failures import load_known
from conformance.tests.support import ROOT, run_pytest
from conformance.tests.tools.filled.echoes import ECHOES
from conformance.tests.tools.filled.requests import PLAIN, STRANGE, UNREADABLE
from conformance.tools.new_adapter import ADAPTERS, COMMON, LANGUAGES, TEMPLATES, main

COMPILERS = {"python": "python3", "rust": "cargo", "go": "go", "typescript": "npm", "c": "cc"}
FILLED = Path(__file__).parent / "filled"
"""For each language the file of its owner, filled in: frame, though only Python's knows errors, and sparse."""
JUDGED = (
    "(sparse/ and not hand-sparse) or testee or decode/fields or decode/hand-dims or encode/fields or encode/payloads"
)


BUILT = pytest.mark.late("builds what new-adapter writes in a language that has to be compiled, with all that it needs")
WITHOUT_FUNCTIONS = {"hello", "stop", "batch", "reset", "reply", "request", "fields"}
OPS = {path.stem for path in (ROOT / "specs/ops").glob("*.json") if not path.stem.startswith("peer_")}


@pytest.fixture(params=[pytest.param(name, marks=[] if name == "python" else [BUILT]) for name in LANGUAGES])
def language(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(COMPILERS[name]) is None:
        pytest.skip(f"{COMPILERS[name]} is not installed")
    return name


@pytest.mark.slow
def test_a_new_adapter_passes_once_it_is_filled_in(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")  # what is made here is to be right, and not quick
    monkeypatch.setenv("CFLAGS", "-O0")
    assert main(["fine-thing", "--lang", language]) == 0
    folder, yours = tmp_path / "fine-thing", LANGUAGES[language].yours
    told = capsys.readouterr().out
    assert "resonant-conformance run ./fine-thing\n" in told
    assert f"four functions of {Path('fine-thing') / yours}" in told
    add_dependency(folder, language)
    check_stubs(folder)
    shutil.copyfile(FILLED / language / Path(yours).name, folder / yours)
    known = f"--known-failures={folder / 'known.toml'}"
    status, out = run_pytest(["conformance", f"--impl={folder / 'adapter.toml'}", "-q", known, "-k", JUDGED])
    assert status == 0, out
    for profile in ("frame", "sparse"):
        assert re.search(rf"{profile} +\d+ +([1-9]\d+) +\1 +0", out), out
    check_manners(folder, language)
    (echo,) = (FILLED / language).glob("echo.*")
    shutil.copyfile(echo, folder / yours)
    check_echoes(folder)


def check_echoes(folder: Path) -> None:
    """Check what each function is given and gives, also for the profiles that nobody filled in."""
    adapter = load_adapter(str(folder), folder)
    build_adapter(adapter)
    with Testee(adapter, Limits(start_s=30)) as testee:
        for op, given, expected in ECHOES:
            assert testee.ask(op, given) == Ok(expected), (op, given)
        assert {op for op, _, _ in ECHOES} >= {op for op in OPS if op not in WITHOUT_FUNCTIONS}
        assert testee.starts == 1


def add_dependency(folder: Path, language: str) -> None:
    """Add one where the lock file would have to change, as `cargo add` does it."""
    if language == "rust":
        (folder / "mine/src").mkdir(parents=True)
        (folder / "mine/src/lib.rs").touch()
        (folder / "mine/Cargo.toml").write_text(
            '[package]\nname = "mine"\nversion = "1.0.0"\nedition = "2021"\n', "utf-8"
        )
        manifest = (folder / "Cargo.toml").read_text("utf-8")
        added = manifest.replace("\n[dependencies]\n", '\n[dependencies]\nmine = { path = "mine" }\n')
        assert added != manifest
        (folder / "Cargo.toml").write_text(added, "utf-8")


def check_stubs(folder: Path) -> None:
    """Check that what is not filled in says so, and that requests are checked all the same."""
    adapter = load_adapter(str(folder), folder)
    build_adapter(adapter)
    with Testee(adapter, Limits(start_s=30)) as testee:
        assert testee.hello.profiles == ("frame",)
        for op in ("decode", "encode", "space_hash", "tail_hash"):
            assert testee.exchange(message(GOOD[op])) == Unsupported(op)
        for what, request in {**MALFORMED["frame"], **STRANGE}.items():
            assert isinstance(testee.exchange(message(request)), RequestError), what
        assert testee.starts == 1


def check_manners(folder: Path, language: str) -> None:
    """Check what the suite does not ask of a testee that claims so little, and its owner relies on later."""
    adapter = load_adapter(str(folder), folder)
    build_adapter(adapter)
    with Testee(adapter, Limits(start_s=30)) as testee:
        assert (testee.hello.name, testee.hello.language) == ("fine-thing", LANGUAGES[language].name)
        assert isinstance(testee.ask("hello", {"token": "wrong"}), RequestError)
        refused = testee.ask("decode", {"frame": "01"})
        assert isinstance(refused, Reject)
        assert refused.code in ("FRAME_TOO_SHORT", "REJECTED")  # a library with codes, and one without
        for flags in (1, 2, 3):
            assert isinstance(testee.ask("encode", {"fields": {**PLAIN, "flags": flags}}), Unsupported)
        assert testee.ask('no "quotes" é \n', {}) == Unsupported('no "quotes" é \n')
        for text in UNREADABLE:
            assert isinstance(testee.exchange(text), RequestError), text
        empty = {"dims": [0, 2**32 - 1, 2**32 - 1], "dense": ""}
        assert testee.ask("sparse_encode", empty) == Ok({"values": "", "index": ""})
        large = {"dims": [512, 512], "values": "003c", "index_dims": [1, 2, 4], "index": "ff010000ff010000"}
        assert testee.ask("sparse_decode", large) == Ok({"dense": "0000" * (512 * 512 - 1) + "003c"})
        assert testee.starts == 1


@pytest.mark.slow
def test_the_python_of_the_template_is_typed(tmp_path: Path) -> None:
    """As the project's own check cannot reach it: its modules import each other as scripts do."""
    assert main(["thing", "--lang", "python", "--into", str(tmp_path)]) == 0
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "testee.py", "yours.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@BUILT
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kit_of_a_language_is_copied_as_our_own_testees_use_it(tmp_path: Path, language: str) -> None:
    kit = LANGUAGES[language].kit
    assert main(["thing", "--lang", language, "--into", str(tmp_path)]) == 0
    copied = {path.relative_to(tmp_path / kit.folder): path for path in (tmp_path / kit.folder).rglob("*.*")}
    suffixes = {
        "python": {".py"},
        "rust": {".rs", ".toml"},
        "go": {".go"},
        "typescript": {".ts", ".mjs"},
        "c": {".c", ".h"},
    }
    assert {path.suffix for path in copied} == suffixes[language]
    for path, copy in copied.items():
        assert copy.read_bytes() == (ADAPTERS / kit.source / path).read_bytes(), path
    assert not any({"tests", "target"} & set(path.parts) for path in copied)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_to_keep_a_testee_is_told_where_it_can_be_kept(tmp_path: Path, language: str) -> None:
    assert main(["thing", "--lang", language, "--into", str(tmp_path)]) == 0
    sources = (path for path in tmp_path.rglob("*") if path.suffix in (".py", ".rs", ".go", ".ts", ".c"))
    can = any("--attach" in path.read_text("utf-8") for path in sources)
    assert ("--attach" in (tmp_path / "README.md").read_text("utf-8")) is can


@pytest.mark.slow
def test_the_go_of_the_template_passes_its_lints(tmp_path: Path) -> None:
    if shutil.which("go") is None:
        pytest.skip("go is not installed")
    assert main(["thing", "--lang", "go", "--into", str(tmp_path)]) == 0
    for command in (["gofmt", "-l", ".", str(FILLED / "go")], ["go", "vet", "./..."]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.slow
def test_the_typescript_of_the_template_passes_its_lints(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    package = ADAPTERS / "typescript"
    build_adapter(load_adapter("typescript", ADAPTERS))
    assert main(["thing", "--lang", "typescript", "--into", str(tmp_path)]) == 0
    shutil.copytree(FILLED / "typescript", tmp_path / "filled")
    command = [str(package / "node_modules/.bin/biome"), "ci", "--config-path", str(package), "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("language", ["c"])
def test_the_c_of_the_template_and_its_kit_has_no_warnings(tmp_path: Path, language: str) -> None:
    if shutil.which("cc") is None:
        pytest.skip("cc is not installed")
    assert main(["thing", "--lang", language, "--into", str(tmp_path)]) == 0
    flags = "-O1 -std=c11 -Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -pthread"
    command = ["make", f"CFLAGS={flags}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("into", "named"),
    [([], "./mine"), (["--into", "my first/testee é"], "./my first/testee é"), (["--into", "../mine"], "./../mine")],
    ids=["as README has it", "blanks", "above"],
)
def test_the_line_to_go_on_with_is_that_of_readme_and_holds_where_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], into: list[str], named: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["mine", "--lang", "python", *into]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    words = shlex.split(line)
    assert words[-2:] == ["run", named]
    assert (Path(named) / "adapter.toml").is_file()
    assert "resonant-conformance run ./mine\n" in (ROOT / "README.md").read_text("utf-8")


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
    readme = files["README.md"].read_text("utf-8")
    assert LANGUAGES[language].yours in readme
    linked = set(re.findall(r"\]\(([^)]+)\)", readme))
    assert {name for name in linked if not (tmp_path / name).exists()} == set()
    assert load_known(files["known.toml"]) == {}


@pytest.mark.parametrize("page", ["README.md", "specs/README.md", "specs/testee.md"])
def test_pages_list_every_language(page: str) -> None:
    listed = re.findall(r"new-adapter NAME --lang (\S+?)`", (ROOT / page).read_text("utf-8"))
    assert set(listed) == {"|".join(LANGUAGES)}


def test_every_template_has_its_language() -> None:
    assert {path.name for path in TEMPLATES.iterdir()} == {COMMON, *LANGUAGES}
