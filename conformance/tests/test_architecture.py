"""ARCHITECTURE.md says what is there: the layers of the test of imports, files that exist, words in order."""

from __future__ import annotations

import re

import pytest

from conformance.tests.support import ROOT
from conformance.tests.test_imports import HOUSES

TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.*›.*) \|$", re.MULTILINE)
PATH = re.compile(r"`([a-z_]+/[\w./-]*)`")
TOP_LEVEL = {path.name for path in ROOT.iterdir() if path.is_dir()}


def section(title: str) -> str:
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def layers_of(text: str) -> list[set[str]]:
    """`b c › a` as the layers from the bottom up."""
    return [set(layer.replace("`", "").split()) for layer in reversed(text.split("›"))]


def test_every_house_is_on_the_map_with_its_layers() -> None:
    drawn = {house: layers_of(text) for house, text in ROW.findall(section("The layers"))}
    assert drawn == {house: [set(layer.rooms) for layer in layers] for house, layers in HOUSES.items()}


def test_the_picture_names_every_room_of_the_suite_from_the_top_down() -> None:
    picture = section("The layers").split("```")[1]
    rooms = re.findall(r"^   ([a-z_]+) ", picture, re.MULTILINE)
    floors = {room: number for number, layer in enumerate(HOUSES["conformance"]) for room in layer.rooms}
    assert set(rooms) == set(floors)
    assert [floors[room] for room in rooms] == sorted((floors[room] for room in rooms), reverse=True)


def test_every_file_and_folder_named_exists() -> None:
    paths = sorted(set(PATH.findall(TEXT)))
    assert len(paths) > 30
    assert [path for path in paths if path.partition("/")[0] not in TOP_LEVEL] == [], "a path is given from the root"
    assert [path for path in paths if not is_there(path)] == []


def is_there(path: str) -> bool:
    found = ROOT / path
    return found.is_dir() if path.endswith("/") else found.exists()


def test_words_are_in_order_and_defined_once() -> None:
    words = re.findall(r"^\| ([a-z ]+) \|", section("Words"), re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(set(words))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_map_is_found_from_where_one_begins(name: str) -> None:
    assert "(ARCHITECTURE.md)" in (ROOT / name).read_text("utf-8")
