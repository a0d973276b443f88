"""State diagrams of the specification as tables: a row for each way from one state to another."""

from __future__ import annotations

import re
from html import escape

_STATE = re.compile(r'\s*state "(?P<text>[^"]+)" as (?P<name>\w+)')
_WAY = re.compile(r"\s*(?P<source>\S+) --> (?P<to>\S+?)(?:: (?P<on>.+))?")
_EDGE = "[*]"


def states_table(diagram: str) -> str:
    """The table of a `stateDiagram-v2`, as `make docs` draws them."""
    names = {found["name"]: found["text"] for line in diagram.splitlines() if (found := _STATE.fullmatch(line))}
    rows = []
    for line in diagram.splitlines():
        way = _WAY.fullmatch(line)
        if way is not None:
            source = "start" if way["source"] == _EDGE else names.get(way["source"], way["source"])
            rows.append((source, way["on"] or "", "end" if way["to"] == _EDGE else names.get(way["to"], way["to"])))
    cells = "".join(_row(*row, same=at > 0 and rows[at - 1][0] == row[0]) for at, row in enumerate(rows))
    head = "<thead><tr><th>from</th><th>on</th><th>to</th></tr></thead>"
    return (
        '<div class="scroll" tabindex="0" role="group" aria-label="States"><table class="states">'
        f"{head}<tbody>{cells}</tbody></table></div>\n"
    )


def _row(source: str, on: str, to: str, *, same: bool) -> str:
    begin = "" if same else f'<span class="state">{escape(source)}</span>'
    ways = "<br>".join(escape(one) for one in on.split(" / "))
    return f'<tr><td>{begin}</td><td>{ways}</td><td><span class="state">{escape(to)}</span></td></tr>'
