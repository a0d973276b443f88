"""The testee protocol is spoken in one place per language, and our testees and the templates are made of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.tests.support import ROOT
from conformance.tests.test_wording import own_text
from conformance.tools.new_adapter import LANGUAGES

KITS: Mapping[str, str] = {
    "Python": "adapters/testee_kit/pieces.py",
    "Rust": "adapters/rust/testee-kit/src/pieces.rs",
    "Go": "adapters/go/testeekit/pieces.go",
    "TypeScript": "adapters/typescript/testee-kit/pieces.ts",
    "C": "adapters/c/testee_kit/session.c",
}
"""Language -> the module of its kit that knows the head of a datagram."""

APART: Mapping[str, str] = {
    "adapters/driver/transport/pieces.py": "the runner's end of the protocol",
    "specs/testee.md": "the protocol itself",
    "adapters/rust/testee-kit/tests/pieces.rs": "the kit is tested against bytes",
    "adapters/tests/doubles/kit.py": "testees that are wrong on purpose, for the driver's tests",
    "adapters/tests/testee_kit/test_testee_kit.py": "the kit is tested against bytes",
    "adapters/tests/transport/test_pieces.py": "the driver is tested against bytes",
    "adapters/go/testeekit/tests/peer_batch_test.go": "the kit is tested against bytes",
    "adapters/typescript/tests/testee-kit/kit.test.ts": "the kit is tested against bytes",
    "conformance/probes/asks.py": "a failure says what an ask is",
    "conformance/probes/datagrams.py": "a probe sends heads that are wrong",
    "conformance/tests/probes/pseudocode.py": "it is the pseudocode of the protocol and nothing else",
    "conformance/tests/probes/said.py": "a failure says what an ask is",
    "vectors/make/tcp/framing.py": "a control message on a connection is no frame",
}
"""Other files with the head of a datagram in them, and the reason for each."""

_MAGIC = re.compile("RTP[1A]")


def with_magic() -> set[str]:
    here = Path(__file__).resolve()
    paths = (path for path in own_text() if path != here and _MAGIC.search(path.read_text("utf-8")))
    return {path.relative_to(ROOT).as_posix() for path in paths}


def test_nothing_else_speaks_the_testee_protocol() -> None:
    assert with_magic() == {*KITS.values(), *APART}


ADAPTERS = (path.parent for path in (ROOT / "adapters").glob("*/adapter.toml"))
PROGRAMS = sorted(folder.name for folder in ADAPTERS if (folder / "testee.py").exists())


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_python_testee_of_ours_is_made_of_the_kit(name: str) -> None:
    text = (ROOT / "adapters" / name / "testee.py").read_text("utf-8")
    assert re.search(r"^from adapters\.testee_kit(\.\w+)? import ", text, re.MULTILINE)
    assert "socket" not in text


TEMPLATES = {
    "python": ("testee.py", "from testee_kit import run\n"),
    "rust": ("src/main.rs", "resonant_testee_kit::run("),
    "go": ("main.go", "testeekit.Run("),
    "typescript": ("main.ts", "await run("),
    "c": ("Makefile", "$(wildcard testee_kit/*.c)"),
}
"""Language -> the file of its template that calls the kit, and the call."""


def test_every_template_is_made_of_its_kit() -> None:
    assert set(TEMPLATES) == set(LANGUAGES)
    for language, (name, call) in TEMPLATES.items():
        folder = ROOT / "adapters/template" / language
        assert call in (folder / name).read_text("utf-8")
        for path in folder.rglob("*.[a-z]*"):
            assert "socket" not in path.read_text("utf-8").replace('name = "socket2"', "").replace('"socket2"', ""), (
                path
            )


RUST = {"adapters/rust/testee": "../testee-kit", "adapters/template/rust": "testee-kit"}


@pytest.mark.parametrize("folder", RUST)
def test_a_rust_testee_is_made_of_the_kit(folder: str) -> None:
    manifest = tomllib.loads((ROOT / folder / "Cargo.toml").read_text("utf-8"))
    assert manifest["dependencies"]["resonant-testee-kit"] == {"path": RUST[folder]}
    assert "resonant_testee_kit::run(" in (ROOT / folder / "src/main.rs").read_text("utf-8")


def test_the_rust_kit_stands_alone() -> None:
    """As it is copied: it takes nothing from the workspace, and knows no implementation."""
    text = (ROOT / "adapters/rust/testee-kit/Cargo.toml").read_text("utf-8")
    manifest = tomllib.loads(text)
    assert set(manifest) == {"package", "dependencies"}
    assert set(manifest["dependencies"]) == {"serde_json", "socket2"}
    assert all(isinstance(version, str) for version in manifest["dependencies"].values())
    assert all(isinstance(value, str | bool) for value in manifest["package"].values())
    locked = tomllib.loads((ROOT / "adapters/template/rust/Cargo.lock").read_text("utf-8"))["package"]
    (kit,) = (package for package in locked if package["name"] == manifest["package"]["name"])
    assert kit == {
        "name": "resonant-testee-kit",
        "version": manifest["package"]["version"],
        "dependencies": sorted(manifest["dependencies"]),
    }


def test_there_are_programs_to_look_at() -> None:
    assert {"cuda", "cuda-host", "jax", "reference", "torch", "triton"} <= set(PROGRAMS)
