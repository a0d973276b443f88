"""The frames assembled by hand: every byte annotated, none of them from an encoder of ours."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from vectors.make.sources.hand import HAND, read_hex

LINE = re.compile(r"([0-9a-f]{2})+ {2,}\S.*|([0-9a-f]{2})+ +\S.*")


def test_annotations_are_left_out_of_the_bytes() -> None:
    assert read_hex("\n0102   two bytes\n03  one\n\n") == "010203"


@pytest.mark.parametrize("path", sorted(HAND.glob("*.toml")), ids=lambda path: path.stem)
def test_every_line_of_bytes_is_annotated(path: Path) -> None:
    for case in tomllib.loads(path.read_text("utf-8"))["case"]:
        for line in case.get("bytes", "").splitlines():
            assert not line.strip() or LINE.fullmatch(line), f"{case['id']}: {line[:80]!r}"


def test_nothing_in_the_folder_is_read_through_an_encoder() -> None:
    source = Path(HAND.parent / "make" / "sources" / "hand.py").read_text("utf-8")
    assert "resonant" not in source
    assert "encode" not in source.replace("no encoder in between", "")
