from __future__ import annotations

from pathlib import Path

import pytest

from adapters.driver import AdapterError, build_adapter, load_adapter


def write(folder: Path, build: str) -> None:
    (folder / "mine").mkdir()
    adapter = f'name = "mine"\nlaunch = "process"\nrun = ["{{python}}", "testee.py"]\n{build}'
    (folder / "mine" / "adapter.toml").write_text(adapter, "utf-8")


def built(folder: Path, build: str) -> None:
    write(folder, f"build = {build}\n")
    build_adapter(load_adapter("mine", folder))


def test_a_build_runs_in_the_folder_of_the_adapter(tmp_path: Path) -> None:
    built(tmp_path, """["{python}", "-c", "open('built', 'w').write('yes')"]""")
    assert (tmp_path / "mine" / "built").read_text() == "yes"


def test_a_failed_build_shows_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="failed with 7") as raised:
        built(tmp_path, """["{python}", "-c", "for i in range(99): print('line', i)\\nraise SystemExit(7)"]""")
    assert "line 98" in str(raised.value)
    assert "line 60\n" not in str(raised.value)


def test_a_build_program_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="is no-such-program installed"):
        built(tmp_path, '["no-such-program"]')


def test_a_build_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.driver.build._BUILD_LIMIT_S", 0.2)
    with pytest.raises(AdapterError, match=r"the build of mine .* was not done in 0 s"):
        built(tmp_path, '["{python}", "-c", "import signal; signal.pause()"]')


def test_nothing_to_build_is_nothing_done(tmp_path: Path) -> None:
    write(tmp_path, "")
    build_adapter(load_adapter("mine", tmp_path))
