"""The file of known failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.known import EXAMPLE, KnownFailuresError, check_known, load_known

ENTRY = '[[known]]\nid = "frame/a/b"\nreason = "issue 7"\n'


def load(folder: Path, text: str) -> dict[str, str]:
    path = folder / "known.toml"
    path.write_text(text, "utf-8")
    return dict(load_known(path))


def test_ids_with_their_reasons(tmp_path: Path) -> None:
    other = ENTRY.replace("a/b", "a/c").replace("7", "8")
    assert load(tmp_path, ENTRY + other) == {"frame/a/b": "issue 7", "frame/a/c": "issue 8"}


def test_the_example_in_the_message_is_itself_a_file(tmp_path: Path) -> None:
    assert list(load(tmp_path, EXAMPLE)) == ["frame/decode/crc/crc-zero"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not toml", "TOML like this"),
        ("", "nothing else"),
        ("known = 1", "nothing else"),
        (ENTRY + "[other]\n", "nothing else"),
        ("known = [1]", "an id and a reason"),
        ('[[known]]\nid = "a"\n', "an id and a reason"),
        ('[[known]]\nreason = "a"\n', "an id and a reason"),
        (ENTRY.replace("issue 7", "  "), "an id and a reason"),
        (ENTRY.replace('"issue 7"', "7"), "an id and a reason"),
        (ENTRY + 'owner = "me"\n', "an id and a reason"),
        (ENTRY + ENTRY, "frame/a/b stands there twice"),
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


def test_a_case_that_runs_may_be_listed() -> None:
    check_known(PATH, {"frame/a": "why"}, running={"frame/a"}, existing={"frame/a", "zstd/b"})
    with pytest.raises(KnownFailuresError):
        check_known(PATH, {"frame/a": "why"}, running=set(), existing=set())


def test_a_case_that_does_not_exist_is_stale() -> None:
    with pytest.raises(KnownFailuresError, match=r"known\.toml: no such case: frame/x, frame/y; remove"):
        check_known(PATH, {"frame/x": "", "frame/a": "", "frame/y": ""}, {"frame/a"}, {"frame/a"})


def test_a_case_of_an_unclaimed_profile_is_idle() -> None:
    with pytest.raises(KnownFailuresError, match=r"known\.toml: not run, .*not claimed: zstd/b"):
        check_known(PATH, {"frame/a": "", "zstd/b": ""}, {"frame/a"}, {"frame/a", "zstd/b"})
