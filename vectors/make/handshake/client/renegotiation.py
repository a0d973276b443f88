"""A client that pings again (HSK-30), and the clock in its pings."""

from __future__ import annotations

from collections.abc import Iterator

from ...dialogue.configs import DTYPES
from ...dialogue.events import dropped, error_received, established, message
from ...dialogue.frames import capable, think, wrong
from ...dialogue.steps import (
    JOIN,
    Steps,
    act,
    advance,
    again,
    client,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    say,
    send,
)
from ...model import Case, Group
from .handshake import ASK, FAILED

NO_F16 = capable(0, 7, supports={"critique": True, "dtype": ["i8", "q4"]})
AGAIN: Steps = [*act("ping", 7), *expect(first_ping(0, 7), name="second")]
STILL: Steps = [*send(think(0)), *events(message(think(0)))]
SENDS: Steps = [*say(think(0)), *expect(think(0))]


def groups() -> Iterator[Group]:
    """One group."""
    about = "A client that is told to ping again."
    yield Group("handshake", "client/renegotiated", "dialogue", about, [*_good(), *_bad(), *_refused()])


def _good() -> Iterator[Case]:
    about = "The earlier agreement holds until the new capability comes, and then the new one."
    new = [*send(NO_F16), *events(established(dtype=DTYPES[1:]))]
    frame = think(1)
    after = [*send(frame), *refusal(frame, "UNSUPPORTED_DTYPE", dtype="f16")]
    yield client("new-agreement", about, "HSK-64 HSK-20", JOIN, AGAIN, STILL, new, after)
    about = "While the second ping waits, the client can send by the earlier agreement."
    yield client("sends-while-waiting", about, "HSK-64", JOIN, AGAIN, SENDS, send(capable(0, 7)), events(established()))
    about = "ts is the clock in whole seconds, and a retry is the same bytes with the same ts."
    steps = [*advance(2_999), *act("ping", 7), *expect(first_ping(0, 7, ts=2), name="second")]
    yield client("ts-is-the-clock", about, "HSK-20 HSK-51", JOIN, steps, advance(1_000), again("second"))
    about = "The retries of the second ping come 1, 3 and 7 s after it."
    ticks = [
        step for ms in (1_000, 2_000, 4_000) for step in (*advance(ms - 1), *nothing(), *advance(1), *again("second"))
    ]
    yield client("retries", about, "HSK-20 HSK-30", JOIN, advance(500), AGAIN, ticks)
    about = "A capability on the stream_id of the first ping, while the second one waits, has no effect."
    late = [*send(capable(1)), *events(), *advance(1_000), *again("second")]
    yield client("capability-on-the-first-stream", about, "HSK-22", JOIN, AGAIN, late)
    about = "Two renegotiations, one after the other."
    third = [*act("ping", 8), *expect(first_ping(0, 8)), *send(capable(0, 8)), *events(established())]
    yield client("twice", about, "HSK-30", JOIN, AGAIN, send(capable(0, 7)), events(established()), third)
    about = "After an error for the first ping a second one, on another stream_id, begins a session."
    steps = [*AGAIN, *send(capable(0, 7)), *events(established()), *STILL]
    yield client("after-failure", about, "HSK-30 HSK-29", FAILED, steps)


def _bad() -> Iterator[Case]:
    about = "An error for the second ping: the earlier agreement holds on, in both directions."
    failed = [*send(wrong("ENCRYPTION_REQUIRED", 0, 7, (7, 0))), *events(error_received("ENCRYPTION_REQUIRED", (7, 0)))]
    yield client("error", about, "HSK-64 HSK-28", JOIN, AGAIN, failed, STILL, SENDS)
    about = "No answer to the second ping: the earlier agreement holds on, in both directions."
    silence = [*advance(15_000), *again("second", "second", "second"), *events(error_received("HANDSHAKE_TIMEOUT"))]
    yield client("timeout", about, "HSK-64 HSK-21", JOIN, AGAIN, silence, STILL, SENDS)
    required = {"critique": True, "dtype": DTYPES, "require_crypto": True}
    for case_id, frame, code in (
        ("version", capable(0, 7, agreed_proto=2), "UNSUPPORTED_VERSION"),
        ("space", capable(0, 7, space_hash32=7), "SPACE_MISMATCH"),
        ("crypto", capable(0, 7, supports=required), "CRYPTO_REQUIRED"),
    ):
        steps = [*send(frame), *events(error_received(code)), *send(think(0)), *events(dropped("IGNORED"))]
        about = f"{code} in the second handshake ends the session as well."
        yield client(
            f"{case_id}-ends-the-session",
            about,
            "HSK-65 HSK-24 HSK-27 HSK-29",
            JOIN,
            AGAIN,
            steps,
            say(think(0), "HANDSHAKE_REQUIRED"),
        )
    about = "A malformed second capability is dropped, and the next retry comes."
    steps = [*send(capable(0, 7, gone="v")), *events(dropped("BAD_MESSAGE")), *STILL, *advance(1_000), *again("second")]
    yield client("malformed", about, "HSK-23 HSK-30", JOIN, AGAIN, steps)


def _refused() -> Iterator[Case]:
    about = "A ping on the stream_id of the first one, in a session."
    yield client("same-stream", about, "HSK-30", JOIN, act("ping", 1, "STREAM_STATE"), nothing())
    about = "A ping on a stream_id on which the client has sent a data frame."
    yield client("stream-with-data", about, "HSK-30", JOIN, SENDS, act("ping", 3, "STREAM_STATE"), nothing())
    about = "A ping on a stream_id on which the client has sent an error."
    frame = think(0, modality=0, space_hash32=7)
    steps = [*send(frame), *refusal(frame, "SPACE_MISMATCH", got_hash=7), *act("ping", 3, "STREAM_STATE")]
    yield client("stream-with-error", about, "HSK-30", JOIN, steps)
    about = "A ping on a stream_id on which the client has only received."
    frame = think(0, stream=7)
    yield client("stream-with-received-data", about, "HSK-30", JOIN, send(frame), events(message(frame)), AGAIN)
    about = "After a failure as well, a ping on a stream_id that was used is refused."
    yield client("same-stream-after-failure", about, "HSK-30", FAILED, act("ping", 1, "STREAM_STATE"), nothing())
    about = "After HANDSHAKE_TIMEOUT a ping on a fresh stream_id is sent."
    steps = [*advance(15_000), *again("ping", "ping", "ping"), *events(error_received("HANDSHAKE_TIMEOUT"))]
    fresh = [*act("ping", 7), *expect(first_ping(0, 7, ts=15))]
    yield client("fresh-stream-after-timeout", about, "HSK-29 HSK-20", ASK, steps, fresh)
