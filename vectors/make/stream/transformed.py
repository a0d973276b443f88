"""Streams whose frames are sealed or compressed (STM-1, XCH-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import BOTH, COMPRESSED, DATA_STREAM, REQUIRING, SEALED, XCHACHA_NAME
from ..dialogue.events import dropped, error_received, established, lost
from ..dialogue.frames import Frame, brief_ping, closed, heart, part, wrong
from ..dialogue.sessions import ROLES, dialogue, head, session
from ..dialogue.steps import Said, Steps, act, advance, again, events, expect, nothing, refusal, say, send
from ..dialogue.streams import FRAMES, Stream, short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL, XCHACHA, ZSTD
from .sent import HASHES, Sent, short_sent


def groups() -> Iterator[Group]:
    """Sealed, compressed, both."""
    about = "Streams of sealed frames."
    sealed = [case for role in ROLES for case in (*_received(role), *_sent(role), *_timed(role))]
    yield Group("stream", "transformed/sealed", "dialogue", about, sealed, ("xchacha",))
    about = "Streams of compressed frames."
    yield Group(
        "stream",
        "transformed/compressed",
        "dialogue",
        about,
        [c for role in ROLES for c in _compressed(role)],
        ("zstd",),
    )
    about = "Streams of compressed and sealed frames."
    yield Group(
        "stream", "transformed/both", "dialogue", about, [c for role in ROLES for c in _both(role)], ("zstd", "xchacha")
    )


def sealed_stream(role: str, stream_id: int = DATA_STREAM, flags: int = 0) -> Stream:
    """The stream of three data frames, all of it sealed."""
    return short(role, stream_id, flags | XCHACHA)


def _required(role: str, case_id: str, about: str, clauses: str, *steps: Steps) -> Case:
    return dialogue(role, case_id, about, clauses, session(role, REQUIRING), *steps, config=REQUIRING)


def _received(role: str) -> Iterator[Case]:
    stream = sealed_stream(role)

    about = "A sealed stream: its bytes are those on the wire."
    yield _required(role, "whole", about, "STM-1 STM-17", stream.whole())
    about = "A sealed stream with STRONG_TAIL."
    yield _required(role, "strong", about, "STM-1 STM-17", sealed_stream(role, flags=STRONG_TAIL).whole())
    about = "A sealed stream of which a frame is lost and comes again."
    lost_one = [*stream.begun(1), *send(stream.data[2], stream.tail()), *stream.answered_incomplete([2])]
    rest = [*send(stream.data[1]), *events(*stream.messages(2, 3), stream.complete())]
    yield _required(role, "repaired", about, "STM-12 STM-14", lost_one, rest)
    about = "HEAD counts the bytes of the frames before they were sealed: corrupt."
    plain = short(role)
    bad = stream.head(total_len=str(sum(map(len, plain.wires))))
    steps = [*send(bad, *stream.data), *events(stream.opened(), *stream.messages()), *send(stream.tail())]
    yield _required(role, "sizes-of-clear-frames", about, "STM-1 STM-16", steps, stream.answered_corrupt("total_len"))
    about = "A sealed HEART fills its number."
    beats = Stream(role, (closed(1), closed(3)), flags=XCHACHA)
    steps = [*send(beats.head(), closed(1), heart(2, flags=XCHACHA), closed(3), beats.tail())]
    yield _required(role, "heart", about, "STM-7", steps, events(beats.opened(), *beats.messages(), beats.complete()))
    yield from _clear_in_sealed(role)
    for case_id, flags in (("clear", 0), ("strong", STRONG_TAIL)):
        other = _of_another_flag(sealed_stream(role, flags=flags))
        about = f"A sealed data frame differs in STRONG_TAIL from the sealed HEAD of its stream, which is {case_id}."
        yield _required(role, f"{case_id}-of-another-flag", about, "STM-26", other)


def _of_another_flag(stream: Stream) -> Steps:
    """A data frame of the other STRONG_TAIL is refused, and then the stream goes on."""
    one = stream.data[1]
    bad = replace(one, flags=one.flags ^ STRONG_TAIL)
    rest = [*send(*stream.numbered(2, 3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    return [*stream.begun(1), *send(bad), *refusal(bad, "STREAM_FLAG_MISMATCH"), *rest]


def _clear_in_sealed(role: str) -> Iterator[Case]:
    stream = sealed_stream(role)
    about = "A sealed HEART fills its number."
    beats = Stream(role, (closed(1), closed(3)), flags=XCHACHA)
    steps = [*send(beats.head(), closed(1), heart(2, flags=XCHACHA), closed(3), beats.tail())]
    for case_id, about, frame in (
        ("data", "A clear data frame", part(2)),
        ("heart", "A clear HEART", heart(2)),
        ("tail", "A clear TAIL", replace(stream, flags=0, tail_seq=2).tail()),
        ("head-again", "A clear HEAD of another number", head(role, frame_seq=2)),
    ):
        text = f"{about} on a sealed stream is refused, and its number is still missing."
        steps = [*stream.begun(1), *send(frame), *refusal(frame, "ENCRYPTION_REQUIRED"), *send(stream.tail())]
        yield _required(role, f"clear-{case_id}", text, "HSK-36 HSK-37", steps, stream.answered_incomplete([2, 3], 1))
    about = "A clear data frame with a number that was delivered is refused: its number is not looked for."
    again_clear = [*stream.begun(1), *send(part(1)), *refusal(part(1), "ENCRYPTION_REQUIRED")]
    yield _required(role, "clear-of-taken-number", about, "HSK-35 HSK-36", again_clear)
    about = "A clear error on the stream_id fills no number."
    one = wrong("ENCRYPTION_REQUIRED", 2, DATA_STREAM)
    steps = [
        *stream.begun(1),
        *send(one),
        *events(error_received("ENCRYPTION_REQUIRED")),
        *send(*stream.data[1:], stream.tail()),
    ]
    yield _required(
        role, "clear-error", about, "HSK-35 STM-7", steps, events(*stream.messages(2, 3), stream.complete())
    )
    about = "Forged data frames and a forged TAIL do nothing to a stream."
    forged = [replace(one, key=bytes(32)) for one in (closed(2), closed(500), replace(stream.tail(), frame_seq=2))]
    steps = [*stream.begun(1), *send(*forged), *events(*[dropped("DECRYPT_FAILED")] * 3), *nothing()]
    rest = [*send(*stream.data[1:], stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    yield _required(role, "forged", about, "HSK-31 STM-7", steps, rest)
    about = "Clear and sealed data frames in one stream, where crypto is agreed and not required."
    mixed = Stream(role, (part(1), closed(2), part(3)))
    sent = [
        *send(mixed.head(), *mixed.data, mixed.tail()),
        *events(mixed.opened(), *mixed.messages(), mixed.complete()),
    ]
    yield dialogue(role, "mixed", about, "STM-1 STM-17", session(role, SEALED), sent, config=SEALED)


def _sent(role: str) -> Iterator[Case]:
    stream, other = short_sent(role, flags=XCHACHA), short_sent(role, 5, XCHACHA)
    strong = short_sent(role, flags=STRONG_TAIL | XCHACHA)
    start = session(role, SEALED)

    def chosen(case_id: str, about: str, clauses: str, *steps: Steps) -> Case:
        return dialogue(role, f"sends-{case_id}", about, clauses, start, *steps, config=SEALED)

    about = "Every frame is sealed, HEAD and TAIL too, and TAIL counts sealed frames."
    yield chosen("whole", about, "HSK-4 STM-5 XCH-11", stream.whole())
    yield chosen("strong", "With STRONG_TAIL, and sizes in HEAD.", "STM-3 STM-5", strong.whole(announced=True))
    about = "Two streams in turns: equal numbers, and no nonce twice."
    turns = [*stream.head(), *other.head(), *stream.some(1), *other.some(1), *stream.some(2, 3), *other.some(2, 3)]
    yield chosen("two-in-turns", about, "XCH-11", turns, stream.tail(), other.tail())
    about = "Frames that come again are the same bytes, nonces included."
    steps = [*stream.whole(), *stream.asks([0, 2]), *stream.resent(0, 2), *stream.asks([0, 2], 1), *stream.resent(0, 2)]
    yield chosen("again", about, "XCH-11 STM-20", steps)
    about = "A HEART in the stream."
    beats = Sent(role, (closed(2),), flags=XCHACHA, tail_seq=3)
    steps = [*beats.head(), *act("heart"), *expect(heart(1, flags=XCHACHA)), *beats.some(), *beats.tail()]
    yield chosen("heart", about, "HSK-4 STM-23", steps)
    about = "A message, an error on that stream_id and a message: the error takes a number, so no nonce comes twice."
    bad = closed(0, space_hash32=7)
    steps = [
        *say(closed(0)),
        *expect(closed(0)),
        *send(bad),
        *refusal(bad, "SPACE_MISMATCH", 1),
        *say(closed(2)),
        *expect(closed(2)),
    ]
    yield chosen("error-between", about, "XCH-11 HSK-2", steps)


def _timed(role: str) -> Iterator[Case]:
    about = "The HEART after 15 s is sealed."
    beat = heart(1, 1, flags=XCHACHA)
    steps = [*advance(15_000), *expect(beat), *advance(15_000), *expect(replace(beat, frame_seq=2))]
    yield dialogue(role, "timed-heart", about, "STM-22 HSK-4 XCH-11", session(role, SEALED), steps, config=SEALED)
    if role == "server":
        about = "After a loss numbers go on under the same salt, so that no nonce comes twice."
        gone = [*advance(45_000), *expect(beat, replace(beat, frame_seq=2)), *events(lost())]
        fresh = [
            *send(brief_ping()),
            *expect(Said({"method": "capability"}, 1, 3)),
            *events(established(crypto=XCHACHA_NAME)),
        ]
        numbers = [*say(closed(0)), *expect(closed(0)), *gone, *fresh, *say(closed(1)), *expect(closed(1))]
        start = session(role, SEALED)
        yield dialogue(role, "after-loss", about, "STM-25 XCH-11", start, numbers, config=SEALED)
    about = "A timeout is told by a clear error."
    stream = sealed_stream(role)
    asked = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    steps = [*asked, *advance(10_000), *stream.timed_out(1)]
    yield dialogue(role, "timed-out", about, "STM-18 HSK-4", session(role, REQUIRING), steps, config=REQUIRING)


def _compressed(role: str) -> Iterator[Case]:
    stream = replace(short(role), data=tuple(part(n, flags=ZSTD) for n in range(1, FRAMES + 1)))
    start = session(role, COMPRESSED)

    def agreed(case_id: str, about: str, clauses: str, *steps: Steps) -> Case:
        return dialogue(role, case_id, about, clauses, start, *steps, config=COMPRESSED)

    about = "Compressed data frames: the stream's bytes are those on the wire."
    yield agreed("whole", about, "STM-1 STM-17", stream.whole())
    yield agreed("waits", "Compressed data frames wait for a lower number.", "STM-7 STM-8", _waited_for(stream))
    about = "HEAD and TAIL compressed as well, by agreement: taken, though no peer is to send such."
    all_of_it = [replace(one, flags=one.flags | ZSTD) for one in (stream.head(), stream.tail())]
    ends = [*send(all_of_it[1]), *events(stream.complete())]
    steps = [*send(all_of_it[0], *stream.data), *events(stream.opened(), *stream.messages()), *ends]
    yield agreed("head-and-tail", about, "HSK-37 STM-1 STM-17", steps)
    about = "A compressed TAIL below which numbers are missing is held like any other."
    steps = [*stream.begun(1), *send(all_of_it[1]), *stream.answered_incomplete([2, 3])]
    rest = [*send(*stream.numbered(2, 3)), *events(*stream.messages(2, 3), stream.complete())]
    yield agreed("tail-held", about, "HSK-37 STM-14", steps, rest)
    yield from _compressed_strong(role)
    about = "HEAD counts the bytes of the frames before they were compressed: corrupt."
    bad = stream.head(total_len=str(sum(map(len, short(role).wires))))
    steps = [*send(bad, *stream.data), *events(stream.opened(), *stream.messages()), *send(stream.tail())]
    yield agreed("sizes-of-plain-frames", about, "STM-1 STM-16", steps, stream.answered_corrupt("total_len"))
    about = "Compressed and plain data frames in one stream."
    mixed = Stream(role, (part(1, flags=ZSTD), part(2), part(3, flags=ZSTD)))
    yield agreed("mixed", about, "STM-1 STM-17", mixed.whole())
    about = "The peer sends compressed data frames between a HEAD and a TAIL that are not."
    yield agreed("sends", about, "HSK-5 STM-5", _sent_compressed(role, 0, ZSTD))
    about = "Compressed frames that come again are the same bytes."
    again_same = [*again("two", "tail"), *nothing()]
    ask = [
        *send(wrong("STREAM_INCOMPLETE", 0, DATA_STREAM, (DATA_STREAM, 3), missing=["2"])),
        *events(error_received("STREAM_INCOMPLETE", (DATA_STREAM, 3))),
    ]
    yield agreed("sends-again", about, "STM-20 HSK-2", _sent_compressed(role, 0, ZSTD), ask, again_same)


def _compressed_strong(role: str) -> Iterator[Case]:
    start = session(role, COMPRESSED)
    for case_id, flags in (("clear", 0), ("strong", STRONG_TAIL)):
        data = tuple(part(n, flags=ZSTD | flags) for n in range(1, FRAMES + 1))
        stream = Stream(role, data, flags=flags)
        about = f"A compressed data frame differs in STRONG_TAIL from the HEAD of its stream, which is {case_id}."
        steps = _of_another_flag(stream)
        yield dialogue(role, f"{case_id}-of-another-flag", about, "STM-26", start, steps, config=COMPRESSED)
    about = "Compressed data frames between a HEAD and a TAIL that are not, all with STRONG_TAIL."
    yield dialogue(role, "strong", about, "STM-3 STM-17", start, stream.whole(), config=COMPRESSED)


def _waited_for(stream: Stream) -> Steps:
    """The first data frame comes last."""
    begun = [*stream.begun(), *send(*stream.numbered(2, 3)), *events()]
    ends = [*send(stream.tail()), *events(stream.complete())]
    return [*begun, *send(*stream.numbered(1)), *events(*stream.messages()), *ends]


def _sent_compressed(role: str, sync_flags: int, data_flags: int) -> Steps:
    # How well a peer compresses is its own affair, so total_len and the hash of TAIL are free.
    head_said = Said(
        {"method": "head", "dir": "up" if role == "client" else "down"}, DATA_STREAM, 0, sync_flags, absent=HASHES
    )
    tail_said = Said({"method": "tail", "frames": "2"}, DATA_STREAM, 3, sync_flags, absent=("md5", "xxhash3_64"))
    data: list[Frame] = [part(1, flags=data_flags), part(2, flags=data_flags)]
    said = [*say(data[0]), *expect(data[0]), *say(data[1]), *expect(data[1], name="two")]
    begun = [*act("head", DATA_STREAM, strong_tail=False), *expect(head_said)]
    return [*begun, *said, *act("tail", DATA_STREAM), *expect(tail_said, name="tail")]


def _both(role: str) -> Iterator[Case]:
    data = tuple(part(n, flags=ZSTD | XCHACHA) for n in range(1, FRAMES + 1))
    stream = Stream(role, data, flags=XCHACHA)
    about = "Compressed and sealed data frames, HEAD and TAIL sealed alone."
    yield dialogue(role, "whole", about, "STM-1 STM-17", session(role, BOTH), stream.whole(), config=BOTH)
    about = "Compressed and sealed data frames wait for a lower number."
    yield dialogue(role, "waits", about, "STM-7 STM-8", session(role, BOTH), _waited_for(stream), config=BOTH)
