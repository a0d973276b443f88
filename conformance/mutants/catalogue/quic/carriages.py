"""Faults in which carriage a frame goes on, and what is heard on each: QUI-3 to QUI-7."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

ENDPOINT = "endpoint.quic_endpoint.QuicEndpoint"
CARRIAGES = "transport.quic.carriages.Carriages"
FEED = "transport.quic.carriages.Uni.feed"
SENT = "peer.state.send_streams.SendStreams"
PLACE = f"{SENT}.place_of"
ON_UNI = f"{ENDPOINT}._receive_on_uni"
_HELD = "any(one.pipe._splitter.held for key, one in carriages._theirs.items() if key != on)"

MUTANTS = (
    Mutant(
        "main-alone-is-heard",
        "QUI-3",
        "Reads main, as a TCP connection is read, and nothing else.",
        edited(f"{ENDPOINT}.receive_on", "self._receive_on_uni(link, carriages, on, data, now_ms)", "pass"),
    ),
    Mutant(
        "datagrams-unheard",
        "QUI-3",
        "Turns datagrams on, and reads none.",
        edited(f"{ENDPOINT}.receive_datagram", "self._hear(link, datagram, now_ms)", "pass"),
    ),
    Mutant(
        "broken-datagrams-close",
        "QUI-3",
        "Closes the connection at a datagram that is no frame.",
        edited(
            f"{ENDPOINT}.receive_datagram",
            "self._hear(link, datagram, now_ms)",
            "if len(datagram) < 33:\n"
            "    self._end(link, self._connections[link].pipe, CloseCode.TRUNCATED_FRAME)\n"
            "else:\n"
            "    self._hear(link, datagram, now_ms)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "one-buffer-for-unis",
        "QUI-3",
        "Puts the bytes of all unis into one buffer.",
        edited(f"{CARRIAGES}.uni", "setdefault(on, Uni())", "setdefault(2, Uni())"),
        Kind.COMBINATION,
    ),
    Mutant(
        "heads-on-main",
        "QUI-4",
        "Opens the uni of a stream with its first data frame.",
        edited(PLACE, "draft.action is Action.HEAD", "False"),
    ),
    Mutant(
        "tails-on-main",
        "QUI-4",
        "Takes a TAIL for a frame of its own.",
        edited(PLACE, "draft.action in _PARTS", "draft.action in _PARTS and draft.action is not Action.TAIL"),
    ),
    Mutant(
        "hearts-on-main",
        "QUI-4",
        "Sends every HEART on main, also that of an opened stream.",
        edited(PLACE, "draft.action in _PARTS", "draft.action in _PARTS - {Action.HEART, Action.BEAT}"),
        Kind.COMBINATION,
    ),
    Mutant(
        "repairs-on-main",
        "QUI-4",
        "Sends again on main what was sent on a uni.",
        edited(f"{SENT}._place_again", "None if self._kept.is_aside(stream_id, number) else stream_id", "None"),
        Kind.COMBINATION,
    ),
    Mutant(
        "one-uni-for-all",
        "QUI-4",
        "Has one uni for all streams.",
        edited(f"{CARRIAGES}._uni_of", "self._next += _STEP", "pass"),
    ),
    Mutant(
        "everything-on-unis",
        "QUI-5",
        "Opens a uni for each stream_id, whatever is sent on it.",
        edited(PLACE, "Place(alone=draft.action is Action.DATA)", "Place(draft.stream_id)"),
    ),
    Mutant(
        "all-small-frames-are-datagrams",
        "QUI-5",
        "Sends whatever fits as a datagram.",
        edited(PLACE, "draft.action is Action.DATA)", "True)"),
    ),
    Mutant(
        "streams-as-datagrams",
        "QUI-5",
        "Sends the frames of streams as datagrams, too, which are repaired anyway.",
        edited(f"{CARRIAGES}.carry", "if alone and", "if (alone or stream_id is not None) and"),
        Kind.COMBINATION,
    ),
    Mutant(
        "datagrams-of-1101",
        "QUI-5",
        "Sends a byte more in a datagram.",
        replaced("transport.quic.carriages.MAX_DATAGRAM_BYTES", 1_101),
        Kind.SIZE,
    ),
    Mutant(
        "datagrams-unasked",
        "QUI-5",
        "Does not ask whether the other end takes datagrams, or of what size.",
        edited(f"{CARRIAGES}.carry", "self._lone_bytes", "MAX_DATAGRAM_BYTES"),
        Kind.COMBINATION,
    ),
    Mutant(
        "one-uni-at-a-time",
        "QUI-6",
        "Takes nothing of a uni while a frame of another one is under way.",
        edited(ON_UNI, "if uni.over:", f"if uni.over or {_HELD}:"),
    ),
    Mutant(
        "unis-hold-up-main",
        "QUI-6",
        "Takes nothing of main while a frame of a uni is under way.",
        edited(
            f"{ENDPOINT}.receive_on",
            "self.receive_bytes(link, data, now_ms)",
            f"{_HELD} or self.receive_bytes(link, data, now_ms)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "any-stream-id-on-a-uni",
        "QUI-7",
        "Does not compare the stream_ids on a uni.",
        edited(FEED, "if self._stream_id not in (None, stream_id):", "if False:"),
    ),
    Mutant(
        "the-strange-frame-counts",
        "QUI-7",
        "Handles the frame in which it finds another stream_id.",
        edited(FEED, "self.fault = CloseCode.STREAM_MISMATCH", "yield frame\nself.fault = CloseCode.STREAM_MISMATCH"),
        Kind.COMBINATION,
    ),
    Mutant(
        "mismatches-are-dropped",
        "QUI-7",
        "Drops a frame of another stream_id, and reads on.",
        edited(FEED, "self.fault = CloseCode.STREAM_MISMATCH\n            return", "continue"),
        Kind.COMBINATION,
    ),
    Mutant(
        "broken-frames-have-no-stream-id",
        "QUI-7",
        "Compares the stream_ids of those frames that have the right checksum.",
        edited(
            FEED,
            "stream_id: int = _STREAM_ID.unpack_from(frame)[0]",
            "import zlib\n"
            "stream_id = _STREAM_ID.unpack_from(frame)[0]\n"
            "if zlib.crc32(frame[:-4]) != int.from_bytes(frame[-4:], 'little'):\n"
            "    stream_id = self._stream_id if self._stream_id is not None else stream_id",
        ),
        Kind.COMBINATION,
    ),
)
