"""A failed case as text: clause, expected against got, the frame with the differing byte marked, how to replay it."""

from __future__ import annotations

from collections.abc import Iterator

from resonant.console import printable
from resonant.describe.clauses import load_clauses

from reports.dump import Dump, texts

from ..model.cases import Case
from ..model.verdict import Verdict, short
from ..session.dumps import dump

_STDERR_LINES = 12
_LINE_CHARS, _TEXT_CHARS = 5_000, 200_000


def failure_text(case: Case, verdict: Verdict, replay: str) -> str:
    """Everything a person needs to mend the implementation. replay: the command that runs this case alone."""
    return _text(case.id, case.about, case.clauses, verdict, dump(case, verdict), replay)


def probe_text(name: str, about: str, clauses: tuple[str, ...], verdict: Verdict, replay: str) -> str:
    """The same for a failed check of the testee protocol or of a property."""
    return _text(name, about, clauses, verdict, None, replay)


def _text(name: str, about: str, clauses: tuple[str, ...], verdict: Verdict, shown: Dump | None, replay: str) -> str:
    lines = [f"{name}: {verdict.outcome}: {verdict.summary}", f"case      {about}", *clause_lines(clauses)]
    lines += [f"expected  {verdict.expected}", f"got       {verdict.got}"]
    lines += map(str, texts(shown)) if shown is not None else ()
    if verdict.transcript:
        lines += ["what was said so far:", *(f"  {line}" for line in verdict.transcript)]
    if verdict.stderr:
        lines += ["testee's standard error:", *(f"  {line}" for line in verdict.stderr.splitlines()[-_STDERR_LINES:])]
    # Some of it is the testee's own words, which may be megabytes, or written to move the cursor of a terminal.
    text = short("\n".join(printable(short(line, _LINE_CHARS)) for line in lines), _TEXT_CHARS)
    return f"{text}\nreplay    {replay}"


def clause_lines(ids: tuple[str, ...]) -> Iterator[str]:
    """Each clause with its place and text."""
    clauses = load_clauses()
    for clause_id in ids:
        clause = clauses[clause_id]
        yield f"clause    {clause_id} (specs/{clause.file}:{clause.line}) {clause.text}"
