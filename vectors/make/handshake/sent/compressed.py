"""Sessions that agreed zstd: data frames are compressed, Sync frames are not (HSK-5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import BOTH, COMPRESSED, DATA_STREAM, HASH
from ...dialogue.events import dropped
from ...dialogue.frames import BYTES, HALF, Frame, critique, heart, part, think
from ...dialogue.sessions import in_session
from ...dialogue.steps import act, events, expect, nothing, refusal, say, send
from ...model import Case, Group
from ...writer.raw_frame import I8, XCHACHA, ZSTD, Raw, raw_slice
from ...writer.tensors import ASK, CACHE
from ..received.window import accepted


def groups() -> Iterator[Group]:
    """zstd alone, then with xchacha."""
    yield Group("handshake", "compressed/zstd", "dialogue", "Sessions that agreed zstd.", list(_zstd()), ("zstd",))
    about = "Sessions that agreed zstd and xchacha20poly1305."
    yield Group("handshake", "compressed/sealed", "dialogue", about, list(_both()), ("zstd", "xchacha"))


def _zstd() -> Iterator[Case]:
    for case_id, about, frame in (
        ("think", "A Think is compressed.", think(0)),
        ("cache", "A Cache is compressed.", Frame(CACHE, DATA_STREAM, 0, (HALF, BYTES))),
        ("ask", "An Ask is compressed.", Frame(ASK, DATA_STREAM, 0, (HALF,))),
        ("critique", "A Critique is compressed.", critique(0)),
        ("zeros", "A thousand zeros are compressed.", think(0, (I8, (1_000,), bytes(1_000)))),
        ("one-byte", "A single byte is compressed, though that makes it longer.", think(0, (I8, (1,), b"\1"))),
        ("no-elements", "A tensor without elements is compressed.", think(0, (I8, (0,), b""))),
    ):
        one = replace(frame, flags=ZSTD)
        yield from in_session(f"sends-{case_id}", about, "HSK-5", say(one), expect(one), config=COMPRESSED)
    about = "A HEART is not compressed."
    yield from in_session("sends-heart", about, "HSK-5", act("heart"), expect(heart(0)), config=COMPRESSED)
    about = "An error is not compressed, though it answers a compressed frame."
    bad = part(0, flags=ZSTD, space_hash32=7)
    steps = [*send(bad), *refusal(bad, "SPACE_MISMATCH", got_hash=7)]
    yield from in_session("sends-error", about, "HSK-5 HSK-4", steps, config=COMPRESSED)
    about = "zstd is agreed but none preferred: frames go out as they are, and compressed ones are accepted."
    avoids = replace(COMPRESSED, compress=("none", "zstd"))
    steps = [*say(part(0)), *expect(part(0)), *accepted(part(0, flags=ZSTD))]
    yield from in_session("agreed-but-not-chosen", about, "HSK-26 HSK-5", steps, config=avoids)
    about = "Compressed frames and one that is not."
    mixed = accepted(part(0, flags=ZSTD), part(1), part(2, flags=ZSTD))
    yield from in_session("receives", about, "HSK-36 HSK-41", mixed, config=COMPRESSED)
    about = "A body that is not compressed under the flag is dropped, and its number is free."
    plain = Raw(
        flags=ZSTD, stream_id=DATA_STREAM, frame_seq=0, slice_len=(4,), space_hash32=HASH, body=raw_slice(*HALF)
    )
    steps = [*send(plain.frame()), *nothing(), *events(dropped("BAD_COMPRESSION")), *accepted(part(0))]
    yield from in_session("broken", about, "HSK-31", steps, config=COMPRESSED)


def _both() -> Iterator[Case]:
    about = "A message is compressed and sealed."
    one = part(0, flags=ZSTD | XCHACHA)
    yield from in_session("sends-message", about, "HSK-4 HSK-5 XCH-10", say(one), expect(one), config=BOTH)
    about = "A HEART is sealed and not compressed."
    beat = heart(0, flags=XCHACHA)
    yield from in_session("sends-heart", about, "HSK-4 HSK-5", act("heart"), expect(beat), config=BOTH)
    about = "Every mixture of the two is accepted where both are agreed and none required."
    mixed = accepted(*(part(n, flags=flags) for n, flags in enumerate((0, ZSTD, XCHACHA, ZSTD | XCHACHA))))
    yield from in_session("receives", about, "HSK-36", mixed, config=BOTH)
