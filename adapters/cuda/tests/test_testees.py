"""Both testees as the runner sees them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import Answer, Limits, Ok, Reject, RequestError, Testee, Unsupported, load_adapter
from conformance.tests.forks.client import OF_SUITE

from .conftest import CUDA, HOST

ROOT = CUDA.parents[1]
NO_GPU = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "RESONANT_TOKEN": "secret"}


LIMITS = Limits(reply_s=60.0)
"""A reply of 16 MiB is hundreds of datagrams, of which a machine with much else to do may lose some, more than once."""


@pytest.fixture(scope="module")
def testee(libraries: Path) -> Iterator[Testee]:
    assert libraries.is_dir()
    with Testee(load_adapter("cuda-host", CUDA.parent), LIMITS) as one:
        yield one


OKS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "quantize": (
        "quantize",
        {"bits": 4, "source": "f16", "data": "593c5938"},
        {"codes": "47", "scale": "f830"},
    ),
    "quantize-nothing": ("quantize", {"bits": 8, "source": "f32", "data": ""}, {"codes": "", "scale": ""}),
    "quantize-bf16": ("quantize", {"bits": 8, "source": "bf16", "data": "803f"}, {"codes": "7f", "scale": "0820"}),
    "dequantize": ("dequantize", {"bits": 4, "count": 3, "codes": "97f8"}, {"data": "004700c700c8"}),
    "dequantize-scale": (
        "dequantize",
        {"bits": 8, "count": 1, "codes": "ff", "scale": "0000"},
        {"data": "0080"},
    ),
    "dequantize-nothing": ("dequantize", {"bits": 4, "count": 0, "codes": "", "scale": ""}, {"data": ""}),
    "sparse_encode": (
        "sparse_encode",
        {"dims": [2, 2], "dense": "0000008000000100"},
        {"values": "0100", "index": "0100000001000000"},
    ),
    "sparse_decode": (
        "sparse_decode",
        {"dims": [2, 1], "values": "0080", "index_dims": [1, 2, 4], "index": "0100000000000000"},
        {"dense": "00000080"},
    ),
    "sparse_decode-most": (
        "sparse_decode",
        {"dims": [2048, 2048], "values": "", "index_dims": [0, 2, 4], "index": ""},
        {"dense": "0000" * 4_194_304},
    ),
}


@pytest.mark.parametrize("name", OKS)
def test_ok(testee: Testee, name: str) -> None:
    op, given, wanted = OKS[name]
    assert testee.ask(op, given) == Ok(wanted)


SPARSE = {"dims": [4], "values": "0100", "index_dims": [1, 1, 4], "index": "00000000"}


@pytest.mark.parametrize(
    ("op", "given", "code"),
    [
        ("quantize", {"bits": 4, "source": "f16", "data": "007c"}, "NON_FINITE"),
        ("quantize", {"bits": 4, "source": "f32", "data": "0000"}, "LENGTH_MISMATCH"),
        ("dequantize", {"bits": 4, "count": 3, "codes": "00"}, "LENGTH_MISMATCH"),
        ("dequantize", {"bits": 8, "count": 4_294_967_295, "codes": "00"}, "LENGTH_MISMATCH"),
        ("dequantize", {"bits": 8, "count": 2, "codes": "00", "scale": ""}, "LENGTH_MISMATCH"),
        ("dequantize", {"bits": 8, "count": 1, "codes": "00", "scale": ""}, "BAD_SCALE"),
        ("dequantize", {"bits": 8, "count": 1, "codes": "00", "scale": "003c00"}, "BAD_SCALE"),
        ("dequantize", {"bits": 8, "count": 1, "codes": "00", "scale": "0080"}, "BAD_SCALE"),
        ("sparse_encode", {"dims": [3], "dense": "0000"}, "LENGTH_MISMATCH"),
        ("sparse_decode", SPARSE | {"dims": [4_194_305]}, "LENGTH_MISMATCH"),
        ("sparse_decode", SPARSE | {"dims": [0xFFFF_FFFF] * 255}, "LENGTH_MISMATCH"),
        ("sparse_decode", SPARSE | {"index_dims": []}, "BAD_INDEX"),
        ("sparse_decode", SPARSE | {"index_dims": [1, 4]}, "BAD_INDEX"),
        ("sparse_decode", SPARSE | {"index_dims": [2, 1, 4]}, "BAD_INDEX"),
        ("sparse_decode", SPARSE | {"index": "000000"}, "BAD_INDEX"),
        ("sparse_decode", SPARSE | {"values": "01", "index": ""}, "LENGTH_MISMATCH"),
        ("sparse_decode", SPARSE | {"index": "04000000"}, "BAD_INDEX"),
    ],
)
def test_reject(testee: Testee, op: str, given: dict[str, Any], code: str) -> None:
    answer = testee.ask(op, given)
    assert isinstance(answer, Reject)
    assert answer.code == code


@pytest.mark.parametrize(
    ("op", "given", "kind"),
    [
        ("tail_hash", {"data": "00"}, Unsupported),
        ("read_message", {}, Unsupported),
        ("quantize", {"bits": 5, "source": "f16", "data": ""}, RequestError),
        ("quantize", {"bits": True, "source": "f16", "data": ""}, RequestError),
        ("quantize", {"bits": 4, "source": "f64", "data": ""}, RequestError),
        ("quantize", {"bits": 4, "source": "f16", "data": "AB"}, RequestError),
        ("quantize", {"bits": 4, "source": "f16", "data": "0 0"}, RequestError),
        ("quantize", {"bits": 4, "source": "f16"}, RequestError),
        ("dequantize", {"bits": 4, "count": -1, "codes": ""}, RequestError),
        ("dequantize", {"bits": 4, "count": 2**32, "codes": ""}, RequestError),
        ("dequantize", {"bits": 4, "count": 0, "codes": "", "scale": None}, RequestError),
        ("sparse_encode", {"dims": [], "dense": ""}, RequestError),
        ("sparse_encode", {"dims": [0] * 256, "dense": ""}, RequestError),
        ("sparse_encode", {"dims": [2**32], "dense": ""}, RequestError),
        ("sparse_encode", {"dims": [1] * 254 + [20_000], "dense": "0100" * 20_000}, RequestError),  # no room in a reply
        ("sparse_decode", SPARSE | {"seed": 1}, RequestError),
        ("stop", {"now": True}, RequestError),
    ],
)
def test_neither_performed_nor_refused(testee: Testee, op: str, given: dict[str, Any], kind: type[Answer]) -> None:
    assert isinstance(testee.ask(op, given), kind)


def test_without_a_gpu_the_testee_says_so_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "testee.py"],
        cwd=CUDA, env=NO_GPU, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("the cuda adapter needs ")


@pytest.mark.slow
def test_without_a_gpu_the_suite_fails_with_that_line() -> None:
    done = OF_SUITE.run(["-m", "pytest", "conformance", "--impl=cuda"], cwd=ROOT, env=NO_GPU, timeout=60)
    assert done.returncode != 0
    assert "the cuda adapter needs " in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_without_a_gpu_the_bench_says_so_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "bench.py"], cwd=CUDA, env=NO_GPU, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1


def test_without_its_library_the_host_testee_says_so_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "testee.py", "build/none.so"],
        cwd=HOST, env=NO_GPU, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
