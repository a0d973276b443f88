"""Code for GPUs, without one: the kernels compiled for it, and what their PTX does to numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("triton") is None:  # not imported here: it reads TRITON_INTERPRET once
    pytest.skip("Triton is not installed: nothing of adapters/triton was tested", allow_module_level=True)

from adapters.cuda import ptx

PROGRAM = Path(__file__).resolve().parent / "compiled.py"


@pytest.mark.parametrize("capability", ["80", "90", "100"])
def test_nothing_is_flushed_approximated_or_fused(capability: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), capability],
        env={**environment, "TRITON_CACHE_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    texts = json.loads(done.stdout)
    careless = [one.what for one in ptx.audit(ptx.read(texts.pop("careless")), {}, ["careless"])]
    assert "has 1 fused multiply-adds, and its source asks for 0" in careless
    assert any("is an approximation" in one for one in careless)
    assert len(texts) == 10
    for name, text in texts.items():
        assert ptx.audit(ptx.read(text), {}, [name.partition("-")[0]]) == [], name
