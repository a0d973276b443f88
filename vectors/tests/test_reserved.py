"""Cases of what is unknown use values that no version will assign, but in the groups that say so (specs/README.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from conformance.model.cases import Case, Refuse, load_cases
from conformance.tests.support import ROOT

RESERVED = tomllib.loads((ROOT / "specs/registry.toml").read_text("utf-8"))["reserved"]
FIELDS = {"BAD_TYPE": ("type", "types"), "BAD_MODALITY": ("modality", "modalities")}
UNASSIGNED = "unassigned"


def refused(code: str) -> Iterator[Case]:
    for case in load_cases():
        if isinstance(case.expect, Refuse) and case.expect.code == code and case.op in ("decode", "encode"):
            yield case


def value_of(case: Case, code: str) -> int:
    if case.op == "encode":
        return int(case.input["fields"][FIELDS[code][0]])
    frame = bytes.fromhex(case.input["frame"])
    slices = int.from_bytes(frame[16:24], "little")
    return frame[{"BAD_TYPE": 1, "BAD_MODALITY": 28 + 4 * slices}[code]]


@pytest.mark.parametrize("code", FIELDS)
def test_unknown_values_are_reserved_ones_where_the_group_does_not_say_otherwise(code: str) -> None:
    span = range(RESERVED[FIELDS[code][1]]["from"], RESERVED[FIELDS[code][1]]["to"] + 1)
    found = {case.id: (value_of(case, code) in span, UNASSIGNED in case.id) for case in refused(code)}
    assert set(found.values()) == {(True, False), (False, True)}, found


def test_unknown_flags_have_the_reserved_bit_where_the_group_does_not_say_otherwise() -> None:
    (bit,) = RESERVED["flags"]
    for case in refused("RESERVED_FLAGS"):
        if case.op == "encode":
            flags = int(case.input["fields"]["flags"])
        else:
            flags = int.from_bytes(bytes.fromhex(case.input["frame"])[2:4], "little")
        assert (flags >> bit & 1 == 1) == (UNASSIGNED not in case.id), case.id
