"""The structure of report.html by a parser: sound, bounded, and every failure in it with a place of its own."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, unquote

import pytest

from conformance.tests.report.runs import WEAK_CASES, kinds, weak, written
from reports.html import render
from reports.read import read_run

VOID = {"meta", "rect", "input", "br", "link"}
MOST_BYTES = 3_000_000
KINDS = ("green", "one fault", "weak", "crashes", "several")


@dataclass
class Tree(HTMLParser):
    """The parts of a page that tests ask for."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    packed: list[str] = field(default_factory=list)
    cases: int = 0
    opened: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        self.resources += [values[name] for name in ("src", "style", "onclick", "onload") if name in values]
        self.packed += [values["data-packed"]] if "data-packed" in values else []
        self.cases += "case" in values.get("class", "").split()
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.opened or self.opened.pop() != tag:
            self.wrong.append(f"</{tag}> in line {self.getpos()[0]}")


def parsed(text: str) -> Tree:
    tree = Tree()
    tree.feed(text)
    tree.close()
    return tree


def page_of(files: Sequence[Path]) -> str:
    return render([read_run(path) for path in files])


@cache
def page(kind: str) -> str:
    with TemporaryDirectory() as folder:
        return page_of(kinds(Path(folder))[kind])


def details(tree: Tree) -> Tree:
    """All details of a page, unpacked."""
    return parsed("".join(zlib.decompress(b64decode(one)).decode() for one in tree.packed))


@cache
def tree_of(kind: str) -> Tree:
    return parsed(page(kind))


@cache
def inside_of(kind: str) -> Tree:
    return details(tree_of(kind))


def leads_somewhere(link: str, places: Sequence[str]) -> bool:
    name = unquote(link.removeprefix("#"))
    return bool(parse_qs(name)) if "=" in name else name in places


@pytest.mark.parametrize("kind", KINDS)
def test_elements_are_closed_ids_are_unique_and_links_within_lead_somewhere(kind: str) -> None:
    tree, inside = tree_of(kind), inside_of(kind)
    assert (tree.wrong, tree.opened, inside.wrong, inside.opened) == ([], [], [], [])
    places = tree.ids + inside.ids
    assert [name for name, count in Counter(places).items() if count > 1] == []
    assert not [name for name in places if re.search(r"\s", name)]
    assert [link for link in (*tree.links, *inside.links) if not leads_somewhere(link, places)] == []
    assert tree.resources + inside.resources == []


FOUR_TIMES = pytest.mark.nightly(
    "test_a_page_of_thousands_of_failures_has_each_and_stays_small has two thousand without it"
)


@pytest.mark.slow
@pytest.mark.parametrize("failures", [WEAK_CASES // 4, pytest.param(WEAK_CASES, marks=FOUR_TIMES)])
def test_a_page_of_thousands_of_failures_has_each_and_stays_small(tmp_path: Path, failures: int) -> None:
    text = page_of([written(tmp_path, weak(failures))])
    tree = parsed(text)
    assert tree.cases == failures
    assert sum(name.startswith("case-frame/decode/") for name in tree.ids) == failures
    assert details(tree).opened == []
    assert len(text.encode()) <= MOST_BYTES * failures // WEAK_CASES


def test_every_failure_of_several_runs_has_its_place() -> None:
    tree = tree_of("several")
    assert tree.cases == 600 + 60 + 2 * 4
    assert "weak-case-frame/decode/a-group-of-cases-0/the-stream-7" in tree.ids
    ours = [name for name in tree.ids if name.endswith("case-message/read/limits/too-deep")]
    assert ours == ["example-case-message/read/limits/too-deep", "example--2--case-message/read/limits/too-deep"]


def test_cases_that_passed_have_places_too() -> None:
    inside = inside_of("green")
    assert [name for name in inside.ids if name.startswith("case-")] == [
        "case-frame/decode/bad/1",
        *sorted(f"case-frame/decode/ok/{number}" for number in range(20)),
    ]
    assert "example-case-frame/decode/counts/no-slices" in inside_of("several").ids


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("green", "FRM-3"),
        ("green", "1 refusal came without a code"),
        ("several", "5 runs"),
        ("crashes", "thread &#39;main&#39; panicked"),
        ("weak", "00<mark>ff</mark>0000"),
    ],
)
def test_what_matters_is_there_without_scripts(kind: str, says: str) -> None:
    assert says in page(kind)


def test_clauses_with_nothing_but_refusals_without_a_code_are_marked() -> None:
    row = page("green").partition('<tr id="clause-FRM-3">')[2].partition("</tr>")[0]
    assert 'class="cell unnamed"' in row
    assert "no code" in row
    assert "no code" not in page("green").partition('<tr id="clause-FRM-5">')[2].partition("</tr>")[0]
