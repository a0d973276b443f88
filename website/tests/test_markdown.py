"""Markdown as pages: clauses with anchors, links that lead somewhere, diagrams as tables."""

from __future__ import annotations

import pytest
from resonant.describe.clauses import Clause, load_clauses

from website.markdown import Rendered, Source, Writer
from website.pages.specification import page_of, where
from website.pictures import sequence
from website.places import ROOT

CLAUSES = load_clauses()
PLACES = {
    "specs/frame.md": page_of("frame.md"),
    "specs/space.md": page_of("space.md"),
    "specs/ops": "spec/1.0/ops.html",
}


def note(clause: Clause, page: str) -> str:
    return f"<i>beside {clause.id} on {page}</i>"


def written(text: str, path: str = "specs/frame.md") -> Rendered:
    return Writer(CLAUSES, PLACES, note, where).write(Source(path, page_of("frame.md"), "specification"), text)


def test_a_clause_has_an_anchor_its_text_and_what_judges_it() -> None:
    html = written("# V-Frame\n\n- `FRM-5` A receiver MUST accept `stream_id`.\n- plain\n").html
    assert '<li class="clause" id="FRM-5"><a class="clause-id" href="#FRM-5">FRM-5</a>' in html
    assert "<p>A receiver MUST" in html or "A receiver MUST" in html
    assert f"<i>beside FRM-5 on {page_of('frame.md')}</i>" in html
    assert html.count("<li") == 2


def test_the_mark_at_the_end_of_a_clause_is_no_text() -> None:
    assert "judged in" not in written("# V-Frame\n\n- `FRM-28` Over UDP. {judged in: handshake}\n").html


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See [there](space.md).", '<a href="space.html">there</a>'),
        ("See [there](space.md#1-two-words).", '<a href="space.html#1-two-words">there</a>'),
        ("See [there](ops/).", '<a href="ops.html">there</a>'),
        ("See [there](nowhere.md).", "See there."),
        ("As `SPC-1` has it.", '<a href="space.html#SPC-1" class="to-clause"><code>SPC-1</code></a>'),
        ("As `FRM-5` has it.", '<a href="#FRM-5" class="to-clause"><code>FRM-5</code></a>'),
        ("As `XYZ-1` has it.", "As <code>XYZ-1</code> has it."),
    ],
)
def test_links_are_those_of_the_site(text: str, link: str) -> None:
    assert link in written(f"# Page\n\n{text}\n").html


def test_html_in_a_text_is_shown_and_not_done() -> None:
    assert "<script>" not in written("# Page\n\n<script>alert(1)</script> and <b>this</b>\n").html


def test_headings_are_told_once_each_and_searched_with_their_text() -> None:
    page = written("# Page\n\nFirst.\n\n## Part\n\nSecond.\n\n## Part\n\nThird.\n")
    assert page.title == "Page"
    assert [one.anchor for one in page.headings] == ["part", "part-2"]
    assert [(one.title, one.text) for one in page.passages] == [
        ("Page", "First."),
        ("Page: Part", "Second."),
        ("Page: Part", "Third."),
    ]


def test_a_state_diagram_is_a_table() -> None:
    states = 'state "no session" as no\n    [*] --> no\n    no --> no: a / b\n'
    html = written(f"# Page\n\n```mermaid\nstateDiagram-v2\n    {states}```\n").html
    assert html.count("<tr>") == 3
    assert "no session" in html
    assert "a<br>b" in html


def test_a_conversation_in_characters_is_a_diagram() -> None:
    text = """   time  client                                                   server

    0 s  ping 1/0   -------------------------------------------->
                                                                  (established)
                    x--------------------------------------------  capability 1/0
   45 s  (lost)                                                   (lost)
"""
    html = sequence(text)
    assert html.count("<li>") == 4
    assert 'class="flow span-2 there to-right"><span class="what"><b>ping 1/0' in html
    assert 'class="flow span-2 back to-left lost"><span class="what"><b>capability 1/0' in html
    assert '<span class="event of-client">lost</span><span class="event of-server">lost</span>' in html


def test_a_conversation_of_another_form_stays_as_it_is() -> None:
    assert sequence("time\nwhatever <this> is").startswith("<pre")


@pytest.mark.parametrize("page", ["handshake.md", "stream.md", "mux.md"])
def test_every_conversation_of_the_specification_is_drawn(page: str) -> None:
    text = (ROOT / "specs" / page).read_text("utf-8")
    assert written(text, f"specs/{page}").html.count("talk picture") == text.count("```sequence") > 0
