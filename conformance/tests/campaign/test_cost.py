"""The check of cost bites: time that grows as a square, an announced number that takes time, and memory for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.driver import Limits, Ok, Reject, Testee, load_adapter
from conformance.campaign.cost.check import MOST_TIMES, check_cost, grown, held
from conformance.campaign.cost.growth import ANNOUNCEMENTS, GROWTHS, LARGE, SMALL, Growth
from conformance.campaign.inputs import Input
from conformance.campaign.record import Recorder
from conformance.campaign.settle import size
from conformance.campaign.testees import Implementation
from conformance.model.cases import DIALOGUE
from conformance.model.profiles import PROFILES
from conformance.probes.memory import peak_bytes
from conformance.session.implementations import find_adapter
from conformance.tests.support import ADAPTERS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cost")]

HASHES = next(one for one in GROWTHS if one.what == "tail_hash, bytes")


def wrong(name: str) -> Testee:
    return Testee(find_adapter(f"wrong:{name}"), Limits(reply_s=60.0))


@pytest.fixture
def reference() -> Iterator[Testee]:
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        yield testee


def test_time_that_grows_as_a_square_is_a_fault(reference: Testee) -> None:
    assert grown(reference, HASHES) == ""
    # A busy machine can hide a fault, as it slows the small input down, and never shows one that is not there.
    with wrong("hashes-in-square-time") as testee:
        found = next(filter(None, (grown(testee, HASHES) for _ in range(20))))
    assert f"more than {MOST_TIMES * LARGE // SMALL} times" in found


def test_a_greater_number_alone_may_take_no_longer() -> None:

    def announced(times: int) -> Input:
        return Input("dequantize", {"bits": 8, "count": 1000 * times, "codes": ""})

    with wrong("counts-what-is-announced") as testee:
        growth = Growth("count", announced, grows=False)
        assert "greater number" in next(filter(None, (grown(testee, growth) for _ in range(20))))


def test_memory_for_what_is_only_announced_is_a_fault(reference: Testee) -> None:
    one = ANNOUNCEMENTS["dequantize, elements announced"]()
    assert held(reference, one) == ""
    with wrong("holds-what-is-announced") as testee:
        assert "only announced" in held(testee, one)
        assert peak_bytes(testee.pid) is not None


def test_a_whole_check_names_what_is_at_fault() -> None:
    rows = check_cost([Implementation("wrong:holds-what-is-announced", ("quant",))])
    assert {row["what"] for row in rows} >= {"quantize, elements", "dequantize, elements announced"}
    assert [row["what"] for row in rows if row["fault"]] == ["dequantize, elements announced"]


def test_every_input_does_what_it_is_there_for(reference: Testee) -> None:
    """One that is refused at its door would measure nothing; what is announced is to be refused."""
    may_be_refused = {"open, bytes", "read_message, JSON depth"}
    for growth in GROWTHS:
        small, large = growth.make(SMALL), growth.make(LARGE)
        assert small.asked_of <= set(PROFILES)
        if growth.grows:
            assert LARGE * size(small) * 0.7 < size(large) < LARGE * size(small) * 1.1, growth.what
        if small.op == DIALOGUE:
            assert Recorder(reference, "stream", "udp").record(small.given).stopped is None
        elif growth.what not in may_be_refused:
            assert isinstance(reference.ask(large.op, large.given), Ok), growth.what
    for what, make in ANNOUNCEMENTS.items():
        one = make()
        assert size(one) < 1000 or one.op == DIALOGUE
        assert one.op == DIALOGUE or isinstance(reference.ask(one.op, one.given), Reject), what
