"""The Go module has the codes and limits of the registry, and a kit that can be copied."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from resonant.describe.registry import registry

from conformance.tests.support import ROOT

GO = ROOT / "adapters/go"
KIT = GO / "testeekit"
CODE = re.compile(r'(?:resonant\.)?Code\s+= "([A-Z0-9_]+)"')


def source(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.go")) if "_test" not in path.name)


def test_every_code_is_a_constant_once() -> None:
    found = Counter(CODE.findall(source(GO) + source(GO / "peer")))
    assert found == Counter(list(registry().codes))


@pytest.mark.parametrize(
    ("name", "where", "text"),
    [
        ("min_frame_bytes", GO, "MinFrameBytes"),
        ("max_frame_bytes", GO, "MaxFrameBytes"),
        ("max_plain_bytes", GO, "MaxPlainBytes"),
        ("max_datagram_bytes", GO, "MaxDatagramBytes"),
        ("max_slice_dims", GO, "MaxRank"),
        ("scale_block_elements", GO, "scaleBlock"),
        ("max_dense_elements", GO, "maxDenseElements"),
        ("max_json_levels", GO / "internal/strictjson", "MaxLevels"),
        ("max_replies_per_second", GO / "peer", "maxReplies"),
        ("replay_window_numbers", GO / "peer", "windowNumbers"),
        ("min_remembered_streams", GO / "peer", "maxWindows"),
        ("max_space_id_chars", GO / "peer", "maxSpaceIDChars"),
        ("min_remembered_answers", GO / "peer", "maxAnswers"),
        ("min_sent_streams", GO / "peer", "maxSentStreams"),
        ("reorder_window_numbers", GO / "peer", "reorderNumbers"),
        ("max_waiting_bytes", GO / "peer", "maxWaitingBytes"),
        ("min_open_streams", GO / "peer", "maxOpenStreams"),
        ("min_remembered_closed_streams", GO / "peer", "maxClosed"),
        ("min_remembered_far_numbers", GO / "peer", "maxFarNumbers"),
        ("max_missing_numbers", GO / "peer", "maxMissing"),
        ("max_resent_frames", GO / "peer", "maxResent"),
        ("max_message_pieces", KIT, "maxPieces"),
        ("max_piece_bytes", KIT, "pieceBytes"),
        ("kept_replies", KIT, "keptReplies"),
    ],
)
def test_a_limit_is_that_of_the_registry(name: str, where: Path, text: str) -> None:
    (value,) = re.findall(rf"^\s*(?:const )?{text}\s+= ([0-9_]+)\b", source(where), re.MULTILINE)
    assert int(value) == registry().limit(name)


def test_the_kit_reads_the_standard_library_alone() -> None:
    """As it is copied: of a module's path the first part has a dot, and ours begin with resonant."""
    imported = set(re.findall(r'^\s+"([^"]+)"$', source(KIT), re.MULTILINE))
    assert {"net", "encoding/json"} <= imported
    assert not [path for path in imported if "." in path.split("/")[0] or path.startswith("resonant")]


def test_nothing_is_recovered_from() -> None:
    """A panic would be a fault of the module's, and is not to be hidden."""
    files = [path for path in GO.rglob("*.go") if not path.name.endswith("_test.go")]
    assert len(files) > 30
    assert [path.name for path in files if re.search(r"\brecover\(", path.read_text("utf-8"))] == []
