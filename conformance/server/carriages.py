"""The rest of a connection over QUIC: its protocol, its limits, and carriages beside main (specs/quic.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from resonant.describe.registry import registry

from ..model.verdict import PASSED, Verdict
from ..wire.build import Frame, build
from ..wire.lengths import with_length
from .capabilities import OVER_QUIC, STREAMS, UNSEALED, Need
from .check import Check
from .conversation import Conversation, WrongError, check_error, need, reachable
from .framing import FRAME_TOO_LARGE, FRAME_TOO_SHORT, LARGEST, SOON, check_number
from .pings import ping
from .refusals import STREAM
from .reply import SMALLEST
from .server import Outside
from .streams import head, tail

if TYPE_CHECKING:
    from .over_quic import Association

STREAM_MISMATCH, STREAM_CREATION = 5, 6
"""Numbers of errors (specs/quic.md section 2)."""
_OTHER_PROTOCOL: Final = "resonant/0"
_DATAGRAM_TRIES: Final = 3
_TAIL_TRIES: Final = 5
_LEAST: Final = (
    ("uni_streams", "min_uni_streams", "unidirectional QUIC streams"),
    ("stream_bytes", "min_quic_stream_bytes", "bytes on a QUIC stream"),
    ("connection_bytes", "min_quic_connection_bytes", "bytes on the connection"),
    ("idle_ms", "min_idle_timeout_ms", "ms without a packet"),
)
_BOTH_WAYS: Final = 2  # QUI-11, QUI-16: main, and one more than it takes


def another_protocol(server: Outside) -> Verdict:
    """A client that offers another protocol has no connection."""
    try:
        association = server.associate(_OTHER_PROTOCOL)
    except WrongError:
        return PASSED
    association.close()
    need(False, f"a connection for {_OTHER_PROTOCOL} was made (QUI-1)", "no connection", "one")
    return PASSED


def limits(server: Outside) -> Verdict:
    """The transport parameters of a connection that was just made."""
    with server.associated() as (association, _):
        grants, datagrams = association.peer.grants, association.peer.takes_datagrams
    told: list[tuple[int | None, int, str]] = [
        (getattr(grants, name), registry().limit(limit), what) for name, limit, what in _LEAST
    ]
    told.append((grants.both_ways, _BOTH_WAYS, "bidirectional QUIC streams"))
    told.append((datagrams, registry().limit("min_datagram_frame_bytes"), "bytes in a datagram"))
    for count, least, what in told:
        text = f"the server grants {what} below the least (QUI-16)"
        need(count is None or count >= least, text, f"{least:,} {what}", f"{count:,}" if count is not None else "none")
    return PASSED


def main_reset(server: Outside) -> Verdict:
    """Main is reset, and main is stopped: either way the connection is closed with 0."""
    from .over_quic import MAIN  # noqa: PLC0415 - an extra of the suite

    ways: tuple[tuple[str, Callable[[Association], None]], ...] = (
        ("reset", lambda association: association.peer.reset(MAIN, 0)),
        ("stopped", lambda association: association.peer.stop(MAIN, 0)),
    )
    for what, act in ways:
        with server.associated() as (association, talk):
            talk.agree(0)
            act(association)
            _closes(server, association, 0, f"main was {what}", "QUI-14")
    return PASSED


def second_main(server: Outside) -> Verdict:
    """A client opens one bidirectional QUIC stream, and another."""
    with server.associated() as (association, talk):
        talk.agree(0)
        association.peer.send(association.open(both_ways=True), with_length(build(ping(1))))
        _closes(server, association, STREAM_CREATION, "a second bidirectional QUIC stream", "QUI-11")
    return PASSED


def _closes(server: Outside, association: Association, number: int, what: str, clause: str) -> None:
    expected = f"the connection closed with the number {number}"
    with reachable():
        found = association.to_the_end(SOON * server.waits.reply)
    need(found is not None, f"the connection goes on: {what} ({clause})", expected, "no end")
    check_number(association.number(), number, f"closed with another number: {what} ({clause})")


def unis(server: Outside) -> Verdict:
    """Pings on unis, one of them byte by byte, are answered on main."""
    with server.associated() as (association, talk):
        talk.agree(0)
        for seq in (1, 2):
            _on_uni(association, with_length(build(ping(seq))), end=True)
            _answered(talk, "a ping on a uni")
        on = association.open()
        for byte in with_length(build(ping(3))):
            association.peer.send(on, bytes([byte]))
        _answered(talk, "a ping on a uni, byte by byte")
    return PASSED


def uni_held(server: Outside) -> Verdict:
    """A uni stops inside a frame, and main, other unis, and in the end that one are answered."""
    data = with_length(build(ping(1, STREAM)))
    with server.associated() as (association, talk):
        talk.agree(0)
        held = _on_uni(association, data[:-1])
        talk.agree(1)
        _on_uni(association, with_length(build(ping(2))))
        _answered(talk, "a ping on a uni while another one does not go on", "QUI-6")
        association.peer.send(held, data[-1:])
        _answered(talk, "a ping whose last byte came late on its uni", "QUI-6")
    return PASSED


def datagrams(server: Outside) -> Verdict:
    """Datagrams that are no frames are dropped, and a ping in one is answered, unless it is lost each time."""
    with server.associated() as (association, talk):
        talk.agree(0)
        for data in (b"", b"\0" * (SMALLEST - 1), bytes(range(200))):
            association.peer.send(None, data)
        talk.nothing_but_a_ping("what is no frame, in a datagram")
        for _ in range(_DATAGRAM_TRIES):
            association.peer.send(None, build(ping(1)))
            found = talk.datagram()
            if found is not None:
                return PASSED
    need(False, "a ping in a datagram was not answered (QUI-3)", "capability on main", "nothing")
    return PASSED


def _answered(talk: Conversation, what: str, clause: str = "QUI-3") -> None:
    try:
        method = talk.reply("capability").method
    except WrongError as error:
        need(False, f"{what} was not answered ({clause})", "capability on main", error)
    else:
        need(method == "capability", f"{what} was not answered with capability ({clause})", "capability", method)


def mismatch(server: Outside) -> Verdict:
    """Frames of two stream_ids on a uni: it is stopped at the second, which is not handled."""
    first, second = (with_length(build(ping(seq, stream_id))) for seq, stream_id in ((1, STREAM), (1, STREAM + 2)))
    with server.associated() as (association, talk):
        talk.agree(0)
        on = _on_uni(association, first + second)
        _answered(talk, "the first of two pings on a uni")
        _stopped(server, association, on, STREAM_MISMATCH, "a uni with frames of two stream_ids", "QUI-7")
        talk.nothing_but_a_ping("a frame of another stream_id on a uni")
    return PASSED


def faults_on_unis(server: Outside) -> Verdict:
    """Bad lengths on unis stop these, and the connection goes on."""
    rows = (
        (bytes(4), FRAME_TOO_SHORT, "a uni with a length of 0"),
        ((LARGEST + 1).to_bytes(4, "little"), FRAME_TOO_LARGE, "a uni with a length of 65,537"),
    )
    with server.associated() as (association, talk):
        talk.agree(0)
        for data, number, what in rows:
            _stopped(server, association, _on_uni(association, data), number, what, "QUI-8")
            talk.nothing_but_a_ping(what)
    return PASSED


def _stopped(server: Outside, association: Association, on: int, number: int, what: str, clause: str) -> None:
    peer = association.peer

    def is_decided() -> bool:
        return peer.ended is not None or peer.how_ended(on, of_testee=False)[0] != "none"

    peer.wait(is_decided, SOON * server.waits.reply)
    expected = f"STOP_SENDING with the number {number}, and a connection that goes on"
    if peer.ended is not None:
        need(False, f"{what} ended the connection ({clause})", expected, f"the number {association.number()}")
    how, got = peer.how_ended(on, of_testee=False)
    need(how == "stop", f"{what} was not stopped ({clause})", expected, "no STOP_SENDING")
    need(got == number, f"{what} was stopped with another number ({clause})", expected, got)


def cut_unis(server: Outside) -> Verdict:
    """A uni ends inside a frame or is reset: its stream is over, so that a TAIL of it is not answered any more."""
    ends: tuple[tuple[str, Callable[[Association, int], None]], ...] = (
        ("ended inside a frame", lambda association, on: association.peer.send(on, b"\x21", end=True)),
        ("was reset", lambda association, on: association.peer.reset(on, 0)),
    )
    with server.associated() as (association, talk):
        talk.agree(0)
        for number, (what, act) in enumerate(ends):
            asks = tail(3, stream_id=STREAM + 2 * number)
            on = _on_uni(association, _framed(head(asks.stream_id)) + _framed(asks))
            check_error(talk.reply("error STREAM_INCOMPLETE"), asks, "STREAM_INCOMPLETE", {})
            act(association, on)
            # Between carriages there is no order (QUI-6): the end may come after what is asked on main.
            answered = all(talk.is_answered(asks) for _ in range(_TAIL_TRIES))
            need(not answered, f"a stream goes on whose uni {what} (QUI-9)", "no answer to its TAIL", "one each time")
    return PASSED


def _on_uni(association: Association, data: bytes, *, end: bool = False) -> int:
    on = association.open()
    association.peer.send(on, data, end=end)
    return on


def _framed(frame: Frame) -> bytes:
    return with_length(build(frame))


_ROWS: tuple[tuple[str, str, tuple[str, ...], Callable[[Outside], Verdict], tuple[Need, ...]], ...] = (
    ("another-protocol", "A client that offers another protocol.", ("QUI-1",), another_protocol, ()),
    ("limits", "The limits that a server grants.", ("QUI-16",), limits, ()),
    ("main-reset", "Main is reset, or stopped.", ("QUI-14",), main_reset, ()),
    ("second-main", "A second bidirectional QUIC stream.", ("QUI-11",), second_main, ()),
    ("unis", "Frames on unis.", ("QUI-3",), unis, ()),
    ("uni-held", "A uni that does not go on.", ("QUI-6",), uni_held, ()),
    ("datagrams", "Frames in datagrams, and what is none.", ("QUI-3",), datagrams, ()),
    ("mismatch", "Two stream_ids on a uni.", ("QUI-7",), mismatch, ()),
    ("faults-on-unis", "Bad lengths on unis.", ("QUI-8",), faults_on_unis, ()),
    ("cut-unis", "Unis that end inside a frame, or are reset.", ("QUI-9",), cut_unis, (STREAMS, UNSEALED)),
)
CHECKS = tuple(
    Check(f"quic/outside/{name}", about, clauses, judge, (OVER_QUIC, *needs))
    for name, about, clauses, judge, needs in _ROWS
)
