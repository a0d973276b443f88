"""Mutants of the Rust crate by cargo-mutants, which lists them, in one build that holds them all."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..rust.source import Edit
from .mutant import BODY, LINE_END, ROOT, Mutant

RUST = Path("adapters/rust")
TOOL = ROOT / RUST / "target" / "tools" / "bin" / "cargo-mutants"
PACKAGE = "resonant-protocol"


class ToolError(Exception):
    """cargo-mutants or the compiler could not do its work; the text says what is known."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mutant of cargo-mutants. key: its name there, with line and column. file: in the workspace."""

    key: str
    mutant: Mutant
    file: Path
    edit: Edit
    one_body: bool
    """Whether its function can have no second body beside its own, as it returns `impl Trait`."""


def listed(source: Path = ROOT / RUST) -> list[Change]:
    """Every mutant of the crate. Raises ToolError."""
    command = (str(TOOL), "mutants", "-p", PACKAGE, "--list", "--json")
    environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / RUST / "target" / "mutation")}
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=source, env=environment, capture_output=True, check=False
        )
    except OSError as error:
        raise ToolError(f"{TOOL}: {error}; `make mutation` installs it") from error
    if done.returncode:
        raise ToolError(f"cargo-mutants ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return [change_of(said, source) for said in json.loads(done.stdout)]


def change_of(said: Mapping[str, Any], source: Path) -> Change:
    """A mutant as cargo-mutants lists it. source: the folder of its files."""
    text = (source / said["file"]).read_text("utf-8")
    start, end = (_offset(text, said["span"][at]) for at in ("start", "end"))
    returns = said["function"]["return_type"] if said["function"] else ""
    edit = Edit(start, end, said["replacement"])
    return Change(said["name"], mutant_of(said, source), Path(said["file"]), edit, "impl " in returns)


def _offset(text: str, place: Mapping[str, int]) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1


def mutant_of(said: Mapping[str, Any], source: Path) -> Mutant:
    """A mutant of cargo-mutants under the name we give it."""
    function = said["function"]["function_name"] if said["function"] else ""
    file = (RUST / said["file"]).as_posix()
    if said["genre"] == "FnValue":
        return Mutant(file, function, BODY, said["replacement"])
    lines = (source / said["file"]).read_text("utf-8").splitlines()
    start, end = said["span"]["start"], said["span"]["end"]
    old = lines[start["line"] - 1 : end["line"]]
    new = old[0][: start["column"] - 1] + said["replacement"] + old[-1][end["column"] - 1 :]
    return Mutant(file, function, _joined(old), _joined(new.split("\n")))


def _joined(lines: Sequence[str]) -> str:
    return LINE_END.join(line.strip() for line in lines if line.strip())
