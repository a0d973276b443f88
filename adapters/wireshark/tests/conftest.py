"""Captures dissected by resonant.lua in tshark."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from conformance.tests.tools.captures import TSHARK
from conformance.tools.capture.pcapng import write_pcapng
from conformance.tools.capture.recorder import PEER_PORT, Recorder

SCRIPT = Path(__file__).parents[1] / "resonant.lua"
NOBODY = 65_534

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def show() -> Iterator[Callable[..., list[Row]]]:
    """Dissect a recorder's packets or a file, and give of each packet these fields; fails on any error of Lua."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # an unprivileged user has to come here
        yield shower(folder)


def shower(folder: Path) -> Callable[..., list[Row]]:
    shutil.copy(SCRIPT, folder)
    numbers = itertools.count()

    def show(capture: Recorder | bytes, fields: Sequence[str], *, known: bool = True) -> list[Row]:
        path = folder / f"{next(numbers)}.pcapng"
        if isinstance(capture, bytes):
            path.write_bytes(capture)
        else:
            write_pcapng(path, capture.packets)
        path.chmod(0o644)
        return dissect(folder, path, fields, known=known)

    return show


def dissect(folder: Path, path: Path, fields: Sequence[str], *, known: bool) -> list[Row]:
    """The rows that tshark writes. It loads no scripts for a superuser, so it is not run as one.

    known: whether it is told what the packets are; otherwise it goes by their look.
    """
    assert TSHARK is not None
    names = ["_ws.lua.error", *(name if name.startswith("_ws") else f"resonant.{name}" for name in fields)]
    ports = [("udp.port", "resonant"), ("tcp.port", "resonant_tcp")] if known else []
    done = subprocess.run(
        [TSHARK, "-n", "-X", f"lua_script:{folder / SCRIPT.name}", "-r", str(path)]
        + [part for table, name in ports for part in ("-d", f"{table}=={PEER_PORT},{name}")]
        + ["-T", "fields", "-E", "aggregator=;", *(part for name in names for part in ("-e", name))],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        user=NOBODY if os.geteuid() == 0 else None,
    )
    assert "lua" not in done.stderr.lower().replace("resonant.lua", ""), done.stderr
    rows: list[Row] = [
        dict(zip(("error", *fields), line.split("\t"), strict=True)) for line in done.stdout.splitlines()
    ]
    assert not [row for row in rows if row["error"]]
    return rows
