"""A dialogue played to an implementation, and what came of it written down as what others are to do as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from adapters.driver import (
    Answer,
    Ok,
    PeerRequest,
    Reject,
    Testee,
    ask_step_by_step,
    begin_peer_batch,
    played_step_by_step,
    request_bytes,
    takes_peer_batches,
)
from reports.outcome import Outcome

from ..dialogue.associations import forget
from ..dialogue.ends import TCP, UDP, WEBRTC, EndError
from ..dialogue.judge import ends_over
from ..dialogue.parse import parse_dialogue, parse_step
from ..dialogue.player import StoppedError
from ..dialogue.quic_end import NUMBERS
from ..dialogue.steps import FIRST, Act, Advance, Close, Send, Text, Write
from ..dialogue.transcript import Transcript
from ..model.testee import AsksPeers
from ..model.unanswered import not_judged
from ..model.verdict import Verdict
from ..wire.read import XCHACHA, UnreadableError, read_frame
from ..wire.repair import MAGIC
from ..wire.sync import SyncError, read_sync
from .asking import CASE

_BY_ITSELF = {"advance", "act"}
"""Steps that need no connection."""
_FREE = ("message",)
"""Members of a Sync object that are text for people."""


class _TogetherError(Exception):
    """Something went wrong with requests that travelled together: asked one by one, it shows with which."""


@dataclass(slots=True)
class Recording:
    """The outcome of the dialogue."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    """The steps, and what is expected after each."""
    seen: Counter[str] = field(default_factory=Counter)
    """Events and codes."""
    stopped: Verdict | None = None
    """The reason why the rest was not played."""


class Recorder:
    """Plays steps without expectations to one testee.

    Requests between which nothing is sent travel together where the testee takes that (TST-34): half of the time of a
    recording is that of messages there and back.
    """

    def __init__(self, testee: AsksPeers, profile: str, transport: str) -> None:
        self._testee, self._profile, self._transport = testee, profile, transport
        self._begin_anew()

    def _begin_anew(self, together: Testee | None = None) -> None:
        self.made = Recording()
        self._named: dict[bytes, int] = {}
        self._over = False
        self._together = together

    def record(self, given: Mapping[str, Any]) -> Recording:
        """Play the dialogue. Never raises for what the testee does."""
        testee = self._testee if isinstance(self._testee, Testee) and self._transport in (UDP, TCP) else None
        together = testee is not None and takes_peer_batches(testee)
        if together:
            self._begin_anew(testee)
            try:
                return self._record(given)
            except _TogetherError:
                self._begin_anew()
        made = self._record(given)
        if testee is not None and made.stopped is None:
            (ask_step_by_step if together else played_step_by_step)(testee)  # not once more in vain
        return made

    def _record(self, given: Mapping[str, Any]) -> Recording:
        dialogue = replace(parse_dialogue({**given, "steps": []}), steps=())
        try:
            open_ends, _ = ends_over(self._testee, self._ask, self._transport, dialogue)
        except StoppedError as stopped:
            self.made.stopped = stopped.verdict
            return self.made
        key = given["config"].get("key")
        self._key = bytes.fromhex(key) if key else None
        self._ends = open_ends(Transcript())
        try:
            self._play(given)
        except StoppedError as stopped:
            self.made.stopped = stopped.verdict
            if self._transport == WEBRTC:
                forget(self._testee)  # whatever went wrong on it is not to spoil the next one
        finally:
            self._ends.close()
        return self.made

    def _play(self, given: Mapping[str, Any]) -> None:
        target = self._ends.begin(given["role"], (FIRST,), given.get("datagrams"))
        opening = {name: given[name] for name in ("role", "config", "stream_id") if name in given}
        for answer in self._answers(("reset", {}), ("peer_open", {**opening, **target})):
            self._taken(answer)
        self._trying(partial(self._ends.join, FIRST))
        self._look(self._ask("peer_poll", self._ends.arrived()))
        for step in given["steps"]:
            if not _BY_ITSELF & step.keys() and (self._over or not self._ends.takes(step, FIRST)):
                continue  # nobody is there who would take it
            self.made.steps.append(dict(step))
            self._take(step, {"link": self._ends.name(FIRST)} if given["role"] == "server" else {})
        self._taken(self._ask("peer_close", {}))

    def _take(self, step: Mapping[str, Any], to: Mapping[str, str]) -> None:
        match parse_step(step):
            case Send(datagram=frame, on=on):
                self._trying(partial(self._ends.send, FIRST, frame, on))
            case Write(data=data, on=on):
                self._trying(partial(self._ends.write, FIRST, data, on))
            case Text(text=text):
                self._trying(partial(self._ends.text, FIRST, text))
            case Close() as close:
                self._trying(partial(self._ends.finish, close))
            case Advance(ms=ms):
                self._perform("peer_advance", {"ms": ms}, self._taken)
                return
            case Act(request=request):
                self._perform("peer_send", {**request, **to}, self._acted)
                return
            case other:
                raise AssertionError(f"{other} is no step of another end")
        self._look(self._ask("peer_poll", self._ends.arrived()))

    def _perform(self, op: str, given: Mapping[str, Any], take: Callable[[Answer], object]) -> None:
        """An op during which nothing comes to the testee, and what came of it."""
        answers = self._answers((op, given), ("peer_poll", self._ends.arrived()))
        take(next(answers))
        self._look(next(answers))

    def _acted(self, answer: Answer) -> None:
        if isinstance(answer, Reject):
            self.made.steps[-1]["reject"] = answer.code
            self.made.seen[answer.code] += 1
        else:
            self._taken(answer)

    def _look(self, told_by: Answer) -> None:
        """Take down what has come; told_by: of peer_poll."""
        events = self._taken(told_by).get("events", [])
        self._ends.handled()
        self._trying(self._ends.look)
        for event in events:
            if event.get("event") == "closed":
                self._over = True
                self._trying(partial(self._ends.closed, FIRST, event.get("code")))
        for datagram in tuple(self._ends.unclaimed(FIRST)):
            self.made.steps.append(self._expected(datagram))
            self._ends.claim(FIRST, datagram)
        if not self._over:  # what ends together with the connection need not be seen
            self._note_ends()
        told = [{name: value for name, value in event.items() if name != "link"} for event in events]
        self.made.seen.update(code for event in told for code in _codes(event))
        if told:
            self.made.steps.append({"events": told})

    def _note_ends(self) -> None:
        for step in self._ends.unnamed_ends(FIRST):
            self.made.steps.append(dict(step))
            code = NUMBERS.get(step.get("code", 0))
            self.made.seen.update(() if code is None else (code,))

    def _expected(self, datagram: bytes) -> dict[str, Any]:
        if datagram.startswith(MAGIC):
            return {"expect_bytes": datagram.hex()}  # repair is canonical (FEC-1, FEC-2)
        if datagram in self._named:
            at = self._named[datagram]
            self.made.steps[at]["as"] = f"d{at}"
            return {"expect_again": f"d{at}"}
        self._named[datagram] = len(self.made.steps)
        try:
            frame = read_frame(datagram, self._key)
        except UnreadableError as error:
            summary = f"sent what is not a valid frame: {error}"
            raise StoppedError(Verdict(Outcome.FAIL, summary, produced=datagram.hex())) from None
        wanted = dict(frame.fields())
        if frame.flags & XCHACHA:
            wanted["nonce"] = (frame.nonce or b"").hex()
        try:
            told = read_sync(frame)
        except SyncError:
            return {"expect": wanted}
        del wanted["slices"]
        return {"expect": wanted | {"json": {name: value for name, value in told.items() if name not in _FREE}}}

    def _taken(self, answer: Answer) -> Mapping[str, Any]:
        if not isinstance(answer, Ok):
            raise StoppedError(not_judged(answer, "ok to each op on peers"))
        self._trying(partial(self._ends.heed, answer.value))
        return answer.value

    def _trying(self, act: Callable[[], None]) -> None:
        try:
            act()
        except EndError as error:
            raise StoppedError(Verdict(Outcome.FAIL, str(error), got=error.got)) from None

    def _answers(self, *asked: tuple[str, Mapping[str, Any]]) -> Iterator[Answer]:
        """The answers to requests between which nothing is sent. Raises _TogetherError.

        One by one, none is asked before the answer to the one before is taken.
        """
        testee = self._together
        if testee is None:
            yield from (self._ask(op, given) for op, given in asked)
            return
        requests = [PeerRequest(request_bytes(op, given, "", ""), 0) for op, given in asked]
        replies = begin_peer_batch(testee, requests, CASE, self._profile).replies()
        if replies is None:
            raise _TogetherError
        yield from (reply.answer for reply in replies)

    def _ask(self, op: str, given: Mapping[str, Any]) -> Answer:
        return self._testee.ask(op, given, case=CASE, profile=self._profile)


def _codes(event: Mapping[str, Any]) -> Iterable[str]:
    yield str(event.get("event", ""))
    if "code" in event:
        yield str(event["code"])
