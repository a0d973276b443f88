"""Faults in finding frames in bytes, and in putting them there: TCP-1 to TCP-7, TCP-22 and TCP-23."""

from __future__ import annotations

import struct

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, replaced

FRAMING = "transport.framing"
SPLITTER = f"{FRAMING}.Splitter"
FEED = f"{SPLITTER}.feed"
RECEIVE = "endpoint.endpoint.Endpoint.receive_bytes"
_HEARD = "self._collect(link, self._connections[link].peer.receive(frame, now_ms, alone=False))"

MUTANTS = (
    Mutant(
        "lengths-big-endian",
        "TCP-1",
        "Writes and reads lengths in network order.",
        replaced(f"{FRAMING}.LENGTH", struct.Struct(">I")),
    ),
    Mutant(
        "lengths-count-themselves",
        "TCP-1",
        "Counts the four bytes of a length in it.",
        edited(f"{FRAMING}.join", "LENGTH.pack(len(frame))", "LENGTH.pack(len(frame) + 4)"),
    ),
    Mutant(
        "chunks-stand-alone",
        "TCP-2",
        "Forgets what waits when more comes, as if each read gave whole frames.",
        inserted(FEED, "rest = memoryview", "self._waiting.clear()"),
    ),
    Mutant(
        "one-frame-a-chunk",
        "TCP-2",
        "Takes one frame from each read and forgets the rest of it.",
        edited(FEED, "self._waiting.clear()", "self._waiting.clear()\nrest = rest[:0]"),
    ),
    Mutant(
        "short-lengths-wait",
        "TCP-3",
        "Waits for another byte before it looks at a length that is too short.",
        edited(
            f"{SPLITTER}._take",
            "if len(self._waiting) == LENGTH.size:",
            "if len(self._waiting) == LENGTH.size and (self._length() > 32 or len(data) > lacking):",
        ),
    ),
    Mutant(
        "large-lengths-wait",
        "TCP-4",
        "Looks at a length that is too large when the frame is there.",
        edited(f"{FRAMING}._fault", "if length > MAX_FRAME_BYTES:", "if length > 2**33:"),
    ),
    Mutant(
        "frames-wait-for-the-next",
        "TCP-5",
        "Gives a frame when something follows it.",
        edited(FEED, "if self._is_whole():", "if self._is_whole() and rest:"),
    ),
    Mutant(
        "broken-frames-are-no-frames",
        "TCP-6",
        "Looks at the CRC where it looks for frames, and leaves out those that are wrong.",
        edited(
            FEED,
            "frames.append(bytes(self._waiting[LENGTH.size :]))",
            "frame = bytes(self._waiting[4:])\nimport zlib\n"
            "if zlib.crc32(frame[:-4]) == int.from_bytes(frame[-4:], 'little') or frame[0] != 1:\n"
            "    frames.append(frame)",
        ),
    ),
    Mutant(
        "broken-frames-close",
        "TCP-6",
        "Closes the connection on which a frame comes that it cannot read.",
        edited(
            RECEIVE,
            _HEARD,
            "output = self._connections[link].peer.receive(frame, now_ms)\nself._collect(link, output)\n"
            "if any(type(event).__name__ == 'Dropped' for event in output.events):\n"
            "    self._end(link, pipe, CloseCode.TRUNCATED_FRAME)\n    return",
        ),
    ),
    Mutant(
        "frames-before-a-fault-unheard",
        "TCP-7",
        "Leaves at the first fault, and with it the frames that it had found.",
        edited(FEED, "return frames", "return frames if self.fault is None else []"),
    ),
    Mutant(
        "goes-on-behind-a-fault",
        "TCP-7",
        "Skips a length that is no frame's, and looks for the next.",
        edited(FEED, "while rest and self.fault is None:", "while rest:"),
    ),
    Mutant(
        "faults-keep-what-waits",
        "TCP-22",
        "Counts as held what it does not look at any more.",
        edited(f"{SPLITTER}._stop", "self._waiting.clear()", "pass"),
    ),
    Mutant(
        "any-end-is-clean",
        "TCP-22",
        "Names an end that is no fault of its own clean.",
        edited(f"{FRAMING}.split", 'code or ("clean" if ended else "open")', 'code or "clean"'),
    ),
    Mutant(
        "joins-anything",
        "TCP-23",
        "Puts a length before whatever it is given.",
        edited(f"{FRAMING}.join", "if fault is not None:", "if fault is not None and len(frame) > 65_536:"),
    ),
    Mutant(
        "joins-too-much",
        "TCP-23",
        "Puts a length before frames that no receiver takes.",
        edited(f"{FRAMING}.join", "if fault is not None:", "if fault is not None and len(frame) < 33:"),
    ),
)
