"""The law that a reply depends on its request alone, for each profile whose ops have no state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from adapters.driver import Testee

from .checks.ahead import judge_first
from .checks.judge import judge
from .properties.twins import chain, judged_in_chain
from .pytest_plugin.outcomes import reporter_of
from .pytest_plugin.stash import RUN


@pytest.fixture
def twins(testee: Testee, seed: int, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Ask for cases of a profile and their near-twins in one order, which the seed gives."""

    def held(profile: str) -> None:
        run = request.config.stash[RUN]
        counting = [case for case in run.cases.values() if case.id not in run.known]
        breach = judged_in_chain(testee, chain(counting, profile, seed), judge, partial(judge_first, testee))
        if breach is not None:
            about = f"A law on near-twins, seed {seed}: {breach.case.id}, {breach.case.about}"
            name = f"twins-{profile}"
            reporter_of(request).found(name, about, breach.case.clauses, breach.verdict, "--seed", str(seed))

    return held


@pytest.mark.profile("frame")
def test_frames_do_not_depend_on_those_before(twins: Callable[[str], None]) -> None:
    """decode, encode and the two hashes."""
    twins("frame")


@pytest.mark.profile("tcp")
def test_connections_do_not_depend_on_those_before(twins: Callable[[str], None]) -> None:
    """tcp_split and tcp_join."""
    twins("tcp")


@pytest.mark.profile("zstd")
def test_compression_does_not_depend_on_what_came_before(twins: Callable[[str], None]) -> None:
    """compress, decompress, and frames with ZSTD set."""
    twins("zstd")


@pytest.mark.profile("xchacha")
def test_seals_do_not_depend_on_those_before(twins: Callable[[str], None]) -> None:
    """seal, open, and frames with XCHACHA set."""
    twins("xchacha")


@pytest.mark.profile("message")
def test_messages_do_not_depend_on_those_before(twins: Callable[[str], None]) -> None:
    """read_message."""
    twins("message")


@pytest.mark.profile("sparse")
def test_sparse_tensors_do_not_depend_on_those_before(twins: Callable[[str], None]) -> None:
    """sparse_encode, sparse_decode, and messages with sparse tensors."""
    twins("sparse")


@pytest.mark.profile("quant")
def test_quantizers_do_not_depend_on_what_came_before(twins: Callable[[str], None]) -> None:
    """quantize and dequantize."""
    twins("quant")


@pytest.mark.profile("rs")
def test_codes_do_not_depend_on_those_before(twins: Callable[[str], None]) -> None:
    """rs_encode and rs_decode."""
    twins("rs")


@pytest.mark.profile("adapt")
def test_choices_do_not_depend_on_those_before(twins: Callable[[str], None]) -> None:
    """The op adapt."""
    twins("adapt")
