"""The parity in the vectors of fec is that of a library which has nothing to do with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from vectors.make.fec import encode, faults
from vectors.make.fec.repair import symbols
from vectors.make.rs.plain import all_shards
from vectors.tests.oracles import isal, klauspost

needs_isal = pytest.mark.skipif(
    isal.LIBRARY is None, reason="ISA-L is not installed; .ci/run installs it (Debian package libisal2)"
)
needs_go = pytest.mark.skipif(klauspost.GO is None, reason="go is not installed")
HEAD, CRC = 20, -4


def asked() -> Iterator[tuple[str, Mapping[str, Any], list[bytes]]]:
    """Each accepted case of repair_encode: its id, its input, and the datagrams."""
    for group in encode.groups():
        for case in group.cases:
            if "ok" in case.expect:
                yield case.id, case.input, [bytes.fromhex(one) for one in case.expect["ok"]["repair"]]


def shards_of(given: Mapping[str, Any]) -> list[bytes | None]:
    data = symbols([bytes.fromhex(frame) for frame in given["frames"]])
    return [*data, *[None] * given["r"]]


@needs_isal
def test_isal_computes_the_same_parity() -> None:
    for case_id, given, datagrams in asked():
        k, r = len(given["frames"]), given["r"]
        assert isal.whole(k, r, shards_of(given))[k:] == [one[HEAD:CRC] for one in datagrams], case_id


@needs_go
@pytest.mark.slow
def test_klauspost_computes_the_same_parity(tmp_path: Any) -> None:
    """Slow where the library has to be fetched and built first."""
    cases = list(asked())
    inputs = []
    for _, given, _ in cases:
        shards: list[str | None] = [None if one is None else one.hex() for one in shards_of(given)]
        inputs.append({"k": len(given["frames"]), "r": given["r"], "shards": shards})
    found = klauspost.whole(inputs, tmp_path)
    for (case_id, given, datagrams), whole in zip(cases, found, strict=True):
        assert whole[len(given["frames"]) :] == [one[HEAD:CRC].hex() for one in datagrams], case_id


@needs_isal
def test_isal_finds_the_same_in_forged_parity() -> None:
    """A symbol that nobody can have sent is what the library computes as well."""
    for name, _, repair, there in faults.forgeries():
        known = symbols([*there, there[0]])
        shards = [known[0], None, known[1], repair.parity]
        assert isal.whole(3, 1, shards) == all_shards(3, 1, shards), name
