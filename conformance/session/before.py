"""Checks of a run's files before its first case: that they can be read, and that they can be written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reports.files import DataFileError

from .implementations import is_server
from .options import Options
from .plan import load_plan

RUN_FILE = "run.json"


def file_faults(options: Options, junit: Path | None) -> Iterator[str]:
    """Reasons why the run cannot use its files, one a line. Nothing is written. junit: pytest's junit.xml."""
    if options.report is not None and (fault := folder_fault(options.report)):
        yield f"--report={options.report}: {fault}"
        return  # junit.xml is there as well
    # A server is judged by no files, which is another word to say.
    files = (("--dialogue", options.dialogues), ("--vectors", options.vectors))
    read = () if is_server(options.impl) else tuple((flag, path) for flag, paths in files for path in paths)
    looked_at = (*_written(options, junit), *((flag, path, _unreadable(path)) for flag, path in read))
    yield from (f"{flag}={path}: {fault}" for flag, path, fault in looked_at if fault)
    if options.plan is not None and not options.write_plan:
        try:
            load_plan(options.plan)
        except DataFileError as error:
            advice = "" if options.plan.exists() else "; --write-plan writes it by what a run executes"
            yield f"--plan={error}{advice}"


def _written(options: Options, junit: Path | None) -> Iterator[tuple[str, Path, str | None]]:
    """The files that the run writes: flag, path, and why it cannot be written."""
    asked = (
        ("--report", options.report and options.report / RUN_FILE),
        ("--junitxml", junit),
        ("--plan", options.plan if options.write_plan else None),
        ("--known-failures", options.known if options.fix_known else None),
    )
    yield from ((flag, path, file_fault(path)) for flag, path in asked if path is not None)


def _unreadable(path: Path) -> str | None:
    try:
        with path.open("rb"):
            return None
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def folder_fault(folder: Path) -> str | None:
    """The reason why files cannot be written into a folder, which need not exist yet; None if they can."""
    try:
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists() or place.is_symlink())
        if not there.exists():
            return f"{there} is a link to nothing"
        if not there.is_dir():
            return f"{there} is a file; a folder is needed"
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return f"cannot be written: {error.strerror}"


def file_fault(path: Path) -> str | None:
    """The reason why a file cannot be written, which need not exist yet; None if it can."""
    try:
        if path.is_dir():
            return f"{path.name} is a folder; name a file"
        if path.exists() and not os.access(path, os.W_OK):
            return f"{path.name} cannot be written: it is read-only"
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    return folder_fault(path.parent)
