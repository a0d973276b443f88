"""One other end over QUIC: how it is made, and what must be true of its connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from resonant.console import counted
from resonant.describe.registry import registry

from adapters.driver import Address

from ..model.extras import without_quic
from .carriages import PAGE, Carriages, named
from .ends import EndError
from .steps import MAIN

if TYPE_CHECKING:
    from adapters.driver.transport.certificates import Certificate
    from adapters.driver.transport.quic_wire import QuicPeer

OpenQuic: TypeAlias = Callable[[Address, str, bool, int | None], "QuicPeer"]
"""Makes the connection of an end, or a port at which it can be made: the testee's wire, a letter, whether to listen,
and the largest datagram that it takes, None for any."""
ALPN = "resonant/1"
RESET = "CONNECTION_RESET"
NUMBERS = {
    1: "FRAME_TOO_SHORT",
    2: "FRAME_TOO_LARGE",
    3: "TRUNCATED_FRAME",
    4: "FRAME_TIMEOUT",
    5: "STREAM_MISMATCH",
    6: "STREAM_CREATION",
    7: "HANDSHAKE_TIMEOUT",
}
"""The numbers of application errors that name a code (specs/quic.md section 2)."""
INTERNAL_ERROR = 1
"""The number of a transport error by which a connection fails below."""
_LEAST = {
    name: registry().limit(limit)
    for name, limit in (
        ("uni_streams", "min_uni_streams"),
        ("stream_bytes", "min_quic_stream_bytes"),
        ("connection_bytes", "min_quic_connection_bytes"),
        ("datagram_bytes", "min_datagram_frame_bytes"),
        ("idle_ms", "min_idle_timeout_ms"),
    )
}


@cache
def certificate() -> Certificate:
    """The certificate of this run (specs/testee.md section 6). Raises MissingError."""
    try:
        from adapters.driver.transport.certificates import make_certificate  # noqa: PLC0415 - an extra of the suite
    except ImportError as error:
        raise without_quic("play", error) from error
    return make_certificate()


def open_quic(to: Address, letter: str, listening: bool, datagrams: int | None) -> QuicPeer:
    """An `OpenQuic` with nothing added."""
    made = certificate()
    from adapters.driver.transport.quic_terms import LARGEST_DATAGRAM  # noqa: PLC0415 - an extra of the suite
    from adapters.driver.transport.quic_wire import QuicPeer  # noqa: PLC0415 - as above

    size = LARGEST_DATAGRAM if datagrams is None else datagrams
    return QuicPeer(to, made, listening=listening, datagram=size)


@dataclass(slots=True)
class End:
    """One other end.

    own: the numbers of its QUIC streams, by the names that steps give them. told, ended: how many bytes the testee says
    it has sent to it, and how many streams it says it has ended. over: whether it told `closed`. expected: the streams
    whose end by the testee a step has named.
    """

    peer: QuicPeer
    name: str
    carriages: Carriages
    own: dict[str, int] = field(default_factory=dict)
    told: int = 0
    ended: int = 0
    over: bool = False
    expected: set[int] = field(default_factory=set)

    def has_come(self) -> bool:
        """Whether everything is there that the testee told of, or nothing can come any more."""
        peer = self.peer
        return peer.ended is not None or (peer.received >= self.told and peer.ends == self.ended)

    def is_over(self) -> bool:
        """Whether the connection is."""
        return self.peer.ended is not None

    def check_made(self, letter: str) -> None:
        """The connection is one that this protocol can be spoken on (QUI-1, QUI-16)."""
        protocol = self.peer.protocol
        if protocol != ALPN:
            text = f"negotiated {protocol or 'no protocol'} with {letter}, not {ALPN} (QUI-1)"
            raise EndError(text, protocol or "none", PAGE)
        if fault := self._unmet():
            raise EndError(fault, "lower limits", PAGE)

    def check_all_came(self, letter: str) -> None:
        """The testee has sent what it told of, and ended what it told of (TST-30, TST-32)."""
        peer, got = self.peer, f"{self.peer.received} of {counted(self.told, 'byte')}"
        if peer.received > self.told:
            raise EndError(f"told of {counted(self.told, 'byte')} to {letter}, and sent more (TST-30)", got, PAGE)
        if peer.received < self.told and peer.ended is not None:
            text = f"closed the connection with {letter} before all that it had sent was there (TCP-13, QUI-13)"
            raise EndError(text, got, PAGE)
        if peer.received < self.told:
            raise EndError(f"says it has sent bytes to {letter} that it has not (TST-30)", got, PAGE)
        if peer.ended is None and peer.ends != self.ended:
            text = f"says it has ended {self.ended} QUIC streams with {letter}, which are not as many (TST-32)"
            raise EndError(text, f"{peer.ends} ends", PAGE)

    def check_named(self, letter: str) -> None:
        """No stream was reset or stopped that no step names.

        Asked while the connection goes on: what the testee ends together with it need not arrive.
        """
        for number, what in self.peer.broken().items() if not self.is_over() else ():
            if number not in self.expected:
                raise EndError(f"{what} {named(number)} with {letter}, which no step expects", what, PAGE)

    def check_number(self, letter: str, code: str | None) -> None:
        """The connection was closed with the number of the code that the testee told (QUI-15)."""
        ended = self.peer.ended
        assert ended is not None
        number = ended.error_code if ended.frame_type is None else None
        # QUI-14: after a reset of main there is no number for what is told.
        fitting = {None, RESET} if number == 0 else {RESET if number is None else NUMBERS.get(number, RESET)}
        if code not in fitting:
            shown = "an error of QUIC itself" if number is None else f"the number {number}"
            text = f"told `closed` with {code or 'no code'}; the connection with {letter} was closed with {shown}"
            raise EndError(f"{text} (QUI-15)", shown, PAGE)

    def reads(self, name: str) -> bool:
        """Whether the testee has not stopped a stream of ours, or may see it for the first time."""
        return name not in self.own or self.peer.how_ended(self.own[name], of_testee=False)[0] == "none"

    def unnamed_ends(self) -> list[Mapping[str, Any]]:
        """The steps that name what the testee has ended and no step has yet; those steps are taken as played."""
        carriages: list[tuple[int, Mapping[str, Any], bool]] = [
            *((number, {"on": name}, False) for name, number in self.own.items()),
            *((number, {"of": stream_id}, True) for stream_id, number in self.carriages.unis.items()),
        ]
        steps: list[Mapping[str, Any]] = []
        for number, where, of_testee in carriages:
            how, code = self.peer.how_ended(number, of_testee=of_testee)
            if how != "none" and number not in self.expected:
                self.expected.add(number)
                steps.append({"expect_end": how, **where} | ({"code": code} if code else {}))
        return steps

    def _unmet(self) -> str:
        """The first of the testee's limits that is too low, in words; empty if none is."""
        grants = self.peer.grants
        told = {
            "uni_streams": (grants.uni_streams, "unidirectional QUIC streams"),
            "both_ways": (grants.both_ways, "bidirectional QUIC streams"),
            "stream_bytes": (grants.stream_bytes, "bytes on a QUIC stream"),
            "connection_bytes": (grants.connection_bytes, "bytes on the connection"),
            "datagram_bytes": (self.peer.takes_datagrams, "bytes in a datagram"),
            "idle_ms": (grants.idle_ms, "ms without a packet"),
        }
        least = _LEAST | {"both_ways": 1 + (MAIN in self.own)}
        for name, (count, what) in told.items():
            if count is not None and count < least[name]:
                return f"grants {count:,} {what}, less than {least[name]:,} (QUI-16)"
        return ""
