"""Faults of handshakes in one digit, member, proportion or instant: HSK-8 to HSK-63."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import Change, edited

WINDOW = "peer.state.replay_window.Window"
STREAMS = "peer.state.recv_streams.RecvStreams"
STATE = "peer.state.peer_state.PeerState"
READ = "peer.sync.objects.read_sync"


def read_as(value: str) -> Change:
    """Each member of an object is read as this expression of its `name` and `value`."""
    return edited(READ, "values = {}", f"values = {{}}\nmembers = {{name: {value} for name, value in members.items()}}")


DIGIT = (
    Mutant(
        "window-in-32-bits",
        "HSK-34",
        "Keeps the highest number in 32 bits.",
        edited(f"{WINDOW}.judge", "self._highest - number", "(self._highest & 0xFFFFFFFF) - (number & 0xFFFFFFFF)"),
        Kind.DIGIT,
    ),
    Mutant(
        "window-in-63-bits",
        "HSK-34",
        "Keeps the highest number in a signed 64-bit integer.",
        edited(
            f"{WINDOW}.judge",
            "if below < 0:",
            "if number >= 2**63 > self._highest >= 0:\n    return DropCode.STALE\nif below < 0:",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "windows-by-24-bits",
        "HSK-34",
        "Looks windows up by the low 24 bits of the stream_id.",
        edited(
            f"{STREAMS}._window",
            "self._single.get(stream_id)",
            "next((one for key, one in self._single.items() if key & 0xFFFFFF == stream_id & 0xFFFFFF), None)",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "windows-without-the-sign-bit",
        "HSK-34",
        "Looks windows up by the low 31 bits of the stream_id.",
        edited(
            f"{STREAMS}._window",
            "self._single.get(stream_id)",
            "next((one for key, one in self._single.items() if key & 2**31 - 1 == stream_id & 2**31 - 1), None)",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "window-loses-a-word",
        "HSK-34",
        "Keeps the window in words of 64 bits and reads the last bit of each from the next.",
        edited(f"{WINDOW}.judge", "counted >> below & 1", "counted >> (below + (below % 64 == 63)) & 1"),
        Kind.SIZE,
    ),
)
MEMBER = (
    Mutant(
        "whole-fractions-are-integers",
        "HSK-10",
        "Takes 1.0 for an integer, as a language without integers does.",
        read_as("int(value) if type(value) is float and value.is_integer() else value"),
        Kind.COMBINATION,
    ),
    Mutant(
        "false-is-the-integer-0",
        "HSK-10",
        "Takes false for 0, as a language does in which a boolean is a number.",
        read_as('0 if value is False and name in ("ts", "v", "space_hash32", "agreed_proto") else value'),
        Kind.COMBINATION,
    ),
    Mutant(
        "an-empty-object-is-a-list",
        "HSK-10",
        "Takes {} for an empty list, as a language does that has one type for both.",
        read_as('[] if value == {} and name in ("modality", "compress", "crypto") else value'),
        Kind.COMBINATION,
    ),
    Mutant(
        "a-ref-without-a-number",
        "HSK-63",
        "Takes a ref that lacks its frame_seq for one to number 0.",
        read_as('{"frame_seq": "0", **value} if name == "ref" and isinstance(value, dict) else value'),
        Kind.COMBINATION,
    ),
    Mutant(
        "a-ref-in-any-case",
        "HSK-63",
        "Finds members whatever the case of their names.",
        read_as("{one.lower(): it for one, it in value.items()} if isinstance(value, dict) else value"),
        Kind.COMBINATION,
    ),
    Mutant(
        "an-error-of-a-list",
        "HSK-63",
        "Joins a message that comes as a list of lines.",
        read_as('"".join(value) if name == "message" and value == [] else value'),
        Kind.COMBINATION,
    ),
    Mutant(
        "null-is-left-out",
        "HSK-10",
        "Takes null for a member that is not there.",
        edited(
            READ, "values = {}", "values = {}\nmembers = {name: it for name, it in members.items() if it is not None}"
        ),
        Kind.COMBINATION,
    ),
)
REPLIES = (
    Mutant(
        "every-eighth-error-is-free",
        "HSK-42",
        "Does not count an error that is the eighth reply.",
        edited(
            f"{STATE}.reply",
            "self.replies.count(self.now_ms)",
            "if b'\"capability\"' in data or len(self.replies._times) != 7:\n    self.replies.count(self.now_ms)",
        ),
        Kind.COMBINATION,
    ),
    Mutant(
        "repeats-are-free-after-errors",
        "HSK-42",
        "Asks only for capabilities whether a repeated answer is one too many.",
        edited(
            f"{STATE}.repeat",
            "if not self.replies.allows(self.now_ms):",
            "if not self.replies.allows(self.now_ms) and self.replies._times[0] + 500 < self.now_ms:",
        ),
        Kind.COMBINATION,
    ),
)
MUTANTS = (*DIGIT, *MEMBER, *REPLIES)
