"""Mutants of the Rust crate by cargo-mutants, judged by the crate's test of the golden vectors."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .mutant import BODY, LINE_END, ROOT, Mutant
from .survivors import Tally

RUST = Path("adapters/rust")
TOOL = ROOT / RUST / "target" / "tools" / "bin" / "cargo-mutants"
PACKAGE = "resonant-protocol"
LIMIT_S = 120
"""A mutant whose test takes longer hangs. The test itself takes 3 s; a busy machine kills no mutant."""
FINISHED = (0, 2, 3)
"""Exit statuses of cargo-mutants: all caught, some missed, some timed out."""
KILLED = ("CaughtMutant", "Timeout")
SURVIVED = "MissedMutant"


class ToolError(Exception):
    """cargo-mutants could not do its work; the text says what is known."""


def find_survivors(*, size: int | None, seed: int) -> Tally:
    """Judge about `size` mutants, drawn by `seed`, or all of them, in a copy of what they need. Raises ToolError."""
    with TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / RUST, copy / RUST, ignore=shutil.ignore_patterns("target"))
        shutil.copytree(ROOT / "vectors" / "data", copy / "vectors" / "data")
        listed = json.loads(_run(("--list", "--json"), copy, capture=True))
        choice = ("--shard", shard(len(listed), size, seed), "--sharding", "round-robin") if size else ()
        # Not in a copy of its own, from which the test would not find the vectors.
        _run(
            ("--in-place", "--timeout", str(LIMIT_S), *choice, "-o", folder, "-C", "--locked", "-C", "--test=vectors"),
            copy,
        )
        return tally_of(json.loads((copy / "mutants.out" / "outcomes.json").read_bytes()), copy / RUST)


def shard(total: int, size: int, seed: int) -> str:
    """Every n-th mutant, so that about `size` are tried; n seeds one after the other try all."""
    parts = max(1, total // size)
    return f"{seed % parts}/{parts}"


def _run(arguments: Sequence[str], copy: Path, *, capture: bool = False) -> str:
    command = (str(TOOL), "mutants", "-p", PACKAGE, *arguments)
    environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / RUST / "target" / "mutation")}
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=copy / RUST,
            env=environment,
            stdout=subprocess.PIPE if capture else None,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise ToolError(f"{TOOL}: {error}; `make mutation` installs it") from error
    if done.returncode not in FINISHED:
        raise ToolError(f"cargo-mutants ended with {done.returncode}; 4: the crate itself fails its vectors")
    return done.stdout or ""


def tally_of(report: Mapping[str, Any], source: Path) -> Tally:
    """The tally in outcomes.json. source: the folder of its files. Mutants that do not compile do not count."""
    outcomes = [one for one in report["outcomes"] if "Mutant" in one["scenario"]]
    dead = [mutant_of(one["scenario"]["Mutant"], source) for one in outcomes if one["summary"] in KILLED]
    alive = [mutant_of(one["scenario"]["Mutant"], source) for one in outcomes if one["summary"] == SURVIVED]
    names = frozenset(mutant.name for mutant in dead)
    return Tally("cargo-mutants, Rust crate", len(dead) + len(alive), len(dead), tuple(alive), names)


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
