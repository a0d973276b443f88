"""The shards in the vectors of rs are those of two libraries that have nothing to do with each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vectors.make.model import Case
from vectors.make.rs import decode, encode, plain
from vectors.make.rs.model import without
from vectors.tests.oracles import isal, klauspost

needs_isal = pytest.mark.skipif(
    isal.LIBRARY is None, reason="ISA-L is not installed; .ci/run installs it (Debian package libisal2)"
)
needs_go = pytest.mark.skipif(klauspost.GO is None, reason="go is not installed")


@cache
def accepted() -> list[Case]:
    found = [case for make in (encode.groups, decode.groups) for group in make() for case in group.cases]
    return [case for case in found if "ok" in case.expect]


def asked(case: Case) -> dict[str, Any]:
    """The code of a case, with null for the parity that rs_encode computes."""
    given = dict(case.input)
    given["shards"] = [*given["shards"], *[None] * (given["k"] + given["r"] - len(given["shards"]))]
    return given


def wanted(case: Case) -> list[str]:
    ok = case.expect["ok"]
    shards: list[str] = ok["shards"] if "shards" in ok else [*case.input["shards"], *ok["parity"]]
    return shards


def with_bytes() -> Iterator[Case]:
    """The cases whose shards have any: libraries refuse the others."""
    return (case for case in accepted() if any(wanted(case)))


def test_every_loss_of_small_codes_has_a_case() -> None:
    """All k up to 6, r up to 3, and all sets of lost shards that leave k."""
    found = {(len(wanted(case)), case.id) for case in accepted() if "-lost-" in case.id and case.id.startswith("k")}
    patterns = [
        (k + r, f"k{k}-r{r}-lost-{'-'.join(map(str, lost)) or 'none'}")
        for k in range(1, 7)
        for r in range(1, 4)
        for count in range(r + 1)
        for lost in itertools.combinations(range(k + r), count)
    ]
    assert len(patterns) == len(set(patterns)) == 525
    assert set(patterns) <= found


@needs_isal
def test_isal_computes_the_same() -> None:
    for case in with_bytes():
        given = asked(case)
        shards = [None if text is None else bytes.fromhex(text) for text in given["shards"]]
        found = isal.whole(given["k"], given["r"], shards)
        assert [shard.hex() for shard in found] == wanted(case), case.id


@needs_go
@pytest.mark.slow
def test_klauspost_computes_the_same(tmp_path: Path) -> None:
    """Slow where the library has to be fetched and built first."""
    cases = list(with_bytes())
    found = klauspost.whole([asked(case) for case in cases], tmp_path)
    for case, shards in zip(cases, found, strict=True):
        assert shards == wanted(case), case.id


def test_the_worked_code_is_what_the_specification_says() -> None:
    """specs/reed-solomon.md section 4, typed by hand."""
    rows = [[plain.coefficient(4, i, j) for j in range(4)] for i in range(3)]
    assert [bytes(row).hex() for row in rows] == ["47a77aba", "a747ba7a", "7aba47a7"]
    assert plain.times(0x47, 0x04) == 1


def test_products_follow_the_laws_of_a_field() -> None:
    """Of the definition, not of a table that an oracle shares."""
    values = (0, 1, 2, 3, 0x1D, 0x47, 0x80, 0x8E, 0xFF)
    for a, b, c in itertools.product(values, repeat=3):
        assert plain.times(a, b) == plain.times(b, a)
        assert plain.times(a, plain.times(b, c)) == plain.times(plain.times(a, b), c)
        assert plain.times(a, b ^ c) == plain.times(a, b) ^ plain.times(a, c)
    assert plain.times(0x80, 2) == 0x1D
    assert all(plain.times(a, plain.inv(a)) == 1 for a in range(1, 256))


def test_a_shard_that_is_there_comes_back_as_it_came() -> None:
    shards = without([b"\1", b"\2", b"\3", b"\4"], (0,))  # a code that agrees with nothing
    assert plain.all_shards(2, 2, shards)[1:] == [b"\2", b"\3", b"\4"]
