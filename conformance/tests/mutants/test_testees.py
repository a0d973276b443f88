"""Wrong implementations by name: each is listed, can be started, and is red by the clause that it breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack, closing

import pytest
from resonant.describe.clauses import load_clauses

from adapters.driver import AdapterError, Testee
from conformance.model.transports import LIBRARIES
from conformance.mutants.catalogue.table import MUTANTS
from conformance.mutants.engine.patches import applied
from conformance.mutants.servers.table import SERVERS
from conformance.mutants.testees import costs, kernels
from conformance.mutants.testees.hostile.catalogue import HOSTILE, STARTS
from conformance.mutants.testees.registry import FEW, GROUPS, TESTEES, WRONG
from conformance.mutants.testees.wrong import Wrong
from conformance.server.addresses import UnreachableError
from conformance.server.server import attach
from conformance.session.implementations import Wrong as Listed
from conformance.session.implementations import find_adapter, is_server, wrong_implementations
from conformance.session.wrong_server import reachable
from conformance.tests.support import ADAPTERS, ROOT

COSTLY = {one.name: one for one in costs.WRONG}
KERNELS = {one.name: one for one in kernels.WRONG}
BY_HAND: Mapping[str, Wrong] = {**TESTEES, **FEW, **COSTLY, **HOSTILE, **STARTS, **KERNELS, **SERVERS}


def test_each_has_a_name_of_its_own() -> None:
    assert len(WRONG) == sum(map(len, GROUPS.values())) == len(BY_HAND) + len(MUTANTS)
    assert {name for name in WRONG if is_server(f"wrong:{name}")} == set(SERVERS)
    assert [name for name in BY_HAND if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)] == []


def test_each_testee_breaks_clauses_and_says_how_in_a_sentence() -> None:
    clauses = load_clauses()
    cited: Mapping[str, Wrong] = {**TESTEES, **COSTLY, **KERNELS}
    for one in cited.values():
        assert one.clauses, one.name
        assert all(clauses[clause].must for clause in one.clauses)
    for one in BY_HAND.values():
        assert re.fullmatch(r"[A-Z].*\S\.", one.about), one.about


@pytest.mark.slow
def test_every_change_can_be_made_and_undone() -> None:
    for one in TESTEES.values():
        with applied(one.change):
            pass
    with ExitStack() as undo:
        for one in TESTEES.values():
            one.change(undo)


@pytest.mark.slow
@pytest.mark.parametrize("extra", LIBRARIES)
def test_mutants_of_an_optional_transport_are_wrong_over_it(extra: str) -> None:
    mutants = GROUPS[f"mutants of {extra}"]
    assert {getattr(one, "extra", "") for one in mutants} == {extra}
    with Testee(find_adapter(f"wrong:{mutants[0].name}")) as testee:
        assert extra in testee.hello.transports


def test_the_program_lists_the_registry() -> None:
    listed = {one.name: one for one in wrong_implementations()}
    assert list(listed) == list(WRONG)
    for group, those in GROUPS.items():
        for one in those:
            adapter = KERNELS[one.name].adapter if one.name in KERNELS else ""
            assert listed[one.name] == Listed(one.name, one.clauses, one.about, group, adapter)


def test_every_fault_of_the_kernels_has_a_name() -> None:
    assert {ROOT / one.adapter for one in kernels.WRONG} == set((ADAPTERS / "cuda-host/faults").glob("*.toml"))
    for one in kernels.WRONG:
        adapter = find_adapter(f"wrong:{one.name}")
        assert (adapter.name, adapter.about, adapter.build[0]) == (f"wrong:{one.name}", one.about, "make")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["any-magic", MUTANTS[0].id, MUTANTS[-1].id])
def test_it_is_started_by_its_name(name: str) -> None:
    adapter = find_adapter(f"wrong:{name}")
    assert (adapter.name, adapter.about) == (f"wrong:{name}", WRONG[name].about)
    with Testee(adapter) as testee:
        assert testee.hello.name == "resonant"


def test_a_server_is_no_adapter() -> None:
    with pytest.raises(AdapterError, match="is a server, which is judged from outside"):
        find_adapter("wrong:server-crc-not-read")


@pytest.mark.slow
def test_a_server_answers_at_the_address_that_it_has_for_as_long_as_it_is_needed() -> None:
    with reachable("wrong:server-crc-not-read") as address, closing(attach(address)) as server:
        assert server.learned.embedding_space_id == SERVERS["server-crc-not-read"].config.embedding_space_id
    with pytest.raises(UnreachableError):
        attach(address)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("any-magik", "any-magic"), ("flood", "floods-from-another-port"), ("crc-not-read", "server-crc-not-read")],
)
def test_an_unknown_name_gets_those_that_are_near(name: str, meant: str) -> None:
    with pytest.raises(AdapterError, match=f"the nearest names are .*{meant}"):
        find_adapter(f"wrong:{name}")


def test_there_is_always_a_nearest_name() -> None:
    for name in ("", "zzzzzzzz", "server-"):
        with pytest.raises(AdapterError, match=r"the nearest names are [a-z0-9-]+, [a-z0-9-]+, [a-z0-9-]+; "):
            find_adapter(f"wrong:{name}")
