"""Sealed sessions: what goes out, and what comes back to its sender (HSK-4, HSK-32, XCH-10, XCH-12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import DATA_STREAM, KEY, PEER_SALT, REQUIRING, SEALED, XCHACHA_NAME, own
from ...dialogue.events import dropped, established
from ...dialogue.frames import Frame, closed, critique, heart, nonce_of, part, ping
from ...dialogue.sessions import in_session, session
from ...dialogue.steps import act, capability, client, events, expect, first_ping, nothing, refusal, say, send, server
from ...model import Case, Group
from ...writer.raw_frame import XCHACHA, reclose
from ..received.window import accepted

BOTH_NAMES = (XCHACHA_NAME, "none")


def groups() -> Iterator[Group]:
    """Sending, and own frames."""
    for name, about, cases in (
        ("sending", "What a peer sends that chose to seal.", _sent()),
        ("reflected", "A peer's own frames that come back to it.", _reflected()),
    ):
        yield Group("handshake", f"sealed/{name}", "dialogue", about, list(cases), ("xchacha",))


def tampered(frame: Frame, at: int) -> bytes:
    """The frame with one bit of that byte flipped, and the CRC made good."""
    wire = frame.wire()
    return reclose(wire[:at] + bytes([wire[at] ^ 1]) + wire[at + 1 :])


def _sent() -> Iterator[Case]:
    for stream in (0, 1, 2, 3, 0x5678, 0x01020304, 2**32 - 1):
        first = 1 if stream == 1 else 0  # the handshake took number 0 on stream_id 1
        frames = [closed(first, stream), closed(first + 1, stream)]
        steps = [step for one in frames for step in (*say(one), *expect(one))]
        about = f"Two messages on stream_id {stream}: each nonce is salt, stream_id and number."
        yield from in_session(f"nonce-stream-{stream}", about, "HSK-4 XCH-10", steps, config=SEALED)
    about = "The same number on three stream_ids: three nonces."
    frames = [closed(0, stream) for stream in (4, 5, 6)]
    steps = [step for one in frames for step in (*say(one), *expect(one))]
    yield from in_session("nonces-differ", about, "XCH-10", steps, config=SEALED)
    about = "A HEART is sealed."
    yield from in_session("heart", about, "HSK-4 XCH-10", act("heart"), expect(heart(0, flags=XCHACHA)), config=SEALED)
    about = "A Critique is sealed."
    one = critique(0, flags=XCHACHA)
    yield from in_session("critique", about, "HSK-4", say(one), expect(one), config=SEALED)
    about = "An error is not sealed, though it answers a sealed frame."
    bad = closed(0, space_hash32=7)
    steps = [*send(bad), *refusal(bad, "SPACE_MISMATCH", got_hash=7)]
    yield from in_session("error-is-clear", about, "HSK-45", steps, config=SEALED)
    about = "An error takes a number, and so a nonce: the next message has the one after it."
    one = closed(1)
    yield from in_session("nonce-after-error", about, "HSK-2 XCH-10", steps, say(one), expect(one), config=SEALED)
    yield from _sent_by_choice()


def _sent_by_choice() -> Iterator[Case]:
    about = "Sealing is agreed but none preferred: frames go out clear, and sealed ones are accepted."
    avoids = replace(SEALED, crypto=("none", XCHACHA_NAME))
    steps = [*say(part(0)), *expect(part(0)), *accepted(closed(0))]
    yield from in_session("agreed-but-not-chosen", about, "HSK-26 HSK-4", steps, config=avoids)
    about = "A peer that insists on sealed frames sends them."
    one = closed(0)
    yield from in_session(
        "requiring",
        about,
        "HSK-4 HSK-26",
        say(one),
        expect(one),
        config=replace(REQUIRING, crypto=("none", XCHACHA_NAME)),
    )
    about = "A salt of zeros and one of 0xff bytes."
    for case_id, salt in (("zeros", bytes(16)), ("ones", b"\xff" * 16)):
        one = closed(0)
        given = replace(SEALED, salt=salt)
        wanted = [{"expect": one.json() | {"nonce": nonce_of(salt, one.stream_id, 0).hex()}}]
        yield from in_session(f"salt-{case_id}", about, "XCH-10", say(one), wanted, config=given)
    about = "A ping that comes later is answered clear."
    steps = [
        *send(ping(1, crypto=[XCHACHA_NAME])),
        *expect(capability(1, crypto=[XCHACHA_NAME])),
        *events(established(crypto=XCHACHA_NAME)),
    ]
    yield server("capability-is-clear", about, "HSK-45", session("server", SEALED), steps, config=SEALED)
    about = "A second ping is sent clear."
    steps = [*act("ping", 7), *expect(first_ping(0, 7, crypto=BOTH_NAMES))]
    yield client("ping-is-clear", about, "HSK-45", session("client", SEALED), steps, config=SEALED)


def _moved(salt: bytes, stream: int, to: int) -> bytes:
    # The salt with which the nonce on `to` is what `salt` gives on `stream`.
    return nonce_of(nonce_of(salt, stream, 0)[:16], to, 0)[:16]


def _reflected() -> Iterator[Case]:
    told = [*nothing(), *events(dropped("REFLECTED"))]
    mine = closed(0, salt=PEER_SALT)
    about = "A message that the peer sent comes back to it."
    back = [*say(closed(0)), *expect(closed(0)), *send(mine), *told]
    yield from in_session("message", about, "HSK-32 XCH-12", back, config=SEALED)
    about = "What came back does not count: the other end's frame of that number is accepted."
    yield from in_session("number-is-free", about, "HSK-32 HSK-34", back, accepted(closed(0)), config=SEALED)
    about = "A HEART that the peer sent comes back to it, where crypto is required."
    beat = heart(0, flags=XCHACHA)
    steps = [*act("heart"), *expect(beat), *send(replace(beat, salt=PEER_SALT)), *told]
    yield from in_session("heart", about, "HSK-32 XCH-12", steps, config=REQUIRING)
    about = "A frame with the peer's salt that it never sent."
    for stream in (0, 9, 2**32 - 1):
        one = closed(77, stream, salt=PEER_SALT)
        yield from in_session(f"never-sent-stream-{stream}", about, "HSK-32 XCH-12", send(one), told, config=SEALED)
    about = "The salt as it stands is not the beginning of the peer's nonces on stream_id 3."
    one = closed(0, salt=_moved(PEER_SALT, 0, DATA_STREAM))
    yield from in_session("salt-of-stream-0", about, "XCH-12 XCH-10", accepted(one), config=SEALED)
    about = "The beginning of the peer's nonces on stream_id 5, on stream_id 3."
    one = closed(0, salt=_moved(PEER_SALT, 5, DATA_STREAM))
    yield from in_session("salt-of-stream-5", about, "XCH-12 XCH-10", accepted(one), config=SEALED)
    about = "A salt that differs from the peer's in its last byte."
    one = closed(0, salt=PEER_SALT[:-1] + b"\0")
    yield from in_session("salt-almost", about, "XCH-12", accepted(one), config=SEALED)
    about = "Changed on the way back: it does not open, and that comes first."
    steps = [*send(tampered(mine, 60)), *nothing(), *events(dropped("DECRYPT_FAILED"))]
    yield from in_session("changed", about, "HSK-31 HSK-32", steps, config=SEALED)
    about = "Twice: each time for the same reason."
    yield from in_session("twice", about, "HSK-32", send(mine), told, send(mine), told, config=SEALED)
    about = "Before any session."
    yield server("no-session", about, "HSK-32 HSK-36", send(mine), told, config=SEALED)
    about = "Where sealing is not agreed."
    yield from in_session("not-agreed", about, "HSK-32 HSK-36", send(mine), told, config=own(key=KEY))
