"""The recipe for a release, followed for 0.2.0 after a 0.1.0: both are made, the second from the first.

No tag is set and nothing is uploaded. `make test` is left out: the project's own tests are running here.
"""

from __future__ import annotations

import json
import tomllib
import zipfile
from pathlib import Path

import pytest

from conformance.tests.recipes.workshop import (
    LATE,
    VECTORS,
    Edit,
    Recipe,
    apply,
    command,
    left_out,
    own_tests,
    project,
    run,
)
from conformance.tests.support import ROOT

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
NEXT = "999.0.0"
CASE = "frame/tail_hash/lengths/length-0"
RECIPE: Recipe = {
    "changelog": [Edit("CHANGELOG.md", "\n## Unreleased\n", f"\n## Unreleased\n\n## {NEXT} - 2030-01-01\n")],
    "version": [Edit("pyproject.toml", f'\nversion = "{VERSION}"', f'\nversion = "{NEXT}"')],
    "package": [Edit("reference/resonant/__init__.py", f'__version__ = "{VERSION}"', f'__version__ = "{NEXT}"')],
}
VERSIONS = own_tests("vectors/tests/release/test_version.py")
# The command that is green when all is done, and red when this step is left out.
FOUND_BY = {"changelog": VERSIONS, "version": VERSIONS, "package": VERSIONS}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project, the last release of which is the version that it has."""
    return project(tmp_path)


def release(folder: Path, *options: str) -> str:
    return run(folder, "-m", "vectors.release", "--no-captures", *options)


@LATE
def test_the_version_of_a_release(copy: Path) -> None:
    run(copy, *VERSIONS)
    apply(RECIPE, copy)
    run(copy, *VERSIONS)


@LATE
@pytest.mark.nightly("make release-vectors makes one; test_the_version_of_a_release follows the recipe")
def test_a_release(copy: Path) -> None:
    release(copy)
    about = Edit("vectors/make/frame/hashes.py", "XXH3-64 at every length where", "XXH3-64 at each length where")
    about.apply(copy)
    run(copy, *VECTORS)
    apply(RECIPE, copy)
    run(copy, *VERSIONS)
    (public,) = run(copy, "-m", "vectors.release.keys", "new", "seed").split()
    (copy / "public.txt").write_text(f"{public}\n", "ascii")
    old, new = (f"dist/resonant-vectors-{version}.tar.zst" for version in (VERSION, NEXT))
    release(copy, "--key", "seed", "--since", old)
    assert sorted(path.name for path in (copy / "dist").glob("*.zst")) == sorted(Path(one).name for one in (old, new))
    run(copy, "-m", "vectors.release.verify", new, "--key", "public.txt")
    with zipfile.ZipFile((copy / new).with_suffix("").with_suffix(".zip")) as archive:
        manifest = json.loads(archive.read(f"resonant-vectors-{NEXT}/release.json"))
    assert NEXT in json.dumps(manifest)


@LATE
@pytest.mark.parametrize("step", left_out(FOUND_BY, "test_the_version_of_a_release"))
def test_a_step_of_a_release_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(RECIPE, copy, without=step)
    assert command(copy, *FOUND_BY[step]).returncode
