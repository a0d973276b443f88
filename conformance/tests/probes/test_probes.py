"""Every probe can fail: a testee that breaks one rule of the protocol fails the probe of that rule and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import pytest

from adapters.driver import (
    Answer,
    Crash,
    HarnessError,
    Hello,
    Limits,
    Ok,
    Reject,
    RequestError,
    Testee,
    Timeout,
    Unsupported,
    load_adapter,
)
from conformance.model.cases import load_cases
from conformance.model.peer_requests import PEER_OPS
from conformance.model.verdict import Verdict
from conformance.mutants.engine.patches import Change
from conformance.mutants.testees.registry import TESTEES
from conformance.probes import PROBES, Probe, expect_kind, floods, process, run_probe
from conformance.probes.basics import wrong
from conformance.probes.unclaimed import refusal_probes
from conformance.session.implementations import find_adapter
from conformance.tests import doubles
from conformance.tests.forks.testees import forked_testees
from conformance.tests.probes.said import OUTCOMES, SAID
from conformance.tests.probes.small import BEYOND, small_numbers, trimmed_forks
from conformance.tests.support import ADAPTERS, ROOT, adapter_at, write_adapter
from reports.outcome import Outcome

WRONG = [name for name, one in TESTEES.items() if one.probes]
NO_OPS = {"fields", "reply", "request", "hello", "stop"}
APART = 20
REPLY_S = 0.5
END_S = 1.5

MEASURED = ("keeps-copies", "waiting-frames-copied", "reset-streams-kept", "all-frames-kept", "repair-held-twice")
"""Testees whose memory is judged."""
_PIECE_BYTES = 60_000
SOON_S = 0.3
"""Seconds for an end, or anything else, that a testee is wrong in not giving."""
PATIENT_S = 20
"""Seconds for what is performed, one of them a reply of 16 MiB."""
SOUND = "sound"
WAITING = ("awaits-readers",)
"""One that waits for the system, which takes more than the small numbers."""
NEVER_ENDS = ("stop-runs-on", "end-of-input-ignored")


def is_about(request: pytest.FixtureRequest, names: Iterable[str]) -> bool:
    return any(f"[{name}]" in request.node.name for name in names)


@pytest.fixture(autouse=True)
def short_waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "END_S", SOON_S if is_about(request, NEVER_ENDS) else END_S)
    if is_about(request, ["association-ends-with-peers"]):
        monkeypatch.setattr("adapters.driver.transport.webrtc_wire.WAIT_S", SOON_S)


@pytest.fixture(autouse=True)
def forks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Testees as forks of this process: each is started twice or more. At night the numbers are those of clauses."""
    measured = is_about(request, (*MEASURED, SOUND))
    whole = request.node.get_closest_marker("nightly") is not None
    if not whole and not is_about(request, WAITING):
        small_numbers(monkeypatch, measured=measured)
    elif not measured:
        monkeypatch.setattr(floods, "BEYOND", BEYOND)
    if not measured:
        forked_testees(monkeypatch)
    elif not whole:
        trimmed_forks(monkeypatch)


def wrong_testee(name: str) -> Testee:
    return Testee(find_adapter(f"wrong:{name}"), Limits(reply_s=REPLY_S))


def verdicts(testee: Testee, probes: Iterable[Probe] = PROBES) -> dict[str, Verdict]:
    """Every probe's verdict, in the order of a run."""
    with testee:
        return {probe.id: run_probe(probe, testee) for probe in probes}


def failing(found: Mapping[str, Verdict]) -> list[str]:
    return [probe for probe, verdict in found.items() if not verdict.passed]


@pytest.mark.slow
def test_the_reference_passes_every_probe() -> None:
    testee = Testee(load_adapter("reference", ADAPTERS), Limits(reply_s=5))
    assert failing(verdicts(testee)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [SOUND])
def test_the_reference_takes_no_memory_that_a_probe_would_name(name: str) -> None:
    probes = {probe for wrong in MEASURED for probe in TESTEES[wrong].probes}
    testee = Testee(load_adapter("reference", ADAPTERS), Limits(reply_s=REPLY_S))
    assert failing(verdicts(testee, [probe for probe in PROBES if probe.id in probes])) == []


def test_probes_over_a_transport_are_for_testees_with_peers_on_it() -> None:
    claims = ("frame", "handshake", "stream", "webrtc")
    in_a_page = Hello("mine", "1", "TypeScript", "1.0", claims, transports=("webrtc",))
    with_udp = replace(in_a_page, transports=("udp", "webrtc"))
    more = [probe for probe in PROBES if probe.counts(with_udp, "process") and not probe.counts(in_a_page, "process")]
    expected = {"TST-15", "TST-16", "TST-17", "TST-18", "TST-26", "TST-34", "TST-35"}
    assert {clause for probe in more for clause in probe.clauses} == expected
    assert {probe.transport for probe in more} == {"udp"}


def fails_its_own(name: str, probes: Iterable[Probe]) -> None:
    """Check that of these probes the testee fails those of what it breaks, and how."""
    found = verdicts(wrong_testee(name), probes)
    assert failing(found) == list(TESTEES[name].probes)
    for probe in TESTEES[name].probes:
        assert SAID[name] in found[probe].expected + found[probe].got
        assert found[probe].outcome is OUTCOMES.get(name, Outcome.FAIL)


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURED[:1])
def test_memory_is_judged_whatever_this_process_has_freed(name: str) -> None:
    pieces = [bytearray(b"x" * _PIECE_BYTES) for _ in range(500)]
    del pieces[:-1]  # without the last the system would have all of it back
    fails_its_own(name, [probe for probe in PROBES if probe.id in TESTEES[name].probes])


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_testee_fails_the_probes_of_what_it_breaks(name: str) -> None:
    """And none of a few others: each probe is among those of a twentieth of the testees."""
    others = {probe.id for probe in PROBES[WRONG.index(name) % APART :: APART]}
    fails_its_own(name, [probe for probe in PROBES if probe.id in others.union(TESTEES[name].probes)])


@pytest.mark.slow
@pytest.mark.nightly(
    "test_a_wrong_testee_fails_the_probes_of_what_it_breaks judges each by its own and by a twentieth of the others"
)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_testee_fails_no_probe_of_anything_else(name: str) -> None:
    fails_its_own(name, PROBES)


def test_every_probe_fails_alone_for_some_testee() -> None:
    alone = {probe for one in TESTEES.values() for probe in one.probes if len(one.probes) == 1}
    assert alone == {probe.id for probe in PROBES}
    assert SAID.keys() == set(WRONG)


def test_the_standard_error_of_a_testee_that_ended_is_kept() -> None:
    with wrong_testee("dies-of-a-bad-index") as testee:
        (probe,) = [probe for probe in PROBES if probe.id == "bad-heads"]
        assert run_probe(probe, testee).stderr == "no such piece"


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_a_testee_that_cannot_start_fails_every_probe(probe: Probe, tmp_path: Path) -> None:
    adapter = write_adapter(tmp_path, ("/bin/sh", "-c", "echo 'the library is missing' >&2; exit 1"))
    with Testee(adapter_at(adapter), Limits(reply_s=REPLY_S)) as testee:
        verdict = run_probe(probe, testee)
    assert verdict.outcome is Outcome.HARNESS_ERROR
    assert "exit status 1" in verdict.got
    assert verdict.stderr.strip() == "the library is missing"


OPS = sorted(path.stem for path in (ROOT / "specs" / "ops").glob("*.json") if path.stem not in NO_OPS)
FAILING: Mapping[str, tuple[Callable[..., Change], tuple[str, ...]]] = {
    "errors": (doubles.failing_op, ('{"error": "no"}',)),
    "rejects": (doubles.failing_op, ('{"reject": {"code": "BAD_TYPE"}}',)),
    "ends": (doubles.ending_op, ()),
}


def double(folder: Path, make: Callable[..., Change], *given: str) -> Testee:
    return Testee(adapter_at(doubles.write_double(folder, make, *given)), Limits(reply_s=REPLY_S))


TIMES, OF = 3, 7
MISSING = [
    [op for op, places in zip(OPS, combinations(range(OF), TIMES), strict=False) if at in places] for at in range(OF)
]
"""Each op is missing three of seven times, no two the same: what a probe may ask instead is once there without it."""


def test_each_op_is_missing_without_any_other() -> None:
    assert {op for those in MISSING for op in those} == {*OPS}
    for op, other in permutations(OPS, 2):
        assert any(op in those and other not in those for those in MISSING)


@pytest.mark.slow
@pytest.mark.parametrize("missing", MISSING, ids=lambda those: f"{those[0]} and {len(those) - 1} more")
def test_no_probe_judges_an_op_that_is_missing(missing: list[str], tmp_path: Path) -> None:
    found = verdicts(double(tmp_path, doubles.without_ops, *missing))
    assert {probe: verdict for probe, verdict in found.items() if not verdict.passed} == {}


EACH_ONCE = {("tail_hash", "errors"), ("decode", "rejects"), ("encode", "ends"), ("quantize", "rejects")}
REST = pytest.mark.nightly("test_no_probe_judges_an_op_that_always_fails has each op and each way to fail without it")
ALWAYS = [
    pytest.param(op, does, marks=() if (op, does) in EACH_ONCE else REST)
    for op in ("tail_hash", "decode", "encode", "quantize")
    for does in FAILING
]


@pytest.mark.slow
@pytest.mark.parametrize(("op", "does"), ALWAYS)
def test_no_probe_judges_an_op_that_always_fails(op: str, does: str, tmp_path: Path) -> None:
    make, given = FAILING[does]
    found = verdicts(double(tmp_path, make, op, *given))
    assert failing(found) == []


def test_one_that_claims_no_profile_at_all_is_judged_by_every_probe(tmp_path: Path) -> None:
    assert failing(verdicts(double(tmp_path, doubles.no_ops))) == []


@pytest.mark.parametrize("tail", ["", "x" * 5_000])
def test_what_was_expected_never_reads_like_what_came(tail: str) -> None:
    verdict = wrong("y" * 5_000 + "a" + tail, "y" * 5_000 + "b" + tail)
    assert verdict.expected != verdict.got
    assert "a" in verdict.expected.partition("…")[2]
    assert len(verdict.expected) < 600


ANSWERS: tuple[Answer, ...] = (
    Ok({}),
    Reject("BAD_TYPE"),
    Unsupported("x"),
    RequestError("x"),
    Crash("exit status 1"),
    Timeout(1),
    HarnessError("x"),
)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize("kind", [type(answer) for answer in ANSWERS])
def test_expect_kind_takes_one_kind_and_no_other(answer: Answer, kind: type[Answer]) -> None:
    verdict = expect_kind(answer, kind, "something")
    assert verdict.passed is isinstance(answer, kind)
    if not verdict.passed:
        assert verdict.expected == "something"
        assert verdict.got


def test_a_testee_that_performs_what_it_does_not_claim_is_found() -> None:
    unclaimed = refusal_probes(load_cases(), ("frame",))
    assert {(case.profile, case.op) for case in unclaimed} == {
        ("zstd", "decode"), ("zstd", "encode"), ("zstd", "compress"), ("zstd", "decompress"),
        ("xchacha", "decode"), ("xchacha", "encode"), ("xchacha", "seal"), ("xchacha", "open"),
        ("message", "read_message"), ("sparse", "sparse_encode"), ("sparse", "sparse_decode"),
        ("quant", "quantize"), ("quant", "dequantize"), ("tcp", "tcp_split"), ("tcp", "tcp_join"),
        ("rs", "rs_encode"), ("rs", "rs_decode"), ("adapt", "adapt"),
        ("fec", "repair_encode"), ("fec", "repair_decode"),
        *((case.profile, case.op) for case in PEER_OPS),
    }  # fmt: skip
    with Testee(find_adapter("wrong:performs-what-it-does-not-claim"), Limits(reply_s=PATIENT_S)) as testee:
        assert testee.hello.profiles == ("frame",)
        for case in unclaimed:
            verdict = expect_kind(testee.ask(case.op, case.input), Unsupported, "unsupported")
            assert verdict.outcome is Outcome.FAIL
            assert verdict.got.startswith(("Ok(", "RequestError(")), verdict.got
