"""The ops on peers: section 6 of specs/testee.md. For testees that claim handshake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from resonant.describe.registry import registry

from adapters.driver import Answer, Ok, Reject, RequestError, Testee, Unsupported, WirePeer, request_bytes
from reports.outcome import Outcome

from ..model.peer_requests import CONFIG
from ..model.verdict import PASSED, Verdict
from ..wire.build import build, sync
from ..wire.read import UnreadableError, read_frame
from ..wire.sync import SyncError, read_sync
from .basics import KEPT, OWN_ANSWERS, expect_kind, wrong

HEART = "HEART"
STREAM = 1
GIVEN_UP_S = registry().limit("handshake_timeout_ms") // 1000


@dataclass(frozen=True, slots=True)
class Talk:
    """A testee whose peers are closed, at 0 ms, and other ends for them."""

    testee: Testee
    stack: ExitStack

    def ask(self, op: str, **given: Any) -> Answer:
        """Have an op on peers performed."""
        return self.testee.ask(op, given, profile="handshake")

    def message(self, op: str, **given: Any) -> bytes:
        """The same as a message for `testee.exchange`: one of much data takes longer to write than to answer."""
        return request_bytes(op, given, "", "handshake")

    def end(self) -> WirePeer:
        """One more other end."""
        return self.stack.enter_context(WirePeer(self.testee.wire_address))

    def serve(self) -> None:
        """Open the peers as a server."""
        self.need(self.ask("peer_open", role="server", config=CONFIG))

    def ping(self, end: WirePeer, stream_id: int = STREAM) -> None:
        """Begin a handshake."""
        assert self.testee.wire_address is not None
        end.send(build(sync(stream_id, 0, {"method": "ping", "ts": 0})), self.testee.wire_address)

    def events(self) -> list[tuple[str, str]]:
        """peer_poll: the link and the name of each event."""
        told = self.need(self.ask("peer_poll"))["events"]
        return [(event["link"], event["event"]) for event in told]

    def need(self, answer: Answer) -> dict[str, Any]:
        """The value of an ok. Raises NotPerformedError for any other answer.

        An op that this testee does not perform is for the cases to judge: without it a probe has nothing to say.
        """
        if isinstance(answer, Ok):
            return answer.value
        raise NotPerformedError(PASSED if isinstance(answer, OWN_ANSWERS) else wrong("ok", answer))

    def clear(self) -> None:
        """Have no peers open, by whichever op this testee has for it."""
        if not isinstance(self.ask("reset"), Ok):
            self.ask("peer_close")


def link_of(end: WirePeer) -> str:
    """The link by which a server calls this end."""
    return f"udp-{end.port}"


class NotPerformedError(Exception):
    """An op that a probe needs was not performed; the verdict is what follows from that."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.summary)
        self.verdict = verdict


def said(datagrams: list[bytes]) -> list[str]:
    """Each datagram as the method of its message and its stream_id, a HEART as such."""
    return [_said(datagram) for datagram in datagrams]


def _said(datagram: bytes) -> str:
    try:
        frame = read_frame(datagram)
        return f"{read_sync(frame).get('method')} {frame.stream_id}" if frame.slices else HEART
    except (UnreadableError, SyncError) as error:
        return f"no Sync frame ({error})"


def probe_of_peers(check: Callable[[Talk], Verdict]) -> Callable[[Testee], Verdict]:
    """The check with a fresh testee's peers; whatever an answer lacks fails it."""

    def probe(testee: Testee) -> Verdict:
        with _talk(testee) as talk:
            try:
                return check(talk)
            except NotPerformedError as error:
                return error.verdict
            except (KeyError, TypeError) as error:
                return Verdict(Outcome.FAIL, "does not follow the testee protocol", KEPT, f"events without {error}")

    return probe


@contextmanager
def _talk(testee: Testee) -> Iterator[Talk]:
    testee.start()
    with ExitStack() as stack:
        talk = Talk(testee, stack)
        talk.clear()
        yield talk
        talk.clear()


def same(expected: object, got: object) -> Verdict:
    """Pass if both are equal."""
    return PASSED if expected == got else wrong(str(expected), got)


@probe_of_peers
def waiting_in_order(talk: Talk) -> Verdict:
    """TST-15: what waits at peer_poll is handled in the order of arrival, and answered before the reply."""
    talk.serve()
    end = talk.end()
    for stream_id in (7, 2, 9):
        talk.ping(end, stream_id)
    events = talk.events()
    return same(
        (["capability 7", "capability 2", "capability 9"], [(link_of(end), "established")] * 3),
        (said(end.received()), events),
    )


@probe_of_peers
def waiting_before_time(talk: Talk) -> Verdict:
    """TST-15: what waits at peer_advance is handled before the clock moves, so that a HEART is due 15 s later."""
    talk.serve()
    end = talk.end()
    talk.ping(end)
    talk.need(talk.ask("peer_advance", ms=20_000))
    return same(["capability 1", HEART], said(end.received()))


@probe_of_peers
def clock_by_advance(talk: Talk) -> Verdict:
    """TST-16: no poll moves the clock, each advance moves it exactly, and meets deadlines at their times."""
    talk.need(talk.ask("reset"))
    end = talk.end()
    counts = [_opened_as_client(talk, end)]
    for _ in range(8):
        talk.events()
    counts.append(len(end.received()))
    for ms in (999, 1, 14_000):
        talk.need(talk.ask("peer_advance", ms=ms))
        counts.append(len(end.received()))
    talk.need(talk.ask("peer_send", kind="ping", stream_id=3))
    ts = [_ts(datagram) for datagram in end.received()]
    talk.need(talk.ask("reset"))
    _opened_as_client(talk, end)
    talk.need(talk.ask("peer_advance", ms=1000))  # the first ping was taken by _opened_as_client; this is it again
    ts += [_ts(datagram) for datagram in end.received()]
    # HSK-20: 0, 1, 3 and 7 s
    return same(([1, 0, 0, 1, 2], [GIVEN_UP_S, 0]), (counts, ts))


def _opened_as_client(talk: Talk, end: WirePeer) -> int:
    target = {"link": "the-server", "transport": "udp", "remote": end.port, "stream_id": STREAM}
    talk.need(talk.ask("peer_open", role="client", config=CONFIG, **target))
    return len(end.received())


def _ts(datagram: bytes) -> object:
    try:
        return read_sync(read_frame(datagram)).get("ts")
    except (UnreadableError, SyncError) as error:
        return str(error)


@probe_of_peers
def sent_before_the_reply(talk: Talk) -> Verdict:
    """TST-17, TST-26: what peer_send sends is there before its reply; what a peer refuses is a reject."""
    talk.serve()
    end = talk.end()
    talk.ping(end)
    talk.ask("peer_poll")  # if it is not performed peer_send handles what waits
    end.received()
    talk.need(talk.ask("peer_send", kind="heart", stream_id=STREAM, link=link_of(end)))
    came = said(end.received())
    if came[-1:] != [HEART] or came.count(HEART) > 1:
        return wrong("one HEART, sent before the reply to peer_send", came)
    answer = talk.ask("peer_send", kind="tail", stream_id=5, link=link_of(end))
    verdict = expect_kind(answer, Reject, "reject, for a TAIL without HEAD")
    return verdict if not verdict.passed else same([], said(end.received()))


@probe_of_peers
def events_once(talk: Talk) -> Verdict:
    """TST-18: the events of all peers in one list, each once, with the link of the remote end."""
    talk.serve()
    ends = [talk.end() for _ in range(3)]
    for end in ends:
        talk.ping(end)
    first, second = sorted(talk.events()), talk.events()
    return same((sorted((link_of(end), "established") for end in ends), []), (first, second))


@probe_of_peers
def open_once(talk: Talk) -> Verdict:
    """TST-19: what peers that are open, or not, do not allow is an error; peer_close and reset never are."""
    idle: dict[str, dict[str, Any]] = {"peer_poll": {}, "peer_send": {"kind": "heart", "stream_id": STREAM}}
    if talk.testee.hello.clock == "virtual":
        idle["peer_advance"] = {"ms": 1}  # which is otherwise unsupported at any time (TST-20)
    for _ in range(2):
        refusing = {op: talk.ask(op, **given) for op, given in idle.items()}
        talk.serve()
        for op, answer in refusing.items():
            # One that does not know the op says `unsupported` at any time (TST-9), and is not judged here.
            unknown = isinstance(answer, Unsupported) and isinstance(talk.ask(op, **idle[op]), Unsupported)
            if not unknown and not isinstance(answer, RequestError):
                return wrong(f"error, for {op} while no peers are open", answer)
        again = talk.ask("peer_open", role="server", config=CONFIG)
        verdict = expect_kind(again, RequestError, "error, for peer_open while peers are open")
        if not verdict.passed:
            return verdict
        for op in ("peer_close", "peer_close", "reset", "reset"):
            answer = talk.ask(op)
            if not isinstance(answer, Ok | Unsupported):
                return wrong(f"anything but error, for {op}", answer)
        talk.clear()
    return PASSED
