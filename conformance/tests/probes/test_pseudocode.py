"""Section 1 of specs/testee.md is right: followed line by line it is a testee, and its examples are vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from resonant.describe.registry import registry

from adapters.driver import Limits, Testee, Unsupported
from conformance.checks.judge import judge
from conformance.model.cases import Accept, load_cases
from conformance.probes import PROBES, expect_kind, run_probe
from conformance.probes.unclaimed import refusal_probes
from conformance.tests.support import ROOT, adapter_at, write_adapter

SPECS = ROOT / "specs"
PAGE = (SPECS / "testee.md").read_text("utf-8")
PROGRAM = Path(__file__).with_name("pseudocode.py").read_text("utf-8")
FIRST = PAGE.partition("\n## 2.")[0]
CODE = "\n".join(
    line[4:] for line in FIRST.partition("```")[0].splitlines() if line.startswith("    ") or not line
).strip()
# A block's lines, without the clauses behind them and without those that only explain.
BLOCKS = [
    [re.sub(r"\s+# .*", "", line).strip() for line in block.splitlines() if not line.startswith("#")]
    for block in CODE.split("\n\n")
]
BATCHES = {"batch", "peer_batch"}  # which may be missing
OF_FRAME = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 15, 21, 22, 23}


def test_the_page_begins_with_it() -> None:
    assert re.findall(r"^## (.*)", PAGE, re.M)[0] == "1. A testee in pseudocode"
    assert len(FIRST.splitlines()) < 80


def test_the_program_is_the_pseudocode() -> None:
    said = re.findall(r"^ *# (.*)", PROGRAM, re.M)
    blocks = [block for block in BLOCKS if block]
    assert len(blocks) == 4
    assert sorted(line for block in blocks for line in block) == sorted(said)
    for block in blocks:
        start = said.index(block[0])
        assert said[start : start + len(block)] == block


def test_it_cites_every_clause_that_a_testee_of_frames_has_to_know() -> None:
    assert {int(number) for number in re.findall(r"TST-(\d+)", CODE)} == OF_FRAME


@pytest.mark.slow
def test_followed_it_is_a_testee(tmp_path: Path) -> None:
    (tmp_path / "testee.py").write_text(PROGRAM, "utf-8")
    run = ("{python}", "testee.py", str(SPECS / "ops"))
    cases = load_cases()
    with Testee(adapter_at(write_adapter(tmp_path, run)), Limits(reply_s=5)) as testee:
        assert testee.hello.profiles == ("frame",)
        for case in (
            case for case in cases if re.match(r"frame/(decode/crc|encode/fields|space_hash|tail_hash)/", case.id)
        ):
            assert judge(testee, case).passed, case.id
        for case in refusal_probes(cases, ("frame",)):
            assert expect_kind(testee.ask(case.op, case.input), Unsupported, "unsupported").passed, case.id
        failing = [probe.id for probe in PROBES if probe.profile != "handshake" and not run_probe(probe, testee).passed]
    assert failing == []


def examples() -> dict[str, tuple[Any, Any]]:
    """The input and the ok of each op of the block."""
    (text,) = re.findall(r"^```ops\n(.*?)^```", FIRST, re.M | re.S)
    decoder, found = json.JSONDecoder(), {}
    for op, values in re.findall(r"^(\w+) +(\{.*?)(?=^\w|\Z)", text, re.M | re.S):
        given, end = decoder.raw_decode(values)
        found[op] = (given, json.loads(values[end:]))
    assert "encode      what decode gives, to what it was given\n" in text
    found["encode"] = (found["decode"][1], found["decode"][0])
    return found


def fits(name: str, part: str, value: object) -> None:
    schema = json.loads((SPECS / "ops" / f"{name}.json").read_bytes())["$defs"][part]
    text = json.dumps(schema).replace('{"$ref": "fields.json"}', (SPECS / "ops/fields.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(json.loads(text)).validate(value)


def test_its_examples_fit_the_schemas_and_are_all_ops_of_frame() -> None:
    found = examples()
    assert set(found) == {*registry().testee.ops, *registry().profiles["frame"].ops} - BATCHES
    for op, (given, result) in found.items():
        fits(op, "input", given)
        fits(op, "ok", result)


@pytest.mark.parametrize("op", ["decode", "space_hash", "tail_hash"])
def test_its_examples_are_vectors(op: str) -> None:
    given, result = examples()[op]
    (expect,) = {
        repr(case.expect): case.expect for case in load_cases() if case.op == op and case.input == given
    }.values()
    assert isinstance(expect, Accept)
    assert expect.value == result
