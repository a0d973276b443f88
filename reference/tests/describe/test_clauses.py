"""load_clauses, and its results for lines that are nearly clauses."""

from __future__ import annotations

import re

import pytest
from resonant import CloseCode, DropCode, RejectCode
from resonant.describe.clauses import Clause, collect_clauses, load_clauses, parse_clauses

from reference.tests.support import ROOT


def test_every_clause_of_the_specification_is_there_in_its_place() -> None:
    clauses = load_clauses()
    found = 0
    for path in (ROOT / "specs").glob("*.md"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith("- `") and re.match(r"[A-Z]{3}-\d+`", line[3:]):
                clause = clauses[line[3 : line.index("`", 3)]]
                assert (clause.file, clause.line) == (path.name, number)
                assert line.startswith(f"- `{clause.id}` {clause.text}")
                found += 1
    assert found == len(clauses) >= 79


def test_the_marks_are_taken_off_the_text() -> None:
    clauses = load_clauses()
    assert clauses["FRM-28"].text == "Over UDP a frame MUST travel as exactly one datagram of at most 65,507 bytes."
    assert (clauses["FRM-28"].untestable, clauses["FRM-28"].judged_in) == (None, "handshake")
    assert clauses["FRM-31"].text.endswith("or with the limits of this document.")
    assert (clauses["FRM-31"].untestable or "").startswith("memory of another process")
    assert (clauses["FRM-1"].untestable, clauses["FRM-1"].judged_in) == (None, None)


def test_must_is_a_word_in_capitals() -> None:
    def must(text: str) -> bool:
        return Clause("ABC-1", text, None, "x.md", 1).must

    assert must("A MUST.")
    assert must("It MUST NOT.")
    assert not must("It must; it SHOULD, MAY, MUSTER.")


def test_the_clauses_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        load_clauses()["FRM-1"] = None  # type: ignore[index]


def test_a_clause_knows_its_file_line_and_mark() -> None:
    text = "# T\n\n- `ABC-1` One {brace} text.\n- `ABC-12` Two MUST. {untestable: for a reason}\n"
    text += "- `ABC-3` Three MUST. {judged in: stream}\n\n- `code` only\n"
    assert parse_clauses("t.md", text) == (
        Clause("ABC-1", "One {brace} text.", None, "t.md", 3),
        Clause("ABC-12", "Two MUST.", "for a reason", "t.md", 4),
        Clause("ABC-3", "Three MUST.", None, "t.md", 5, "stream"),
    )


def test_examples_in_code_blocks_are_no_clauses() -> None:
    assert parse_clauses("t.md", "    - `ABC-1` indented\n\n```\n- `ABC-1` fenced\n- ABC-2\n```\n") == ()


@pytest.mark.parametrize(
    "line",
    [
        "- ABC-1 no backticks",
        "- `ABC-1`no space",
        "- `ABC-1`",
        "- `ABC-1` ",
        "- `abc-1` small letters",
        "- `ABC-01` leading zero",
        "- `ABC_1` no hyphen",
        "* `ABC-1` other bullet",
        " - `ABC-1` indented by one",
        "- `ABC-1` mark in the middle {untestable: why} of it",
        "- `ABC-1` no reason {untestable: }",
        "- `ABC-1` no colon {untestable}",
        "- `ABC-1` two marks {untestable: a} {untestable: b}",
        "- `ABC-1` mark in the middle {judged in: stream} of it",
        "- `ABC-1` no profile {judged in: }",
        "- `ABC-1` no profile's name {judged in: A Profile}",
        "- `ABC-1` no colon {judged in}",
        "- `ABC-1` two marks {judged in: stream} {judged in: handshake}",
        "- `ABC-1` both marks {untestable: why} {judged in: stream}",
        "- `ABC-1` both marks {judged in: stream} {untestable: why}",
        "- `ABC-1` goes on\n  here",
        "- `ABC-1` goes on\nhere",
    ],
)
def test_a_line_that_is_nearly_a_clause_is_an_error_with_its_place(line: str) -> None:
    with pytest.raises(ValueError, match=r"^t\.md:3: "):
        parse_clauses("t.md", f"# T\n\n{line}\n")


def test_an_id_stands_once_in_all_files() -> None:
    with pytest.raises(ValueError, match=r"b\.md:2: ABC-1 stands already at a\.md:1"):
        collect_clauses([("a.md", "- `ABC-1` one\n"), ("b.md", "\n- `ABC-1` two\n")])


def test_every_reject_code_is_in_the_registry_and_nothing_else() -> None:
    text = (ROOT / "specs" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:\d+ \| )?`([A-Z_]+)` \|", text, re.M)
    assert rows == [str(code) for code in (*RejectCode, *DropCode, *CloseCode)]
