"""A client's handshake: its ping and the retries, capabilities and errors (HSK-20 to HSK-22, HSK-28)."""

from __future__ import annotations

from collections.abc import Iterator

from ...dialogue.configs import DATA_STREAM, DTYPES, HANDSHAKE_STREAM, own
from ...dialogue.events import dropped, error_received, established, message
from ...dialogue.frames import capable, heart, ping, think, unknown, wrong
from ...dialogue.steps import JOIN, Steps, advance, again, client, events, expect, first_ping, nothing, refusal, send
from ...model import Case, Group

ASK: Steps = expect(first_ping(), name="ping")
HERE = (HANDSHAKE_STREAM, 0)  # the numbers of the first ping
FAILED: Steps = [
    *ASK,
    *send(wrong("UNSUPPORTED_VERSION", 0, 1, HERE)),
    *events(error_received("UNSUPPORTED_VERSION", HERE)),
]


def groups() -> Iterator[Group]:
    """The ping and its answers."""
    yield Group("handshake", "client/ping", "dialogue", "A client's first ping and its retries.", list(_pings()))
    about = "Capabilities and errors that a client gets, and when."
    yield Group("handshake", "client/answers", "dialogue", about, [*_capabilities(), *_errors(), *_others()])


def _pings() -> Iterator[Case]:
    yield client("ping", "The ping has every member, and all of it is the client's own.", "HSK-20 HSK-3", ASK)
    for case_id, config, members in (
        (
            "own-lists",
            own(dtype=("q4",), modality=("audio", "text")),
            {"supports": {"critique": True, "dtype": ["q4"]}, "modality": ["audio", "text"]},
        ),
        (
            "lz4",
            own(compress=("lz4", "none"), crypto=("aes256gcm", "none")),
            {"compress": ["lz4", "none"], "crypto": ["aes256gcm", "none"]},
        ),
        ("no-critique", own(critique=False, dtype=DTYPES), {"supports": {"critique": False, "dtype": DTYPES}}),
        (
            "no-space",
            own(embedding_space_id="", space_hash32=0),
            {"embedding_space_id": "", "space_hash32": 0, "header_hash": 0},
        ),
        ("d-model", own(d_model=1), {"d_model": 1}),
        ("empty-lists", own(modality=(), dtype=()), {"modality": [], "supports": {"critique": True, "dtype": []}}),
    ):
        yield client(
            f"ping-{case_id}",
            "The ping says what this client's configuration says.",
            "HSK-20 HSK-3",
            expect(first_ping(**members)),
            config=config,
        )
    for stream in (0, 2**32 - 1):
        about = f"A client whose first ping goes on stream_id {stream}."
        answer = [*expect(first_ping(0, stream)), *send(capable(0, stream)), *events(established())]
        yield client(f"stream-{stream}", about, "HSK-20 HSK-2", answer, stream_id=stream)
    yield from _retries()


def _retries() -> Iterator[Case]:
    retries = [
        step for ms in (1_000, 2_000, 4_000) for step in (*advance(ms - 1), *nothing(), *advance(1), *again("ping"))
    ]
    end = [
        *advance(7_999),
        *nothing(),
        *events(),
        *advance(1),
        *nothing(),
        *events(error_received("HANDSHAKE_TIMEOUT")),
    ]
    about = "Retries at 1, 3 and 7 s and not a millisecond before, the end at 15 s."
    yield client("retries-exact", about, "HSK-20 HSK-21 HSK-2", ASK, retries, end)
    about = "The same in one step of the clock, and nothing in the minute after."
    steps = [*advance(75_000), *again("ping", "ping", "ping"), *events(error_received("HANDSHAKE_TIMEOUT"))]
    yield client("retries-in-one-step", about, "HSK-20 HSK-21 HSK-29", ASK, steps)
    about = "Each repeat is seen a millisecond late, and so is the end at 15 s: none puts off the next."
    steps = [*advance(1_001), *again("ping"), *advance(1_998), *nothing(), *advance(1), *again("ping")]
    steps += [*advance(4_001), *again("ping"), *advance(7_998), *nothing(), *events(), *advance(1), *nothing()]
    yield client("retries-late", about, "HSK-20 HSK-21", ASK, steps, events(error_received("HANDSHAKE_TIMEOUT")))
    for case_id, ms, times in (
        ("before-the-first", 999, 0),
        ("after-the-first", 2_999, 1),
        ("after-the-second", 6_999, 2),
        ("at-the-very-end", 14_999, 3),
    ):
        about = f"A capability after {ms} ms ends the retries."
        steps = [*advance(ms), *again(*["ping"] * times), *send(capable()), *events(established()), *advance(7_000)]
        yield client(f"answered-{case_id}", about, "HSK-20 HSK-21", ASK, steps, nothing(), events())


def _capabilities() -> Iterator[Case]:
    elsewhere = [*send(capable(0, 7)), *events()]
    about = "A capability on another stream_id has no effect: the next retry comes."
    yield client("capability-elsewhere", about, "HSK-22", ASK, elsewhere, advance(1_000), again("ping"))
    about = "A capability on another stream_id, and then one where it belongs."
    yield client(
        "capability-elsewhere-then-here", about, "HSK-22", ASK, elsewhere, send(capable()), events(established())
    )
    about = "The same capability twice: the second is a duplicate."
    yield client("capability-twice", about, "HSK-22 HSK-34", JOIN, send(capable()), events(dropped("DUPLICATE")))
    about = "A second capability with another number and fewer dtypes comes too late: F16 stays agreed."
    less = capable(1, supports={"critique": True, "dtype": ["i8"]})
    frame = think(0)
    yield client(
        "capability-too-late", about, "HSK-22", JOIN, send(less), events(), send(frame), events(message(frame))
    )
    about = "A second capability of another version comes too late to end the session."
    yield client(
        "capability-too-late-and-bad",
        about,
        "HSK-22",
        JOIN,
        send(capable(1, agreed_proto=2)),
        events(),
        send(frame),
        events(message(frame)),
    )
    about = "The capability's own number is not 0."
    yield client("capability-seq-9", about, "HSK-22", ASK, send(capable(9)), events(established()))


def _errors() -> Iterator[Case]:
    for case_id, code in (
        ("version", "UNSUPPORTED_VERSION"),
        ("space", "SPACE_MISMATCH"),
        ("crypto", "ENCRYPTION_REQUIRED"),
    ):
        about = f"An error {code} with a ref to the ping ends the handshake: no retry comes."
        steps = [
            *send(wrong(code, 0, 1, HERE)),
            *events(error_received(code, HERE)),
            *advance(15_000),
            *nothing(),
            *events(),
        ]
        yield client(f"error-{case_id}", about, "HSK-28 HSK-29", ASK, steps)
    about = "An error with a ref to the ping ends the handshake on whatever stream_id it comes."
    steps = [
        *send(wrong("ENCRYPTION_REQUIRED", 0, 9, HERE)),
        *events(error_received("ENCRYPTION_REQUIRED", HERE)),
        *advance(15_000),
        *nothing(),
        *events(),
    ]
    yield client("error-on-another-stream", about, "HSK-28", ASK, steps)
    after = [*advance(1_000), *again("ping"), *send(capable(1)), *events(established())]
    for case_id, about, ref in (
        ("without-ref", "An error without ref", None),
        ("other-seq", "An error with a ref to another number", (1, 1)),
        ("other-stream", "An error with a ref to another stream_id", (2, 0)),
    ):
        told = [*send(wrong("ENCRYPTION_REQUIRED", 0, 1, ref)), *events(error_received("ENCRYPTION_REQUIRED", ref))]
        yield client(f"error-{case_id}", f"{about} is told and ends nothing.", "HSK-28 HSK-20", ASK, told, after)
    about = "An error in a session is told and ends nothing."
    frame = think(0)
    steps = [
        *send(wrong("ENCRYPTION_REQUIRED", 1, 1, HERE)),
        *events(error_received("ENCRYPTION_REQUIRED", HERE)),
        *send(frame),
        *events(message(frame)),
    ]
    yield client("error-after-capability", about, "HSK-28 HSK-39", JOIN, steps)


def _others() -> Iterator[Case]:
    frame = think(0)
    about = "A data frame before the capability is refused, and the handshake goes on."
    steps = [*send(frame), *refusal(frame, "HANDSHAKE_REQUIRED"), *advance(1_000), *again("ping")]
    yield client("data-while-waiting", about, "HSK-36 HSK-20", ASK, steps)
    about = "A HEART before the capability is dropped."
    yield client("heart-while-waiting", about, "HSK-37", ASK, send(heart(0)), events(dropped("IGNORED")))
    about = "A ping to a client has no effect and no answer, but its number counts."
    steps = [*send(ping(3, DATA_STREAM)), *events(), *nothing(), *send(unknown(3)), *events(dropped("DUPLICATE"))]
    yield client("ping-to-a-client", about, "HSK-9 HSK-34", JOIN, steps)
    about = "A ping to a client that waits on that stream_id."
    yield client(
        "ping-while-waiting", about, "HSK-9", ASK, send(ping()), nothing(), send(capable(1)), events(established())
    )
    about = "A Sync frame of an unknown method has no effect and no answer."
    yield client("unknown-method", about, "HSK-9", JOIN, send(unknown(0)), events(), nothing())
