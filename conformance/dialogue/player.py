"""A dialogue played against a testee, step by step; the first thing that is wrong ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn, TypeAlias

from adapters.driver import Answer, Ok, Reject
from reports.outcome import Outcome

from ..model.unanswered import REJECTED, not_judged
from ..model.verdict import Verdict, short
from ..wire.text import datagram_text
from .clock import Ask, Pass, pass_virtually
from .ends import EndError, Ends
from .match import Fault, datagram_fault, events_fault, frame_fault
from .steps import (
    MAIN,
    Act,
    Advance,
    Close,
    Dialogue,
    Events,
    Expect,
    ExpectAgain,
    ExpectBytes,
    ExpectEnd,
    ExpectNothing,
    Raw,
    Send,
    SendEach,
    Step,
    Text,
    Write,
)
from .transcript import Transcript

_SHOWN = 600
OpenEnds: TypeAlias = Callable[[Transcript], Ends]


class StoppedError(Exception):
    """The dialogue is over before its end, with this verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.summary)
        self.verdict = verdict


class Player:
    """Everybody in a dialogue but the peer under test. Whatever goes wrong raises StoppedError."""

    def __init__(self, ask: Ask, open_ends: OpenEnds, passing: Pass = pass_virtually) -> None:
        """ask: has the testee perform an op. open_ends: makes the other ends. passing: how time passes for it."""
        self._ask, self._passing = ask, passing
        self.transcript = Transcript()
        self._ends = open_ends(self.transcript)
        self._named: dict[str, bytes] = {}
        self._events: list[Mapping[str, Any]] = []
        self._role = ""
        self._count = 0
        self._polled = False
        """Whether the last op was a poll by a clock that stands: there are no further events then (TST-18)."""
        self._where: str | Mapping[str, Any] = "before the first step"
        self.unnamed = False
        """Whether a refusal came without a code (TST-14)."""

    def begin(self, dialogue: Dialogue) -> None:
        """Reset the testee and open its peer and the other ends; the steps are not played yet."""
        key = dialogue.config.get("key")
        self.transcript.key = bytes.fromhex(key) if isinstance(key, str) else None
        self._role = dialogue.role
        self._need_ok(self._ask("reset", {}))
        given: dict[str, Any] = {"role": dialogue.role, "config": dialogue.config}
        given |= self._ends.begin(dialogue.role, dialogue.links, dialogue.datagrams)
        if dialogue.stream_id is not None:
            given["stream_id"] = dialogue.stream_id
        self._need_ok(self._ask("peer_open", given))
        for link in dialogue.links:
            self._trying(partial(self._ends.join, link))
            self._settle()
        self._look()

    def take(self, step: Step) -> None:
        """Play one step."""
        self._count += 1
        self._where = step.raw  # in words only if it fails
        _TAKE[type(step)](self, step)

    def end(self) -> None:
        """Fail the dialogue on anything that no step has claimed; then close the testee's peer."""
        self._where = "at the end"
        self._poll()
        for link in self._ends.letters().values():
            self._nothing_left(link)
        self._compare_events(())
        self._trying(self._ends.check_open)
        self._need_ok(self._ask("peer_close", {}))
        self._trying(self._ends.check_over)

    def close(self) -> None:
        """Close the sockets of the other ends. May be called twice."""
        self._ends.close()

    def _send(self, step: Send) -> None:
        self.transcript.sent(step.link, step.datagram)
        self._datagram(step.link, step.datagram, step.on)

    def _send_each(self, step: SendEach) -> None:
        for number, datagram in enumerate(step.datagrams(), start=step.first):
            if number == step.first:
                self.transcript.sent(step.link, datagram, f" … up to #{step.last}")
            self._datagram(step.link, datagram, step.on)

    def _datagram(self, link: str, datagram: bytes, on: str) -> None:
        if not self._ends.has_room(link, datagram, on):
            self._poll()
        try:
            self._ends.send(link, datagram, on)
        except EndError as error:
            self._broken(error)

    def _write(self, step: Write) -> None:
        self.transcript.wrote(step.link, step.data)
        if not self._ends.has_room(step.link, step.data, step.on):
            self._poll()
        self._trying(partial(self._ends.write, step.link, step.data, step.on))

    def _text(self, step: Text) -> None:
        self.transcript.note(f"{step.link} sends the text {short(step.text, 80)!r}")
        if not self._ends.has_room(step.link, step.text.encode()):
            self._poll()
        self._trying(partial(self._ends.text, step.link, step.text))

    def _close(self, step: Close) -> None:
        if step.how != "half" or not self._ends.has_room(step.link, b"", step.on or MAIN):
            self._settle()  # what came is read and taken before, whatever the system would do with it
        self.transcript.ended(step)
        self._trying(partial(self._ends.finish, step))

    def _act(self, step: Act) -> None:
        self._settle()
        self._polled = False
        to = {"link": self._ends.name(step.link)} if self._role == "server" else {}
        self.transcript.asked(step.request)
        answer = self._ask("peer_send", {**step.request, **to})
        if isinstance(answer, Reject):
            self.transcript.note(f"refuses with {answer.code}")
            self._refused(step.reject, answer.code)
        elif step.reject is not None and isinstance(answer, Ok):
            self._stop(Fault("did what it must refuse"), f"reject {step.reject}", "ok")
        else:
            self._need_ok(answer)
        self._look()

    def _refused(self, wanted: str | None, code: str) -> None:
        if wanted is None:
            self._stop(Fault("refused what it must do"), "ok", f"reject {code}")
        if code not in (wanted, REJECTED):
            self._stop(Fault("rejected, but with the wrong code"), f"reject {wanted}", f"reject {code}")
        self.unnamed |= code == REJECTED

    def _advance(self, step: Advance) -> None:
        self._settle()
        self._polled = False
        self.transcript.note(f"{step.ms:,} ms pass")
        self._need_ok(self._passing(self._ask, step.ms))
        self.transcript.now_ms += step.ms
        if self._passing is not pass_virtually:
            self._poll()
        self._look()

    def _expect(self, step: Expect) -> None:
        def fault_of(datagram: bytes) -> Fault | None:
            return frame_fault(step.frame, datagram, self.transcript.key)

        datagram = self._claim(step.link, step.raw, fault_of, partial(short, step.raw, _SHOWN))
        if step.name:
            self._named[step.name] = datagram

    def _expect_again(self, step: ExpectAgain) -> None:
        if step.optional:
            self._settle()
            self._skip(step.link, self._named[step.name])
            return
        wanted = self._named[step.name]
        self._claim(step.link, step.raw, partial(datagram_fault, wanted), partial(self._shown, wanted))

    def _expect_bytes(self, step: ExpectBytes) -> None:
        shown = partial(self._shown, step.datagram)
        self._claim(step.link, step.raw, partial(datagram_fault, step.datagram), shown)

    def _expect_end(self, step: ExpectEnd) -> None:
        self._settle()
        self._trying(partial(self._ends.check_end, step))

    def _skip(self, link: str, allowed: bytes) -> None:
        """Claim the next datagrams as long as they are this one."""
        while allowed in self._ends.firsts(link):
            self._ends.claim(link, allowed)

    def _expect_nothing(self, step: ExpectNothing) -> None:
        self._settle()
        self._nothing_left(step.link)

    def _expect_events(self, step: Events) -> None:
        if self._ends.under_way or not self._polled:
            self._poll()
        self._compare_events(step.events)

    def _compare_events(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        got, self._events = self._events, []
        fault = events_fault(wanted, got)
        if fault is not None:
            self._stop(fault, short(list(wanted), _SHOWN), short(got, _SHOWN))

    def _claim(
        self, link: str, raw: Raw, fault_of: Callable[[bytes], Fault | None], expected: Callable[[], str]
    ) -> bytes:
        """Claim the one of the next frames in which there is no fault; that of the oldest fails the dialogue.

        expected: what is due, in words, which take longer to find than the fault.
        """
        self._settle()
        came = self._ends.firsts(link)
        if not came:
            self._stop(Fault("no datagram came"), short(raw, _SHOWN), f"nothing to {link}")
        faults = [fault_of(datagram) for datagram in came]
        if faults[0] is not None and None not in faults:
            self._stop(faults[0], expected(), self._shown(came[0]), came[0])
        datagram = came[faults.index(None)]
        self._ends.claim(link, datagram)
        return datagram

    def _nothing_left(self, link: str) -> None:
        left = self._ends.unclaimed(link)
        if left:
            more = f", and {len(left) - 1} more" if len(left) > 1 else ""
            fault = Fault(f"a datagram came to {link} that no step expects")
            self._stop(fault, f"nothing to {link}", f"{self._shown(left[0])}{more}", left[0])

    def _settle(self) -> None:
        """Have the testee handle what is under way."""
        if self._ends.under_way:
            self._poll()

    def _poll(self) -> None:
        value = self._need_ok(self._ask("peer_poll", self._ends.arrived()))
        self._polled = self._passing is pass_virtually
        self._ends.handled()
        self._look()
        events = value.get("events")
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            self._stop(Fault("peer_poll gave no list of events (TST-18)"), "ok with events", f"ok {short(value)}")
        letters = self._ends.letters() if events else {}
        for event in events:
            link = event.get("link")
            named = event | {"link": letters.get(link, link) if isinstance(link, str) else link}
            self._events.append(named)
            self.transcript.event(named)
            if event.get("event") == "closed" and link in letters:
                self._trying(partial(self._ends.closed, letters[link], event.get("code")))

    def _need_ok(self, answer: Answer) -> Mapping[str, Any]:
        if not isinstance(answer, Ok):
            verdict = not_judged(answer, "ok to each op on peers")
            summary = f"{self._place()}: {verdict.summary}"
            self._end_with(replace(verdict, summary=summary, fault=verdict.summary))
        if "sent" in answer.value or "ends" in answer.value:
            self._trying(partial(self._ends.heed, answer.value))
        return answer.value

    def _look(self) -> None:
        self._trying(self._ends.look)

    def _trying(self, act: Callable[[], None]) -> None:
        try:
            act()
        except EndError as error:
            self._broken(error)

    def _broken(self, error: EndError) -> NoReturn:
        self._stop(Fault(str(error)), f"a connection as {error.page} has it", error.got)

    def _stop(self, fault: Fault, expected: str, got: str, datagram: bytes = b"") -> NoReturn:
        summary = f"{self._place()}: {fault.text}"
        verdict = Verdict(Outcome.FAIL, summary, expected, got, fault.difference, produced=datagram.hex())
        self._end_with(replace(verdict, fault=fault.text))

    def _place(self) -> str:
        """The step that is played, in words."""
        where = self._where
        return where if isinstance(where, str) else f"step {self._count}, {short(where, 100)}"

    def _end_with(self, verdict: Verdict) -> NoReturn:
        raise StoppedError(replace(verdict, transcript=self.transcript.text(), steps=self.transcript.steps()))

    def _shown(self, datagram: bytes) -> str:
        return datagram_text(datagram, self.transcript.key)


_TAKE: Mapping[type, Callable[[Player, Any], None]] = {
    Send: Player._send,
    SendEach: Player._send_each,
    Write: Player._write,
    Text: Player._text,
    Close: Player._close,
    Act: Player._act,
    Advance: Player._advance,
    Expect: Player._expect,
    ExpectAgain: Player._expect_again,
    ExpectBytes: Player._expect_bytes,
    ExpectEnd: Player._expect_end,
    ExpectNothing: Player._expect_nothing,
    Events: Player._expect_events,
}
