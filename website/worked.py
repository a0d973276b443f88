"""Worked frames of the specification as the widget that colours bytes by field."""

from __future__ import annotations

import json
import re
from html import escape

_LINE = re.compile(r"@(?P<at>\d+) +(?P<hex>[0-9a-f]+)(?: {2,}(?P<name>\S.*?)(?: {2,}(?P<says>.+))?)?")


def drawn_frame(text: str) -> str:
    """The widget for a block of `frame`; without scripts its text is shown as it is."""
    rows: list[list[int | str]] = []
    for line in text.splitlines():
        found = _LINE.fullmatch(line.rstrip())
        if found is not None:
            size = len(found["hex"]) // 2
            rows.append([int(found["at"]), size, found["hex"], found["name"] or "", found["says"] or ""])
    data = {"size": sum(int(row[1]) for row in rows), "parts": [["frame", rows]], "ok": True, "said": []}
    return widget(json.dumps(data, ensure_ascii=False, separators=(",", ":")), text)


def widget(data: str, text: str) -> str:
    """The element that a script turns into the drawing of a frame."""
    return f'<div class="frame-widget" data-frame="{escape(data)}"><pre tabindex="0">{escape(text)}</pre></div>\n'
