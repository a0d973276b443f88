"""The file of known failures rewritten by what a run found."""

from __future__ import annotations

import codecs
import tomllib
from pathlib import Path

import pytest

from conformance.session.fix_known_failures import fix_file, found
from conformance.session.known_failures import UNCHECKED, UNFILLED, KnownFailuresError, load_known
from reports.entry import DUE_OK, Entry, Failure
from reports.outcome import KNOWN, Outcome

URL = "https://example.org/issues/7"
IDS = [f"frame/a/{name}" for name in "bcde"]
B, C, D, E = IDS


def written(case_id: str, more: str = "") -> str:
    return f'[[known]]\nid = "{case_id}"\nreason = "slow"\nissue = "{URL}"\n{more}'


def entry(case_id: str, outcome: str, *, listed: str = "") -> Entry:
    return Entry(case_id, case_id.partition("/")[0], (), outcome, listed=listed)


def passed(case_id: str) -> Entry:
    """A case that is listed, and passes."""
    return entry(case_id, Outcome.FAIL, listed="known.toml:1")


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
    with pytest.raises(KnownFailuresError, match=rf"still to be filled in for {C} \(line 8\), {D} \(line 14\)"):
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
    assert path.read_text().startswith("# ours\n" if text and "ours" in text else "## cause: ")


def test_a_wildcard_of_which_some_pass_becomes_the_cases_that_do_not(path: Path) -> None:
    wild = written("frame/a/*", "max = 9\n")
    assert fixed(path, wild, entry(B, KNOWN), passed(C), entry(D, KNOWN)) == (1, 0)
    assert list(load_known(path)) == [B, D, E]  # E was not executed
    assert {known.issue for known in load_known(path).values()} == {URL}


def failed(case_id: str, clause: str = "FRM-3") -> Entry:
    failure = Failure(None, {"reject": {"code": "BAD_TYPE"}}, None, None, None, None, "again")
    return Entry(case_id, "frame", (clause,), Outcome.FAIL, failure=failure, op="decode", due=DUE_OK)


def listed(path: Path) -> dict[str, int | None]:
    return {name: entry.bound for name, entry in load_known(path, fixing=True).items()}


GROUPS = tuple(f"frame/{name}" for name in ("a/1", "a/2", "a/3", "b/1", "b/2", "c/1"))


def suggested(
    path: Path, *failing: str, existing: tuple[str, ...] = GROUPS, idle: tuple[str, ...] = ()
) -> dict[str, int | None]:
    """The entries for these failures; everything else passes or, if idle, does not count."""
    running = [name for name in existing if name not in idle]
    rest = (entry(name, Outcome.PASS) for name in running if name not in failing)
    fix_file(path, found([*map(failed, failing), *rest], existing, running), ())
    return listed(path)


def test_a_whole_group_is_one_entry_and_half_of_one_is_listed_by_id(path: Path) -> None:
    assert suggested(path, "frame/a/1", "frame/a/2", "frame/a/3", "frame/b/1") == {"frame/a/*": 3, "frame/b/1": None}


def test_a_group_of_groups_is_one_entry_where_all_have_one_cause(path: Path) -> None:
    assert suggested(path, *GROUPS) == {"frame/*": 6}


def test_a_group_with_several_causes_is_one_entry_and_groups_with_several_are_not(path: Path) -> None:
    crash = [entry(name, Outcome.CRASH) for name in ("frame/b/1", "frame/b/2", "frame/a/3")]
    refused = map(failed, ("frame/a/1", "frame/a/2", "frame/c/1"))
    fix_file(path, found([*crash, *refused], GROUPS, GROUPS), ())
    assert listed(path) == {"frame/a/*": 3, "frame/c/1": None, "frame/b/*": 2}
    reasons = {name: one.reason for name, one in load_known(path, fixing=True).items()}
    assert "rejects with BAD_TYPE" in reasons["frame/a/*"]
    assert "; ends while" in reasons["frame/a/*"]


def test_cases_that_do_not_count_are_no_reason_against_a_group_but_cases_that_were_not_executed_are(path: Path) -> None:
    assert suggested(path, "frame/a/1", "frame/a/2", idle=("frame/a/3",)) == {"frame/a/*": 3}
    path.unlink()
    fix_file(path, found(map(failed, ("frame/a/1", "frame/a/2")), GROUPS, GROUPS), ())  # as with -k
    assert listed(path) == {"frame/a/1": None, "frame/a/2": None}


def test_a_group_of_which_one_is_listed_already_gets_no_second_entry_that_fits_it(path: Path) -> None:
    path.write_text(written("frame/a/1"), "utf-8")
    entries = [entry("frame/a/1", KNOWN), failed("frame/a/2"), failed("frame/a/3")]
    fix_file(path, found(entries, GROUPS, GROUPS), ())
    assert listed(path) == {"frame/a/1": None, "frame/a/2": None, "frame/a/3": None}
    assert path.read_text("utf-8").startswith(written("frame/a/1"))


def test_probes_and_laws_are_listed_by_id(path: Path) -> None:
    ids = ("testee/test_probe[unknown-op]", "testee/test_decode_is_total")
    assert suggested(path, *ids, existing=ids) == dict.fromkeys(ids)


def test_new_entries_stand_below_their_cause_and_have_its_words_as_reason(path: Path) -> None:
    suggested(path, "frame/a/1", "frame/a/2", "frame/a/3")
    head, place, *_ = path.read_text("utf-8").splitlines()
    assert head == "## cause: FRM-3: rejects with BAD_TYPE what it must not"
    assert place.startswith("##   FRM-3 (specs/frame.md:")
    (known,) = load_known(path, fixing=True).values()
    assert known.reason == f"{UNCHECKED}rejects with BAD_TYPE what it must not (FRM-3)"
    assert known.issue.startswith(UNFILLED)


def test_our_heading_goes_with_its_last_entry_and_what_a_person_wrote_stays(path: Path) -> None:
    suggested(path, "frame/a/1", "frame/c/1")
    text = path.read_text("utf-8").replace("FILL IN: https://", URL)
    path.write_text("# ours\n" + text + "\n# the end\n")
    fix_file(path, found([passed("frame/a/1"), passed("frame/c/1")], GROUPS, GROUPS), ())
    assert path.read_text("utf-8").split("\n") == ["# ours", "# the end", ""]


def test_an_outgrown_bound_is_raised_where_the_whole_group_still_fails(path: Path) -> None:
    path.write_text("# why\n" + written("frame/a/*", "max = 2 # two\n"), "utf-8")
    fix_file(path, found([entry(name, KNOWN) for name in GROUPS[:3]], GROUPS, GROUPS), ())
    assert listed(path) == {"frame/a/*": 3}
    assert "max = 3 # two\n" in path.read_text("utf-8")


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_byte_order_mark_and_line_ends_stay_as_they_are(path: Path, mark: bytes, line_end: str) -> None:
    path.write_bytes(mark + written("frame/a/1").replace("\n", line_end).encode())
    fix_file(path, found([entry("frame/a/1", KNOWN), failed("frame/b/1")], GROUPS, GROUPS), ())
    data = path.read_bytes()
    assert data.startswith(mark + b"[[known]]")
    assert data.count(b"\n") == data.count(line_end.encode())
    assert set(listed(path)) == {"frame/a/1", "frame/b/1"}


def test_a_link_to_a_file_elsewhere_stays_a_link(path: Path) -> None:
    real = path.parent / "there" / "real.toml"
    real.parent.mkdir()
    real.write_text("known = []\n")
    path.symlink_to(real)
    suggested(path, "frame/a/1")
    assert path.is_symlink()
    assert "frame/a/1" in real.read_text("utf-8")


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
