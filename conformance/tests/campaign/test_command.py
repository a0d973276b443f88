"""The command: what it refuses in one line, and what it says where Dask is missing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from conformance.campaign import command, pool
from conformance.campaign.options import read_options


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        read_options(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "--impl"),
        (("--impl", "rust", "--inputs", "0"), "at least 1"),
        (("--impl", "rust", "--scheduler", "tcp://127.0.0.1:1"), "tls://"),
        (("--impl", "rust", "--scheduler", "tls://127.0.0.1:1"), "--tls-ca"),
        (
            ("--impl", "x", "--scheduler", "tls://h:1", "--tls-ca", "no.pem", "--tls-cert", "c", "--tls-key", "k"),
            "no.pem is no file",
        ),
        (("--adopt", "x"), "--clause"),
        (("--impl", "rust", "--profile", "fram"), "invalid choice: 'fram' (choose from 'frame', "),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    assert why in refused(capsys, *arguments)


def test_the_one_they_are_held_to_comes_first_and_nobody_twice() -> None:
    found = read_options(["--impl", "rust", "--impl", "cuda-host", "--impl", "rust", "--against", "cuda-host"])
    assert found.implementations == ("cuda-host", "rust")


def test_a_path_is_the_same_for_every_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "adapter.toml").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_options(["--impl", "mine/adapter.toml"]).implementations[1] == str(tmp_path / "mine" / "adapter.toml")
    assert read_options(["--impl", "./mine"]).implementations[1] == str(tmp_path / "mine")


def test_without_dask_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    known = importlib.util.find_spec
    monkeypatch.setattr(pool, "find_spec", lambda name: None if name == "distributed" else known(name))
    assert command.main(["--impl", "rust", "--report", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "requirements-campaign.lock" in said
    monkeypatch.setattr(pool, "ROOT", tmp_path)
    assert command.main(["--impl", "rust", "--report", str(tmp_path)]) == 2
    assert "resonant-conformance[campaign]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", [None, "{}", "no JSON", '{"implementations": [], "findings": [], "seed": 1, "profiles": []}']
)
def test_a_report_without_the_finding_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "campaign.json").write_text(text, "utf-8")
    assert command.main(["--report", str(tmp_path), "--replay", "decode-1"]) == 2
    assert capsys.readouterr().err.startswith("resonant-conformance campaign: ")
