"""The peers of the reference's testee on data channels of WebRTC, beside those on its other transports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import Any

import ops
import peer_ops
from peer_endpoint import MAX_PEERS, Endpoint, Target
from resonant.endpoint import ChannelEndpoint
from resonant.peer import Config, Role
from tcp_wire import ARRIVAL_S, Arrived, Ending
from webrtc_wire import ANSWER, OFFER, SignalError, WebrtcWire

from adapters.testee_kit import U32, BadRequestError, Op, Shape, Wires, one_of, text

WEBRTC = "webrtc"
WIRES = ops.TRANSPORTS
"""The transports that have a wire: channels need none."""
CLIENT: Shape = {"link": peer_ops.link_name, "transport": one_of(WEBRTC), "stream_id": U32}
"""The members of peer_open for a client with a channel."""


class ChannelPeers(Endpoint):  # type: ignore[misc] # beside this script, in no package
    """Peers on channels, and on the wires of every testee of the reference."""

    _peers: ChannelEndpoint[str] | None

    def __init__(self, wires: Wires) -> None:
        self.webrtc = WebrtcWire()
        super().__init__(wires)

    def new_peers(self, role: Role, config: Config, salts: Iterator[bytes]) -> ChannelEndpoint[str]:
        """The peers, without connections."""
        return ChannelEndpoint(role, config, salts, limit=MAX_PEERS, forgets=False)

    def take_sent(self) -> dict[str, int]:
        """The bytes sent on connections, as TST-30 has them."""
        return {**super().take_sent(), **self.webrtc.take_sent()}

    def _throw_away(self) -> None:
        super()._throw_away()
        self.webrtc.close()

    def _connect(self, peers: ChannelEndpoint[str], target: Target) -> None:
        if target.transport != WEBRTC:
            super()._connect(peers, target)
            return
        peers.connect_channel(target.link, target.stream_id, self._now_ms, self.webrtc.limit)
        if not self.webrtc.connect(target.link):
            peers.receive_reset(target.link, self._now_ms)  # RTC-11

    def _drain(self, arrived: Arrived | None) -> ChannelEndpoint[str]:
        peers = self._need_open()
        for link, count in self.webrtc.take_written().items():
            peers.written(link, count)
        if arrived is None or not self._on_channel(arrived.link):
            super()._drain(arrived)
        else:
            super()._drain(None)
            self._take_messages(peers, arrived)
        return peers

    def _take_messages(self, peers: ChannelEndpoint[str], arrived: Arrived) -> None:
        if arrived.link in self.webrtc.unmade:
            return
        deadline = monotonic() + ARRIVAL_S
        for link in self.webrtc.await_accepted(arrived.link, deadline):
            if not peers.accept_channel(
                link, self._now_ms, self.webrtc.limit, reliable=self.webrtc.channels[link].reliable
            ):
                self.webrtc.end(link)
        for what in self.webrtc.arrivals(arrived, deadline):
            match what:
                case Ending.STOPS:
                    peers.receive_end(arrived.link, self._now_ms)
                case Ending.RESETS:
                    peers.receive_reset(arrived.link, self._now_ms)
                case bytes() | str():
                    peers.receive_message(arrived.link, what, self._now_ms)
            self._flush()

    def _need_open(self) -> ChannelEndpoint[str]:
        super()._need_open()
        assert self._peers is not None
        return self._peers

    def _pass_on(self, link: str, data: bytes) -> None:
        if self._on_channel(link):
            self.webrtc.write(link, data)
        else:
            super()._pass_on(link, data)

    def _end(self, link: str) -> None:
        if self._on_channel(link):
            self.webrtc.end(link)
        else:
            super()._end(link)

    def _on_channel(self, link: str) -> bool:
        target = self._target
        return target.transport == WEBRTC if target is not None else link.startswith(f"{WEBRTC}-")


class ChannelOps(peer_ops.PeerOps):  # type: ignore[misc]
    """The ops over peers on channels."""

    def use(self, wires: Wires) -> None:
        """Serve on these sockets, and on channels, from now on."""
        self._channels = ChannelPeers(wires)
        self._endpoint = self._channels

    def end(self) -> None:
        """End the association, and the thread that serves it."""
        self._channels.webrtc.stop()

    def opening(self, role: str, given: Mapping[str, Any]) -> Shape:
        """The members that peer_open has besides config."""
        return CLIENT if given.get("transport") == WEBRTC else super().opening(role, given)

    def peer_signal(self, **given: str) -> dict[str, str]:
        """TST-33."""
        if len(given) > 1:
            raise BadRequestError("input has an offer and an answer")
        try:
            described: dict[str, str] = self._channels.webrtc.signal(**given)
        except SignalError as error:
            raise BadRequestError(str(error)) from None
        return described


def table(peers: ChannelOps) -> dict[str, Op]:
    """The ops on these peers, peer_signal among them."""
    return {**peer_ops.table(peers), "peer_signal": Op({}, {OFFER: text, ANSWER: text}, peers.peer_signal)}


def offered() -> ChannelOps:
    """The ops over peers on channels, in place of those in the table of ops, and the profile claimed."""
    peers = ChannelOps()
    ops.OPS.update(table(peers), peer_batch=ops.batch_of(peers))
    ops.EXTRAS.append(WEBRTC)
    return peers
