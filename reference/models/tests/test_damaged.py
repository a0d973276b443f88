"""Files of the model that are missing, cut off or of another model: one line that names the file and what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import minilm
import numpy as np
import program
import pytest
import weights

from .installed import needed

pytestmark = needed

WORDS = "embeddings.word_embeddings.weight"
PLACES = "embeddings.position_embeddings.weight"
TOKENIZER = {"version": "1.0", "model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}, "unk_token": "a"}}


def headed(header: bytes, size: int | None = None) -> bytes:
    return (len(header) if size is None else size).to_bytes(8, "little") + header


def tensors(held: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]) -> bytes:
    """The file of these tensors, by the format's own description."""
    names = {"float32": "F32", "float16": "F16", "int64": "I64"}
    header, at = {}, 0
    for name, tensor in held.items():
        end = at + tensor.nbytes
        header[name] = {"dtype": names[tensor.dtype.name], "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    return headed(text) + b"".join(tensor.tobytes() for tensor in held.values())


GOOD = np.zeros((2, minilm.HIDDEN), np.float32)
BROKEN: Mapping[str, tuple[bytes | None, str]] = {
    "no file": (None, "No such file"),
    "nothing": (b"", ""),
    "cut off in its length": (b"\x10\x00\x00", ""),
    "a length beyond the file": (headed(b"{}", 2**40), ""),
    "the greatest length": (headed(b"{}", 2**64 - 1), ""),
    "no JSON": (headed(b"garbage!"), ""),
    "deep JSON": (headed(b'{"a":' * 20_000), ""),
    "offsets beyond the file": (
        headed(json.dumps({WORDS: {"dtype": "F32", "shape": [2, 384], "data_offsets": [0, 3072]}}).encode()),
        "",
    ),
    "cut off in a tensor": (tensors({WORDS: GOOD})[:-1], ""),
    "no such tensor": (tensors({"other": GOOD}), WORDS),
    "too narrow": (tensors({WORDS: GOOD[:, :383]}), "float32 of 2 × 383, not float32 of any × 384"),
    "of one axis": (tensors({WORDS: GOOD[0]}), "float32 of 384, not"),
    "of half precision": (tensors({WORDS: GOOD.astype(np.float16)}), "float16 of 2 × 384, not"),
    "of too few places": (tensors({WORDS: GOOD, PLACES: GOOD}), "float32 of 2 × 384, not float32 of 512 × 384"),
}
BROKEN_TOKENIZERS: Mapping[str, tuple[bytes | None, str]] = {
    "no file": (None, "No such file"),
    "nothing": (b"", ""),
    "no JSON": (b"{", ""),
    "no tokenizer": (b'{"version": "1.0"}', ""),
    "binary": (bytes(range(256)), ""),
    "too many words": (
        json.dumps(TOKENIZER | {"model": {**TOKENIZER["model"], "vocab": {"a": 0, "b": 1, "c": 2}}}).encode(),  # type: ignore[dict-item]
        "3 words, of which 2 have weights",
    ),
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of that of the model."""
    monkeypatch.setattr(weights, "folder", lambda: tmp_path)
    monkeypatch.setattr(sys, "argv", ["program"])
    return tmp_path


def ended(capsys: pytest.CaptureFixture[str]) -> str:
    """The line with which a program ends that loads the model."""

    @program.program
    def main() -> None:
        minilm.load_encoder()

    assert main() == program.UNABLE
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.endswith(weights.ANEW)
    return line


@pytest.mark.parametrize("name", BROKEN)
def test_weights_that_are_none_are_one_line(name: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, said = BROKEN[name]
    if data is not None:
        (files / "model.safetensors").write_bytes(data)
    (files / "tokenizer.json").write_text(json.dumps(TOKENIZER), "utf-8")
    line = ended(capsys)
    assert line.startswith(f"{files / 'model.safetensors'} is damaged (")
    assert said in line


@pytest.mark.parametrize("name", BROKEN_TOKENIZERS)
def test_a_tokenizer_that_is_none_is_one_line(name: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, said = BROKEN_TOKENIZERS[name]
    (files / "model.safetensors").write_bytes(tensors({WORDS: GOOD}))
    if data is not None:
        (files / "tokenizer.json").write_bytes(data)
    line = ended(capsys)
    assert line.startswith(f"{files / 'tokenizer.json'} is damaged (")
    assert said in line
