"""Checks of a framework's testee as a process: what specs/testee.md says, with requests of the profiles it claims."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.driver import Ok, Reject, RequestError, Testee, Unsupported, load_adapter

LIMIT_S = 60
GOOD: Mapping[str, dict[str, Any]] = {
    "quantize": {"bits": 4, "source": "f16", "data": "003c"},
    "dequantize": {"bits": 8, "count": 1, "codes": "7f", "scale": "003c"},
    "sparse_encode": {"dims": [1], "dense": "003c"},
    "sparse_decode": {"dims": [1], "values": "003c", "index_dims": [1, 1, 4], "index": "00000000"},
    "adapt": {"source": "bf16", "data": "803f", "dims": [1], "allow": ["sparse", "f16"], "tolerance": 0},
}
OPS_OF: Mapping[str, tuple[str, ...]] = {
    "quant": ("quantize", "dequantize"),
    "sparse": ("sparse_encode", "sparse_decode"),
    "adapt": ("adapt",),
}
RESULTS = {
    "quantize": {"codes": "07", "scale": "9230"},
    "dequantize": {"data": "f057"},
    "sparse_encode": {"values": "003c", "index": "00000000"},
    "sparse_decode": {"dense": "003c"},
    "adapt": {"dtype": "f16", "data": "003c"},
}

# op, member, value: each makes a good request one that fits no schema
MALFORMED: tuple[tuple[str, str, Any], ...] = (
    ("quantize", "bits", 5),
    ("quantize", "bits", "4"),
    ("quantize", "bits", True),
    ("quantize", "source", "f64"),
    ("quantize", "source", ["f16"]),
    ("quantize", "data", "0"),
    ("quantize", "data", "AB"),
    ("quantize", "data", "00 00"),
    ("quantize", "data", 0),
    ("quantize", "seed", 1),
    ("dequantize", "count", -1),
    ("dequantize", "count", 2**32),
    ("dequantize", "count", "1"),
    ("dequantize", "count", True),
    ("dequantize", "scale", None),
    ("dequantize", "source", "f16"),
    ("sparse_encode", "dims", []),
    ("sparse_encode", "dims", [1] * 256),
    ("sparse_encode", "dims", [-1]),
    ("sparse_encode", "dims", [2**32]),
    ("sparse_encode", "dims", [None]),
    ("sparse_encode", "dims", 1),
    ("sparse_encode", "dense", None),
    ("sparse_decode", "dims", []),
    ("sparse_decode", "index_dims", [1, 1, -4]),
    ("sparse_decode", "index_dims", "114"),
    ("sparse_decode", "index", "zz"),
    ("adapt", "allow", ["f16", "f16"]),
    ("adapt", "allow", ["f32"]),
    ("adapt", "tolerance", 2**53),
    ("adapt", "tolerance", 0.5),
    ("adapt", "budget", None),
)
BROKEN = (
    b"quantize, please",
    b"[]",
    b'{"op": "\xff"}',
    b'{"op": "stop", "case": "", "profile": "", "input": []}',
    b'{"op": "stop", "case": "", "profile": "", "input": NaN}',
    b'{"op": "", "case": "", "profile": "", "input": {}}',
    b'{"op": "quantize", "case": 1, "profile": "", "input": {}}',
    b'{"op": "quantize", "profile": "", "input": {}}',
    b'{"op": "quantize", "case": "\\ud800", "profile": "", "input": {}}',
)


def answers(folder: Path, *profiles: str) -> None:
    """Good, malformed, refused and unknown requests; one testee throughout, started once, which stops when told to."""
    good = {op: GOOD[op] for profile in profiles for op in OPS_OF[profile]}
    with Testee(load_adapter(str(folder), folder.parent)) as testee:
        assert testee.hello.profiles == profiles
        for op, given in good.items():
            assert testee.ask(op, given) == Ok(RESULTS[op])
            for name in given.keys() - {"scale"}:
                fewer = {other: value for other, value in given.items() if other != name}
                assert isinstance(testee.ask(op, fewer), RequestError), (op, name)
        for op, name, value in (one for one in MALFORMED if one[0] in good):
            assert isinstance(testee.ask(op, {**GOOD[op], name: value}), RequestError), (op, name, value)
        for message in BROKEN:
            assert isinstance(testee.exchange(message), RequestError), message
        for op in ("no_such_op", "Quantize", "tail_hash", "decode", *(GOOD.keys() - good.keys())):
            assert isinstance(testee.ask(op, {}), Unsupported)
        assert isinstance(testee.ask("hello", {"token": "another"}), RequestError)
        refusal = testee.ask("quantize", {**GOOD["quantize"], "data": "007c"})
        assert isinstance(refusal, Reject)
        assert refusal.code == "NON_FINITE"
        assert testee.ask("stop", {}) == Ok({})
        assert testee.ended(LIMIT_S) == "exit status 0"
        assert testee.starts == 1


def many_elements(folder: Path) -> None:
    """Requests and replies of many pieces."""
    with Testee(load_adapter(str(folder), folder.parent)) as testee:
        given = {"bits": 8, "source": "f32", "data": "0000803f" * 20_000}
        assert testee.ask("quantize", given) == Ok({"codes": "7f" * 20_000, "scale": "0820" * 625})
        assert testee.starts == 1


def large_tensors(folder: Path) -> None:
    """A large dense tensor, and a reply too long for the protocol."""
    with Testee(load_adapter(str(folder), folder.parent)) as testee:
        given = {"dims": [65_537], "values": "", "index_dims": [0, 1, 4], "index": ""}
        assert testee.ask("sparse_decode", given) == Ok({"dense": "0000" * 65_537})
        given = {"dims": [1] * 100 + [30_000], "dense": "003c" * 30_000}
        assert isinstance(testee.ask("sparse_encode", given), RequestError)
        assert testee.starts == 1


def ends_without_its_framework(folder: Path, framework: str) -> None:
    """Without its framework it prints one line on standard error, none on standard output, and fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-S", str(folder / "testee.py")],  # -S: without site-packages
        env={**environment, "RESONANT_TOKEN": "t"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"{framework} cannot be imported" in line


def readme_runs(folder: Path) -> None:
    """The Python of a README, its blocks in order, beside the adapter."""
    text = "\n".join(re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.S))
    assert text.count("assert") >= 3
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
