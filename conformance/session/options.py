"""The options of the command line, whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_SEED = 1


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line."""

    impl: str
    profiles: tuple[str, ...]
    known: Path | None
    report: Path | None
    seed: int
    build: bool
    dialogues: tuple[Path, ...] = ()
    vectors: tuple[Path, ...] = ()
    real_time: bool = False
    fix_known: bool = False
    plan: Path | None = None
    write_plan: bool = False
    cases: tuple[str, ...] = ()
    """The ids that --case names; empty for all."""
    named: bool = True
    """Whether the command line says whom to judge."""
    lanes: int | None = None
    """The lanes that it asks for; None where the run decides."""
