"""Duplicates, and frames too old to be known (HSK-34, HSK-41)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import DATA_STREAM, own
from ...dialogue.events import by, dropped, error_received, established, message, messages
from ...dialogue.frames import Frame, heart, part, ping, sync, think, unknown, wrong
from ...dialogue.sessions import in_session
from ...dialogue.steps import (
    OPEN,
    Steps,
    advance,
    capability,
    events,
    expect,
    nothing,
    refusal,
    send,
    send_each,
    server,
)
from ...model import Case, Group

TOP = 5_000
LAST = 2**64 - 1
TWICE: Steps = events(dropped("DUPLICATE"))
OLD: Steps = events(dropped("STALE"))


def groups() -> Iterator[Group]:
    """Duplicates, the window's edges, and how many stream_ids it is kept for."""
    about = "Numbers that come again, and numbers far below the highest."
    yield Group(
        "handshake", "window/numbers", "dialogue", about, [*_duplicates(), *_edges(), *_kinds(), *_not_counted()]
    )
    about = "Windows of several stream_ids and addresses."
    yield Group("handshake", "window/streams", "dialogue", about, list(_streams()))


def accepted(*frames: Frame) -> Steps:
    """The frames are sent and delivered."""
    return [*send(*frames), *events(*(message(frame) for frame in frames))]


def _duplicates() -> Iterator[Case]:
    about = "A frame that comes again at once."
    yield from in_session("twice", about, "HSK-34", accepted(part(0)), send(part(0)), TWICE, nothing())
    about = "A number that comes again with another content."
    yield from in_session("twice-with-other-content", about, "HSK-34", accepted(part(0)), send(think(0)), TWICE)
    about = "Frames in any order are delivered as they come, each once."
    order = [part(n) for n in (3, 0, 4, 1, 9, 2)]
    yield from in_session(
        "any-order", about, "HSK-41 HSK-34", accepted(*order), send(*order), events(*[dropped("DUPLICATE")] * 6)
    )
    about = "A frame that comes again 14 s later."
    yield from in_session("twice-later", about, "HSK-34", accepted(part(0)), advance(14_000), send(part(0)), TWICE)
    about = "A hundred frames, and then all of them again."
    again = [*send_each(think(0), 0, 99), *events(*[dropped("DUPLICATE")] * 100)]
    hundred = [*send_each(think(0), 0, 99), *events(messages(think(0), 0, 99))]
    yield server("a-hundred-twice", about, "HSK-34 HSK-41", OPEN, hundred, again)


def _edges() -> Iterator[Case]:
    high = accepted(part(TOP))
    for below in (1, 2, 63, 64, 65, 511, 512, 1_022, 1_023):
        about = f"A number {below:,} below the highest: new, and then a duplicate."
        low = part(TOP - below)
        yield server(f"{below}-below", about, "HSK-34", OPEN, high, accepted(low), send(low), TWICE)
    for below in (1_024, 1_025, 2_048, TOP):
        about = f"A number {below:,} below the highest, which never came: too old to know."
        yield server(f"{below}-below", about, "HSK-34", OPEN, high, send(part(TOP - below)), OLD, nothing())
    for ahead, told, word in (
        (1_023, TWICE, "a duplicate"),
        (1_024, OLD, "too old to know"),
        (1_025, OLD, "too old to know"),
    ):
        about = f"A number that was accepted comes again {ahead:,} below the highest: {word}."
        yield server(
            f"accepted-{ahead}-below", about, "HSK-34", OPEN, high, accepted(part(TOP + ahead)), send(part(TOP)), told
        )
    about = "The window moves on by one: what was just in it is just out of it."
    moved = [*accepted(part(TOP + 1)), *send(part(TOP - 1_023)), *OLD, *accepted(part(TOP - 1_022))]
    yield server("moves-by-one", about, "HSK-34", OPEN, high, moved)
    about = "The largest frame_seq, and the edges below it."
    steps = [
        *accepted(part(0)),
        *accepted(think(LAST)),
        *accepted(think(LAST - 1_023)),
        *send(think(LAST - 1_024)),
        *OLD,
    ]
    yield server("largest", about, "HSK-34", OPEN, steps, send(think(LAST)), TWICE, send(part(0)), OLD)
    about = "From 0 to the largest frame_seq, nothing wraps around."
    steps = [*accepted(think(LAST)), *send(think(0)), *OLD, *send(think(1_023)), *OLD]
    yield server("nothing-wraps", about, "HSK-34", OPEN, steps)
    about = "A jump by 2^32 clears the whole window."
    steps = [*accepted(part(3)), *accepted(think(2**32 + 3)), *send(part(3)), *OLD, *accepted(think(2**32 + 2))]
    yield server("jump-2-32", about, "HSK-34", OPEN, steps)
    about = "A jump by exactly 1,024 leaves no old number known."
    steps = [*accepted(part(0)), *accepted(part(1_024)), *accepted(part(1)), *send(part(0)), *OLD]
    yield server("jump-1024", about, "HSK-34", OPEN, steps)


def _kinds() -> Iterator[Case]:
    counted = {
        "heart": ("A HEART", heart(0), events()),
        "unknown-method": ("A Sync frame of an unknown method", unknown(0), events()),
        "error": (
            "An error",
            wrong("ENCRYPTION_REQUIRED", 0, DATA_STREAM),
            events(error_received("ENCRYPTION_REQUIRED")),
        ),
    }
    for case_id, (about, frame, told) in counted.items():
        steps = [*send(frame), *told, *send(part(0)), *TWICE]
        yield from in_session(f"{case_id}-counts", f"{about} counts: its number is taken.", "HSK-34 HSK-55", steps)
        moved = [*send(replace(frame, frame_seq=TOP)), *told, *send(part(TOP - 1_024)), *OLD]
        yield from in_session(f"{case_id}-moves", f"{about} moves the window.", "HSK-34", moved)
    about = "A ping counts: its number is taken, and it moves the window."
    steps = [*send(ping(TOP)), *expect(capability()), *events(established()), *send(think(TOP, stream=1)), *TWICE]
    yield server("ping-counts", about, "HSK-34", steps, send(think(TOP - 1_024, stream=1)), OLD)


def _not_counted() -> Iterator[Case]:
    text_only = own(modality=("text",))
    bad = part(TOP, modality=1)
    about = "A refused frame does not move the window, and its number is free."
    steps = [
        *send(bad),
        *refusal(bad, "UNSUPPORTED_MODALITY", modality="image"),
        *accepted(part(0)),
        *accepted(part(TOP)),
    ]
    yield from in_session("refused-does-not-count", about, "HSK-34 HSK-53", steps, config=text_only)
    about = "A frame that was refused is refused again, not dropped."
    steps = [*send(bad), *refusal(bad, "UNSUPPORTED_MODALITY", 0), *send(bad), *refusal(bad, "UNSUPPORTED_MODALITY", 1)]
    yield from in_session("refused-twice", about, "HSK-34 HSK-36 HSK-53", steps, config=text_only)
    about = "A duplicate is dropped before it could be refused."
    steps = [*accepted(part(0)), *send(part(0, modality=1)), *TWICE, *nothing()]
    yield from in_session("duplicate-before-refusal", about, "HSK-34 HSK-36 HSK-52", steps, config=text_only)
    about = "A stale frame is dropped before it could be refused."
    steps = [*accepted(part(TOP)), *send(part(0, modality=1)), *OLD, *nothing()]
    yield from in_session("stale-before-refusal", about, "HSK-34 HSK-36 HSK-52", steps, config=text_only)
    about = "A data frame without a session does not count."
    frame = part(TOP)
    steps = [*send(frame), *refusal(frame, "HANDSHAKE_REQUIRED"), *OPEN, *accepted(part(0)), *accepted(part(TOP))]
    yield server("no-session-does-not-count", about, "HSK-34 HSK-36", steps)
    about = "A ping that was answered with error does not move the window."
    low = [*send(ping(1)), *expect(capability(1)), *events(established())]
    bad_ping = ping(TOP, v=0)
    yield server(
        "refused-ping-does-not-count", about, "HSK-34", send(bad_ping), refusal(bad_ping, "UNSUPPORTED_VERSION"), low
    )
    about = "A malformed error does not count."
    bad_error = sync({"method": "error", "code": 1, "message": ""}, TOP, DATA_STREAM)
    steps = [*send(bad_error), *events(dropped("BAD_MESSAGE")), *accepted(part(0)), *accepted(part(TOP))]
    yield from in_session("malformed-error-does-not-count", about, "HSK-34 HSK-39", steps)


def _streams() -> Iterator[Case]:
    about = "The same number on two stream_ids."
    other = part(0, stream=5)
    yield from in_session(
        "two-streams",
        about,
        "HSK-34",
        accepted(part(0), other),
        send(other, part(0)),
        events(*[dropped("DUPLICATE")] * 2),
    )
    about = "A high number on one stream_id does not age another."
    yield from in_session("high-on-another", about, "HSK-34", accepted(part(TOP, stream=5), part(0)))
    about = "The same number from two addresses."
    both = [*send(ping(), link="b"), *expect(capability(), link="b"), *events(by("b", established()))]
    steps = [*accepted(part(0)), *send(part(0), link="b"), *events(by("b", message(part(0))))]
    yield server(
        "two-addresses",
        about,
        "HSK-34 HSK-11",
        OPEN,
        both,
        steps,
        send(part(0), link="b"),
        events(by("b", dropped("DUPLICATE"))),
    )
    about = "A HEART on each of 1,023 stream_ids beside that of the handshake: all 1,024 are remembered."
    hearts = send(*(heart(0, stream) for stream in range(2, 1_025)))
    repeats = [*send(heart(0, 1), heart(0, 2), heart(0, 513), heart(0, 1_024)), *events(*[dropped("DUPLICATE")] * 4)]
    yield server("remembers-1024", about, "HSK-34 HSK-69", OPEN, hearts, events(), repeats)
    about = "The handshake's stream_id is used again, then two more are: it is one of the 1,024 used last."
    more = send(heart(1, 1), heart(0, 1_025), heart(0, 1_026))
    known = send(heart(1, 1), heart(0, 1), heart(0, 1_026), heart(0, 1_025), heart(0, 4))
    twice = events(*[dropped("DUPLICATE")] * 5)
    yield server("remembers-1026", about, "HSK-69", OPEN, hearts, more, events(), known, twice)
