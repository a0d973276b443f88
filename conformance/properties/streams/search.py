"""The law searched for a way to break it: bounded, and the same for one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from reports.outcome import Outcome

from ...dialogue.ends import UDP
from ...dialogue.judge import ends_over
from ...dialogue.parse import parse_dialogue
from ...dialogue.player import Player
from ...model.cases import Case
from ...model.testee import AsksPeers
from ...model.verdict import Verdict
from .counterexample import case_of
from .machine import StreamMachine
from .managed_client import ManagedClientMachine
from .managed_machine import ManagedMachine
from .renegotiated import (
    ClientSendingAnewMachine,
    RenegotiatedClientMachine,
    RenegotiatedMachine,
    SendingAnewMachine,
)
from .sending_client import ClientSendingMachine
from .sending_machine import SendingMachine
from .talking import TalkingMachine

STEPS = 30
SETTINGS = settings(
    stateful_step_count=STEPS,
    database=None,
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, slots=True)
class Law:
    """A law on streams. profile: what a testee claims that it is for. examples: conversations over each transport.

    found: what the names of dialogues that it finds begin with, where a profile has several laws.
    """

    profile: str
    machine: type[TalkingMachine]
    examples: int
    found: str = ""


PLAIN = Law("stream", StreamMachine, 60)
"""Streams as they are, at a server."""
MANAGED = Law("mux", ManagedMachine, 12)
MANAGED_BY_CLIENTS = Law("mux", ManagedClientMachine, 3, "client-")
"""Managed streams at their receiver, a server or a client."""
SENT = Law("mux", SendingMachine, 4, "sending-")
SENT_BY_CLIENTS = Law("mux", ClientSendingMachine, 2, "client-sending-")
"""The same at the sender."""
RENEGOTIATED = Law("mux", RenegotiatedMachine, 4, "renegotiated-")
RENEGOTIATED_BY_CLIENTS = Law("mux", RenegotiatedClientMachine, 2, "client-renegotiated-")
SENT_ANEW = Law("mux", SendingAnewMachine, 2, "sending-renegotiated-")
SENT_ANEW_BY_CLIENTS = Law("mux", ClientSendingAnewMachine, 2, "client-sending-renegotiated-")
"""The four where later handshakes change what was agreed (MUX-4, MUX-33, MUX-34)."""


@dataclass(frozen=True, slots=True)
class Breach:
    """The shortest dialogue found that does not hold, and the verdict on it."""

    case: Case
    verdict: Verdict


def search(
    testee: AsksPeers, seed: int, transport: str = UDP, law: Law = PLAIN, examples: int | None = None
) -> Breach | None:
    """Drive the testee's peer through random conversations. Raises StoppedError where there is no way to it.

    examples: how many conversations, None for as many as the law has.
    """
    found: list[tuple[Mapping[str, Any], Verdict]] = []

    def ask(op: str, given: Mapping[str, Any]) -> Any:
        return testee.ask(op, given, case="law/streams", profile=law.profile)

    open_ends, _ = ends_over(testee, ask, transport, parse_dialogue(law.machine.beginning))

    @seeded(seed)
    def machine() -> TalkingMachine:
        return law.machine(partial(Player, ask, open_ends), lambda *breach: found.append(breach))

    try:
        chosen = settings(SETTINGS, max_examples=examples or law.examples)
        run_state_machine_as_test(machine, settings=chosen)  # type: ignore[arg-type]
    except (AssertionError, Flaky):  # Flaky: the same conversation did not fail again
        told = [breach for breach in found if breach[1].outcome is not Outcome.HARNESS_ERROR]
        given, verdict = (told or found)[-1]  # once the driver has given up, everything is an error of the harness
        return Breach(case_of(given, seed, transport, law.profile, law.found), verdict)
    return None
