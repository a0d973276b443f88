"""The ids in run.json and known.toml of what judges the testee itself: probes, laws, and ops of unclaimed profiles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from adapters.driver import Hello

from ..model.cases import Case
from ..probes import PROBES
from ..probes.unclaimed import possible_refusals

TESTEE = "testee"
"""The start of these ids, and the profile that they count for."""
PROBE, UNCLAIMED = "test_probe", "test_unclaimed_profile_is_refused"


@dataclass(frozen=True, slots=True)
class Law:
    """A law on generated inputs: the function that pytest collects, and when it counts, as its marker says too.

    title: what its failures call it. The functions are not looked up, as importing them takes Hypothesis.
    """

    name: str
    title: str
    profile: str
    clock: str | None = None

    def counts(self, hello: Hello, selected: Sequence[str]) -> bool:
        """Whether it is judged for such a testee."""
        return self.profile in selected and self.clock in (None, hello.clock)


LAWS = (
    Law("test_decode_inverts_encode", "round-trip", "frame"),
    Law("test_decode_is_total", "total", "frame"),
    Law("test_frames_do_not_depend_on_those_before", "twins-frame", "frame"),
    Law("test_compression_does_not_depend_on_what_came_before", "twins-zstd", "zstd"),
    Law("test_seals_do_not_depend_on_those_before", "twins-xchacha", "xchacha"),
    Law("test_messages_do_not_depend_on_those_before", "twins-message", "message"),
    Law("test_sparse_tensors_do_not_depend_on_those_before", "twins-sparse", "sparse"),
    Law("test_quantizers_do_not_depend_on_what_came_before", "twins-quant", "quant"),
    Law("test_connections_do_not_depend_on_those_before", "twins-tcp", "tcp"),
    Law("test_codes_do_not_depend_on_those_before", "twins-rs", "rs"),
    Law("test_choices_do_not_depend_on_those_before", "twins-adapt", "adapt"),
    Law("test_a_server_does_with_streams_what_the_model_does", "streams", "stream", "virtual"),
    Law("test_a_server_does_with_managed_streams_what_the_model_does", "managed-streams", "mux", "virtual"),
    Law("test_a_client_does_with_managed_streams_what_the_model_does", "managed-streams-down", "mux", "virtual"),
    Law("test_a_server_sends_managed_streams_as_the_model_does", "managed-sending", "mux", "virtual"),
    Law("test_a_client_sends_managed_streams_as_the_model_does", "managed-sending-up", "mux", "virtual"),
)


def judged_id(function: str, parameter: str | None = None) -> str:
    """The id of a probe, of a law, or of an op of an unclaimed profile."""
    return f"{TESTEE}/{function}" + (f"[{parameter}]" if parameter is not None else "")


def is_probe(case_id: str) -> bool:
    """Whether it is the id of a probe, or of an op of an unclaimed profile."""
    return case_id.startswith((judged_id(PROBE), judged_id(UNCLAIMED)))


def unclaimed_name(case: Case) -> str:
    """The name that stands for a case whose profile is not claimed."""
    return f"{case.profile}-{case.op}"


def aliases(case_id: str) -> tuple[str, ...]:
    """The other names of a probe, a law or an op in failures; none for a case of the vectors."""
    head, _, name = case_id.partition("/")
    function, _, parameter = name.removesuffix("]").partition("[")
    if head != TESTEE:
        return ()
    if function == PROBE:
        return (parameter,)
    if function == UNCLAIMED:
        profile, _, op = parameter.partition("-")
        return parameter, f"unclaimed {profile}, op {op}"
    return tuple(law.title for law in LAWS if law.name == function)


def existing_ids(cases: Sequence[Case]) -> Iterator[str]:
    """All that there are, whatever a testee claims."""
    yield from (judged_id(PROBE, probe.id) for probe in PROBES)
    yield from (judged_id(law.name) for law in LAWS)
    yield from _unclaimed(possible_refusals(cases))


@dataclass(frozen=True)
class Existing(Collection[str]):
    """The ids of all cases, probes and laws, put together when somebody looks: most runs have no use for them."""

    golden: Sequence[Case]
    named: Sequence[Case]
    """Those of files on the command line."""

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset((*(case.id for case in (*self.golden, *self.named)), *existing_ids(self.golden)))

    def __contains__(self, case_id: object) -> bool:
        return case_id in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def running_ids(hello: Hello, launch: str, selected: Sequence[str], refused: Iterable[Case]) -> Iterator[str]:
    """Those that count for a testee. refused: a case for each op of an unclaimed profile."""
    yield from (judged_id(PROBE, probe.id) for probe in PROBES if probe.counts(hello, launch, selected))
    yield from (judged_id(law.name) for law in LAWS if law.counts(hello, selected))
    yield from _unclaimed(refused)


def _unclaimed(cases: Iterable[Case]) -> Iterator[str]:
    return (judged_id(UNCLAIMED, unclaimed_name(case)) for case in cases)
