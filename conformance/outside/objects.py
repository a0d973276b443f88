"""Sync objects against their schemas in specs/sync/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

SYNC = Path(__file__).resolve().parents[2] / "specs" / "sync"


def fault_of(message: Mapping[str, Any], method: str) -> str | None:
    """What keeps an object from fitting specs/sync/<method>.json, None if nothing does."""
    first = next(iter(_validator(method).iter_errors(message)), None)
    return None if first is None else f"{first.json_path}: {first.message}"


@cache
def _validator(method: str) -> Any:
    base = jsonschema.Draft202012Validator
    integers = base.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)  # HSK-10: 1.0 is none
    strict = jsonschema.validators.extend(base, type_checker=integers)  # type: ignore[no-untyped-call]
    return strict(json.loads((SYNC / f"{method}.json").read_bytes()))
