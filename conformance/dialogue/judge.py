"""The check of a case of op dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from adapters.driver import (
    Address,
    Answer,
    HarnessError,
    StartError,
    Testee,
    WirePeer,
    ask_step_by_step,
    not_started,
    played_step_by_step,
)
from reports.outcome import Outcome

from ..model.cases import DIALOGUE, Case
from ..model.extras import MissingError
from ..model.testee import AsksPeers
from ..model.unanswered import not_judged
from ..model.verdict import PASSED, PASSED_UNNAMED, Verdict
from .associations import Ask, NotAnsweredError, association_with, forget
from .at_once import Attempt, can_be_played_at_once, play_at_once
from .channels import WebrtcEnds
from .clock import REAL, pass_really, pass_virtually
from .connections import OpenConnection, TcpEnds, open_connection
from .endpoints import OpenWire, UdpEnds
from .ends import QUIC, TCP, UDP, WEBRTC, EndError, Ends
from .parse import DialogueError, parse_dialogue
from .player import OpenEnds, Player, StoppedError
from .quic import QuicEnds
from .quic_end import OpenQuic, certificate, open_quic
from .steps import Dialogue, Raw, Step
from .transcript import Transcript

if TYPE_CHECKING:
    from adapters.driver.transport.webrtc_wire import WebrtcPeer

EXPECTED = "every step holds"
_NO_ADDRESS: Address = ("", 0)
"""In place of that of a wire, which WebRTC has none of."""
_GONE = (Outcome.CRASH, Outcome.TIMEOUT, Outcome.HARNESS_ERROR)


class _Parsed:
    """The two dialogues that were parsed last.

    Over another transport a dialogue comes once more, from the same object. The two are often those of a server and of
    a client, of which the next ones have a part each: some parts have 16 MiB.
    """

    def __init__(self) -> None:
        self._last: tuple[Raw, Dialogue] | None = None
        self._before: tuple[Step, ...] = ()

    def dialogue(self, given: Raw) -> Dialogue:
        """The input of a case, parsed. Raises DialogueError."""
        last = self._last  # another thread may judge as well
        if last is None or last[0] is not given:
            steps = () if last is None else last[1].steps
            parsed = given, parse_dialogue(given, chain(self._before, steps))
            self._last, self._before = parsed, steps
            last = parsed
        return last[1]


_parsed = _Parsed()


def judge_dialogue(
    testee: AsksPeers,
    case: Case,
    open_wire: OpenWire = WirePeer,
    opens: OpenConnection = open_connection,
    opens_quic: OpenQuic = open_quic,
) -> Verdict:
    """Play the case's dialogue. Never raises for what the testee does; DialogueError for a case that is none."""
    dialogue = _parsed.dialogue(case.input)

    def ask(op: str, given: Mapping[str, Any]) -> Answer:
        return testee.ask(op, given, case=case.id, profile=case.profile)

    how = Opens(open_wire, opens, opens_quic)
    try:
        if how == _SOCKETS and isinstance(testee, Testee) and can_be_played_at_once(testee, case.transport, dialogue):
            return _at_once(testee, ask, case, dialogue)
        return _step_by_step(testee, ask, case, dialogue, how)
    except StoppedError as stopped:
        return stopped.verdict


def attempt_of(testee: Testee, case: Case) -> Attempt | None:
    """The attempt to play the case's dialogue at once; None if that is not to be tried, or the case is none."""
    if case.op != DIALOGUE or case.transport not in (UDP, TCP):
        return None
    try:
        dialogue = _parsed.dialogue(case.input)
        to, clock = reach(testee, case.transport)
    except (DialogueError, StoppedError):  # which is seen, and told, where it is judged by itself
        return None
    if clock == REAL or not can_be_played_at_once(testee, case.transport, dialogue):
        return None
    return Attempt(case, dialogue, to)


def _at_once(testee: Testee, ask: Ask, case: Case, dialogue: Dialogue) -> Verdict:
    """Play it at once or else step by step, whose verdict counts. Raises StoppedError as below."""
    to, clock = reach(testee, case.transport)
    verdict = None if clock == REAL else play_at_once(testee, case, dialogue, to)
    if verdict is None:
        verdict = _step_by_step(testee, ask, case, dialogue, _SOCKETS)
        if verdict.passed:
            ask_step_by_step(testee)  # not once more in vain
    return verdict


def _step_by_step(testee: AsksPeers, ask: Ask, case: Case, dialogue: Dialogue, how: Opens) -> Verdict:
    """Play it with a message for each request. Raises StoppedError where there is no way to the testee."""
    open_ends, clock = ends_over(testee, ask, case.transport, dialogue, how)
    player = Player(ask, open_ends, pass_really if clock == REAL else pass_virtually)
    try:
        verdict = _play(player, dialogue)
    except StoppedError as stopped:
        if case.transport == WEBRTC:
            forget(testee)  # whatever went wrong on it is not to spoil the next one
        verdict = stopped.verdict
        if verdict.outcome not in _GONE:
            ask("peer_close", {})
    finally:
        player.close()
    if isinstance(testee, Testee) and verdict.outcome not in _GONE:
        played_step_by_step(testee)
    return verdict


@dataclass(frozen=True, slots=True)
class Opens:
    """The openers of other ends, but for those of channels."""

    wire: OpenWire = WirePeer
    connection: OpenConnection = open_connection
    quic: OpenQuic = open_quic


_SOCKETS = Opens()


def ends_over(
    testee: AsksPeers, ask: Ask, transport: str, dialogue: Dialogue, opens: Opens | None = None
) -> tuple[OpenEnds, str]:
    """The other ends of a dialogue, and the testee's clock. Raises StoppedError where there is no way to it."""
    how = opens or Opens()
    to, clock = reach(testee, transport)
    association = _associate(testee, ask, dialogue) if transport == WEBRTC else None

    def open_ends(transcript: Transcript) -> Ends:
        if association is not None:
            return WebrtcEnds(association, transcript, dialogue.channels)
        match transport:
            case "tcp":
                return TcpEnds(to, transcript, how.connection)
            case "quic":
                return QuicEnds(to, transcript, how.quic)
            case _:
                return UdpEnds(to, how.wire, transcript)

    return open_ends, clock


def reach(testee: AsksPeers, transport: str = UDP) -> tuple[Address, str]:
    """The testee's wire of a transport, and its clock; it is started if need be. Raises StoppedError without one."""
    try:
        to, clock = testee.wires.get(transport), testee.hello.clock
    except StartError as error:
        raise StoppedError(not_judged(not_started(error), EXPECTED)) from error
    if transport == WEBRTC:
        return _NO_ADDRESS, clock
    if to is None:
        advice = "if it is attached to, add `wires` to its adapter.toml"
        text = f"it printed no port of a wire of {transport} (TST-1); {advice}"
        raise StoppedError(not_judged(HarnessError(text), EXPECTED))
    if transport == QUIC:
        _need_quic()
    return to, clock


def _associate(testee: AsksPeers, ask: Ask, dialogue: Dialogue) -> WebrtcPeer:
    """The association over which the channels of a dialogue go. Raises StoppedError without one."""
    try:
        return association_with(testee, ask, dialogue.association)
    except ImportError as error:
        text = f"the runner lacks what it needs for WebRTC: pip install 'resonant-conformance[webrtc]' ({error})"
        raise StoppedError(not_judged(HarnessError(text), EXPECTED)) from error
    except NotAnsweredError as error:
        raise StoppedError(not_judged(error.answer, "ok to peer_signal")) from error
    except EndError as error:
        raise StoppedError(Verdict(Outcome.FAIL, str(error), "an association (specs/webrtc.md)", error.got)) from error


def _need_quic() -> None:
    try:
        certificate()
    except MissingError as error:
        raise StoppedError(not_judged(HarnessError(str(error)), EXPECTED)) from error


def _play(player: Player, dialogue: Dialogue) -> Verdict:
    player.begin(dialogue)
    for step in dialogue.steps:
        player.take(step)
    player.end()
    return PASSED_UNNAMED if player.unnamed else PASSED
