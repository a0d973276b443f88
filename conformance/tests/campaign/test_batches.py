"""Batches: the same for one seed and number, of inputs that any testee has to take, and reaching every corner."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import jsonschema_rs
import pytest

from conformance.campaign.batch import batch, counts, kinds_of
from conformance.campaign.draw import SIZES, combinations, number, source
from conformance.campaign.generate.slices import layout, with_faults
from conformance.campaign.generate.table import KINDS
from conformance.campaign.inputs import Input, Kind
from conformance.campaign.layout import read_layout
from conformance.dialogue.load import dialogue_faults
from conformance.model.cases import DIALOGUE
from conformance.model.profiles import PROFILES
from conformance.tests.support import ROOT

OPS = ROOT / "specs" / "ops"


def inputs(kind: Kind, seed: int = 3, rounds: int = 2) -> Iterator[Input]:
    for chunk in range(rounds):
        yield from batch(KINDS, seed, KINDS.index(kind) + chunk * len(KINDS), kind.per_batch).inputs


@cache
def schema(op: str) -> jsonschema_rs.Draft202012Validator:
    fields = json.loads((OPS / "fields.json").read_bytes())
    known = jsonschema_rs.Registry([("json-schema:///fields.json", fields)])
    whole = json.loads((OPS / f"{op}.json").read_bytes())
    return jsonschema_rs.Draft202012Validator(whole["$defs"]["input"], registry=known)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_input_fits_the_schema_of_its_op(kind: Kind) -> None:
    for one in inputs(kind):
        if one.op == DIALOGUE:
            assert list(dialogue_faults(one.given, (one.transport,))) == []
        else:
            assert schema(one.op).is_valid(one.given), one
        assert json.loads(json.dumps(one.given)) == one.given


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_batch_depends_on_seed_and_number_alone(kind: Kind) -> None:
    first, again = list(inputs(kind, rounds=1)), list(inputs(kind, rounds=1))
    assert first == again
    assert len(first) == kind.per_batch
    assert list(inputs(kind, seed=4, rounds=1)) != first


@pytest.mark.slow
def test_another_process_makes_the_same_batches() -> None:
    program = """
import hashlib
from conformance.campaign.batch import batch
from conformance.campaign.generate.table import KINDS
made = [batch(KINDS, 7, number, kind.per_batch).inputs for number, kind in enumerate(KINDS)]
print(hashlib.sha256(repr(made).encode()).hexdigest())
"""
    told = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_a_shorter_batch_is_the_beginning_of_a_whole_one() -> None:
    assert batch(KINDS, 1, 0, 7).inputs == batch(KINDS, 1, 0, KINDS[0].per_batch).inputs[:7]


def test_the_kinds_take_turns_until_there_are_enough_inputs() -> None:
    kinds = kinds_of(("frame", "quant"))
    found = list(counts(kinds, 3000))
    assert sum(found) == 3000
    assert found[:3] == [kind.per_batch for kind in kinds[:3]]
    assert {kind.profile for kind in KINDS} == set(PROFILES)


def test_all_combinations_come_once_before_any_comes_again() -> None:
    axes = (range(5), "abc", (True, False))
    assert len({one for chunk in range(3) for one in combinations(axes, chunk, 10)}) == 30


def test_sizes_stand_around_every_power_of_two_and_every_limit() -> None:
    for limit in (64, 4096, 65_503, 65_507, 65_536, *(1 << bit for bit in range(1, 17))):
        assert {limit - 1, limit, limit + 1} <= set(SIZES)


@pytest.mark.parametrize("bits", [8, 16, 32, 64])
def test_numbers_have_high_digits_as_often_as_low_ones(bits: int) -> None:
    draw = source(1, bits)
    found = [number(draw, bits) for _ in range(2000)]
    assert all(0 <= one < 1 << bits for one in found)
    for bit in range(bits):
        assert any(one >> bit & 1 for one in found)
    assert sum(one >> (bits - 1) for one in found) > 200


def test_a_layout_is_read_back_from_its_bytes() -> None:
    draw, read = source(2, 0), 0
    for _ in range(300):
        frame = with_faults(draw, layout(draw))
        found = read_layout(frame.data())
        assert found is None or found.data() == frame.data()
        read += found is not None
    assert read > 200
