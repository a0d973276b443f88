"""Faults of a peer in the frames that it sends: HSK-1 to HSK-5, HSK-45, HSK-46, FRM-28 and XCH-10."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, replaced

ENCODE = "peer.state.send_streams.SendStreams._encode"
FLAGS = "peer.state.send_streams.SendStreams._flags"
ADVANCE = "peer.state.send_streams.SendStreams._advance"
NONCE = "nonce_for(self._config.salt, draft.stream_id, number)"
AGREED = "peer.handlers.requests.check_agreed"
SEND = "peer.handlers.requests.send_data"

MUTANTS = (
    Mutant(
        "datagram-of-65508",
        "HSK-1",
        "Compares with the next number after the limit.",
        replaced("endpoint.endpoint.MAX_DATAGRAM_BYTES", 65_508),
    ),
    Mutant(
        "datagram-of-65506",
        "HSK-1",
        "Compares with >= and refuses the largest frame that there is.",
        replaced("endpoint.endpoint.MAX_DATAGRAM_BYTES", 65_506),
    ),
    Mutant(
        "datagram-in-two",
        "FRM-28",
        "Cuts a frame that is too large for one datagram.",
        inserted(
            "peer.state.peer_state.PeerState.push",
            "self.sent_ms = self.now_ms",
            "if len(data) > 60_000:\n    self.datagrams[-1:] = [data[:60_000], data[60_000:]]",
        ),
    ),
    Mutant(
        "datagram-of-two-frames",
        "FRM-28",
        "Puts frames that are sent at once into one datagram.",
        inserted(
            "peer.state.peer_state.PeerState.flush",
            "output =",
            'if len(self.datagrams) > 1:\n    self.datagrams = [b"".join(self.datagrams)]',
        ),
    ),
    Mutant(
        "numbers-from-1",
        "HSK-2",
        "Begins to count its frames at 1.",
        edited("peer.state.send_stream.SendStream.__init__", "self.next_seq = 0", "self.next_seq = 1"),
    ),
    Mutant(
        "numbers-of-data-alone",
        "HSK-2",
        "Counts data frames, and gives every Sync frame the number that comes next.",
        edited(ADVANCE, "stream.next_seq += 1", "stream.next_seq += draft.action is Action.DATA"),
    ),
    Mutant(
        "numbers-of-all-streams",
        "HSK-2",
        "Has one counter for the conversation.",
        edited(
            ADVANCE,
            "stream.next_seq += 1",
            "for other in {stream, *self._streams.values()}:\n    other.next_seq += 1",
        ),
    ),
    Mutant(
        "numbers-used-up-by-refusals",
        "HSK-2",
        "Takes a number before it knows whether the frame can be sent.",
        edited(
            "peer.state.send_streams.SendStreams.send",
            "data = self._encode(draft, stream, agreement)",
            "try:\n"
            "    data = self._encode(draft, stream, agreement)\n"
            "except ResonantError:\n"
            "    stream.next_seq += 1\n"
            "    self._streams[draft.stream_id] = stream\n"
            "    raise",
        ),
    ),
    Mutant(
        "space-hash-0-in-sync",
        "HSK-3",
        "Leaves the space out of Sync frames, which belong to no space.",
        edited(
            ENCODE,
            "number, self._config.space_hash32,",
            "number, 0 if draft.type == MessageType.SYNC else self._config.space_hash32,",
        ),
    ),
    Mutant(
        "space-hash-0-before-a-session",
        "HSK-3",
        "Puts the hash in when it has been agreed, and not into the ping.",
        edited(
            ENCODE,
            "number, self._config.space_hash32,",
            "number, 0 if agreement is None else self._config.space_hash32,",
        ),
    ),
    Mutant(
        "space-hash-0-in-data",
        "HSK-3",
        "Says its space once, in the ping.",
        edited(
            ENCODE,
            "number, self._config.space_hash32,",
            "number, self._config.space_hash32 if draft.type == MessageType.SYNC else 0,",
        ),
    ),
    Mutant(
        "modality-of-sync-of-the-last-frame",
        "HSK-3",
        "Fills the header from a struct that it uses again, modality and all.",
        edited(
            ENCODE,
            "draft.modality, draft.slices",
            "Modality.AUDIO if draft.action in (Action.HEART, Action.BEAT) else draft.modality, draft.slices",
        ),
    ),
    Mutant(
        "seals-data-alone",
        "HSK-4",
        "Seals what has content worth hiding.",
        edited(
            FLAGS,
            "agreement.chosen_crypto == XCHACHA:",
            "agreement.chosen_crypto == XCHACHA and draft.action is Action.DATA:",
        ),
    ),
    Mutant(
        "seals-its-answers",
        "HSK-45",
        "Seals everything once there is a session, answers to pings included.",
        edited(FLAGS, "if draft.action in _BARE or agreement is None:", "if agreement is None:"),
    ),
    Mutant(
        "seals-if-agreed",
        "HSK-4",
        "Seals if sealing is agreed, whatever it has chosen.",
        edited(FLAGS, "agreement.chosen_crypto == XCHACHA:", "agreement.has(XCHACHA):"),
    ),
    Mutant(
        "sends-bare-what-has-to-be-sealed",
        "HSK-46",
        "Sends without sealing where no crypto could be agreed, though it requires it.",
        edited("peer.handlers.requests.check_session", "if state.mute:", "if False:"),
    ),
    Mutant(
        "beats-bare-where-crypto-is-required",
        "HSK-46",
        "Refuses its program, and sends its own HEARTs.",
        edited("peer.handlers.timers._heart_due", " and not state.mute", ""),
    ),
    Mutant(
        "compresses-nothing",
        "HSK-5",
        "Agrees on zstd, and leaves it to the other end.",
        edited(FLAGS, "draft.action is Action.DATA and agreement.chosen_compress == ZSTD", "False"),
    ),
    Mutant(
        "compresses-sync",
        "HSK-5",
        "Compresses every frame of the session.",
        edited(FLAGS, "draft.action is Action.DATA and agreement.chosen_compress", "agreement.chosen_compress"),
    ),
    Mutant(
        "compresses-large-frames",
        "HSK-5",
        "Compresses where it is worth the time.",
        edited(
            FLAGS,
            "draft.action is Action.DATA and",
            "draft.action is Action.DATA and sum(len(one.payload) for one in draft.slices) >= 256 and",
        ),
    ),
    Mutant(
        "nonce-without-stream",
        "XCH-10",
        "Makes the nonce of salt and number, as the two of a session's streams share it.",
        edited(ENCODE, NONCE, "nonce_for(self._config.salt, 0, number)"),
    ),
    Mutant(
        "nonce-big-endian",
        "XCH-10",
        "Writes the number in network order.",
        edited(ENCODE, NONCE, "(lambda n: n[:16] + n[:15:-1])(nonce_for(self._config.salt, draft.stream_id, number))"),
    ),
    Mutant(
        "nonce-stream-into-the-first-bytes",
        "XCH-10",
        "Combines the stream_id with the salt's first four bytes.",
        edited(
            ENCODE,
            NONCE,
            "(lambda n, s: bytes(a ^ b for a, b in zip(s[:4], draft.stream_id.to_bytes(4, 'little'))) + s[4:] + n[16:])"
            "(nonce_for(self._config.salt, 0, number), self._config.salt)",
        ),
    ),
    Mutant(
        "nonce-counts-from-1",
        "XCH-10",
        "Counts sealed frames for the nonce, beginning with 1.",
        edited(ENCODE, NONCE, "nonce_for(self._config.salt, draft.stream_id, number + 1)"),
    ),
)
