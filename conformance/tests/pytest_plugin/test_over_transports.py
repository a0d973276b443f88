"""The lines of a summary on dialogues that were played over another transport as well."""

from __future__ import annotations

from conformance.pytest_plugin.summary import over_transports
from reports.entry import Entry
from reports.outcome import KNOWN


def entry(name: str, outcome: str) -> Entry:
    return Entry(name, "tcp", ("HSK-1",), outcome)


def test_each_profile_has_a_line_for_each_transport() -> None:
    told = [entry("stream/c@tcp", "pass")]
    told += [entry(f"handshake/a/{number}@tcp", "pass") for number in range(1_004)]
    told += [entry("stream/a@tcp", "fail"), entry("stream/b@tcp", KNOWN)]
    told += [entry("stream/a", "pass"), entry("tcp/split/a", "fail")]
    assert list(over_transports(told)) == [
        "handshake over tcp: 1,004 passed",
        "stream over tcp: 1 passed, 1 failed, 1 known",
    ]
