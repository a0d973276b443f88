"""Frames that are dropped without a word, and the limit on a peer's answers (HSK-31, HSK-42)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...dialogue.configs import DATA_STREAM, HASH
from ...dialogue.events import by, dropped, error_sent, established, message
from ...dialogue.frames import HALF, Frame, ping, small_ping, think, unknown
from ...dialogue.sessions import in_session
from ...dialogue.steps import (
    JOIN,
    OPEN,
    Steps,
    act,
    advance,
    again,
    capability,
    client,
    error,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    say,
    send,
    send_each,
    server,
)
from ...model import Case, Group
from ...writer.raw_frame import F16, I8, Raw, close, raw_slice

GOOD = Raw(stream_id=DATA_STREAM, frame_seq=0, slice_len=(4,), space_hash32=HASH, body=raw_slice(*HALF))
SHORT: dict[str, Any] = {"supports": {"critique": False}}


def groups() -> Iterator[Group]:
    """Broken frames, then the limit of replies."""
    about = "Frames that the frame layer rejects, which are dropped under its code."
    yield Group("handshake", "dropped/broken", "dialogue", about, list(_broken()))
    yield Group("handshake", "replies/limit", "dialogue", "At most eight replies in a second.", list(_limit()))


def _broken() -> Iterator[Case]:
    wire = GOOD.frame()
    for case_id, about, data, code in (
        ("empty", "An empty datagram.", b"", "FRAME_TOO_SHORT"),
        ("too-short", "32 bytes.", wire[:32], "FRAME_TOO_SHORT"),
        ("version", "Version 2.", replace(GOOD, version=2).frame(), "BAD_VERSION"),
        ("crc", "A wrong CRC.", close(wire[:-4], 0), "CRC_MISMATCH"),
        ("type", "Type 0xf5.", replace(GOOD, type=0xF5).frame(), "BAD_TYPE"),
        ("flags", "Flag bit 15.", replace(GOOD, flags=0x8000).frame(), "RESERVED_FLAGS"),
        ("slice-table", "More slices than there is room for.", replace(GOOD, num_slices=99).frame(), "BAD_SLICE_TABLE"),
        ("modality", "Modality 0xf5.", replace(GOOD, modality=0xF5).frame(), "BAD_MODALITY"),
        ("plain-size", "A slice of 65,536 bytes.", replace(GOOD, slice_len=(65_536,)).frame(), "PLAIN_TOO_LARGE"),
        ("dtype", "A slice of dtype 0xf4.", replace(GOOD, body=b"\xf4" + GOOD.body[1:]).frame(), "BAD_DTYPE"),
        ("rank", "A slice of rank 0.", replace(GOOD, body=raw_slice(F16, (), bytes(4))).frame(), "BAD_RANK"),
        (
            "length",
            "A slice whose dims say another length.",
            replace(GOOD, body=raw_slice(I8, (3,), bytes(4))).frame(),
            "LENGTH_MISMATCH",
        ),
        ("truncated", "A body that ends early.", replace(GOOD, body=GOOD.body[:-1]).frame(), "TRUNCATED_BODY"),
        ("trailing", "A byte behind the last slice.", replace(GOOD, body=GOOD.body + b"\0").frame(), "TRAILING_BYTES"),
    ):
        steps = [*send(data), *nothing(), *events(dropped(code))]
        good = [*send(think(0)), *events(message(think(0)))]
        yield from in_session(
            f"broken-{case_id}", f"{about} Then a good frame with that number.", "HSK-31 HSK-34 HSK-54", steps, good
        )
    about = "A broken datagram before anything else."
    yield server("first-of-all", about, "HSK-31", send(b"\0" * 40), events(dropped("BAD_VERSION")), OPEN)


def _unsessioned(first: int, last: int, reply: int, stream: int = DATA_STREAM, link: str = "a") -> Steps:
    """Data frames without a session, all answered. reply: the number of the first error."""
    numbers = range(first, last + 1)
    answers = [error("HANDSHAKE_REQUIRED", (stream, n), reply + n - first) for n in numbers]
    told = [error_sent("HANDSHAKE_REQUIRED", n, stream) for n in numbers]
    sent = send_each(think(0, stream=stream), first, last, link=link)
    return [*sent, *expect(*answers, link=link), *events(*(one if link == "a" else by(link, one) for one in told))]


OVER: Steps = events(dropped("REPLY_LIMIT"))


def _limit() -> Iterator[Case]:
    eight = _unsessioned(0, 7, 0)
    ninth = [*send(think(8)), *nothing(), *OVER]
    yield server("ninth", "Eight errors at once, and no ninth.", "HSK-42", eight, ninth)
    about = "The ninth frame is dropped 999 ms after the eight, and answered after 1,000."
    yield server("window-exact", about, "HSK-42", eight, advance(999), ninth, advance(1), _unsessioned(8, 8, 8))
    about = "Four errors, four more after 500 ms: what is 1,000 ms old no longer counts, and nothing else."
    later = [*advance(500), *_unsessioned(4, 7, 4), *advance(499), *ninth]
    free = [*advance(1), *_unsessioned(8, 11, 8), *send(think(12)), *nothing(), *OVER]
    yield server("window-slides", about, "HSK-42", _unsessioned(0, 3, 0), later, free)
    about = "The limit is for all stream_ids of an address together."
    streams = [step for n in range(8) for step in _unsessioned(0, 0, 0, stream=10 + n)]
    yield server("across-streams", about, "HSK-42", streams, ninth)
    about = "The limit is for each address by itself."
    yield server("each-address", about, "HSK-42", eight, ninth, _unsessioned(0, 7, 0, link="b"))
    about = "A frame dropped under the limit was not accepted: in a session its number is free."
    late = [*advance(1_000), *OPEN, *send(think(8)), *events(message(think(8)))]
    yield server("number-is-free", about, "HSK-42 HSK-34", eight, ninth, late)
    yield from _limit_of_pings()
    yield from _limit_and_others()


def _limit_of_pings() -> Iterator[Case]:
    caps = [capability(n, **SHORT) for n in range(8)]
    pings = [*send_each(small_ping(), 0, 7), *expect(*caps), *events(*([established(critique=False)] * 8))]
    about = "Eight capabilities at once, and no ninth."
    yield server("capabilities", about, "HSK-42", pings, send(small_ping(8)), nothing(), OVER)
    about = "Capabilities and errors count together."
    errors = [think(n, modality=1) for n in range(7)]
    refusals = [step for n, one in enumerate(errors) for step in (*send(one), *refusal(one, "UNSUPPORTED_MODALITY", n))]
    text_only = [
        *send(ping(modality=["text"])),
        *expect(capability(modality=["text"])),
        *events(established(modality=["text"])),
    ]
    yield server("both-kinds", about, "HSK-42", text_only, refusals, send(think(7, modality=1)), nothing(), OVER)
    about = "A repeated capability counts like a new one."
    first = [*send(ping()), *expect(capability(), name="first"), *events(established())]
    same = [*send(*[ping()] * 7), *again(*["first"] * 7), *events()]
    yield server("repeated-capability", about, "HSK-42 HSK-18", first, same, send(ping()), nothing(), OVER)
    about = "A ping dropped under the limit changes nothing; a second later it is answered as a new one."
    frames = [think(n, modality=1) for n in range(7)]
    more = [*send(ping(1)), *nothing(), *OVER, *send(frames[0]), *nothing(), *OVER]
    late = [*advance(1_000), *send(ping(1)), *expect(capability(1)), *events(established())]
    done = [*send(frames[0]), *events(message(frames[0]))]
    yield server("ping-dropped", about, "HSK-42 HSK-17", text_only, refusals, more, late, done)


def _limit_and_others() -> Iterator[Case]:
    eight = _unsessioned(0, 7, 0)
    about = "What needs no answer is accepted beyond the limit."
    seven = [step for n in range(7) for step in _no_slices(n)]
    accepted = [*send(unknown(50), think(51)), *events(message(think(51)))]
    bad = [*send(replace(think(60), slices=())), *nothing(), *OVER]
    yield server("accepted-beyond", about, "HSK-42", OPEN, seven, accepted, bad)
    about = "Messages that the program sends do not count."
    said = [step for n in range(9) for step in (*say(think(n)), *expect(think(n)))]
    frame = replace(think(0), slices=())
    yield server("messages-do-not-count", about, "HSK-42", OPEN, said, send(frame), refusal(frame, "BAD_MESSAGE", 9))
    about = "HEARTs that the program asks for do not count."
    hearts = [step for _ in range(9) for step in act("heart")]
    beats = [Frame(3, DATA_STREAM, n, ()) for n in range(9)]
    yield server(
        "hearts-do-not-count",
        about,
        "HSK-42",
        OPEN,
        hearts,
        expect(*beats),
        send(frame),
        refusal(frame, "BAD_MESSAGE", 9),
    )
    about = "A client answers eight frames a second; its pings do not count."
    asked = expect(first_ping(), name="ping")
    yield client(
        "client-ninth", about, "HSK-42", asked, eight, send(think(8)), nothing(), OVER, advance(1_000), again("ping")
    )
    about = "A client in a session: eight errors, and the ninth after a second."
    errors = [step for n in range(8) for step in _no_slices(n)]
    over = [*send(replace(think(8), slices=())), *nothing(), *OVER, *advance(1_000)]
    yield client("client-in-session", about, "HSK-42", JOIN, errors, over, _no_slices(8))


def _no_slices(number: int) -> Steps:
    frame = replace(think(number), slices=())
    return [*send(frame), *refusal(frame, "BAD_MESSAGE", number, detail="BAD_SLOTS")]
