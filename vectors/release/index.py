"""The index of clauses, with the cases that judge each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from resonant.describe.clauses import Clause

from .cases import ReleasedCase
from .tree import ReleaseError

JSON, MARKDOWN = "index/clauses.json", "index/clauses.md"


def index_files(cases: Sequence[ReleasedCase], clauses: Mapping[str, Clause]) -> dict[str, bytes]:
    """The index as JSON and as Markdown: every clause of specs/, with the cases that cite it, if any.

    Raises ReleaseError for a case that cites a clause which is not there.
    """
    cited: dict[str, list[ReleasedCase]] = {clause: [] for clause in clauses}
    for case in cases:
        for clause in case.clauses:
            if clause not in cited:
                raise ReleaseError(f"{case.id} cites {clause}, which specs/ does not have")
            cited[clause].append(case)
    lines = [f" {json.dumps(clause)}: {json.dumps([case.id for case in found])}" for clause, found in cited.items()]
    return {
        JSON: ("{\n" + ",\n".join(lines) + "\n}\n").encode(),
        MARKDOWN: ("\n".join(_markdown(cited, clauses)) + "\n").encode(),
    }


def _markdown(cited: Mapping[str, Sequence[ReleasedCase]], clauses: Mapping[str, Clause]) -> Iterator[str]:
    yield "# Cases by clause"
    for clause, found in cited.items():
        said = clauses[clause]
        yield f"\n## {clause}\n\n{said.text}\n\n`specs/{said.file}`, {len(found)} cases.{_without(said, found)}\n"
        groups: dict[str, list[str]] = defaultdict(list)
        for case in found:
            groups[f"{case.file.profile}/{case.file.group}"].append(case.name)
        yield from (f"- `{group}/`: {', '.join(names)}" for group, names in groups.items())


def _without(clause: Clause, found: Sequence[ReleasedCase]) -> str:
    """The reason why a clause has no case, where the specification gives one."""
    return f" Untestable: {clause.untestable}" if clause.untestable and not found else ""
