"""vectors/manifest.json: the SHA-256 of every vector file, so that damage is seen before anything is judged by it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from .model import SPEC_VERSION, Group

_OWN = "0" * 64


def manifest_text(groups: Sequence[Group], texts: Mapping[str, str], schema: bytes) -> str:
    """The text of the manifest: one line a file, the same bytes for the same groups and schema.

    texts: the path of each group to its text.

    Its own `sha256` is the SHA-256 of the whole text with 64 zeros in its place.
    """
    cases = {str(group.path): len(group.cases) for group in groups}
    files = {name: _entry(texts[name], count) for name, count in sorted(cases.items())}
    text = _text(files, sha256(schema).hexdigest())
    return text.replace(_OWN, sha256(text.encode()).hexdigest(), 1)


def _entry(text: str, cases: int) -> str:
    return json.dumps({"sha256": sha256(text.encode()).hexdigest(), "cases": cases})


def _text(files: Mapping[str, str], schema: str) -> str:
    head = {"spec": SPEC_VERSION, "sha256": _OWN, "schema": schema}
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    entries = ",\n".join(f"  {json.dumps(name)}: {entry}" for name, entry in files.items())
    return "{\n" + "\n".join(lines) + '\n "files": {\n' + entries + "\n }\n}\n"
