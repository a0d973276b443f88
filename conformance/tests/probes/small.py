"""Probes of what a testee keeps on small numbers: 2 MiB where clauses allow 16, in the probes and in forked testees."""

from __future__ import annotations

import ctypes
import gc
from types import ModuleType
from typing import Any, Final

import pytest
from resonant.peer.state import outbox, recv_groups, recv_streams
from resonant.transport import pipe

from adapters.driver import Adapter
from adapters.driver.launch import process
from conformance.probes import connections, floods
from conformance.tests.forks.testees import CAN_FORK, spawn_any

CLAUSES_BYTES: Final = 16 << 20
SMALL_BYTES: Final = 2 << 20
BOUNDS: Final[tuple[tuple[ModuleType, str], ...]] = (
    (recv_groups, "KEPT_BYTES"),
    (recv_groups, "MAX_REPAIR_BYTES"),
    (recv_streams, "MAX_WAITING_BYTES"),
    (outbox, "MAX_WAITING_BYTES"),
    (pipe, "MAX_UNSENT_BYTES"),
    (floods, "MAY_WAIT"),
    (connections, "MOST_UNREAD"),
)
"""The bounds of MUX-12, FEC-18, FEC-19 and TCP-20, in the reference and in the probes."""
NOISE_BYTES: Final = 4 << 20
"""The memory that a testee takes anyway: for so little to show, its heap is trimmed first."""
CONNECTION_NOISE_BYTES: Final = 10 << 20
"""The same where a connection is made: up to 9 MiB have been seen, and what keeps copies keeps 16."""
STREAMS = 2
BEYOND = 10
"""Frames of a flood that needs to show in no memory."""
BY_THE_SYSTEM: Final = 16 << 20


def small_numbers(monkeypatch: pytest.MonkeyPatch, *, measured: bool) -> None:
    """Have probes and forks of this process go by small bounds. measured: whether floods are to show in memory."""
    if not CAN_FORK:
        return
    for module, name in BOUNDS:
        assert getattr(module, name) == CLAUSES_BYTES
        monkeypatch.setattr(module, name, SMALL_BYTES)
    monkeypatch.setattr(floods, "MOST_BYTES", NOISE_BYTES)
    if measured:
        monkeypatch.setattr(connections, "MOST_BYTES", CONNECTION_NOISE_BYTES)
    shown = (NOISE_BYTES + 3 * SMALL_BYTES) // floods.LARGE
    monkeypatch.setattr(floods, "BEYOND", shown if measured else BEYOND)
    monkeypatch.setattr(floods, "STREAMS", STREAMS)
    monkeypatch.setattr(connections, "BY_THE_SYSTEM", BY_THE_SYSTEM)


def trimmed_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the driver fork every testee in Python, without memory that this process has freed and kept.

    A fork would take that first, and what it keeps would show in no growth.
    """
    if CAN_FORK:
        monkeypatch.setattr(process, "_spawn", _spawn_trimmed)


def _spawn_trimmed(adapter: Adapter, token: str) -> Any:
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    gc.collect()
    if trim is not None:
        trim(0)
    return spawn_any(adapter, token)
