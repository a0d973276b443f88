"""Frames for the widget that draws them: stages of fields, each with the bytes that are shown, and the verdict."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Any

from resonant.describe.explain import explained

SHOWN_BYTES = 96
"""Of one field; what is more is counted."""

Json = dict[str, Any]


@lru_cache(maxsize=8192)
def frame_of(hexadecimal: str, key: str = "") -> Json:
    """The fields of any bytes: `parts`, each [name, fields], a field being [offset, size, hex, name, meaning, wrong].

    `ok` says whether the frame is valid, `said` is the verdict in lines. Source: `resonant explain`.
    """
    data = bytes.fromhex(hexadecimal)
    found = explained(data, bytes.fromhex(key) if key else None)
    parts = []
    for part, group in groupby(found.fields, key=lambda field: field.part):
        fault = found.fault if found.fault is not None and found.fault.part is part else None
        rows = []
        for field in group:
            size = len(field.data)
            wrong = fault is not None and fault.start < field.offset + size and field.offset < fault.stop
            shown = field.data[:SHOWN_BYTES].hex()
            rows.append([field.offset, size, shown, field.name, field.meaning, *([1] if wrong else [])])
        parts.append([str(part), rows])
    return {"size": len(data), "parts": parts, "ok": found.valid, "said": list(found.verdict)}
