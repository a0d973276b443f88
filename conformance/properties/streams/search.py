"""The law searched for a way to break it: bounded, and the same for one seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from adapters.driver import Answer, Testee
from reports.outcome import Outcome

from ...dialogue.ends import UDP
from ...dialogue.judge import ends_over, judge_dialogue
from ...dialogue.parse import parse_dialogue
from ...dialogue.player import Player
from ...model.cases import Case
from ...model.testee import AsksPeers
from ...model.verdict import PASSED, Verdict
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
from .talking import TalkingMachine, Way

NAME = "law/streams"
"""The name of the case in what testees are told."""
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
    testee: AsksPeers, seed: int, transports: Sequence[str] = (UDP,), law: Law = PLAIN, examples: int | None = None
) -> Breach | None:
    """Drive the testee's peer through random conversations. Raises StoppedError where there is no way to it.

    They are the same over each transport, so that they are drawn once for all and played whole. Where one fails, they
    are drawn again over its transport and played step by step, which shows the step that fails and makes them short.
    examples: how many conversations, None for as many as the law has.
    """
    count, failed = examples or law.examples, None
    if isinstance(testee, Testee) and transports:
        failed = _Search(testee, seed, transports, law, whole=True).breach(count, phases=(Phase.generate,))
        if failed is None:
            return None
        transports = (failed.case.transport,)
    for transport in transports:
        breach = _Search(testee, seed, (transport,), law).breach(count)
        if breach is not None:
            return breach
    return failed  # which did not fail again


class _Search:
    """One search for the shortest dialogue that does not hold over some transport."""

    def __init__(
        self, testee: AsksPeers, seed: int, transports: Sequence[str], law: Law, *, whole: bool = False
    ) -> None:
        """transports: all of them if conversations are played whole, else one."""
        self._testee, self._seed, self._transports, self._law, self._whole = testee, seed, transports, law, whole
        self._found: list[tuple[Case, Verdict]] = []
        self._transport = transports[0]
        """That of the conversation that is played."""
        beginning = parse_dialogue(law.machine.beginning)
        self._open = {one: ends_over(testee, self._ask, one, beginning)[0] for one in transports}

    def breach(self, examples: int, **more: Any) -> Breach | None:
        """The shortest dialogue found in so many conversations. more: settings."""

        @seeded(self._seed)
        def machine() -> TalkingMachine:
            open_player = partial(Player, self._ask, self._open[self._transport])
            return self._law.machine(Way(open_player, self._note, self._judge if self._whole else None))

        try:
            chosen = settings(SETTINGS, max_examples=examples, **more)
            run_state_machine_as_test(machine, settings=chosen)  # type: ignore[arg-type]
        except (AssertionError, Flaky):  # Flaky: the same conversation did not fail again
            told = [breach for breach in self._found if breach[1].outcome is not Outcome.HARNESS_ERROR]
            # Once the driver has given up, everything is an error of the harness.
            return Breach(*(told or self._found)[-1])
        return None

    def _ask(self, op: str, given: Mapping[str, Any]) -> Answer:
        return self._testee.ask(op, given, case=NAME, profile=self._law.profile)

    def _judge(self, given: Mapping[str, Any]) -> Verdict:
        for transport in self._transports:
            self._transport = transport
            verdict = judge_dialogue(self._testee, replace(self._case(given), id=NAME))
            if not verdict.passed:
                return verdict
        return PASSED

    def _note(self, given: Mapping[str, Any], verdict: Verdict) -> None:
        self._found.append((self._case(given), verdict))

    def _case(self, given: Mapping[str, Any]) -> Case:
        return case_of(given, self._seed, self._transport, self._law.profile, self._law.found)
