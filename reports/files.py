"""The suite's data files (run.json, statement.json, plan.json, mutants.json): found, read and checked by schema.

What is in them may come from anybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from resonant.console import printable

if TYPE_CHECKING:
    import jsonschema

SCHEMAS = Path(__file__).resolve().parent
MAX_BYTES = 512 << 20
AGAIN: Mapping[str, str] = {
    "run": "run again",
    "statement": "make the statement again",
    "plan": "write it again with --write-plan",
    "mutants": "run `make mutants` again",
}
"""Schema -> what to do about a file of an older format."""
_MESSAGE_CHARS = 300


class DataFileError(Exception):
    """A file that cannot be used; the text names it and says why."""


def file_of(path: Path, schema: str) -> Path:
    """The file that a path on the command line means: itself, or SCHEMA.json in the folder that it is."""
    return path / f"{schema}.json" if path.is_dir() else path


@dataclass(frozen=True, slots=True)
class Loaded:
    """The contents of a file. sha256: of its bytes, as they were read."""

    file: Path
    data: dict[str, Any]
    sha256: str


def load_data(path: Path, schema: str) -> dict[str, Any]:
    """As `load_file`, without what else there is to know of the file."""
    return load_file(path, schema).data


def load_file(path: Path, schema: str) -> Loaded:
    """The JSON object in the file, or in the folder's file, which fits reports/SCHEMA.schema.json.

    A byte order mark does no harm. Raises DataFileError.
    """
    file = file_of(path, schema)
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise DataFileError(f"{file}: longer than {MAX_BYTES:,} bytes")
        return Loaded(file, checked(json.loads(data), schema, file), sha256(data).hexdigest())
    except FileNotFoundError as error:
        inside = f"there is no {file.name} in it" if file != path else f"cannot be read: {error.strerror}"
        raise DataFileError(f"{path}: {inside}; {_WHERE_FROM.get(schema, 'check the path')}") from error
    except OSError as error:
        raise DataFileError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        what = f"not JSON ({printable(str(error))}), so cut off or another file"
        raise DataFileError(f"{file}: {what}: check the path, or copy it again") from error


_WHERE_FROM: Mapping[str, str] = {
    "run": "name a run.json, or the folder that --report wrote",
    "statement": "name a statement.json, or the folder that has one",
}


@cache
def _quick(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads((SCHEMAS / f"{schema}.schema.json").read_bytes()))


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    import jsonschema  # noqa: PLC0415 - takes a while, and is for what does not fit

    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_bytes()))


def checked(value: Any, schema: str, path: Path) -> dict[str, Any]:
    """The value, which is to fit the schema. Raises DataFileError that names `path`."""
    _check_format(value, schema, path)
    if isinstance(value, dict) and _quick(schema).is_valid(value):
        return value
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - takes a while, and is for what does not fit

    error = best_match(_validator(schema).iter_errors(value))
    if error is not None:
        where = f"does not fit reports/{schema}.schema.json at {error.json_path}"
        message = printable(error.message[:_MESSAGE_CHARS])
        raise DataFileError(f"{path}: {where}, so this suite cannot read it: {message}")
    fitting: dict[str, Any] = value
    return fitting


def _check_format(value: Any, schema: str, path: Path) -> None:
    """Say it plainly where another version of the suite made the file."""
    read: int = _validator(schema).schema["properties"]["format"]["const"]  # type: ignore[index]
    made = value.get("format") if isinstance(value, dict) else None
    if type(made) is not int or made == read:
        return
    has = f"{path}: {schema}.json has format {made}; this version reads {read}"
    if made < read:
        raise DataFileError(f"{has}: {AGAIN[schema]}")
    raise DataFileError(f"{has}: a newer version of resonant-conformance made it, so update this one")
