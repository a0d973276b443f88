"""One build of a copy of the crate that holds every mutant. The published crate knows nothing of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from adapters.driver import Adapter

from .patch import Patch
from .source import switched

ROOT = Path(__file__).resolve().parents[3]
RUST = ROOT / "adapters" / "rust"
CRATE = Path("resonant-protocol", "src")
PLACE = ROOT / "build" / "mutants-rust"
PLACE_OF_QUIC = ROOT / "build" / "mutants-rust-quic"
_BUILT_QUIC = RUST / "target" / "quic"
"""The folder in which the adapter rust-quic was built, whose libraries of QUIC need not be built once more."""
CHOICE = "RESONANT_MUTANT"
_SWITCH = Path(__file__).with_name("mutant.rs")
_LIMIT_S = 1200
# Quick to build above all. What overflows wraps and no assertion is made, as in a release.
_PROFILE = {
    "CARGO_PROFILE_DEV_DEBUG": "false",
    "CARGO_PROFILE_DEV_OPT_LEVEL": "1",
    "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": "false",
    "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false",
    "RUSTFLAGS": "-Awarnings",
}


# Of the crate and its testee alone, as that of the libraries must be the one with which they were built.
_PROFILE_OF_QUIC = "".join(
    f"\n[profile.release.package.{name}]\nopt-level = {level}\n"
    for name, level in (("resonant-protocol", 1), ("testee", 0), ("testee-kit", 0))
)


class BuildError(Exception):
    """The copy does not compile; the text is the compiler's."""


def numbered(patches: Sequence[Patch]) -> Mapping[int, Patch]:
    """The patches by the number that chooses each; 0 chooses none."""
    return dict(enumerate(patches, start=1))


def sources(patches: Mapping[int, Patch], rust: Path = RUST) -> Mapping[Path, str]:
    """Every file of the copy, by its path in the workspace. Raises PatchError."""
    made = copied(rust)
    by_file: dict[Path, dict[int, Patch]] = defaultdict(dict)
    for number, patch in patches.items():
        by_file[CRATE / patch.file][number] = patch
    for file, mine in by_file.items():
        made[file] = switched(made[file], mine)
    return made


def copied(rust: Path = RUST) -> dict[Path, str]:
    """The same, with what a choice among bodies needs and without any fault."""
    made = {path.relative_to(rust): path.read_text("utf-8") for path in _files(rust)}
    made[CRATE / "lib.rs"] += "\nmod mutant;\n"
    made[CRATE / "mutant.rs"] = _SWITCH.read_text("utf-8")
    return made


def _files(rust: Path) -> Iterable[Path]:
    yield from (rust / "Cargo.toml", rust / "Cargo.lock")
    for package in ("resonant-protocol", "testee", "testee-kit"):
        yield rust / package / "Cargo.toml"
        yield from sorted((rust / package / "src").rglob("*.rs"))
        yield from sorted((rust / package / "benches").rglob("*.rs"))  # Cargo.toml names them


def write(files: Mapping[Path, str], to: Path) -> None:
    """Write what differs from what is there, so that cargo builds no more than that, and remove what is gone."""
    for path, text in files.items():
        file = to / path
        if not file.is_file() or file.read_text("utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    for file in to.rglob("*.rs"):
        if file.relative_to(to) not in files and "target" not in file.relative_to(to).parts:
            file.unlink()


def build(patches: Sequence[Patch], place: Path = PLACE) -> Path:
    """Build the testee with every mutant. Returns the program. Raises PatchError, BuildError."""
    write(sources(numbered(patches)), place)
    done = compile_testee(place)
    if done.returncode:
        raise BuildError(done.stderr.decode(errors="replace"))
    return program_of(place)


def build_over_quic(patches: Sequence[Patch], place: Path = PLACE_OF_QUIC) -> Path:
    """Build the testee of the feature `quic` with every mutant of that. Raises PatchError, BuildError."""
    target = place / "target"
    if _BUILT_QUIC.is_dir() and not target.exists():
        shutil.copytree(_BUILT_QUIC, target, copy_function=os.link)
    files = dict(sources(numbered(patches)))
    files[Path("Cargo.toml")] += _PROFILE_OF_QUIC
    write(files, place)
    command = ("cargo", "build", "--quiet", "--locked", "--release", "-p", "testee", "--features", "quic")
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=place, env=environment, capture_output=True, timeout=_LIMIT_S, check=False
    )
    if done.returncode:
        raise BuildError(done.stderr.decode(errors="replace"))
    return target / "release" / "resonant-testee"


def compile_testee(place: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Have cargo build the copy in this folder. options: more of cargo's."""
    command = ("cargo", "build", "--quiet", "--locked", "-p", "testee", *options)
    environment = {**os.environ, **_PROFILE, "CARGO_TARGET_DIR": str(place / "target")}
    return subprocess.run(  # noqa: S603 - our own command
        command, cwd=place, env=environment, capture_output=True, timeout=_LIMIT_S, check=False
    )


def program_of(place: Path) -> Path:
    """The testee that was built there."""
    return place / "target" / "debug" / "resonant-testee"


def adapter_of(program: Path) -> Adapter:
    """The adapter of the built testee. `RESONANT_MUTANT` in the environment says which fault it starts with."""
    about = "the crate with one fault"
    return Adapter("mutant", about, "process", (), (str(program),), program.parent, language="Rust")
