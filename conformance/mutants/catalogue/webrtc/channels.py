"""Faults in which channels there are, and in how they end: RTC-1, RTC-2, and RTC-10 to RTC-12."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

WIRE = "webrtc_wire.WebrtcWire"
CHANNEL = "webrtc_wire.Channel"
ENDPOINT = "endpoint.channel_endpoint.ChannelEndpoint"
BASE = "endpoint.endpoint.Endpoint"
_REFUSED = "made.protocol != PROTOCOL"

MUTANTS = (
    Mutant(
        "channels-of-another-protocol",
        "RTC-1",
        "Opens its channel with the label as the protocol.",
        edited(f"{WIRE}._open", "protocol=PROTOCOL", "protocol=LABEL"),
    ),
    Mutant(
        "channels-without-a-protocol",
        "RTC-1",
        "Opens its channel without naming a protocol.",
        edited(f"{WIRE}._open", "protocol=PROTOCOL, ", ""),
    ),
    Mutant(
        "any-channel",
        "RTC-2",
        "Takes every channel, whatever its protocol.",
        edited(f"{WIRE}._note_channel", _REFUSED, "False"),
    ),
    Mutant(
        "channels-by-their-label",
        "RTC-2",
        "Looks at the label in place of the protocol.",
        edited(f"{WIRE}._note_channel", _REFUSED, "made.label != LABEL"),
    ),
    Mutant(
        "later-protocols-as-well",
        "RTC-2",
        "Takes channels of every version of the protocol.",
        edited(f"{WIRE}._note_channel", _REFUSED, "not made.protocol.startswith('resonant/')"),
        Kind.COMBINATION,
    ),
    Mutant(
        "reliable-channels-alone",
        "RTC-2",
        "Refuses channels on which messages may be lost.",
        edited(f"{WIRE}._note_channel", _REFUSED, f"{_REFUSED} or made.maxRetransmits is not None"),
        Kind.COMBINATION,
    ),
    Mutant(
        "ordered-channels-alone",
        "RTC-2",
        "Refuses channels on which messages have no order.",
        edited(f"{WIRE}._note_channel", _REFUSED, f"{_REFUSED} or not made.ordered"),
        Kind.COMBINATION,
    ),
    Mutant(
        "strange-channels-stay-open",
        "RTC-2",
        "Does not look at a channel of another protocol, and does not close it either.",
        edited(f"{WIRE}._note_channel", "made.close()", "pass"),
    ),
    Mutant(
        "strangers-stay-on-channels",
        "RTC-10",
        "Keeps channels on which nobody greets.",
        edited(f"{ENDPOINT}.accept_channel", "ChannelPipe(now_ms,", "ChannelPipe(None,"),
    ),
    Mutant(
        "closed-channels-go-on",
        "RTC-10",
        "Waits for silence where a channel was closed.",
        edited(f"{BASE}.receive_end", "if pipe is not None:", "if False:"),
    ),
    Mutant(
        "requests-without-a-channel",
        "RTC-10",
        "Sends into nothing what is asked on a channel that has ended.",
        edited(f"{BASE}.request", "if pipe.ended:", "if pipe.ended and False:"),
        Kind.COMBINATION,
    ),
    Mutant(
        "ends-of-associations-are-clean",
        "RTC-11",
        "Takes the end of the association for that of its channels.",
        edited(f"{CHANNEL}.note_end", "Ending.RESETS if", "Ending.STOPS if"),
    ),
    Mutant(
        "closed-channels-are-resets",
        "RTC-11",
        "Tells CONNECTION_RESET whatever ended the channel.",
        edited(f"{CHANNEL}.note_end", "else Ending.STOPS", "else Ending.RESETS"),
    ),
    Mutant(
        "few-channels",
        "RTC-12",
        "Has no room for more than 32 channels.",
        edited(f"{ENDPOINT}.accept_channel", "self._connections.full and", "len(self._connections) >= 32 and"),
        Kind.SIZE,
    ),
    Mutant(
        "one-channel",
        "RTC-12",
        "Serves the first channel of an association alone.",
        edited(f"{ENDPOINT}.accept_channel", "self._connections.full and", "len(self._connections) >= 1 and"),
        Kind.COMBINATION,
    ),
)
