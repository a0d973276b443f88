"""Draw the tables that stand in Markdown from specs/registry.toml.

`python -m conformance.tools.spec_tables` writes specs/limits.md, and the tables of specs/README.md and README.md
between their markers; `--check` writes nothing and says what is not fresh.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from resonant.describe.clauses import load_clauses
from resonant.describe.registry import Code, Limit, Registry, registry

from .. import SUITE

ROOT = SUITE.parent
LIMITS = "specs/limits.md"
_END = "<!-- end -->"
_LIMITS_INTRO = """\
# Limits and timers

Every number that bounds a frame, a peer or a testee, with the clauses that lay it down; those are normative. This page
is drawn from [registry.toml](registry.toml), which has the same for programs, by `make docs`.
"""
_BOUNDS = {"min": "at least", "max": "at most"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def profiles(found: Registry) -> Iterator[str]:
    """The profiles, and the names reserved for more."""
    rows = [
        (
            _code(one.name),
            _codes(one.families),
            "; ".join(filter(None, (", ".join(one.ops), one.beyond))),
            _codes(one.needs),
        )
        for one in found.profiles.values()
    ]
    yield table(("profile", "families", "ops", "needs"), rows)
    if found.reserved:
        yield f"The names {_listed(found.reserved)} are reserved for profiles to come."


def codes_of(group: str, head: str, *, numbered: bool = False) -> Callable[[Registry], Iterator[str]]:
    """A function that draws the codes of a group. head: the heading of the last column."""

    def drawn(found: Registry) -> Iterator[str]:
        codes = [code for code in found.codes.values() if code.group == group]
        rows = [_code_row(code) for code in codes]
        if numbered:
            rows = [(str(number), *row) for number, row in enumerate(rows, start=1)]
        yield table((*(("#",) if numbered else ()), "code", "layer", head), rows)

    return drawn


def _code_row(code: Code) -> tuple[str, ...]:
    return _code(code.name), ", ".join(code.layer), code.when


def names(found: Registry) -> Iterator[str]:
    """The sentence of README.md."""
    yield f"Profiles are {_listed(found.profiles)}."


# file -> the name in a marker, and what draws the paragraphs there
TABLES: Mapping[str, Mapping[str, Callable[[Registry], Iterator[str]]]] = {
    "README.md": {"names of profiles": names},
    "specs/README.md": {
        "profiles": profiles,
        "codes.frame": codes_of("frame", "the input …", numbered=True),
        "codes.message": codes_of("message", "the message …"),
        "codes.other": codes_of("other", "the input …"),
        "codes.sent": codes_of("sent", "the frame …"),
        "codes.unsent": codes_of("unsent", "when"),
        "codes.dropped": codes_of("dropped", "the frame …"),
        "codes.closed": codes_of("closed", "when"),
    },
}


def limits(found: Registry) -> str:
    """The text of specs/limits.md: a table for each file of clauses."""
    parts = [_LIMITS_INTRO]
    for group, ours in groupby(found.limits.values(), key=lambda limit: limit.group):
        rows = [(_code(one.name), value(one), one.about, ", ".join(map(_linked, one.clauses))) for one in ours]
        parts += [f"## [{group}.md]({group}.md)\n", table(("name", "value", "what", "clauses"), rows) + "\n"]
    return "\n".join(parts)


def value(limit: Limit) -> str:
    """The value in words: `at most 65,536 bytes`, `15,000 ms (15 s)`."""
    numbers = limit.value if isinstance(limit.value, tuple) else (limit.value,)
    unit = limit.unit.removesuffix("s") if numbers == (1,) else limit.unit
    seconds = f"({_and([f'{number / 1000:g}' for number in numbers])} s)" if unit == "ms" else ""
    bound = _BOUNDS.get(limit.name.partition("_")[0], "")
    return " ".join(filter(None, (bound, _and([f"{number:,}" for number in numbers]), unit, seconds)))


def drawn(text: str, marker: str, paragraphs: Iterable[str]) -> str:
    """The text with these paragraphs between its markers. Raises ValueError where the markers are not there once."""
    begin = f"<!-- registry: {marker} -->\n"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(_END)
    if not (found and ended) or begin in after:
        raise ValueError(f"not one pair of {begin.strip()} and {_END}")
    return f"{before}{begin}\n" + "".join(f"{paragraph}\n\n" for paragraph in paragraphs) + f"{_END}{after}"


def fresh(root: Path) -> Iterator[tuple[str, str]]:
    """Each file that is drawn, by its path from the root, and the text it is to have."""
    found = registry()
    yield LIMITS, limits(found)
    for name, tables in TABLES.items():
        text = (root / name).read_text("utf-8")
        for marker, draw in tables.items():
            text = drawn(text, marker, draw(found))
        yield name, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is not fresh, or with --check return 1 where something is not."""
    parser = argparse.ArgumentParser(prog="python -m conformance.tools.spec_tables", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and name what is out of date")
    options = parser.parse_args(arguments)
    stale = 0
    for name, text in fresh(ROOT):
        path = ROOT / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale += 1
        print(f"{name} is out of date: run make docs" if options.check else f"written: {name}")
        if not options.check:
            path.write_text(text, "utf-8")
    return int(options.check and stale > 0)


def _code(name: str) -> str:
    return f"`{name}`"


def _codes(found: Iterable[str]) -> str:
    return ", ".join(map(_code, found))


def _listed(found: Iterable[str]) -> str:
    return _and([_code(name) for name in found])


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _linked(clause: str) -> str:
    return f"[`{clause}`]({load_clauses()[clause].file})"


if __name__ == "__main__":
    sys.exit(main())
