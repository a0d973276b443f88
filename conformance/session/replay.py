"""The command that runs one test again, valid in the folder where the run was started."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from .implementations import is_server
from .options import Options

PROGRAM = "resonant-conformance"


def replay(options: Options, folder: Path, cases: Sequence[str], *more: str) -> str:
    """The command line that judges these cases alone. folder: where the run was started. more: further options."""
    words = ["run", *_option("--impl", options.impl)]
    if is_server(options.impl):  # from outside, the choice of profiles decides which checks there are
        words += [word for name in options.profiles for word in _option("--profile", name)]
    words += [word for path in options.dialogues for word in _option("--dialogue", str(path))]
    words += [word for path in options.vectors for word in _option("--vectors", str(path))]
    words += ["--real-time"] if options.real_time else []
    return command_line(folder, *words, *more, *(word for case in cases for word in _option("--case", case)))


def command_line(folder: Path, *words: str) -> str:
    """This installation of the suite called with these words, as a shell in that folder reads it."""
    return shlex.join([*program(folder), *words])


def _option(name: str, value: str) -> list[str]:
    """An option and its value; as one word where the value looks like an option itself."""
    return [f"{name}={value}"] if value.startswith("-") else [name, value]


@cache
def program(folder: Path) -> tuple[str, ...]:
    """The command for this installation of the suite in `folder`: its name where PATH leads to it, else its path."""
    script = _script()
    if script is None:
        return _shown(Path(sys.executable), folder), "-m", "resonant_conformance"
    found = shutil.which(PROGRAM)
    if found is not None and script.samefile(found):
        return (PROGRAM,)
    return (_shown(script, folder),)


def _script() -> Path | None:
    """The program that pip installed, wherever it put it."""
    try:
        files = distribution(PROGRAM).files or ()
    except PackageNotFoundError:
        return None
    named = (Path(os.path.normpath(str(file.locate()))) for file in files if file.stem == PROGRAM)
    return next((path for path in named if path.is_file() and path.parent.name in ("bin", "Scripts")), None)


def _shown(path: Path, folder: Path) -> str:
    """A program below the folder by its way from there, any other one by its whole path."""
    if not path.is_relative_to(folder):
        return str(path)
    below = path.relative_to(folder)
    return str(below) if len(below.parts) > 1 else os.path.join(os.curdir, below)  # noqa: PTH118 - Path drops the dot
