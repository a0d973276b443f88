"""Draw the state diagrams in specs/ from the tables that the reference runs off.

`python reference/diagrams.py` writes them between their markers; `--check` writes nothing and says what is not fresh.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from resonant.console import command
from resonant.peer.states import CLIENT, SERVER, Table
from resonant.peer.stream_states import INCOMING, OUTGOING

SPECS = Path(__file__).resolve().parents[1] / "specs"
# file -> the name in its marker, and the diagrams there with the words above each
DIAGRAMS: Mapping[str, tuple[str, tuple[tuple[str, Table[Any, Any]], ...]]] = {
    "handshake.md": ("handshake", (("A client:", CLIENT), ("A server:", SERVER))),
    "stream.md": ("stream", (("A stream at its receiver:", INCOMING), ("A stream_id at its sender:", OUTGOING))),
}
_END = "<!-- end -->"


def mermaid(table: Table[Any, Any]) -> str:
    """A table as a Mermaid state diagram. Triggers that lead from one state to the same other one share an arrow."""
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in _lines(table)), "```"])


def _lines(table: Table[Any, Any]) -> Iterator[str]:
    arrows: dict[tuple[StrEnum, StrEnum], list[str]] = {}
    for (source, trigger), target in table.rows.items():
        arrows.setdefault((source, target), []).append(str(trigger))
    met = {state for arrow in arrows for state in arrow}
    for state in (state for state in type(table.initial) if state in met):
        yield f'state "{state}" as {_name(state)}'
    yield f"[*] --> {_name(table.initial)}"
    for (source, target), triggers in arrows.items():
        yield f"{_name(source)} --> {_name(target)}: {' / '.join(triggers)}"


def _name(state: StrEnum) -> str:
    return state.replace(" ", "_")


def drawn(text: str, marker: str, diagrams: tuple[tuple[str, Table[Any, Any]], ...]) -> str:
    """The text with the diagrams between its markers. Raises ValueError where the markers are not there once."""
    begin = f"<!-- diagrams: {marker} -->\n"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(_END)
    if not (found and ended) or begin in after:
        raise ValueError(f"not one pair of {begin.strip()} and {_END}")
    blocks = "".join(f"\n{words}\n\n{mermaid(table)}\n" for words, table in diagrams)
    return f"{before}{begin}{blocks}\n{_END}{after}"


@command
def main() -> int:
    """Write the diagrams, or with --check return 1 where one is not fresh."""
    parser = argparse.ArgumentParser(description="Draw the state diagrams in specs/ from the reference's tables.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a diagram is not fresh")
    parser.add_argument("--specs", type=Path, default=SPECS, help="the folder of the files (default: specs/)")
    options = parser.parse_args()
    stale = False
    for file, (marker, diagrams) in DIAGRAMS.items():
        path = options.specs / file
        text = path.read_text(encoding="utf-8")
        fresh = drawn(text, marker, diagrams)
        if text == fresh:
            continue
        stale = True
        if options.check:
            print(f"{path}: the diagrams are not those of the tables; run make docs", file=sys.stderr)
        else:
            path.write_text(fresh, encoding="utf-8", newline="\n")
    return int(stale and options.check)


if __name__ == "__main__":
    sys.exit(main())
