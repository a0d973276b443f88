"""Testees over kernels that are compiled wrong, which need a build: adapters/cuda-host/faults/ says how."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from adapters.driver import load_adapter

_ROOT = Path(__file__).resolve().parents[3]
_FAULTS = Path("adapters", "cuda-host", "faults")


@dataclass(frozen=True, slots=True)
class WrongBuild:
    """An adapter whose build makes the implementation wrong."""

    name: str
    about: str
    clauses: tuple[str, ...]
    adapter: str
    """Its adapter.toml, from the root."""

    def run(self) -> None:
        """Become the testee, which has been built before."""
        adapter = load_adapter(str(_ROOT / self.adapter), _ROOT)
        os.chdir(adapter.folder)
        os.execv(adapter.run[0], adapter.run)  # noqa: S606 - ours


def _kernels(fault: str, *clauses: str) -> WrongBuild:
    file = _FAULTS / f"{fault}.toml"
    about = tomllib.loads((_ROOT / file).read_text("utf-8"))["about"]
    return WrongBuild(f"cuda-{fault}", about, clauses, file.as_posix())


WRONG = (
    _kernels("fast-math", "QNT-2", "QNT-4", "QNT-6"),
    _kernels("reciprocal", "QNT-4", "QNT-6"),
    _kernels("roundf", "QNT-6"),
)
