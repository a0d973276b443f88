"""Folders of vectors as they are published: vector files, a schema beside them, and a manifest of both."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

NO_HASH = "0" * 64


def hash_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def write_manifest(folder: Path, **changes: Any) -> Path:
    """The manifest of folder/data and folder/schema.json as it should be, but for members that are given."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    schema = folder / "schema.json"
    if not schema.exists():
        schema.write_text("{}", "utf-8")
    files = {
        path.relative_to(folder / "data").as_posix(): {"sha256": hash_of(path), "cases": 1}
        for path in sorted((folder / "data").rglob("*.json"))
    }
    members = {"spec": "1.0", "sha256": NO_HASH, "schema": hash_of(schema), "files": files, **changes}
    return close(folder / "manifest.json", json.dumps(members, indent=1))


def close(path: Path, text: str) -> Path:
    """Write a text whose sha256 is zeros, with its hash in their place."""
    path.write_text(text.replace(NO_HASH, sha256(text.encode()).hexdigest(), 1), "utf-8")
    return path
