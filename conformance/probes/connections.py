"""The ops on peers over TCP: section 6 of specs/testee.md, and what a testee says of its transports."""

from __future__ import annotations

import socket
import threading
from typing import Any, Final

from adapters.driver import Answer, ConnectionPeer, Ok, Reject, RequestError
from reports.outcome import Outcome

from ..model.peer_requests import CONFIG
from ..model.profiles import SelectionError
from ..model.transports import TCP, check_transports, check_wires
from ..model.verdict import PASSED, Verdict
from ..wire.build import DType, Type, build, sync
from ..wire.lengths import with_length
from .basics import wrong
from .memory import MOST_BYTES, peak_bytes
from .peers import NotPerformedError, Talk, probe_of_peers, same

LATE_S: Final = 0.05
"""The time from an op to the bytes that it announces: long for a testee that does not wait for them."""
_LOOPBACK: Final = "127.0.0.1"
_SERVER: Final = "the-server"
_DATA_BYTES: Final = 60_000
MOST_UNREAD = 16 << 20  # TCP-20
BY_THE_SYSTEM = 32 << 20
"""The most that two systems may buffer between the peers beside that."""


def _connect(talk: Talk) -> tuple[ConnectionPeer, str]:
    """A connection to the testee's wire, and its link."""
    to = talk.testee.wires.get(TCP)
    if to is None:
        raise NotPerformedError(PASSED)  # every case over TCP says so
    try:
        end = ConnectionPeer(to)
    except OSError as error:
        raise NotPerformedError(wrong("a connection to the wire of tcp (TST-1)", error)) from error
    talk.stack.callback(end.close)
    return end, f"{TCP}-{end.port}"


def _ping(stream_id: int) -> bytes:
    return with_length(build(sync(stream_id, 0, {"method": "ping", "ts": 0})))


def _need(talk: Talk, answer: Answer) -> dict[str, Any]:
    """The value of an ok; bytes that were sent are no reason for an error."""
    if isinstance(answer, RequestError):
        raise NotPerformedError(wrong("ok, as what is announced is sent", answer))
    return talk.need(answer)


def _after(talk: Talk, end: ConnectionPeer, link: str, count: int = 0, **more: Any) -> list[str]:
    """peer_poll after all that was sent but for so many bytes: the names of the events."""
    arrived = {"link": link, "bytes": end.sent - count, **more}
    return [event["event"] for event in _need(talk, talk.ask("peer_poll", arrived=arrived))["events"]]


@probe_of_peers
def transports_named(talk: Talk) -> Verdict:
    """TST-27: hello's transports fit its profiles and the wires, and of tcp the wire takes a connection."""
    hello, wires = talk.testee.hello, talk.testee.wires
    try:
        check_wires(wires)
        check_transports(hello.profiles, hello.transports, wires or None)
    except SelectionError as error:
        return wrong("transports that fit the profiles and the wires", error)
    if TCP in hello.transports:
        _connect(talk)
    return PASSED


@probe_of_peers
def arrived_in_parts(talk: Talk) -> Verdict:
    """TST-28: so many bytes are taken, no more, however late they come; and the end where it is announced."""
    talk.serve()
    end, link = _connect(talk)
    first, second, third = map(_ping, (1, 2, 3))
    end.send(first[:9])
    told = [_after(talk, end, link)]
    end.send(first[9:] + second)
    told += [_after(talk, end, link, len(second)), _after(talk, end, link)]
    late = threading.Timer(LATE_S, end.send, [third])
    late.start()
    told.append(_after(talk, end, link, -len(third)))
    late.join()
    end.stop_sending()
    told.append(_after(talk, end, link, ended=True))
    return same([[], ["established"], ["established"], ["established"], ["lost", "closed"]], told)


@probe_of_peers
def sent_told(talk: Talk) -> Verdict:
    """TST-30: what was sent is told once, as the sum since the connection was made, and is there."""
    talk.serve()
    end, link = _connect(talk)
    end.send(_ping(1))
    told = [_need(talk, talk.ask("peer_poll", arrived={"link": link, "bytes": end.sent})).get("sent")]
    due: list[object] = [{link: _came(end, told[0], link)}]
    told.append(_need(talk, talk.ask("peer_poll")).get("sent"))
    due.append(None)
    told.append(_need(talk, talk.ask("peer_send", kind="heart", stream_id=1, link=link)).get("sent"))
    due.append({link: _came(end, told[2], link)})
    return same(due, told)


def _came(end: ConnectionPeer, told: object, link: str) -> int:
    """How many bytes have come in all, of which so many were told."""
    count = told.get(link) if isinstance(told, dict) else None
    end.read_to(count if type(count) is int else 0)
    end.read_now()
    return end.received


@probe_of_peers
def nobody_there(talk: Talk) -> Verdict:
    """TCP-12: a client whose server does not listen tells that once, as the end of the connection."""
    if TCP not in talk.testee.wires:
        raise NotPerformedError(PASSED)  # every case over TCP says so
    server = talk.stack.enter_context(socket.socket())
    server.bind((_LOOPBACK, 0))  # and does not listen: the port is nobody's as long as this is open
    to = {"link": _SERVER, "transport": TCP, "remote": server.getsockname()[1]}
    talk.need(talk.ask("peer_open", role="client", config=CONFIG, stream_id=1, **to))
    polled = _need(talk, talk.ask("peer_poll", arrived={"link": _SERVER, "bytes": 0, "ended": True}))
    told: list[object] = [(event["event"], event.get("code")) for event in polled["events"]]
    told += _need(talk, talk.ask("peer_poll"))["events"]
    return same([("closed", "CONNECTION_RESET")], told)


@probe_of_peers
def never_read(talk: Talk) -> Verdict:
    """TST-17: a remote end that reads nothing holds up no op, costs bounded memory, and gets all in the end."""
    talk.serve()
    end, link = _connect(talk)
    end.send(_ping(1))
    _after(talk, end, link)
    told, verdict = refused_in_time(talk, link)
    if not verdict.passed:
        return verdict
    end.read_to(told)
    return same(f"{told} bytes, as told in sent", f"{end.received} bytes, as told in sent")


def refused_in_time(talk: Talk, link: str, clause: str = "TCP-20") -> tuple[int, Verdict]:
    """Have so much data sent that it must be refused; the bytes told in `sent`, and whether it was, within bounds."""
    before = peak_bytes(talk.testee.pid, afresh=True)
    told, answer = _fill(talk, link)
    after = peak_bytes(talk.testee.pid)
    if not isinstance(answer, Reject):
        talk.need(answer)  # what it does not perform is for the cases to judge
        return told, wrong(f"a reject before {MOST_UNREAD + BY_THE_SYSTEM >> 20} MiB were sent ({clause})", answer)
    if before is not None and after is not None and after - before > MOST_BYTES + MOST_UNREAD:
        text, most = f"{after - before >> 20} MiB more", f"{MOST_BYTES + MOST_UNREAD >> 20} MiB"
        return told, Verdict(Outcome.FAIL, "takes too much memory for what nobody reads", most, text)
    return told, PASSED


def _fill(talk: Talk, link: str) -> tuple[int, Answer]:
    """Have data sent until that is refused, or far too much was; the bytes told, and the last answer."""
    data = {"dtype": int(DType.I8), "dims": [_DATA_BYTES], "payload": "5a" * _DATA_BYTES}
    given = {"kind": "message", "type": int(Type.THINK), "modality": 0, "slices": [data], "link": link}
    message, told = talk.message("peer_send", stream_id=9, **given), 0
    for _ in range((MOST_UNREAD + BY_THE_SYSTEM) // _DATA_BYTES):
        answer = talk.testee.exchange(message)
        if not isinstance(answer, Ok):
            return told, answer
        sent = answer.value.get("sent")
        told = sent.get(link, told) if isinstance(sent, dict) else told
    return told, answer
