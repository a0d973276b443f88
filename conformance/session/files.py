"""JSON files of the suite, written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_UNSEEN = re.compile("[\x7f-\xa0\xad\u0600-\u0605\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def data_text(data: Mapping[str, Any]) -> str:
    """The data as the text of a file, in which nothing moves the cursor or turns the line of whoever looks at it."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


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
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            # A testee can say half of a surrogate pair, which UTF-8 cannot; \ud800 is what JSON has for it.
            file.write(text)
        Path(part).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def not_written(error: Exception) -> str:
    """The reason why a file could not be written, on one line."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: cannot be written: {error.strerror}"
    return str(error)
