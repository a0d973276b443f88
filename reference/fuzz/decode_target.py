"""Coverage-guided fuzzing of the reference's decode: `python reference/fuzz/decode_target.py -max_total_time=60`.

Arguments are libFuzzer's: folders of a corpus, -runs=N, -max_total_time=SECONDS, -seed=N, or a file to run again.
Without a folder the corpus is fuzz-corpus/decode, filled with the frames of vectors/data if it is not there yet.

An input is a frame and one byte more, whose bits say what is made of the frame first: see Make.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections.abc import Iterator
from enum import IntFlag
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

try:
    atheris: Any = import_module("atheris")  # without type information, where it can be installed at all
except ImportError as error:
    sys.exit(f"decode_target: atheris cannot be imported on this Python ({error}); see requirements-fuzz.lock")

with atheris.instrument_imports(include=["resonant"]):
    from resonant import MAX_FRAME_BYTES, Flags, Frame, Part, ResonantError, compress, decode, encode, seal
    from resonant.describe.annotate import annotate
    from resonant.describe.clauses import load_clauses
    from resonant.describe.explain import explain, judge

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "fuzz-corpus" / "decode"
KEY = bytes(range(32))
NONCE = bytes(24)
MOST_FIELDS = 150


class Make(IntFlag):
    """The steps that the last byte of an input asks for, in the order in which they are done."""

    VERSION = 1
    COMPRESS = 2
    SEAL = 4
    CRC = 8
    WITHOUT_KEY = 16
    EXPLAIN = 32


def made(data: bytes) -> tuple[bytes, Make]:
    """The frame that an input stands for."""
    make = Make(data[-1] & 0x3F) if data else Make(0)
    frame = bytearray(data[:-1])
    if make & Make.VERSION:
        frame[:1] = b"\x01"
    size = header_size(frame)
    if size is not None and len(frame) <= MAX_FRAME_BYTES and make & (Make.COMPRESS | Make.SEAL):
        frame[2] |= (Flags.ZSTD if make & Make.COMPRESS else 0) | (Flags.XCHACHA if make & Make.SEAL else 0)
        header, body = bytes(frame[:size]), bytes(frame[size:-4])
        if make & Make.COMPRESS:
            body = compress(body)
        if make & Make.SEAL:
            body = NONCE + seal(body, key=KEY, nonce=NONCE, aad=header)
        frame = bytearray(header + body + frame[-4:])
    if make & Make.CRC and len(frame) >= 4:
        frame[-4:] = struct.pack("<I", zlib.crc32(frame[:-4]))
    return bytes(frame), make


def header_size(frame: bytes | bytearray) -> int | None:
    """29 + 4N if the frame has room for that and a CRC."""
    if len(frame) < 33:
        return None
    (num_slices,) = struct.unpack_from("<Q", frame, 16)
    size = 29 + 4 * int(num_slices)
    return size if size + 4 <= len(frame) else None


def check(data: bytes) -> None:
    """One input: any exception that leaves here is a finding."""
    frame, make = made(data)
    key = None if make & Make.WITHOUT_KEY else KEY
    outcome = judge(frame, key)
    if isinstance(outcome, Frame):
        check_again(frame, outcome)
    else:
        check_refusal(frame, outcome)
    check_layout(frame, key)
    if make & Make.EXPLAIN:
        assert explain(frame, key).count("\n") < 2 * MOST_FIELDS


def check_refusal(frame: bytes, error: ResonantError) -> None:
    """A refused frame has a clause that demands it and a place at fault."""
    span = error.span
    assert error.clause in load_clauses()
    assert span is not None
    assert 0 <= span.start <= span.stop
    assert span.part is not Part.FRAME or span.stop <= len(frame)


def check_again(data: bytes, frame: Frame) -> None:
    """An accepted frame encodes to the same bytes, or with ZSTD to the same frame."""
    start = 29 + 4 * len(frame.slices)
    try:
        again = encode(frame, key=KEY, nonce=data[start : start + 24] if frame.flags & Flags.XCHACHA else None)
    except ResonantError as error:
        if frame.flags & Flags.ZSTD and error.clause in ("ZST-11", "XCH-14"):
            return  # other bytes of Zstandard may be longer than those received
        raise
    assert again == data or frame.flags & Flags.ZSTD
    assert decode(again, key=KEY) == frame


def check_layout(data: bytes, key: bytes | None) -> None:
    """The layout covers every byte once, in few fields."""
    fields = annotate(data, key=key)
    assert len(fields) <= MOST_FIELDS
    ends = dict.fromkeys(Part, 0)
    for field in fields:
        assert field.offset == ends[field.part], field
        ends[field.part] += len(field.data)
    assert b"".join(field.data for field in fields if field.part is Part.FRAME) == data


def seed_corpus(folder: Path) -> None:
    """Write every frame of the vectors to `folder`: as it is, and with a CRC to be repaired after mutations."""
    folder.mkdir(parents=True)
    for path in sorted((ROOT / "vectors" / "data").rglob("*.json")):
        for frame in frames_in(json.loads(path.read_text(encoding="utf-8"))):
            for make in (Make(0), Make.VERSION | Make.CRC):
                content = frame + bytes([make])
                (folder / sha256(content).hexdigest()[:16]).write_bytes(content)


def frames_in(value: Any) -> Iterator[bytes]:
    """The hexadecimal texts called "frame" anywhere in a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "frame" and isinstance(inner, str):
                yield bytes.fromhex(inner)
            yield from frames_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from frames_in(inner)


def main() -> None:
    """Hand over to libFuzzer, which ends the process."""
    arguments = sys.argv[:]
    if all(argument.startswith("-") for argument in arguments[1:]):
        if not CORPUS.exists():
            seed_corpus(CORPUS)
        arguments.append(str(CORPUS))
    if not any(argument.startswith("-artifact_prefix=") for argument in arguments):
        CORPUS.parent.mkdir(exist_ok=True)
        arguments.append(f"-artifact_prefix={CORPUS.parent}/")
    if not any(argument.startswith("-max_len=") for argument in arguments):
        arguments.append("-max_len=66000")
    atheris.Setup(arguments, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
