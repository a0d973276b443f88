"""Adapters of the small testees in doubles/, and a search for what they left behind."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from adapters.driver import Adapter, load_adapter

ADAPTERS = Path(__file__).resolve().parents[1]
END_S = 5.0

DOUBLES = Path(__file__).with_name("doubles") / "__main__.py"


def made(folder: Path, make: Callable[..., None], *given: str) -> Adapter:
    """An adapter in `folder`, where its testee works, one of those in doubles/."""
    run = ["{python}", "-IS", str(DOUBLES), make.__name__, *given]
    file = folder / "adapter.toml"
    file.write_text(f'name = "made"\nlaunch = "process"\nrun = {json.dumps(run)}\n', "utf-8")
    return load_adapter(str(file), folder)


def left_in(folder: Path) -> list[int]:
    """The processes that still work in a folder, once those that are just ending have had the time to."""
    if not Path("/proc/self/cwd").exists():
        return []
    found = [int(link.parent.name) for link in Path("/proc").glob("[0-9]*/cwd") if _works_in(link, folder)]
    return [pid for pid in found if not _ends(pid, monotonic() + END_S)]


def _works_in(link: Path, folder: Path) -> bool:
    try:
        return link.readlink() == folder
    except OSError:
        return False


def _ends(pid: int, deadline: float) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], max(0.0, deadline - monotonic()))[0])
    finally:
        os.close(descriptor)
