"""Servers that handle QUIC wrongly: the endpoint of the reference, changed in one place."""

from __future__ import annotations

from ..engine.patches import edited, replaced
from .wrong import WrongServer, found_over_quic

_BOTH = "asyncio.quic_connections._configuration"
_ACTS = "asyncio.quic_acts"
_ENDPOINT = "endpoint.quic_endpoint.QuicEndpoint"
_ON_UNI = f"{_ENDPOINT}._receive_on_uni"
_CARRIAGES = "transport.quic.carriages.Carriages"
_FEED = "transport.quic.carriages.Uni.feed"
_SPLITTER = "transport.framing.Splitter.feed"
_FAULT = "transport.framing._fault"
_FINISH = "transport.framing.Splitter.finish"
_RECEIVE = "endpoint.endpoint.Endpoint.receive_bytes"
_STOP = "self._act(link, Stop(on, number_of(uni.fault)))"

WRONG: tuple[WrongServer, ...] = (
    found_over_quic(
        "another-protocol",
        "any-protocol",
        "Speaks to whoever offers an older protocol.",
        edited(_BOTH, "[ALPN]", "[ALPN, 'resonant/0']"),
    ),
    found_over_quic(
        "limits",
        "small-streams",
        "Grants a byte less on each QUIC stream.",
        replaced("asyncio.quic_acts.STREAM_BYTES", 1048575),
    ),
    found_over_quic(
        "limits",
        "soon-idle",
        "Lets a connection go when it has been idle for 30 s.",
        replaced("asyncio.quic_acts.IDLE_S", 30.0),
    ),
    found_over_quic(
        "limits",
        "small-datagrams",
        "Takes no datagram of 1,200 bytes over QUIC.",
        replaced(f"{_ACTS}.DATAGRAM_BYTES", 1_199),
    ),
    found_over_quic(
        "divided",
        "chunks-are-frames",
        "Takes what came on main together for whole frames.",
        edited(_SPLITTER, "rest = memoryview", "self._waiting.clear()\nrest = memoryview"),
    ),
    found_over_quic(
        "too-short",
        "short-lengths",
        "Takes a length of 0 to 32 on main for that of a frame.",
        edited(_FAULT, "length < MIN_FRAME_BYTES", "False"),
    ),
    found_over_quic(
        "too-short faults-on-unis",
        "one-number",
        "Closes and stops with the number 9, whatever is wrong.",
        replaced("transport.quic.numbers.number_of", lambda code: 0 if code is None else 9),
    ),
    found_over_quic(
        "too-large",
        "any-length",
        "Waits on main for frames of any length.",
        edited(_FAULT, "length > MAX_FRAME_BYTES", "False"),
    ),
    found_over_quic(
        "broken-frames",
        "ends-at-drops",
        "Closes the connection at a frame that it cannot read.",
        edited(
            _RECEIVE,
            "self._collect(link, self._connections[link].peer.receive(frame, now_ms, alone=False))",
            "output = self._connections[link].peer.receive(frame, now_ms)\n"
            "self._collect(link, output)\n"
            "if any(type(event).__name__ == 'Dropped' for event in output.events):\n"
            "    self._end(link, pipe, None)\n"
            "    return",
        ),
    ),
    found_over_quic(
        "largest",
        "datagram-limit",
        "Takes no frame on main that no datagram carries.",
        edited(_FAULT, "length > MAX_FRAME_BYTES", "length > 65_507"),
    ),
    found_over_quic(
        "half-close",
        "main-may-end",
        "Stays when main has ended.",
        edited(f"{_ENDPOINT}.receive_fin", "self.receive_end(link, now_ms)", "pass"),
    ),
    found_over_quic(
        "main-reset",
        "main-stopped-is-nothing",
        "Does not care whether anybody reads main.",
        edited(f"{_ENDPOINT}.receive_stop_of", "if on == MAIN:", "if on == -1:"),
    ),
    found_over_quic(
        "cut-short",
        "cuts-are-clean",
        "Does not look whether main ended inside a frame.",
        edited(_FINISH, "and self._waiting:", "and False:"),
    ),
    found_over_quic(
        "second-main",
        "any-number-of-mains",
        "Reads every bidirectional QUIC stream.",
        edited(f"{_CARRIAGES}.is_foreign", "on != MAIN and not on & _UNI", "False"),
    ),
    found_over_quic(
        "unis",
        "main-alone",
        "Reads main and nothing else.",
        edited(f"{_ENDPOINT}.receive_on", "self._receive_on_uni(link, carriages, on, data, now_ms)", "pass"),
    ),
    found_over_quic(
        "uni-held",
        "one-uni-at-a-time",
        "Reads nothing on a uni while a frame of another one is under way.",
        edited(
            _ON_UNI,
            "if uni.over:",
            "if uni.over or any(one.pipe._splitter.held for key, one in carriages._theirs.items() if key != on):",
        ),
    ),
    found_over_quic(
        "datagrams",
        "deaf-to-datagrams",
        "Grants datagrams and reads none.",
        edited(f"{_ENDPOINT}.receive_datagram", "self._hear(link, datagram, now_ms)", "pass"),
    ),
    found_over_quic(
        "mismatch",
        "any-stream-id",
        "Does not compare the stream_ids on a uni.",
        edited(_FEED, "if self._stream_id not in (None, stream_id):", "if False:"),
    ),
    found_over_quic(
        "faults-on-unis", "unstopped", "Does not stop a uni that it reads no more.", edited(_ON_UNI, _STOP, "pass")
    ),
    found_over_quic(
        "faults-on-unis",
        "closes-for-unis",
        "Closes the connection for a fault on a uni.",
        edited(_ON_UNI, _STOP, "self._end(link, carriages.main, uni.fault)\nreturn"),
    ),
    found_over_quic(
        "cut-unis",
        "resets-pass-by",
        "Goes on with a stream whose uni was reset.",
        edited(f"{_ENDPOINT}.receive_reset_of", "self._fail_uni(link, carriages, on)", "pass"),
    ),
    found_over_quic(
        "separate",
        "one-peer",
        "Has one session for all connections over QUIC.",
        edited(
            f"{_ENDPOINT}.accept_quic",
            "peer = self._quic_peer(now_ms, carriages)",
            "peer = vars(type(self)).get('shared') or self._quic_peer(now_ms, carriages)\ntype(self).shared = peer",
        ),
    ),
    found_over_quic(
        "many",
        "few-places",
        "Serves no more than 8 connections at a time over QUIC.",
        edited(
            "asyncio.opening.serve", "Endpoint(Role.SERVER, config, max_remotes)", "Endpoint(Role.SERVER, config, 8)"
        ),
    ),
    found_over_quic(
        "deadlines",
        "patient",
        "Waits for ever for the rest of a frame on main.",
        replaced("transport.pipe.FRAME_TIMEOUT_MS", 10**9),
    ),
    found_over_quic(
        "deadlines",
        "no-session-needed",
        "Lets a connection stay that never has a session.",
        edited(f"{_ENDPOINT}.accept_quic", "accepted_ms=now_ms", "accepted_ms=None"),
    ),
)
"""The checks of the profile `quic` find each."""
UNUSABLE: tuple[WrongServer, ...] = (
    found_over_quic("", "of-others", "Speaks another protocol over QUIC.", edited(_BOTH, "[ALPN]", "['h3']")),
)
"""With these no run gets to its end."""
