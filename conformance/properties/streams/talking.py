"""A conversation with a peer: what is said, what is owed, and the end at the first thing that differs.

It is played step by step, or whole at its end, which takes a fraction of the messages. No step depends on what the peer
does, so that both ways have the same conversations.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, NoReturn

from hypothesis.stateful import RuleBasedStateMachine

from ...dialogue.parse import parse_dialogue, parse_step
from ...dialogue.player import Player, StoppedError
from ...model.verdict import Verdict

Given = Mapping[str, Any]
"""A dialogue, as the input of a case."""


@dataclass(frozen=True, slots=True)
class Way:
    """The way to the peer, and to whoever wants to know what it did."""

    open_player: Callable[[], Player]
    """Makes a player, step by step; the conversation closes it."""
    found: Callable[[Given, Verdict], None]
    """Takes the dialogue that failed, and the verdict on it, before the failure is raised."""
    whole: Callable[[Given], Verdict] | None = None
    """The verdict on a whole dialogue. None to play it step by step."""


class TalkingMachine(RuleBasedStateMachine):
    """A peer and the dialogue so far. beginning: every dialogue before its first step."""

    beginning: ClassVar[Given]

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way
        self._played = 0
        self._over = False
        self._given: dict[str, Any] = dict(self.beginning) | {"steps": []}
        self._player = None if way.whole else way.open_player()
        if self._player is not None:
            self._playing(partial(self._player.begin, parse_dialogue(self._given)))

    def teardown(self) -> None:
        """Nothing may be left at the end, unless a signal ends the run: then this may be the middle."""
        interrupted = isinstance(sys.exc_info()[1], KeyboardInterrupt)
        try:
            if not self._over and not interrupted:
                self._settle_all()
        finally:
            self._close()

    def owed(self) -> Iterable[Mapping[str, Any]]:
        """The steps that the peer owes, once."""
        raise NotImplementedError

    def _check(self) -> None:
        """Say what is owed, and play all that was said since the last time: a failure leaves nothing unsaid."""
        for step in self.owed():
            self._say(step)
        if self._player is None:
            return
        played, self._played = self._played, len(self._given["steps"])
        for raw in self._given["steps"][played:]:
            self._playing(partial(self._player.take, parse_step(raw)))

    def _say(self, step: Mapping[str, Any]) -> None:
        self._given["steps"].append(json.loads(json.dumps(step)))  # as it will be read from a file

    def _settle_all(self) -> None:
        if self._player is not None:
            self._playing(self._player.end)
        elif self._way.whole is not None:
            verdict = self._way.whole(self._given)
            if not verdict.passed:
                self._fail(verdict)

    def _playing(self, play: Callable[[], None]) -> None:
        try:
            play()
        except StoppedError as stopped:
            self._close()
            self._fail(stopped.verdict)
        except BaseException:
            self._close()  # in __init__ a signal leaves nobody else who could
            raise

    def _fail(self, verdict: Verdict) -> NoReturn:
        self._over = True
        self._way.found(self._given, verdict)
        raise AssertionError(verdict.summary) from None

    def _close(self) -> None:
        if self._player is not None:
            self._player.close()
