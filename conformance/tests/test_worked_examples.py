"""The worked examples of specs/ fit the JSON Schemas, and are the same as in the vectors."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest
from resonant.describe.registry import registry

from conformance.model.cases import Accept, Case, load_cases
from conformance.tests.support import ROOT

SPECS = ROOT / "specs"
TEXTS = {path.name: path.read_text("utf-8") for path in sorted(SPECS.glob("*.md"))}
BY_ID: Mapping[str, Case] = {case.id: case for case in load_cases()}
METHODS = sorted(path.stem for path in (SPECS / "sync").glob("*.json"))
STREAM = "stream/plain/whole/server-strong"
# Where the vectors send each of the frames.
SENT_IN = {
    "worked-ping": "handshake/server/lists/ping-full",
    "worked-capability": "handshake/client/answers/capability-elsewhere-then-here",
    "worked-head": STREAM,
    "worked-tail": STREAM,
}


def blocks(language: str) -> dict[str, str]:
    """The fenced blocks of specs/ of a language, by name."""
    pattern = re.compile(rf"^```{language} (\S+)\n(.*?)^```", re.M | re.S)
    found = [one for text in TEXTS.values() for one in pattern.findall(text)]
    assert len(found) == len(dict(found))
    return dict(found)


def frame(name: str) -> str:
    """The bytes of a ```frame block, as hex."""
    return "".join(re.findall(r"^@\d+ +([0-9a-f]+)", blocks("frame")[name], re.M))


def sent(case_id: str) -> list[str]:
    return [step["send"] for step in BY_ID[case_id].input["steps"] if "send" in step]


def test_every_method_has_one_example() -> None:
    assert sorted(blocks("json")) == METHODS


@pytest.mark.parametrize("method", METHODS)
def test_the_example_fits_its_schema_with_every_member_that_it_lists(method: str) -> None:
    schema = json.loads((SPECS / "sync" / f"{method}.json").read_bytes())
    value = json.loads(blocks("json")[method])
    jsonschema.Draft202012Validator(schema).validate(value)
    assert set(value) >= {name for name, shape in schema["properties"].items() if not _is_added(shape)}
    for name in value.keys() & {"supports", "ref"}:
        assert set(value[name]) == set(schema["properties"][name]["properties"])


def _is_added(shape: dict[str, Any]) -> bool:
    """Whether a member belongs to a chapter that not every peer has: its description begins with the clause."""
    return str(shape.get("description", "")).startswith(("MUX-", "FEC-"))


@pytest.mark.parametrize("name", SENT_IN)
def test_a_worked_frame_is_sent_by_the_vectors(name: str) -> None:
    assert frame(name) in sent(SENT_IN[name])


def test_the_stream_is_one_of_the_vectors() -> None:
    whole = frame("worked-stream-bytes")
    parts = [whole[start : start + 94] for start in range(0, len(whole), 94)]
    assert sent(STREAM)[1:] == [frame("worked-head"), *parts, frame("worked-tail")]


def test_the_error_is_what_the_vectors_expect() -> None:
    steps = BY_ID["handshake/server/space/space-both-differ"].input["steps"]
    (expected,) = [step["expect"]["json"] for step in steps if "expect" in step]
    error = json.loads(blocks("json")["error"])
    assert {name: error[name] for name in error if name != "message"} == expected


def printed(name: str) -> dict[str, bytes]:
    """A ```bytes block of quant.md: elements, codes and scale."""
    lines = [line.split() for line in blocks("bytes")[name].splitlines()]
    return {word: bytes.fromhex("".join(data)) for word, *data in lines}


def largest(data: bytes) -> int:
    """The largest magnitude of binary16 elements, as bits: these have the order of the numbers."""
    return max(int(element) & 0x7FFF for (element,) in struct.iter_unpack("<H", data))


def scale_of(case: Case, bits: int, greatest: int) -> str | None:
    """The scale that a quantize case expects, if it is of one such block of binary16 elements."""
    if case.op != "quantize" or not isinstance(case.expect, Accept):
        return None
    data = bytes.fromhex(case.input["data"])
    one_block = (case.input["bits"], case.input["source"]) == (bits, "f16") and 0 < len(data) <= 64
    return str(case.expect.value["scale"]) if one_block and largest(data) == greatest else None


@pytest.mark.parametrize(("name", "bits"), [("worked-q4", 4), ("worked-i8", 8), ("worked-cap", 4)])
def test_the_vectors_have_the_worked_scale_for_the_same_largest_magnitude(name: str, bits: int) -> None:
    block = printed(name)
    scales = {scale_of(case, bits, largest(block["elements"])) for case in BY_ID.values()}
    assert scales - {None} == {block["scale"].hex()}


def worked_ops() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """The ops of profiles with an input and a result in a page: op, input, ok."""
    text = "\n".join(re.findall(r"^```ops\n(.*?)^```", "\n".join(TEXTS.values()), re.M | re.S))
    found = re.findall(r"^(\w+) +(\{.*\})\n +(\{.*\})$", text, re.M)
    ops = {op for profile in registry().profiles.values() if profile.name != "frame" for op in profile.ops}
    return [(op, json.loads(given), json.loads(ok)) for op, given, ok in found if op in ops]


@pytest.mark.parametrize(("op", "given", "ok"), worked_ops())
def test_a_worked_op_is_one_of_the_vectors_or_like_it(op: str, given: dict[str, Any], ok: dict[str, Any]) -> None:
    schema = json.loads((SPECS / f"ops/{op}.json").read_bytes())["$defs"]
    jsonschema.Draft202012Validator(schema["input"]).validate(given)
    jsonschema.Draft202012Validator(schema["ok"]).validate(ok)
    same = [case for case in BY_ID.values() if case.op == op and case.input == given]
    assert op == "tcp_split" or len(same) == 1
    assert all(isinstance(case.expect, Accept) and case.expect.value == ok for case in same)


def test_the_worked_ops_are_found() -> None:
    assert {op for op, _, _ in worked_ops()} >= {"tcp_split", "rs_encode", "rs_decode"}
