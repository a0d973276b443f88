"""The file of known failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.session.known_failures import EXAMPLE, UNFILLED, Known, KnownFailuresError, load_known, resolve

URL = "https://example.org/issues/7"
ENTRY = f'[[known]]\nid = "frame/a/b"\nreason = "slow"\nissue = "{URL}"\n'
WILD = ENTRY.replace("a/b", "a/*") + "max = 2\n"


def load(folder: Path, text: str, *, fixing: bool = False) -> dict[str, Known]:
    path = folder / "known.toml"
    path.write_text(text, "utf-8")
    return dict(load_known(path, fixing=fixing))


def test_ids_with_their_reasons_and_issues(tmp_path: Path) -> None:
    assert load(tmp_path, ENTRY + WILD) == {
        "frame/a/b": Known("frame/a/b", "slow", URL),
        "frame/a/*": Known("frame/a/*", "slow", URL, 2),
    }


def test_the_example_in_the_message_is_itself_a_file(tmp_path: Path) -> None:
    assert list(load(tmp_path, EXAMPLE)) == ["frame/decode/crc/crc-zero", "zstd/decode/*"]


@pytest.mark.parametrize(("said", "instead"), [('"slow"', f'"{UNFILLED}: why"'), (f'"{URL}"', f'"{UNFILLED}"')])
def test_a_reason_or_an_issue_that_nobody_filled_in_is_refused_unless_the_file_is_being_fixed(
    tmp_path: Path, said: str, instead: str
) -> None:
    text = ENTRY.replace(said, instead)
    with pytest.raises(KnownFailuresError, match=r"still to be filled in for frame/a/b"):
        load(tmp_path, text)
    assert list(load(tmp_path, text, fixing=True)) == ["frame/a/b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not toml", "TOML like this"),
        ("", "nothing else"),
        ("known = 1", "nothing else"),
        (ENTRY + "[other]\n", "nothing else"),
        ("known = [1]", "an id, a reason and an issue"),
        ('[[known]]\nid = "a"\nreason = "slow"\n', "an id, a reason and an issue"),
        ('[[known]]\nreason = "a"\n', "an id, a reason and an issue"),
        (ENTRY.replace("slow", "  "), "an id, a reason and an issue"),
        (ENTRY.replace('"slow"', "7"), "an id, a reason and an issue"),
        (ENTRY + 'owner = "me"\n', "an id, a reason and an issue"),
        (ENTRY.replace("https:", "see "), "a URL"),
        (ENTRY + "max = 2\n", "has max"),
        (WILD.replace("max = 2", ""), "has max"),
        (WILD.replace("2", "0"), "has max"),
        (WILD.replace("2", "true"), "has max"),
        (WILD.replace("a/*", "*/b"), "one \\* at the end"),
        (WILD.replace("a/*", "a*"), "one \\* at the end"),
        (WILD.replace("a/*", "*/*"), "one \\* at the end"),
        (ENTRY + ENTRY, "duplicate entry: frame/a/b"),
    ],
)
def test_any_other_file_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(KnownFailuresError, match=says) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "known.toml"))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(KnownFailuresError, match=r"gone\.toml"):
        load_known(tmp_path / "gone.toml")


PATH = Path("known.toml")
B, C = (f"frame/{name}/x" for name in "bc")
ONE, OTHER, ZSTD = Known(B, "slow", URL), Known(C, "late", URL), Known("zstd/b", "slow", URL)


def resolved(*entries: Known, running: set[str], existing: set[str], fixing: bool = False) -> dict[str, str]:
    known = {entry.id: entry for entry in entries}
    found = resolve(known, running, existing, path=PATH, fixing=fixing)
    return {case_id: entry.text for case_id, entry in found.items()}


def test_a_case_that_runs_may_be_listed_and_its_reason_names_the_issue() -> None:
    assert resolved(ONE, running={B}, existing={B, C}) == {B: f"slow ({URL})"}


def test_a_case_that_does_not_exist_is_stale() -> None:
    with pytest.raises(KnownFailuresError, match=r"known\.toml: no such case: frame/c/x, zstd/b; remove"):
        resolved(OTHER, ONE, ZSTD, running={B}, existing={B})
    assert resolved(OTHER, ONE, ZSTD, running={B}, existing={B}, fixing=True) == {B: f"slow ({URL})"}


def test_a_case_of_an_unclaimed_profile_is_idle() -> None:
    with pytest.raises(KnownFailuresError, match=r"known\.toml: not run, .*not claimed.*: zstd/b"):
        resolved(ONE, ZSTD, running={B}, existing={B, "zstd/b"})


def test_a_wildcard_stands_for_each_case_that_begins_like_it() -> None:
    wild = Known("frame/b/*", "slow", URL, 2)
    found = resolved(wild, running={B, "frame/b/y", C}, existing={B, "frame/b/y", C, "frame/bb/x"})
    assert found == dict.fromkeys((B, "frame/b/y"), f"slow ({URL})")


def test_a_wildcard_that_fits_more_cases_than_its_bound_is_refused() -> None:
    wild = Known("frame/b/*", "slow", URL, 1)
    with pytest.raises(KnownFailuresError, match=r"frame/b/\* fits 2 cases, but its max is 1"):
        resolved(wild, running={B}, existing={B, "frame/b/y"})


def test_a_wildcard_without_a_case_is_stale() -> None:
    with pytest.raises(KnownFailuresError, match=r"no such case: frame/n/\*"):
        resolved(Known("frame/n/*", "slow", URL, 9), running={B}, existing={B})


def test_a_case_that_two_entries_fit_is_refused() -> None:
    with pytest.raises(KnownFailuresError, match=r"two entries match frame/b/x"):
        resolved(ONE, Known("frame/b/*", "slow", URL, 9), running={B}, existing={B})


def test_each_entry_knows_its_line_and_says_it(tmp_path: Path) -> None:
    other = f'[[ known ]] # two\nreason = "id"\nissue = "{URL}"\n"id" = \'frame/a/*\'\nmax = 2\n'
    known = load(tmp_path, f'# id = "frame/a/b"\n\n{ENTRY}\n# more\n{other}')
    assert {name: one.line for name, one in known.items()} == {"frame/a/b": 3, "frame/a/*": 9}
    path = Path("known.toml")
    assert known["frame/a/*"].place(path) == "known.toml:9 (frame/a/*)"
    assert known["frame/a/b"].passes("frame/a/b", path).endswith("but passes; remove the entry at known.toml:3")


def test_entries_on_one_line_are_found_there(tmp_path: Path) -> None:
    one = f"{{id = 'frame/a/b', reason = 'x', issue = '{URL}'}}"
    other = f"{{issue = '{URL}', 'id' = 'frame/a/c', reason = 'y'}}"
    assert [known.line for known in load(tmp_path, f"known = [\n  {one},\n  {other},\n]\n").values()] == [2, 3]


def test_many_entries_are_counted_in_a_message(tmp_path: Path) -> None:
    many = {f"frame/{n}": Known(f"frame/{n}", "slow", URL) for n in range(20)}
    with pytest.raises(KnownFailuresError, match=r"no such case: frame/0, .*frame/7 and 12 more; remove"):
        resolve(many, (), (), path=PATH)


def test_a_bound_that_is_outgrown_is_no_fault_while_the_file_is_fixed() -> None:
    wild = Known("frame/b/*", "slow", URL, 1)
    assert resolved(wild, running={B}, existing={B, "frame/b/y"}, fixing=True) == {B: f"slow ({URL})"}
