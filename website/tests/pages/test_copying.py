"""Copies of a case: the tests among them run, and fail where the implementation is wrong."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect

from website.places import ROOT
from website.tests.pages.conftest import Opener

CASES = (
    "frame/decode/crc.html#crc-zero",
    "frame/decode/hand-plain.html#header-fields-all-ones",
    "xchacha/decode/product-zstd.html#think-f16-zstd-xchacha-text",
)
"""A frame that is refused, one that is taken, and one that takes a key."""
BY_DAY = {("Python", CASES[0]), ("Go", CASES[1]), ("TypeScript", CASES[2])}
LIMIT_S = 300
TYPESCRIPT = ROOT / "adapters" / "typescript"


def copied(opener: Opener, path: str, label: str) -> str:
    page = opener.go(opener.window(), f"vectors/{path}")
    row = page.locator(f"[id='{path.partition('#')[2]}'] .copies")
    row.get_by_role("button", name=label, exact=True).click()
    expect(row.locator(".code")).to_be_visible()
    return row.locator(".code").text_content() or ""


def python(folder: Path, text: str) -> list[str]:
    (folder / "test_copied.py").write_text(text, "utf-8")
    return [str(ROOT / ".venv/bin/python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_copied.py"]


def go(folder: Path, text: str) -> list[str]:
    """In the module itself, as nothing else may be fetched."""
    (folder / "copied_test.go").write_text(text, "utf-8")
    overlay = {"Replace": {str(ROOT / "adapters/go/copied_test.go"): str(folder / "copied_test.go")}}
    (folder / "overlay.json").write_text(json.dumps(overlay), "utf-8")
    name = text.partition("func ")[2].partition("(")[0]
    return [
        "go",
        "test",
        "-C",
        str(ROOT / "adapters/go"),
        "-overlay",
        str(folder / "overlay.json"),
        "-run",
        f"^{name}$",
        ".",
    ]


def rust(folder: Path, text: str) -> list[str]:
    (folder / "src").mkdir()
    (folder / "src/lib.rs").write_text(text, "utf-8")
    crate = ROOT / "adapters/rust/resonant-protocol"
    manifest = '[package]\nname = "copied"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n[dependencies]\n'
    (folder / "Cargo.toml").write_text(f'{manifest}resonant-protocol = {{ path = "{crate}" }}\n', "utf-8")
    (folder / "Cargo.lock").write_bytes((ROOT / "vectors/examples/rust/Cargo.lock").read_bytes())
    return ["cargo", "test", "--quiet", "--offline", "--target-dir", str(ROOT / "adapters/rust/target/copied")]


def typescript(folder: Path, text: str) -> list[str]:
    package = (TYPESCRIPT / "build/src/index.js").as_uri()
    (folder / "copied.test.mjs").write_text(text.replace('"resonant-protocol"', json.dumps(package)), "utf-8")
    return ["node", "--test", "copied.test.mjs"]


RUNNERS: Mapping[str, Callable[[Path, str], list[str]]] = {
    "Python": python,
    "Go": go,
    "Rust": rust,
    "TypeScript": typescript,
}


def ended(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@pytest.mark.parametrize("path", CASES, ids=["refused", "taken", "with a key"])
@pytest.mark.parametrize("language", RUNNERS)
def test_a_copied_test_runs_and_bites(opener: Opener, tmp_path: Path, language: str, path: str) -> None:
    if os.environ.get("PAGES") != "all" and (language, path) not in BY_DAY:
        pytest.skip("takes processes that compile: PAGES=all runs each of them, every night")
    text = copied(opener, path, f"{language} test")
    for name, given, status in (("right", text, 0), ("wrong", _wrong(text), 1)):
        folder = tmp_path / name
        folder.mkdir()
        result = ended(RUNNERS[language](folder, given), folder)
        assert (result.returncode != 0) == status, f"{name}: {result.stdout}\n{result.stderr}\n{given}"


def _wrong(text: str) -> str:
    """The same with a frame of version 2, which is looked at before all else."""
    return text.replace('"01', '"02', 1)


def test_any_case_is_a_vector_file_and_a_test_of_the_readers_own(opener: Opener) -> None:
    path = "quant/quantize/blocks.html#q4-scale-per-tensor"
    file = json.loads(copied(opener, path, "JSON"))
    assert (file["profile"], file["op"], len(file["cases"])) == ("quant", "quantize", 1)
    scope: dict[str, object] = {}
    text = copied(opener, path, "Python test").replace(
        "from yours import answer", "answer = lambda op, given: EXPECTED"
    )
    exec(compile(text, "copied", "exec"), {"EXPECTED": file["cases"][0]["expect"]}, scope)
    assert any(name.startswith("test_quant_quantize_blocks") for name in scope)
    for language in RUNNERS:
        assert (
            "q4_scale_per_tensor" in copied(opener, path, f"{language} test").lower().replace("-", "_")
            or language == "Go"
        )
