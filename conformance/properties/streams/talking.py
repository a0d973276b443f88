"""A conversation with a peer, step by step: what is said, what is owed, and the end at the first thing that differs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from ...dialogue.parse import parse_dialogue, parse_step
from ...dialogue.player import Player, StoppedError
from ...model.verdict import Verdict

Found = Callable[[Mapping[str, Any], Verdict], None]
"""Takes the dialogue that failed, as the input of a case, and the verdict on it."""


class TalkingMachine(RuleBasedStateMachine):
    """A peer and the dialogue so far. beginning: every dialogue before its first step."""

    beginning: ClassVar[Mapping[str, Any]]

    def __init__(self, open_player: Callable[[], Player], found: Found) -> None:
        """open_player: who plays; it is closed here. found: called before the failure is raised."""
        super().__init__()
        self._found = found
        self._played = 0
        self._over = False
        self._given: dict[str, Any] = dict(self.beginning) | {"steps": []}
        self._player = open_player()
        self._playing(lambda: self._player.begin(parse_dialogue(self._given)))

    def teardown(self) -> None:
        """Nothing may be left at the end, unless a signal ends the run: then this may be the middle."""
        interrupted = isinstance(sys.exc_info()[1], KeyboardInterrupt)
        try:
            if not self._over and not interrupted:
                self._playing(self._player.end)
        finally:
            self._player.close()

    def owed(self) -> Iterable[Mapping[str, Any]]:
        """The steps that the peer owes, once."""
        raise NotImplementedError

    def _check(self) -> None:
        """Say what is owed, and play all that was said since the last time: a failure leaves nothing unsaid."""
        for step in self.owed():
            self._say(step)
        played, self._played = self._played, len(self._given["steps"])
        for raw in self._given["steps"][played:]:
            self._playing(partial(self._player.take, parse_step(raw)))

    def _say(self, step: Mapping[str, Any]) -> None:
        self._given["steps"].append(json.loads(json.dumps(step)))  # as it will be read from a file

    def _playing(self, play: Callable[[], None]) -> None:
        try:
            play()
        except StoppedError as stopped:
            self._over = True
            self._player.close()
            self._found(self._given, stopped.verdict)
            raise AssertionError(stopped.verdict.summary) from None
        except BaseException:
            self._player.close()  # in __init__ a signal leaves nobody else who could
            raise
