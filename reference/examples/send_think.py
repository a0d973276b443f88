"""Send Think frames over UDP. `build_frame` serves other programs too: `from send_think import build_frame`."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Iterable, Sequence
from typing import TypedDict

from resonant import MAX_DATAGRAM_BYTES, DType, Flags, Frame, MessageType, Modality, Slice, encode

MSG_THINK, MSG_CACHE, MSG_ASK, MSG_SYNC, MSG_CRITIQUE = MessageType
DTYPE_F16, DTYPE_I8, DTYPE_Q4, DTYPE_SPARSE_COO = DType
FLAG_ZSTD, FLAG_XCHACHA, FLAG_STRONG_TAIL = Flags.ZSTD, Flags.XCHACHA, Flags.STRONG_TAIL
MODALITY_TEXT, MODALITY_IMAGE, MODALITY_AUDIO, MODALITY_GRAPH, MODALITY_MIXED = Modality

DEFAULT_ADDRESS = ("127.0.0.1", 50051)


class SliceDict(TypedDict):
    """A slice as `build_frame` takes it. shape: its dims. payload: its elements' bytes, little-endian."""

    dtype: int
    shape: Sequence[int]
    payload: bytes


def build_frame(  # noqa: PLR0913 (one argument for each field of a frame)
    msg_type: int,
    stream_id: int,
    frame_seq: int,
    slices: Iterable[SliceDict],
    *,
    flags: int = 0,
    space_hash32: int = 0,
    modality: int = MODALITY_TEXT,
    key: bytes | None = None,
    nonce: bytes | None = None,
) -> bytes:
    """The bytes of one V-Frame.

    key (32 bytes) and nonce (24 bytes, a new one for each frame) are needed with FLAG_XCHACHA. Raises
    resonant.ResonantError for what no receiver would accept.
    """
    parts = tuple(Slice(one["dtype"], tuple(one["shape"]), bytes(one["payload"])) for one in slices)
    frame = Frame(msg_type, flags, stream_id, frame_seq, space_hash32, modality, parts)
    return encode(frame, key=key, nonce=nonce)


def send_frame(sock: socket.socket, frame: bytes, address: tuple[str, int]) -> None:
    """Send a frame as one datagram; ValueError for one that does not fit (FRM-28)."""
    if len(frame) > MAX_DATAGRAM_BYTES:
        raise ValueError(f"a frame of {len(frame)} bytes does not fit a UDP datagram, which holds {MAX_DATAGRAM_BYTES}")
    sock.sendto(frame, address)


def think_frame(frame_seq: int) -> bytes:
    """A Think frame with a hidden state of 2,048 values, all zero, compressed."""
    hidden_state: SliceDict = {"dtype": DTYPE_F16, "shape": [1, 2048], "payload": bytes(4096)}
    return build_frame(MSG_THINK, 0x1234, frame_seq, [hidden_state], flags=FLAG_ZSTD, space_hash32=2451163210)


def host_and_port(text: str) -> tuple[str, int]:
    """Parse HOST:PORT."""
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:50051")
    return host, int(port)


def main() -> int:
    """Send as many frames as asked for, with frame_seq from 1."""
    parser = argparse.ArgumentParser(description="Send Think frames over UDP.")
    parser.add_argument("--addr", type=host_and_port, default=DEFAULT_ADDRESS, metavar="HOST:PORT", help="the receiver")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many frames to send (default 1)")
    options = parser.parse_args()
    host, port = options.addr
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for frame_seq in range(1, options.count + 1):
            frame = think_frame(frame_seq)
            try:
                send_frame(sock, frame, options.addr)
            except (OSError, ValueError) as error:
                print(f"not sent to {host}:{port}: {error}", file=sys.stderr)
                return 1
            print(f"sent {len(frame)} bytes to {host}:{port}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
