"""The JSON of a Sync frame: read strictly by specs/message.md, and checked against the schema of its method."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import jsonschema_rs
from resonant.describe.registry import registry

from .read import I8, SYNC, WireFrame

if TYPE_CHECKING:
    import jsonschema

SPECS = Path(__file__).resolve().parents[2] / "specs"
_MAX_INTEGER, _MAX_DEPTH = map(registry().limit, ("max_json_integer", "max_json_levels"))


class SyncError(Exception):
    """A Sync frame that holds no strict JSON object; the text cites the clause."""


def read_sync(frame: WireFrame) -> Mapping[str, Any]:
    """The object of a Sync frame. Raises SyncError."""
    if frame.type != SYNC or len(frame.slices) != 1:
        raise SyncError(f"expected a Sync frame of one slice, not type {frame.type} of {len(frame.slices)} (MSG-1)")
    (only,) = frame.slices
    if only.dtype != I8 or len(only.dims) != 1:
        raise SyncError(f"the JSON slice has dtype {only.dtype} and rank {len(only.dims)} (MSG-13)")
    return read_object(only.payload)


def read_object(payload: bytes) -> Mapping[str, Any]:
    """A JSON object as a receiver takes it. Raises SyncError."""
    if payload[:1] != b"{" or payload[-1:] != b"}":
        raise SyncError("the JSON does not begin with { and end with } (MSG-14)")
    try:
        text = payload.decode()
        value: Mapping[str, Any] = _DECODE(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair has no UTF-8 (MSG-15)
    except (ValueError, RecursionError) as error:
        raise SyncError(f"the JSON is not strict: {error} (MSG-14 to MSG-18)") from None
    if payload.count(b"{") + payload.count(b"[") > _MAX_DEPTH and _depth(value) > _MAX_DEPTH:
        raise SyncError(f"the JSON is nested more than {_MAX_DEPTH} deep (MSG-17)")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate name in an object")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > _MAX_INTEGER:
        raise ValueError(f"the integer {text[:20]} is out of range")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:20]} is not finite")
    return value


_DECODE = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_finite
).decode


def _depth(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def schema_fault(message: Mapping[str, Any]) -> str | None:
    """The first violation of specs/sync/<method>.json, None if there is none."""
    method = message.get("method")
    named = isinstance(method, str) and method.isalpha()
    if named and _plainly_fits(f"sync/{method}.json", "", message):
        return None
    validator = validator_of(f"sync/{method}.json") if named else None
    if validator is None:
        return f"there is no method {method!r}"
    error = next(iter(validator.iter_errors(message)), None)
    if error is None:
        return None
    where = ".".join(map(str, error.absolute_path)) or "the object"
    return f"{where} does not fit specs/sync/{method}.json: {error.message[:200]}"


def fits(path: str, part: str, value: Mapping[str, Any]) -> bool:
    """Whether a value is one of a schema below specs/, or of one of its $defs; no value is where there is no file."""
    if _plainly_fits(path, part, value):
        return True
    validator = validator_of(path, part)
    return validator is not None and validator.is_valid(value)


def _plainly_fits(path: str, part: str, value: Mapping[str, Any]) -> bool:
    """Whether a fast validator takes it, and no float is in it: to that validator 1.0 is an integer.

    Everything else is for the slow one to say, which knows better and has the words for it.
    """
    validator = _fast_validator_of(path, part)
    return validator is not None and validator.is_valid(value) and not _has_float(value)


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    return any(map(_has_float, value)) if isinstance(value, list) else isinstance(value, float)


@cache
def _fast_validator_of(path: str, part: str) -> jsonschema_rs.Validator | None:
    schema = _schema_of(path, part)
    return None if schema is None else jsonschema_rs.validator_for(schema)


@cache
def validator_of(path: str, part: str = "") -> jsonschema.Draft202012Validator | None:
    """The validator of a schema below specs/, or of one of its $defs; None where there is no such file."""
    schema = _schema_of(path, part)
    return None if schema is None else _strict()(schema)


def _schema_of(path: str, part: str) -> Any:
    file = SPECS / path
    if not file.is_file():
        return None
    schema = json.loads(file.read_bytes())
    return schema["$defs"][part] if part else schema


@cache
def _strict() -> type[jsonschema.Draft202012Validator]:
    """Numbers without fraction and exponent alone are integers (specs/handshake.md, section 1)."""
    import jsonschema  # noqa: PLC0415 - takes a while, and is for what does not fit

    right = jsonschema.Draft202012Validator
    types = right.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    found: type[jsonschema.Draft202012Validator] = jsonschema.validators.extend(right, type_checker=types)  # type: ignore[no-untyped-call]
    return found
