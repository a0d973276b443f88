"""The programs that draw what is simulated, without what they draw with."""

import subprocess
import sys
from pathlib import Path

import pytest

SIMULATION = Path(__file__).resolve().parents[2] / "simulation"
PLOTS = ("adapt_plot.py", "fec_plot.py")


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_without_what_draws_it_says_how_to_install_that(name: str, tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')", "utf-8")
    folders = [str(tmp_path), str(SIMULATION)]
    program = f"import sys; sys.path[:0] = {folders!r}; import {name.removesuffix('.py')}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"{name} draws with matplotlib: run `make {name[:-3].replace('_', '-')}`, which installs it (not here)"
    )
