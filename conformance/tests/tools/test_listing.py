"""`resonant-conformance list` prints the implementations that a run can judge, and the profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.driver.adapter import known_adapters
from conformance.model.profiles import PROFILES
from conformance.session import implementations
from conformance.session.implementations import ADAPTERS, wrong_implementations
from conformance.tools.listing import main

GROUP = " "  # a line below a title that begins with one blank names those that come after it


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[str]]:
    """The first words below each title."""
    assert main(arguments) == 0
    title, found = "", dict[str, list[str]]()
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("  "):
            found[title].append(line.split()[0])
        elif not line.startswith(GROUP):
            title = line.partition(":")[0]
            found[title] = []
    return found


def test_everything_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys) == {
        "adapters": known_adapters(ADAPTERS),
        "wrong": [f"wrong:{one.name}" for one in wrong_implementations()],
        "profiles": list(PROFILES),
    }


def test_what_is_wrong_is_listed_by_groups(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wrong"]) == 0
    group, found = "", dict[str, str]()
    for line in capsys.readouterr().out.splitlines()[1:]:
        if line.startswith("  "):
            found[line.split()[0]] = group
        else:
            group = line.strip()
    assert found == {f"wrong:{one.name}": one.group for one in wrong_implementations()}
    assert len(set(found.values())) > len(PROFILES) - 2  # those of each profile, and more


def test_one_of_the_three_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys, "profiles") == {"profiles": list(PROFILES)}


def test_where_nothing_wrong_is_installed_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(implementations, "_PROGRAM", tmp_path / "none.py")
    implementations.wrong_implementations.cache_clear()
    assert main(["wrong"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  wrong:NAME needs a checkout of the suite: the wrong implementations are not installed"
    ]
    assert listed(capsys, "adapters")["adapters"] == known_adapters(ADAPTERS)
