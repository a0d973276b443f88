"""Every reference to a section of specs/ names its page, and a section that is there; a page keeps the order it has.

Numbers of sections move, ids of clauses do not: code that can cite a clause should.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.tests.support import ROOT
from conformance.tests.test_wording import own_text

SPECS = ROOT / "specs"
# What a number refers to. Who moves a section follows its references, in all languages, and then changes this.
SECTIONS = {
    "mux": [
        "Agreement and messages",
        "Credit",
        "Holding and corking",
        "How many streams, and their end",
        "Whose turn it is",
        "Codes and events",
        "Examples",
    ],
    "reed-solomon": ["Arithmetic", "Encoding", "Decoding", "Worked code"],
    "adaptive": [
        "Input",
        "Candidates",
        "Choice",
        "Worked choice",
        "Peers that choose",
        "Quality",
        "The controller",
        "A worked conversation",
    ],
    "frame": [
        "Header",
        "Slices",
        "CRC and sizes",
        "Checking order",
        "Encoding",
        "Strong tail hash",
        "Worked frame: plain",
    ],
    "transform": ["ZSTD", "XCHACHA", "Worked frame: compressed and sealed"],
    "message": ["Slots", "Scales", "Mask", "JSON slices", "Registry"],
    "quant": ["Input", "Scale and codes", "Codes as bytes", "Dequantizing", "Worked blocks"],
    "handshake": ["Frames of a peer", "The server", "The client", "What is received", "Events", "States", "Examples"],
    "stream": [
        "HEAD, TAIL and the stream bytes",
        "Receiving in order",
        "TAIL, repair and the end",
        "HEART",
        "Loss",
        "States",
        "Examples",
    ],
    "transport": [
        "TCP: frames in a byte stream",
        "TCP: how connections end",
        "TCP: what may be sent",
        "The ops tcp_split and tcp_join",
    ],
    "webrtc": ["Channels and messages", "Sizes", "How channels end", "Signalling", "Example"],
    "quic": ["Carriages", "How carriages and connections end", "Example"],
    "fec": [
        "The repair datagram",
        "Agreement",
        "Receiving repair",
        "Recovery",
        "Sending repair",
        "The ops repair_encode and repair_decode",
        "Worked repair",
    ],
    "testee": [
        "A testee in pseudocode",
        "Start and end",
        "Datagrams",
        "Requests",
        "Replies",
        "Peers",
        "What a testee must not do",
        "Attaching",
    ],
}
REFERENCE = re.compile(r"\b[Ss]ections? (\d+)(?: (?:to|and) (\d+))?(?![.\d]*\d)")
PAGE = re.compile(r"\b([\w-]+)\.md\b|the (\w+) (?:specification|protocol)\b")
AFTER = re.compile(r" of (?:the suite's )?[`\[]?(?:specs/)?(?=[\w-]+\.md|the \w+ (?:specification|protocol))")
FAR_CHARS = 75
LEADERS = re.compile(r"\s*\n\s*(?://[/!]?|\*|#)? ?")
OF_OTHERS = re.compile(r"RFC \d+ $| of RFC")


def references(name: str, text: str) -> Iterator[tuple[str, int]]:
    """The page, empty if none is named, and the number of each section that a file refers to."""
    flat = LEADERS.sub(" ", text)
    for found in REFERENCE.finditer(flat):
        before, behind = flat[max(0, found.start() - FAR_CHARS) : found.start()], flat[found.end() : found.end() + 60]
        if OF_OTHERS.search(before) or OF_OTHERS.match(behind):
            continue
        of = AFTER.match(behind)
        pages = PAGE.findall(behind[of.end() :])[:1] if of else PAGE.findall(before)[-1:]
        page = next((one or other for one, other in pages), name if name in SECTIONS else "")
        for number in filter(None, found.groups()):
            yield page, int(number)


@pytest.mark.parametrize("page", SECTIONS)
def test_a_section_has_the_number_that_the_references_mean(page: str) -> None:
    text = (SPECS / f"{page}.md").read_text("utf-8")
    titles = dict(re.findall(r"^## (\d+)\. (.+)$", text, re.M))
    assert titles == {str(number): title for number, title in enumerate(SECTIONS[page], 1)}


def test_every_reference_names_a_section_that_there_is() -> None:
    found = {}
    for path in {*own_text(), *SPECS.rglob("*.json")} - {Path(__file__).resolve()}:
        page = path.stem if path.parent == SPECS else ""
        found[path.relative_to(ROOT)] = list(references(page, path.read_text("utf-8")))
    wrong = [
        f"{name}: section {number} of {page or 'an unnamed page'}"
        for name, all_references in found.items()
        for page, number in all_references
        if not 0 < number <= len(SECTIONS.get(page, ()))
    ]
    assert wrong == []
    assert sum(map(len, found.values())) > 90
    assert sum(page == "testee" for all_references in found.values() for page, _ in all_references) > 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as in specs/testee.md, section 3", [("testee", 3)]),
        ("// (specs/testee.md,\n// section 3).", [("testee", 3)]),
        ("sections 2 and 3 of\n//! the stream specification", [("stream", 2), ("stream", 3)]),
        ("Section 4 of the suite's `specs/testee.md`", [("testee", 4)]),
        ("ends the process (section 6)", [("", 6)]),
        ("[handshake.md](handshake.md), section 7", [("handshake", 7)]),
        ("section 7.1 of RFC 8032, RFC 8878 section 3.1.1.2", []),
    ],
)
def test_references_are_found_in_every_form(text: str, expected: list[tuple[str, int]]) -> None:
    assert list(references("", text)) == expected
