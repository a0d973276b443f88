"""The provenance of a result: this suite, these vectors, this adapter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from ..model.cases import VECTORS
from ..model.integrity import MANIFEST

PACKAGE = "resonant-conformance"


@dataclass(frozen=True, slots=True)
class Bound:
    """Versions and hashes. adapter_sha256: None where there is no adapter.toml that started the testee."""

    suite: str
    vectors_sha256: str
    vectors_cases: int
    adapter: str
    adapter_sha256: str | None


def bound_to(adapter: str, file: Path | None, data: Path = VECTORS) -> Bound:
    """The suite that runs, its vectors, and the adapter. Raises OSError, or ValueError for a damaged manifest."""
    manifest = json.loads((data.parent / MANIFEST).read_bytes())
    cases = sum(entry["cases"] for entry in manifest["files"].values())
    return Bound(version(PACKAGE), manifest["sha256"], cases, adapter, _hash(file) if file else None)


def _hash(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
