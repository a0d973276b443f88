"""Packages that need an extra say which, wherever it is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("package", "says"), [("torch", "PyTorch"), ("jax", "JAX")])
def test_a_missing_framework_is_named_with_what_installs_it(package: str, says: str) -> None:
    program = (
        f"import sys; sys.modules['{package}'] = None\n"
        "from resonant.asyncio import MissingLibraryError\n"
        f"try: import resonant.{package}\n"
        "except MissingLibraryError as error: print(error)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == f"resonant.{package} needs {says}; pip install 'resonant-conformance[{package}]'\n"
