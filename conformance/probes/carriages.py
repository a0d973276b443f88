"""The ops on peers over QUIC: TST-31 and TST-32 of specs/testee.md, and connections that cannot be made."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any, Final

from adapters.driver import Answer, RequestError
from adapters.driver.transport.sockets import open_udp

from ..model.peer_requests import CONFIG
from ..model.transports import QUIC
from ..model.verdict import PASSED, Verdict
from ..wire.build import DType, Frame, Slice, Type, build, sync
from ..wire.lengths import with_length
from .basics import wrong
from .connections import LATE_S, refused_in_time
from .peers import NotPerformedError, Talk, probe_of_peers, same

if TYPE_CHECKING:
    from adapters.driver.transport.certificates import Certificate
    from adapters.driver.transport.quic_wire import QuicPeer

_SERVER: Final = "the-server"
_OTHER: Final = "resonant/0"
_STOPPED: Final = 3
_NOISE: Final = hashlib.shake_128().digest(1200)
_INITIAL: Final = bytes.fromhex("c00000000108")
"""The beginning of a first packet: of version 1, to a connection id of 8 bytes (RFC 9000 section 17.2)."""
_GARBAGE: Final = (
    b"",
    b"\0",
    b"GET / HTTP/1.1\r\n\r\n",
    build(sync(1, 0, {"method": "ping", "ts": 0})),
    _NOISE,
    b"\x40" + _NOISE,
    b"\xff" * 1200,
    _INITIAL,
    _INITIAL + _NOISE[:-6],
    bytes.fromhex("c00000000100ff") + _NOISE,
    bytes.fromhex("c0fafafafa08") + _NOISE,
)
"""No packets of QUIC, and first ones that nobody can read, some of a version that does not exist."""


def _certificate() -> Certificate:
    try:
        from adapters.driver.transport.certificates import make_certificate  # noqa: PLC0415 - an extra of the suite
    except ImportError as error:
        raise NotPerformedError(PASSED) from error  # every case over QUIC says so
    return make_certificate()


def _serve(talk: Talk, certificate: Certificate) -> None:
    tls = {"certificate": certificate.certificate, "key": certificate.key}
    talk.need(talk.ask("peer_open", role="server", config=CONFIG, tls=tls))


def _peer(talk: Talk, certificate: Certificate, **how: Any) -> QuicPeer:
    """A connection to the testee's wire, or with `listening` a port for it. Raises OSError where there is no way."""
    from adapters.driver.transport.quic_wire import QuicPeer  # noqa: PLC0415 - an extra of the suite

    to = talk.testee.wires.get(QUIC)
    if to is None:
        raise NotPerformedError(PASSED)  # every case over QUIC says so
    end = QuicPeer(to, certificate, **how)
    talk.stack.callback(end.close)
    return end


def _connect(talk: Talk, certificate: Certificate) -> QuicPeer:
    try:
        return _peer(talk, certificate)
    except OSError as error:
        raise NotPerformedError(wrong("a connection to the wire of quic (TST-1, QUI-1)", error)) from error


def _taken(talk: Talk, end: QuicPeer, on: int | None, count: int, *, ended: bool = False) -> dict[str, Any]:
    """The value of peer_poll after so many bytes of a QUIC stream, or of datagrams, and its end."""
    arrived: dict[str, Any] = {"link": f"{QUIC}-{end.port}", "bytes": count}
    arrived |= {} if on is None else {"on": on}
    answer: Answer = talk.ask("peer_poll", arrived=arrived | ({"ended": True} if ended else {}))
    if isinstance(answer, RequestError):
        raise NotPerformedError(wrong("ok, as what is announced is sent (TST-31)", answer))
    return talk.need(answer)


def _told(value: dict[str, Any]) -> list[str]:
    return [event["event"] for event in value["events"]]


def _ping(stream_id: int) -> bytes:
    return build(sync(stream_id, 0, {"method": "ping", "ts": 0}))


def _message(stream_id: int, frame_seq: int) -> bytes:
    return build(
        Frame(
            Type.THINK, stream_id, frame_seq, (Slice(DType.F16, (1,), bytes(2)),), space_hash32=CONFIG["space_hash32"]
        )
    )


@probe_of_peers
def carriages_in_parts(talk: Talk) -> Verdict:
    """TST-31: so many bytes of one carriage are taken, and its end where that is announced, however late they come."""
    certificate = _certificate()
    _serve(talk, certificate)
    end = _connect(talk, certificate)
    main, uni = end.open_stream(both_ways=True), end.open_stream(both_ways=False)
    ping, first, second = with_length(_ping(1)), with_length(_message(9, 0)), with_length(_message(9, 1))
    end.send(main, ping[:9])
    told = [_told(_taken(talk, end, main, 9))]
    end.send(main, ping[9:])
    end.send(uni, first + second)
    told += [_told(_taken(talk, end, main, len(ping))), _told(_taken(talk, end, uni, len(first)))]
    told.append(_told(_taken(talk, end, uni, len(first + second))))
    datagram = _message(9, 2)
    late = threading.Timer(LATE_S, end.send, [None, datagram])
    late.start()
    told.append(_told(_taken(talk, end, None, len(datagram))))
    late.join()
    end.send(uni, b"\x21", end=True)
    told.append(_told(_taken(talk, end, uni, end.sent[uni], ended=True)))
    end.end(0)
    told.append(_told(_taken(talk, end, None, len(datagram), ended=True)))
    message = ["message"]
    return same([[], ["established"], message, message, message, [], ["lost", "closed"]], told)


@probe_of_peers
def carriages_counted(talk: Talk) -> Verdict:
    """TST-32: bytes are told as the sum of all carriages, and beside them how many QUIC streams it has ended."""
    certificate = _certificate()
    _serve(talk, certificate)
    end = _connect(talk, certificate)
    main, uni = end.open_stream(both_ways=True), end.open_stream(both_ways=False)
    link = f"{QUIC}-{end.port}"
    end.send(main, with_length(_ping(1)))
    told = [_counts(_taken(talk, end, main, end.sent[main]))]
    due: list[object] = [({link: _came(end, told[0][0], link)}, None)]
    told.append(_counts(talk.need(talk.ask("peer_poll"))))
    due.append((None, None))
    told.append(_counts(talk.need(talk.ask("peer_send", kind="head", stream_id=9, strong_tail=False, link=link))))
    end.wait(lambda: any(number != main for number in end.came))  # it is on its way, whatever was told of it
    due.append(({link: _came(end, told[2][0], link)}, None))
    theirs = next((number for number, data in end.take_pieces() if number is not None and number != main), None)
    if theirs is None:
        return wrong("a HEAD on a uni (QUI-4)", "none")
    end.stop(theirs, _STOPPED)
    told.append(_counts(_taken(talk, end, theirs, 0, ended=True)))
    due.append((None, {link: 1}))
    end.send(uni, bytes(4))
    told.append(_counts(_taken(talk, end, uni, 4)))
    due.append((None, {link: 2}))
    return same(due, told)


def _counts(value: dict[str, Any]) -> tuple[Any, Any]:
    return value.get("sent"), value.get("ends")


def _came(end: QuicPeer, told: object, link: str) -> int:
    """How many bytes have come in all, of which so many were told."""
    count = told.get(link) if isinstance(told, dict) else None
    end.wait(lambda: end.received >= (count if type(count) is int else 1))
    return end.received


@probe_of_peers
def before_main(talk: Talk) -> Verdict:
    """QUI-3: a client that pings on a uni before it opens main ends nothing, and nor does its next ping, on main."""
    certificate = _certificate()
    _serve(talk, certificate)
    end = _connect(talk, certificate)
    uni, ping = end.open_stream(both_ways=False), with_length(_ping(1))
    end.send(uni, ping)
    told = [_told(_taken(talk, end, uni, len(ping)))]
    main, other = end.open_stream(both_ways=True), with_length(_ping(3))
    end.send(main, other)
    told.append(_told(_taken(talk, end, main, len(other))))
    return same([["established"], ["established"]], told)


@probe_of_peers
def other_protocol(talk: Talk) -> Verdict:
    """QUI-1: a client that offers another protocol gets no connection; the next one, with the right one, does."""
    certificate = _certificate()
    _serve(talk, certificate)
    try:
        end = _peer(talk, certificate, protocol=_OTHER)
    except OSError:
        _connect(talk, certificate)
        return PASSED
    return wrong("no connection with another protocol (QUI-1)", f"one, with {end.protocol or 'no protocol'}")


@probe_of_peers
def other_server(talk: Talk) -> Verdict:
    """QUI-1, QUI-15: a client whose server speaks another protocol tells once that there is no connection."""
    certificate = _certificate()
    end = _peer(talk, certificate, listening=True, protocol=_OTHER)
    to = {"link": _SERVER, "transport": QUIC, "remote": end.port, "tls": {"trust": certificate.certificate}}
    talk.need(talk.ask("peer_open", role="client", config=CONFIG, stream_id=1, **to))
    answer = talk.ask("peer_poll", arrived={"link": _SERVER, "bytes": 0, "ended": True})
    if isinstance(answer, RequestError):
        return wrong("ok, as there is nothing to take (TST-28)", answer)
    told: list[object] = [(event["event"], event.get("code")) for event in talk.need(answer)["events"]]
    told += talk.need(talk.ask("peer_poll"))["events"]
    return same([("closed", "CONNECTION_RESET")], told)


@probe_of_peers
def never_granted(talk: Talk) -> Verdict:
    """TST-17, QUI-17: an end that grants nothing more holds up no op, costs bounded memory, and gets all in the end."""
    certificate = _certificate()
    _serve(talk, certificate)
    end = _connect(talk, certificate)
    main, ping = end.open_stream(both_ways=True), with_length(_ping(1))
    end.withhold(withheld=True)
    end.send(main, ping)
    _taken(talk, end, main, len(ping))
    told, verdict = refused_in_time(talk, f"{QUIC}-{end.port}", "QUI-17")
    if not verdict.passed:
        return verdict
    end.withhold(withheld=False)
    end.wait(lambda: end.received >= told)
    return same(f"{told} bytes, as told in sent", f"{end.received} bytes, as told in sent")


@probe_of_peers
def garbage_packets(talk: Talk) -> Verdict:
    """QUI-1: what is no packet of QUIC is nothing to anybody: a connection of before and one of after it go on."""
    certificate = _certificate()
    _serve(talk, certificate)
    ends = [_connect(talk, certificate)]
    with open_udp(talk.testee.wires.get(QUIC)) as stranger:
        for packet in _GARBAGE:
            stranger.sendto(packet, talk.testee.wires[QUIC])
    ends.append(_connect(talk, certificate))
    told = []
    for end in ends:
        main, ping = end.open_stream(both_ways=True), with_length(_ping(1))
        end.send(main, ping)
        told.append(_told(_taken(talk, end, main, len(ping))))
    return same([["established"]] * 2, told)
