"""The tables that peers run off, and the diagrams that are drawn from them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from resonant.describe.clauses import load_clauses
from resonant.peer.handlers import check_table as checks
from resonant.peer.received.frame import Kind
from resonant.peer.state.machine import CLIENT, FACTS, SERVER, Machine, Standing, Table, Turn
from resonant.peer.state.stream_states import INCOMING, OUTGOING

from reference.tests.support import ROOT

SCRIPT = ROOT / "reference" / "diagrams.py"
TABLES: list[Table[Any, Any]] = [CLIENT, SERVER, INCOMING, OUTGOING]


def draw(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_diagrams_of_the_specification_are_fresh() -> None:
    result = draw("--check")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_diagram_that_is_not_fresh_is_found_and_drawn(tmp_path: Path) -> None:
    for file in ("handshake.md", "stream.md"):
        text = (ROOT / "specs" / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text.replace("stateDiagram-v2\n", "stateDiagram-v2\n    old --> older\n"))
    stale = draw("--check", "--specs", str(tmp_path))
    assert stale.returncode == 1
    assert "stream.md" in stale.stderr
    assert draw("--specs", str(tmp_path)).returncode == 0
    for file in ("handshake.md", "stream.md"):
        assert (tmp_path / file).read_bytes() == (ROOT / "specs" / file).read_bytes()


def test_a_file_without_markers_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "handshake.md").write_text("no markers")
    assert "ValueError" in draw("--specs", str(tmp_path)).stderr


@pytest.mark.parametrize("file", ["handshake.md", "stream.md"])
def test_every_state_and_trigger_stands_in_its_diagram(file: str) -> None:
    text = (ROOT / "specs" / file).read_text(encoding="utf-8")
    for table in TABLES[:2] if file == "handshake.md" else TABLES[2:]:
        for (source, trigger), target in table.rows.items():
            arrow = f"{source.replace(' ', '_')} --> {target.replace(' ', '_')}: "
            assert re.search(f"{re.escape(arrow)}.*{re.escape(trigger)}", text), arrow


@pytest.mark.parametrize("table", TABLES)
def test_every_state_can_be_reached(table: Table[Any, Any]) -> None:
    reached = {table.initial}
    while more := {target for (source, _), target in table.rows.items() if source in reached} - reached:
        reached |= more
    assert reached >= {state for (state, _) in table.rows}


def test_a_machine_goes_where_its_table_says_and_nowhere_else() -> None:
    machine = Machine(SERVER)
    assert not machine.permits(Turn.PING)
    with pytest.raises(KeyError):
        machine.fire(Turn.LOST)
    machine.fire(Turn.AGREED)
    assert machine.state is Standing.IN_SESSION


def test_only_a_session_is_lost_and_only_a_waiting_ping_answered() -> None:
    for (standing, turn), _ in CLIENT.rows.items():
        facts = FACTS[standing]
        if turn is Turn.LOST:
            assert facts.session
        elif turn is not Turn.PING:
            assert facts.waiting


def test_the_checks_cite_clauses_and_every_kind_of_frame_meets_some() -> None:
    for check in (*checks.RECEIVED, *checks.ASKED):
        assert check.clause in load_clauses()
        assert check.kinds
    for kind in Kind:
        assert sum(kind in check.kinds for check in checks.RECEIVED) >= 3
