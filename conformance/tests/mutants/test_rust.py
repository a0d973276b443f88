"""The mutants of the Rust crate: their catalogue fits the sources, and a run says what caught each."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from resonant.describe.clauses import load_clauses

from adapters.driver import Ok
from conformance.model.cases import load_cases
from conformance.mutants.catalogue.table import MUTANTS
from conformance.mutants.engine.mutant import Kind
from conformance.mutants.engine.short_campaign import answered_batches, first_finding, one_by_one
from conformance.mutants.engine.testee import InProcess
from conformance.mutants.rust import __main__ as command
from conformance.mutants.rust.build import CRATE, RUST, numbered, sources, write
from conformance.mutants.rust.patch import FOLDER, QUIC, Patch, load_patches
from conformance.mutants.rust.report import Table, faults, lines, report_data, some_lines, write_report
from conformance.mutants.rust.source import ACTIVE, PatchError, functions, place_of, switched
from conformance.mutants.rust.trial import Trial
from conformance.tests.support import ROOT

PATCHES = load_patches()
EVERY = (*PATCHES, *load_patches(QUIC))
"""Those of the feature quic, too."""
SCHEMA = json.loads((ROOT / "reports" / "mutants-rust.schema.json").read_bytes())
SOURCE = """
/// fn in_a_comment() { never }
pub const fn plain<'a>(given: &'a [u8; 4]) -> char {
    let brace = "}{"; // }
    if given[0] == 1 { '}' } else { '{' }
}
trait Declared { fn nothing(&self) -> [u8; 2]; }
fn outer() { fn inner() { one() } two() }
"""


def patch(old: str, new: str = "", **changes: object) -> Patch:
    made = Patch("crate-planted", ("FRM-24",), Kind.RULE, "Somebody has planted this.", "lib.rs", old, new)
    return replace(made, **changes)  # type: ignore[arg-type]


def misfit(one: Patch, source: str) -> str:
    """The reason why a patch does not fit, empty if it does."""
    try:
        place_of(one, source)
    except PatchError as error:
        return str(error)
    return "" if one.old != one.new else f"{one.id}: it changes nothing"


def test_each_patch_fits_the_source() -> None:
    """If this fails, the crate has changed: write the patch's old text for what stands there now."""
    texts = {file: (RUST / CRATE / file).read_text("utf-8") for file in {one.file for one in EVERY}}
    assert [told for one in EVERY if (told := misfit(one, texts[one.file]))] == []


def test_ids_are_unique_words_with_hyphens() -> None:
    ids = [one.id for one in EVERY]
    assert [name for name, count in Counter([*ids, *(mutant.id for mutant in MUTANTS)]).items() if count > 1] == []
    assert [name for name in ids if not re.fullmatch(r"crate(-[a-z0-9]+)+", name)] == []


def test_each_breaks_testable_clauses_that_oblige() -> None:
    clauses = load_clauses()
    testable = {name for name, clause in clauses.items() if clause.must and clause.untestable is None}
    assert {one.id: one.clauses for one in EVERY if not one.clauses or set(one.clauses) - testable} == {}


def test_each_story_is_a_sentence() -> None:
    stories = [one.story for one in EVERY]
    assert [story for story in stories if not re.fullmatch(r"[A-Z].*\S\.", story)] == []
    assert [story for story in stories if len(story.split()) < 6 or len(story) > 200] == []


def test_there_are_many_of_each_kind_and_in_each_part_of_the_crate() -> None:
    assert len(PATCHES) >= 80
    kinds = Counter(one.kind for one in PATCHES)
    assert {kind for kind in Kind if kinds[kind] < 3} == set()
    parts = Counter(Path(one.file).parts[0] for one in PATCHES)
    assert {"frame", "transform", "message", "json", "tensor", "peer", "endpoint"} <= set(parts)


def test_an_entry_with_other_keys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[mutant]]\nid = "crate-bad"\n', "utf-8")
    with pytest.raises(ValueError, match=r"bad.toml: crate-bad has the keys \['id'\]; they must be"):
        load_patches(tmp_path)


def test_functions_are_found_whatever_braces_texts_and_comments_have() -> None:
    bodies = [SOURCE[one.start : one.end] for one in functions(SOURCE)]
    assert [body.split()[1] for body in bodies] == ["let", "fn", "one()"]
    assert all(body.endswith("}") and body.count("\n}") <= 1 for body in bodies)
    assert bodies[0].endswith("else { '{' }\n}")


def test_every_function_of_the_crate_has_a_whole_body() -> None:
    sources = {file: file.read_text("utf-8") for file in sorted((RUST / CRATE).rglob("*.rs"))}
    bodies = [(file, source[one.start : one.end]) for file, source in sources.items() for one in functions(source)]
    assert len(bodies) > 500
    assert [(file, body) for file, body in bodies if (body[:1], body[-1:]) != ("{", "}")] == []


def test_a_changed_function_has_a_body_for_each_patch_and_its_own() -> None:
    source = switched(SOURCE, {4: patch("one()", "three()"), 9: patch("== 1", "!= 1"), 11: patch("'}'", "'x'")})
    assert source.count(ACTIVE) == 2
    assert source.count("4 => { three() }\n/* mutant 0 */ _ => { one() }") == 1
    assert "const fn" not in source, "what asks the environment is no constant"
    first = source[source.index("9 => ") : source.index("11 => ")]
    assert "!= 1" in first
    assert "'x'" not in first
    assert switched(SOURCE, {}) == SOURCE


@pytest.mark.parametrize(
    ("old", "says"),
    [
        ("gone", r"crate-planted: its old text stands 0 times in lib.rs, and must once; write the patch for what"),
        ("fn ", r"stands \d times in lib.rs"),
        ("trait Declared", r"its old text is in no function of lib.rs; change a function that uses it"),
    ],
)
def test_a_patch_that_does_not_fit_is_told(old: str, says: str) -> None:
    with pytest.raises(PatchError, match=says):
        switched(SOURCE, {1: patch(old)})


def test_the_crate_has_no_trace_of_switches_and_the_copy_has_all() -> None:
    made = sources(numbered(PATCHES))
    own = {path.relative_to(RUST): path.read_text("utf-8") for path in RUST.rglob("*.rs") if "target" not in path.parts}
    assert [path for path, text in own.items() if "RESONANT_MUTANT" in text or ACTIVE in text] == []
    arms = [
        int(number)
        for text in made.values()
        for number in re.findall(r"^/\* mutant \d+ \*/ (\d+) => \{", text, re.MULTILINE)
    ]
    assert set(numbered(PATCHES)) <= set(arms)


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    files = {Path("a.rs"): "one", Path("b", "c.rs"): "two"}
    write(files, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.rs")}
    write({Path("a.rs"): "one"}, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.rs")} == {
        tmp_path / "a.rs": before[tmp_path / "a.rs"]
    }


def table(*trials: Trial, unseen: str = "", failing: Sequence[str] = ()) -> Table:
    patches = [patch("", id=one.mutant, unseen=unseen) for one in trials]
    return Table(patches, {one.mutant: one for one in trials}, failing)


def test_a_survivor_is_a_fault_with_its_story_and_what_to_do() -> None:
    caught, by_campaign, left = Trial("a-a", case="x"), Trial("b-b", finding="y"), Trial("c-c")
    (fault,) = faults(table(caught, by_campaign, left))
    assert fault.startswith("c-c (FRM-24) survives: Somebody has planted this. Add a vector for it that cites FRM-24")
    assert list(faults(table(left, unseen="a reason"))) == []
    (fault,) = faults(table(caught, unseen="a reason"))
    assert fault == "a-a (FRM-24) is said to be unseen, and x catches it: take `unseen` out"
    assert list(faults(table(failing=["frame/x"]))) == [
        "frame/x: the crate fails it without any fault; repair that first"
    ]


def test_the_table_says_what_the_campaign_alone_caught(tmp_path: Path) -> None:
    made = table(Trial("a-a", case="frame/x"), Trial("b-b", finding="quant/y, input 1 of batch 2"), Trial("c-c"))
    told = list(lines(made, 1.6))
    assert told[0] == "2 of 3 mutants of the crate are caught (2 s)"
    assert told[2].split() == ["rule", "3", "1", "1"]
    assert "only by the short campaign: b-b (FRM-24): quant/y, input 1 of batch 2" in told
    assert told[-1].startswith("FAILED: c-c")
    assert [line.partition(": ")[2] for line in some_lines(made)][:3] == [
        "frame/x",
        "quant/y, input 1 of batch 2",
        "not caught",
    ]
    write_report(made, tmp_path / "report.json")
    data = json.loads((tmp_path / "report.json").read_bytes())
    jsonschema.validate(data, SCHEMA)
    assert data == report_data(made)
    assert [(one["case"], one["campaign"]) for one in data["mutants"]] == [
        ("frame/x", None),
        (None, "quant/y, input 1 of batch 2"),
        (None, None),
    ]


def test_mutants_are_chosen_by_id_clause_kind_and_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.chosen("*") == PATCHES
    assert {one.file for one in command.chosen("QUI-5", QUIC)} == {"transport/carriage.rs"}
    assert {one.kind for one in command.chosen("cost")} == {Kind.COST}
    assert all(one.file.startswith("endpoint/") for one in command.chosen("endpoint/*"))
    assert all("ZST-4" in one.clauses for one in command.chosen("ZST-4"))
    assert command.main(["--only", "no-such-mutant"]) == 2
    assert "'no-such-mutant'" in capsys.readouterr().err


def test_the_short_campaign_finds_nothing_in_the_reference_and_something_in_a_wrong_one() -> None:
    batches = answered_batches(inputs=600)
    assert len(batches) > 1
    with InProcess() as testee:
        assert first_finding(testee, batches[:1], one_by_one) == ""
    lost = first_finding(InProcess.__new__(InProcess), batches, lambda _, requests: [Ok({}) for _ in requests])
    assert lost == f"{batches[0].name}, input 0 of batch 0"


def test_every_file_of_the_catalogue_says_what_it_is_about() -> None:
    for path in FOLDER.glob("*.toml"):
        text = path.read_text("utf-8")
        assert re.match(r"# Faults of [^\n]+\.\n", text), path.name
        assert tomllib.loads(text).keys() == {"mutant"}


@pytest.mark.slow
@pytest.mark.nightly("make mutants-rust builds all mutants and tries each of them, on every submission")
@pytest.mark.skipif(shutil.which("cargo") is None, reason="no cargo")
def test_a_mutant_is_built_and_caught_by_a_case_of_its_clause(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "crate-version-high-bit-ignored", "-j", "1"]) == 0
    name = capsys.readouterr().out.splitlines()[-1].partition("crate-version-high-bit-ignored: ")[2]
    cited = {case.id: case.clauses for case in load_cases()}
    assert "FRM-2" in cited[name]
