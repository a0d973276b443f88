"""The verification of a statement: the checks that decide whether it can be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from .signing import SIGNATURE, is_genuine
from .statement import contradictions, statement_of


@dataclass(frozen=True, slots=True)
class Suite:
    """A version of the suite, and its vectors."""

    version: str
    vectors_sha256: str


def faults(
    statement: Mapping[str, Any],
    *,
    public_key: str | None = None,
    run: Path | None = None,
    adapter: Path | None = None,
    suite: Suite | None = None,
) -> Iterator[str]:
    """Reasons not to believe the statement; none if it can be believed. Raises DataFileError, OSError.

    public_key: hex of the key that must have signed. run, adapter: the run.json and the adapter.toml that it must be
    about. suite: what it must be made with. None: it does not matter.
    """
    yield from contradictions(statement)
    if SIGNATURE in statement and not is_genuine(statement):
        yield "the signature does not match: the statement or the signature was changed"
    if public_key is not None and statement.get(SIGNATURE, {}).get("public_key") != public_key.lower():
        yield f"it is not signed with the key {public_key}"
    if run is not None:
        made = statement_of(run)
        unlike = [name for name in made if made[name] != statement[name]]
        if unlike:
            yield f"it is not about {run}: {', '.join(unlike)} differ"
    if adapter is not None and statement["adapter_sha256"] != sha256(adapter.read_bytes()).hexdigest():
        yield f"it was made with another adapter.toml than {adapter}"
    if suite is not None:
        yield from _other_suite(statement, suite)


def _other_suite(statement: Mapping[str, Any], suite: Suite) -> Iterator[str]:
    if statement["suite"] != suite.version:
        yield f"it was made with version {statement['suite']} of the suite, and this is {suite.version} (--any-suite)"
    if statement["vectors_sha256"] != suite.vectors_sha256:
        yield "it was made with other vectors than those of this suite (--any-suite)"
