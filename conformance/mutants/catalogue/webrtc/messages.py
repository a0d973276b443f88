"""Faults in messages and their sizes: RTC-4 to RTC-8."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced
from .channels import CHANNEL, ENDPOINT, WIRE

ENCODE = "peer.state.send_streams.SendStreams._encode"
OWED = "if not draft.asked or draft.action in _OWED:"
LIMIT = "transport.webrtc.message_limit"
_FRAME = "self._datagrams.append((link, frame))"
_HEARD = "self._connections[link].peer.receive(message, now_ms)"
_TEXT = "self._collect(link, Output((), (Dropped(DropCode.NOT_BINARY),)))"
_SDP = "str(association.localDescription.sdp)"

MUTANTS = (
    Mutant(
        "frames-as-texts",
        "RTC-4",
        "Sends frames as texts, in hex.",
        edited(f"{CHANNEL}.push", "self._channel.send(frame)", "self._channel.send(frame.hex())"),
    ),
    Mutant(
        "messages-with-lengths",
        "RTC-4",
        "Puts a length before each frame, as over TCP.",
        edited(
            f"{ENDPOINT}._carry", _FRAME, "self._datagrams.append((link, len(frame).to_bytes(4, 'little') + frame))"
        ),
    ),
    Mutant(
        "empty-messages-unheard",
        "RTC-5",
        "Passes over empty messages without a word.",
        edited(
            f"{ENDPOINT}.receive_message",
            "if isinstance(message, str):",
            "if message == b'':\n    pass\nelif isinstance(message, str):",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "short-messages-end-channels",
        "RTC-5",
        "Ends the channel at a message that is too short, as TCP would.",
        edited(
            f"{ENDPOINT}.receive_message",
            "if isinstance(message, str):",
            "if len(message) < 33:\n    self.receive_end(link, now_ms)\nelif isinstance(message, str):",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "long-messages-are-cut",
        "RTC-5",
        "Reads no more than the largest frame of a message.",
        edited(f"{ENDPOINT}.receive_message", _HEARD, _HEARD.replace("(message", "(message[:65_536]")),
        Kind.SIZE,
    ),
    Mutant(
        "messages-of-datagrams",
        "RTC-5",
        "Reads no more of a message than a datagram holds.",
        edited(f"{ENDPOINT}.receive_message", _HEARD, _HEARD.replace("(message", "(message[:65_507]")),
        Kind.SIZE,
    ),
    Mutant(
        "texts-unheard",
        "RTC-6",
        "Passes over texts without a word.",
        edited(f"{ENDPOINT}.receive_message", _TEXT, "pass"),
    ),
    Mutant(
        "texts-are-frames",
        "RTC-6",
        "Takes the bytes of a text for a frame.",
        edited(
            f"{ENDPOINT}.receive_message",
            _TEXT,
            f"self._collect(link, {_HEARD.replace('(message', '(message.encode()')})",
        ),
    ),
    Mutant(
        "texts-end-channels",
        "RTC-6",
        "Ends the channel where a text comes.",
        edited(f"{ENDPOINT}.receive_message", _TEXT, "self.receive_end(link, now_ms)"),
    ),
    Mutant(
        "empty-texts-are-empty-frames",
        "RTC-6",
        "Looks for an empty message before it looks for a text.",
        edited(f"{ENDPOINT}.receive_message", "isinstance(message, str)", "isinstance(message, str) and message"),
        Kind.NARROW,
    ),
    Mutant(
        "announces-16-kib",
        "RTC-7",
        "Announces in its answer what every browser once took.",
        edited(f"{WIRE}._answer", _SDP, f"{_SDP}.replace('message-size:262144', 'message-size:16384')"),
    ),
    Mutant(
        "offers-announce-nothing",
        "RTC-7",
        "Announces no size in its offer.",
        edited(f"{WIRE}._offer", _SDP, f"{_SDP}.replace('a=max-message-size:262144\\r\\n', '')"),
        Kind.COMBINATION,
    ),
    Mutant(
        "announced-sizes-unread",
        "RTC-8",
        "Sends frames of any size, whatever the other end takes.",
        edited(LIMIT, "min(announced or MAX_FRAME_BYTES, MAX_FRAME_BYTES)", "MAX_FRAME_BYTES"),
    ),
    Mutant(
        "no-limit-is-nothing",
        "RTC-8",
        "Takes the 0 that means no limit for a limit of 0.",
        edited(LIMIT, "announced or MAX_FRAME_BYTES", "announced"),
        Kind.NARROW,
    ),
    Mutant(
        "unsaid-sizes-are-small",
        "RTC-8",
        "Sends no more than 16 KiB to an end that announces nothing.",
        replaced("transport.webrtc._UNTOLD_BYTES", 16_384),
        Kind.COMBINATION,
    ),
    Mutant(
        "one-byte-less-than-announced",
        "RTC-8",
        "Refuses the frame that is just as large as the other end takes.",
        edited(LIMIT, "min(announced or", "min(announced - 1 if announced else"),
        Kind.SIZE,
    ),
    Mutant(
        "owed-frames-of-any-size",
        "RTC-8",
        "Looks at the size of what is asked for alone, and sends answers as large as they are.",
        edited(f"{ENDPOINT}._carry", "min(pipe.room, pipe.max_frame_bytes)", "pipe.room"),
    ),
    Mutant(
        "large-answers-are-not-owed",
        "RTC-8",
        "Drops the frame whose answer the other end does not take, and uses no number up.",
        edited(ENCODE, OWED, "if draft.action in _OWED - {Action.REPLY}:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "large-credit-is-not-owed",
        "RTC-8",
        "Uses no number up for credit and done that the other end does not take.",
        edited(ENCODE, OWED, "if draft.action in _OWED - {Action.CONTROL}:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "large-hearts-fail",
        "RTC-8",
        "Has a HEART that is due refused by its own check of sizes.",
        edited(ENCODE, OWED, "if draft.action in _OWED - {Action.BEAT}:"),
        Kind.NARROW,
    ),
)
