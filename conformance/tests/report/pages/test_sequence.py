"""Sequence diagrams: steps in order of time, bytes behind arrows, and a page that runs nothing and fits any width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conformance.session.dumps import explained_dump
from reports.sequence import Arrow, Diagram, Fault, Note, fragment, render, span

pytestmark = pytest.mark.xdist_group("pages")

FRAME = bytes.fromhex("01030000010000000000000000000000000000000000000000000000002b8b06cf")
LONG = "a-name-of-a-hundred-characters-" * 4
WRONG = Fault("BAD_TYPE", "FRM-3", "a type that there is not")
STEPS = (
    Arrow(0, True, "ping", ("stream 1", "33 bytes"), dump=explained_dump(FRAME, None), number=1, anchor="one"),
    Note(0, None, "both"),
    Arrow(
        3_000_000, False, LONG, (LONG,), Fault("BAD_TYPE", "FRM-3", "a type that there is not"), number=2, anchor="two"
    ),
    Note(3_000_001, True, "right", bad=True),
    Arrow(3_000_002, True, "again", links=(("one", "the frame that it repeats"),), number=3, text='{"a": 1}'),
)
DIAGRAM = Diagram("A talk", "client 10.0.0.1:1", "server [2001:db8::1]:50051", STEPS, ("3 frames",), "talk")


@pytest.mark.parametrize(
    ("time_us", "text"),
    [
        (0, "0 µs"),
        (999, "999 µs"),
        (1_500, "1.5 ms"),
        (59_900_000, "59.9 s"),
        (61_000_000, "1 min 1 s"),
        (7_260_000_000, "2 h 1 min"),
    ],
)
def test_a_span_is_as_precise_as_it_is_long(time_us: int, text: str) -> None:
    assert span(time_us) == text


def test_steps_keep_their_order_with_pauses_between() -> None:
    assert [(kind, new) for kind, _, new in DIAGRAM.lines] == [
        ("arrow", True),
        ("note", False),
        ("pause", True),
        ("arrow", True),
        ("note", True),
        ("arrow", True),
    ]


def test_a_fragment_escapes_everything_and_has_no_script_and_no_style() -> None:
    bad = "<script>\"'&"
    steps = (Arrow(0, True, bad, (bad,), Fault(bad, bad, bad), text=bad), Note(0, None, bad))
    text = fragment(Diagram(bad, bad, bad, steps, (bad,)))
    assert "<script" not in text
    assert "style=" not in text
    assert "&lt;script&gt;" in text


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "page.html"
    path.write_text(render("talk.pcapng", "3 frames in 1 conversation; 1 with a fault", [DIAGRAM], ["a note"]), "utf-8")
    return path.as_uri()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1200, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_and_opens_an_arrow_with_a_key(
    window: Page, said: list[str], page: str, width: int, scheme: Any
) -> None:
    window.set_viewport_size({"width": width, "height": 800})
    window.emulate_media(color_scheme=scheme)
    window.goto(page)
    first = window.locator("#one details")
    bytes_of = first.locator(".dump")
    expect(bytes_of).to_be_hidden()
    first.locator("summary").focus()
    window.keyboard.press("Enter")
    expect(bytes_of).to_be_visible()
    assert "stream_id" in bytes_of.inner_text()
    assert window.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert said == [page]


@pytest.mark.slow
def test_a_fault_is_marked_named_and_linked(window: Page, said: list[str], page: str) -> None:
    window.goto(page)
    expect(window.locator("#two .objection")).to_have_text("✗ BAD_TYPE FRM-3: a type that there is not")
    window.locator("a[href='#two']").click()
    assert window.evaluate("location.hash") == "#two"
    window.locator("#two summary").click()
    expect(window.locator("#two blockquote")).to_contain_text("FRM-3")
    assert said == [page]


@pytest.mark.slow
def test_arrows_go_the_way_of_their_frames(window: Page, said: list[str], page: str) -> None:
    window.goto(page)
    labels = window.locator(".arrow").evaluate_all("those => those.map(one => one.getAttribute('aria-label'))")
    assert labels == [
        "client 10.0.0.1:1 to server [2001:db8::1]:50051",
        "server [2001:db8::1]:50051 to client 10.0.0.1:1",
        "client 10.0.0.1:1 to server [2001:db8::1]:50051",
    ]
    assert said == [page]
