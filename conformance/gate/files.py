"""JSON files of the suite: read against their schema in reports/, written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).resolve().parents[2] / "reports"
MAX_BYTES = 512 << 20


class DataFileError(Exception):
    """A file that cannot be used; the text names it and says why."""


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_bytes()))


def load_data(path: Path, schema: str) -> dict[str, Any]:
    """The JSON object in the file, which fits reports/SCHEMA.schema.json. Raises DataFileError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise DataFileError(f"{path}: longer than {MAX_BYTES:,} bytes")
        return checked(json.loads(data), schema, path)
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataFileError(f"{path}: no JSON ({error})") from error


def checked(value: Any, schema: str, path: Path) -> dict[str, Any]:
    """The value, which is to fit the schema. Raises DataFileError that names `path`."""
    error = jsonschema.exceptions.best_match(_validator(schema).iter_errors(value))
    if error is not None:
        raise DataFileError(
            f"{path}: does not fit reports/{schema}.schema.json at {error.json_path}: {error.message:.300}"
        )
    fitting: dict[str, Any] = value
    return fitting


def data_text(data: Mapping[str, Any]) -> str:
    """The data as the text of a file."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def write_whole(path: Path, text: str) -> Path:
    """Write the file so that nobody ever sees a part of it. Raises OSError, and then the file is as it was."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:  # it names the file that is written first, which nobody knows
        raise OSError(error.errno, error.strerror, str(path)) from error
    return path


def _replace(path: Path, text: str) -> None:
    number, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            # A testee can say half of a surrogate pair, which UTF-8 cannot; \ud800 is what JSON has for it.
            file.write(text)
        Path(part).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def not_written(error: Exception) -> str:
    """Why a file could not be written, on one line."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: cannot be written: {error.strerror}"
    return str(error)
