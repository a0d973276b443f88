"""The file of known failures rewritten by what a run found."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from conformance.session.fix_known_failures import fix_file, found
from conformance.session.known_failures import KnownFailuresError, load_known
from reports.entry import Entry
from reports.outcome import KNOWN, Outcome

URL = "https://example.org/issues/7"
IDS = [f"frame/a/{name}" for name in "bcde"]
B, C, D, E = IDS


def written(case_id: str, more: str = "") -> str:
    return f'[[known]]\nid = "{case_id}"\nreason = "slow"\nissue = "{URL}"\n{more}'


def entry(case_id: str, outcome: str, *, unexpected: bool = False) -> Entry:
    return Entry(case_id, case_id.partition("/")[0], (), outcome, unexpected=unexpected)


def passed(case_id: str) -> Entry:
    """A case that is listed, and passes."""
    return entry(case_id, Outcome.FAIL, unexpected=True)


def fixed(path: Path, text: str, *entries: Entry, profiles: tuple[str, ...] = ()) -> tuple[int, int]:
    path.write_text(text, "utf-8")
    return fix_file(path, found(entries, {*IDS, "zstd/z"}, IDS), profiles)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known.toml"


def test_a_case_that_passes_is_taken_out_and_everything_else_is_kept(path: Path) -> None:
    kept = "# ours\n\n" + written(B).replace("]]\n", "]] # first\n").replace('b"\n', 'b" # b\n') + "\n# on d\n"
    text = kept + written(C) + "\n# on d, too\n" + written(D)
    assert fixed(path, text, entry(B, KNOWN), passed(C), entry(D, KNOWN)) == (1, 0)
    assert path.read_text("utf-8") == kept + "# on d, too\n" + written(D)


def test_nothing_to_do_leaves_the_bytes_alone(path: Path) -> None:
    text = "\n\n#x\n" + written(B) + "\n\n\n"
    assert fixed(path, text, entry(B, KNOWN), entry(C, Outcome.PASS)) == (0, 0)
    assert path.read_text("utf-8") == text


def test_a_case_that_does_not_exist_or_does_not_run_is_taken_out(path: Path) -> None:
    assert fixed(path, written("frame/gone") + written("zstd/z") + written(B), entry(B, KNOWN)) == (2, 0)
    assert list(load_known(path)) == [B]


def test_a_profile_that_was_not_chosen_keeps_its_entries(path: Path) -> None:
    assert fixed(path, written("zstd/z"), profiles=("frame",)) == (0, 0)
    assert list(load_known(path)) == ["zstd/z"]


def test_a_case_that_was_not_executed_keeps_its_entry(path: Path) -> None:
    assert fixed(path, written(B) + written(C), passed(C)) == (1, 0)
    assert list(load_known(path)) == [B]


def test_new_failures_come_last_and_their_reasons_are_to_be_filled_in(path: Path) -> None:
    outcomes = (entry(D, Outcome.CRASH), entry(C, Outcome.FAIL), entry(E, Outcome.PASS))
    assert fixed(path, "# ours\n" + written(B), entry(B, KNOWN), *outcomes) == (0, 2)
    assert list(load_known(path, fixing=True)) == [B, C, D]
    assert path.read_text("utf-8").startswith("# ours\n" + written(B))
    with pytest.raises(KnownFailuresError, match=f"still to be filled in for {C}, {D}"):
        load_known(path)


def test_harness_errors_and_probes_never_become_known(path: Path) -> None:
    assert fixed(path, "known = []\n", entry(B, Outcome.HARNESS_ERROR), entry("testee/hello", Outcome.FAIL)) == (0, 0)


@pytest.mark.parametrize("text", [None, "known = []\n", "# ours\nknown = [] # none\n"])
def test_a_file_that_is_absent_or_empty_is_written(path: Path, text: str | None) -> None:
    if text is not None:
        path.write_text(text)
    run = found([entry(B, Outcome.FAIL)], IDS, IDS)
    assert fix_file(path, run, ()) == (0, 1)
    assert list(load_known(path, fixing=True)) == [B]
    assert path.read_text().startswith("# ours\n" if text and "ours" in text else "[[known]]\n")


def test_a_wildcard_of_which_some_pass_becomes_the_cases_that_do_not(path: Path) -> None:
    wild = written("frame/a/*", "max = 9\n")
    assert fixed(path, wild, entry(B, KNOWN), passed(C), entry(D, KNOWN)) == (1, 0)
    assert list(load_known(path)) == [B, D, E]  # E was not executed
    assert {known.issue for known in load_known(path).values()} == {URL}


def test_a_wildcard_that_holds_is_left_alone(path: Path) -> None:
    wild = written("frame/a/*", "max = 9\n")
    assert fixed(path, wild, *(entry(case_id, KNOWN) for case_id in IDS)) == (0, 0)


def test_entries_in_another_form_are_not_touched(path: Path) -> None:
    text = f'known = [{{id = "{B}", reason = "slow", issue = "{URL}"}}]\n'
    with pytest.raises(KnownFailuresError, match="table of its own"):
        fixed(path, text, passed(B))
    assert path.read_text() == text


def test_a_file_is_never_half_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(Path, "replace", no_room)
    with pytest.raises(OSError, match="no room"):
        fixed(path, written(B), passed(B))
    assert path.read_text() == written(B)
    assert [found.name for found in path.parent.iterdir()] == ["known.toml"]


def test_what_is_written_is_toml_whatever_the_reason_holds(path: Path) -> None:
    reason = 'a "quote", a \\ and ünï'
    wild = written("frame/a/*", "max = 9\n").replace('"slow"', f"'{reason}'")
    fixed(path, wild, passed(B), entry(C, KNOWN))
    assert {one["reason"] for one in tomllib.loads(path.read_text("utf-8"))["known"]} == {reason}
