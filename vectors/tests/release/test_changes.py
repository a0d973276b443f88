"""The changelog of verdicts between two releases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vectors.release.cases import ReleasedCase, cases_of
from vectors.release.changes import Change, Changed, change_files, changes
from vectors.release.contents import Wanted, changes_since, release_files
from vectors.release.manifest import make_manifest
from vectors.release.tree import ReleaseError
from vectors.tests.release.releases import few_released, few_vectors, packed, unpack

CRC = "vectors/data/frame/decode/crc.json"
TAIL = "vectors/data/frame/tail_hash/lengths.json"
TALK = "vectors/data/stream/plain/lost.json"
Entry = dict[str, Any]


def older(
    changed: dict[str, Callable[[list[Entry]], None]], names: tuple[str, ...] = (CRC, TAIL, TALK)
) -> dict[str, bytes]:
    """The files of an older release, of these vector files, with these changes of their cases."""
    files = {}
    for name in names:
        file = json.loads(few_released()[name])
        if name in changed:
            changed[name](file["cases"])
        files[name] = json.dumps(file).encode()
    return files | {"release.json": make_manifest("0.0.9", files, cases_of(files)).text()}


def now() -> tuple[ReleasedCase, ...]:
    return cases_of({name: few_released()[name] for name in (CRC, TAIL, TALK)})


def found(name: str, change: Callable[[list[Entry]], None]) -> tuple[Changed, ...]:
    return changes(cases_of(older({name: change})), now())


def test_the_same_cases_in_another_layout_are_no_change() -> None:
    assert changes(cases_of(older({})), now()) == ()


def test_a_new_case_is_named_with_its_verdict() -> None:
    def without(cases: list[Entry]) -> None:
        cases[:] = [case for case in cases if case["id"] != "crc-adler"]

    assert found(CRC, without) == (Changed("frame/decode/crc/crc-adler", Change.NEW, "", "reject CRC_MISMATCH"),)


def test_a_case_that_is_gone_is_named_with_its_verdict() -> None:
    def more(cases: list[Entry]) -> None:
        cases.append(cases[0] | {"id": "was-once"})

    assert found(CRC, more) == (Changed("frame/decode/crc/was-once", Change.GONE, "reject CRC_MISMATCH", ""),)


def test_a_changed_verdict_is_named_with_both() -> None:
    def code(cases: list[Entry]) -> None:
        cases[0]["expect"] = {"reject": "BAD_VERSION"}

    (one,) = found(CRC, code)
    assert one == Changed("frame/decode/crc/crc-zero", Change.VERDICT, "reject BAD_VERSION", "reject CRC_MISMATCH")

    def value(cases: list[Entry]) -> None:
        cases[0]["expect"]["ok"]["xxhash3_64"] = "0" * 16

    (other,) = found(TAIL, value)
    assert (other.change, other.before) == (Change.VERDICT, 'ok {"xxhash3_64":"0000000000000000"}')


def test_a_changed_step_of_a_dialogue_is_a_changed_verdict() -> None:
    def step(cases: list[Entry]) -> None:
        cases[0]["input"]["steps"].pop()

    (one,) = found(TALK, step)
    assert one.change is Change.VERDICT
    assert one.before != one.after


def test_an_input_and_a_text_that_changed_are_told_apart_from_verdicts() -> None:
    def given(cases: list[Entry]) -> None:
        cases[0]["input"]["frame"] = "00"

    def text(cases: list[Entry]) -> None:
        cases[0]["about"] = "another text"

    assert [one.change for one in found(CRC, given)] == [Change.INPUT]
    assert [one.change for one in found(CRC, text)] == [Change.TEXT]


def test_both_forms_name_every_change() -> None:
    def code(cases: list[Entry]) -> None:
        cases[0]["expect"] = {"reject": "BAD_VERSION"}
        cases.pop()

    listed = found(CRC, code)
    files = change_files("0.0.9", "0.1.0", listed)
    data = json.loads(files["changes.json"])
    assert (data["since"], data["version"]) == ("0.0.9", "0.1.0")
    assert [(one["case"], one["change"]) for one in data["changes"]] == [(one.case, one.change) for one in listed]
    text = files["CHANGES.md"].decode()
    assert "1 new, 1 verdict changed, 0 input changed, 0 gone" in text
    assert "- `frame/decode/crc/crc-zero`: reject BAD_VERSION → reject CRC_MISMATCH" in text


@pytest.mark.slow
def test_a_release_since_an_older_one_holds_the_changelog_whatever_form_the_older_has(tmp_path: Path) -> None:
    def code(cases: list[Entry]) -> None:
        cases[0]["expect"] = {"reject": "BAD_VERSION"}

    files = older({CRC: code})
    archive, stored = packed(tmp_path, files)
    made = release_files(Wanted(captures=False, since=archive), few_vectors(tmp_path / "tree"))
    listed = json.loads(made["changes.json"])
    assert listed["since"] == "0.0.9"
    kinds = [one["change"] for one in listed["changes"]]
    cases = len(json.loads(made["release.json"])["cases"])
    assert kinds.count("verdict changed") == 1
    assert kinds.count("new") == cases - len(now())
    assert "CHANGES.md" in json.loads(made["release.json"])["files"]
    unpacked = unpack(tmp_path / "older", files)
    forms = [changes_since(path, "0.1.0", now()) for path in (archive, stored, unpacked)]
    assert forms[0] == forms[1] == forms[2]
    assert len(json.loads(forms[0]["changes.json"])["changes"]) == 1


def test_a_damaged_older_release_is_not_compared_with(tmp_path: Path) -> None:
    folder = unpack(tmp_path / "older", older({}))
    (folder / CRC).write_bytes(few_released()[CRC])
    with pytest.raises(ReleaseError, match=r"crc\.json: damaged"):
        release_files(Wanted(captures=False, since=folder), few_vectors(tmp_path / "tree"))
