"""Dialogues on recovery: what is computed, when, and what becomes of it (specs/fec.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import COMPRESSED, DATA_STREAM, SEALED
from ..dialogue.events import dropped, error_received, incomplete, message, opened
from ..dialogue.frames import Frame, closed, heart, part, think, unknown, wrong
from ..dialogue.sessions import head
from ..dialogue.steps import Said, Steps, error, events, expect, nothing, refusal, send
from ..dialogue.streams import short
from ..model import Case, Group
from ..writer.raw_frame import F16, ZSTD, close
from .faults import forgeries
from .received import FIRST, FRAMES, SECOND
from .repair import raw_repairs, repairs
from .talks import RS8, bring, brought, drop, group, hear, one, pair, parts, recovered, take, talk

MISMATCH = "REPAIR_MISMATCH"


def groups() -> Iterator[Group]:
    """Orders of arrival, streams, what is computed, forgeries, and several groups."""
    yield group("recovery/orders", "Repair before, between and behind its frames.", [*_orders(), *_kinds()])
    yield group("recovery/streams", "Opened streams, and their TAIL.", _streams())
    yield group("recovery/refused", "Computed frames that do not pass every check.", _refused())
    yield group("recovery/forged", "Forged repair, and the true one behind it.", _forged())
    yield group("recovery/several", "Groups side by side and across each other.", _several())
    yield group("recovery/sealed", "Sealed frames.", _sealed(), requires=("xchacha",))
    yield group("recovery/compressed", "Compressed frames.", _compressed(), requires=("zstd",))


def _orders() -> Iterator[Case]:
    clauses = "FEC-21 FEC-23"
    for lost in range(3):
        there = [frame for place, frame in enumerate(FRAMES) if place != lost]
        about = f"Frame {lost} of three is lost."
        yield from talk(f"lost-{lost}", about, clauses, hear(*there), bring(FIRST, *brought(FRAMES[lost])))
    about = "Repair comes before all its frames: the second of them brings the third."
    first = [*take(FIRST), *hear(FRAMES[2])]
    last = [*send(FRAMES[0]), *nothing(), *events(message(FRAMES[0]), *brought(FRAMES[1]))]
    yield from talk("before", about, f"{clauses} FEC-25", first, last)
    about = "Repair comes between its frames."
    between = [*hear(FRAMES[1]), *take(SECOND)]
    last = [*send(FRAMES[2]), *nothing(), *events(message(FRAMES[2]), *brought(FRAMES[0]))]
    yield from talk("between", about, f"{clauses} FEC-25", between, last)
    about = "Two of three are lost: nothing until there is enough, then both, in ascending order."
    yield from talk("two", about, clauses, hear(FRAMES[1]), take(SECOND), bring(FIRST, *brought(FRAMES[0], FRAMES[2])))
    about = "All three are lost, and repair alone brings them."
    three = raw_repairs(FRAMES, 3)
    yield from talk("all", about, clauses, take(three[2], three[0]), bring(three[1], *brought(*FRAMES)))
    about = "A frame that comes after it was recovered is a duplicate."
    late = [*send(FRAMES[1]), *nothing(), *events(dropped("DUPLICATE"))]
    steps = [*hear(FRAMES[0], FRAMES[2]), *bring(FIRST, *brought(FRAMES[1])), *late]
    yield from talk("late", about, clauses, steps)
    about = "Nothing is missing: repair has no effect."
    yield from talk("nothing", about, "FEC-21", hear(*FRAMES), take(FIRST, SECOND))
    about = "Numbers 3 apart, with other frames between them."
    stepped = [part(number) for number in (4, 7, 10)]
    between_them = [part(number) for number in (5, 6, 8, 9, 11)]
    steps = [*hear(stepped[0], *between_them, stepped[2]), *bring(pair(stepped, 1, 3)[0], *brought(stepped[1]))]
    yield from talk("step", about, clauses, steps)
    about = "The numbers at the end of all numbers."
    last_ones = [part(2**64 - 17), part(2**64 - 1)]
    steps = [*hear(last_ones[0]), *bring(pair(last_ones, 1, 16)[0], *brought(last_ones[1]))]
    yield from talk("last-numbers", about, f"{clauses} FEC-15", steps)


def _kinds() -> Iterator[Case]:
    clauses = "FEC-21 FEC-23"
    about = "Frames of other kinds: a HEART and a Sync of an unknown method are there, and a data frame is computed."
    mixed: list[Frame] = [heart(0), unknown(1), part(2)]
    yield from talk("sync", about, clauses, send(*mixed[:2]), bring(pair(mixed, 1)[0], *brought(mixed[2])))
    about = "An error is computed, and told."
    said = wrong("STREAM_STATE", 1, DATA_STREAM)
    frames = [part(0), said]
    told = [*recovered(said), error_received("STREAM_STATE")]
    yield from talk("error", about, clauses, hear(part(0)), bring(pair(frames, 1)[0], *told))
    about = "Frames of three lengths."
    lengths = [think(0), part(1), heart(2)]
    yield from talk("lengths", about, clauses, send(heart(2)), events(), take(pair(lengths)[1]), _both(lengths))
    about = "One frame and its repair alone: as good as the frame itself."
    yield from talk("alone", about, clauses, bring(pair([part(5)], 1)[0], *brought(part(5))))


def _both(frames: list[Frame]) -> Steps:
    return bring(pair(frames)[0], *brought(frames[0], frames[1]))


def _streams() -> Iterator[Case]:
    for role in ("server", "client"):
        stream = short(role)
        repair = repairs(stream.data, 2)
        roles = (role,)
        about = "A frame of an opened stream is recovered, and what waited for it is delivered."
        lost_2 = [*stream.begun(1), *send(*stream.numbered(3)), *events()]
        told = [*brought(*stream.numbered(2)), message(*stream.numbered(3))]
        end = [*send(stream.tail()), *nothing(), *events(stream.complete())]
        clauses = "FEC-23 FEC-21"
        yield from talk("waits", about, clauses, lost_2, bring(repair[0], *told), end, roles=roles)
        about = "The TAIL does not wait for repair; the repair completes the stream."
        tail = [*send(stream.tail()), *stream.answered_incomplete([2])]
        brings = bring(repair[0], *told, stream.complete())
        yield from talk("tail-before", about, "FEC-20 FEC-23", lost_2, tail, brings, roles=roles)
        about = "Repair that recovers nothing yet has no effect on the TAIL."
        lost_23 = stream.begun(1)
        tail = [*take(repair[1]), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
        brings = bring(repair[0], *brought(*stream.numbered(2, 3)), stream.complete())
        yield from talk("tail-between", about, "FEC-20 FEC-23", lost_23, tail, brings, roles=roles)
        about = "The HEAD is lost, and its data frames come as single messages, one of them from repair."
        single = [*hear(*stream.numbered(1, 3)), *bring(repair[0], *brought(*stream.numbered(2)))]
        yield from talk("no-head", about, "FEC-23", single, roles=roles)
        about = "After the stream is complete, what repair computes for its stream_id is dropped as any other frame."
        odd = raw_repairs([part(5), part(6)], 1)
        whole = [*stream.whole(), *send(*stream.numbered(1)), *events(dropped("CLOSED"))]
        after = bring(raw_repairs([part(5)], 1)[0], *recovered(part(5)), dropped("CLOSED"))
        yield from talk("closed", about, "FEC-23 FEC-24", whole, after, take(odd[0]), roles=roles)


def _refused() -> Iterator[Case]:
    clauses = "FEC-23 FEC-24"
    critical = think(1, (F16, (3,), bytes(6)), modality=4)
    frames: list[Frame | bytes] = [part(0), replace(critical, space_hash32=7)]
    odd = frames[1]
    assert isinstance(odd, Frame)
    said = refusal(odd, "SPACE_MISMATCH", 0, expected_hash=0x5EED1234, got_hash=7)
    about = "A computed frame of another space is rejected as if it came, and again with the next repair."
    first = [*hear(part(0)), *send(repairs(frames, 2)[0])]
    answered = [*said[:-1], *nothing(), *events(*recovered(odd), *said[-1]["events"])]
    again = refusal(odd, "SPACE_MISMATCH", 1, expected_hash=0x5EED1234, got_hash=7)
    second = [*send(repairs(frames, 2)[1]), *again[:-1], *events(*recovered(odd), *again[-1]["events"])]
    yield from talk("rejected", about, clauses, first, answered, second)
    about = "A frame that was rejected is not there, and so is computed and rejected a second time."
    came = [*send(odd), *refusal(odd, "SPACE_MISMATCH", 0, expected_hash=0x5EED1234, got_hash=7)]
    twice = [*hear(part(0)), *came, *send(repairs(frames, 1)[0]), *again[:-1]]
    yield from talk("rejected-came", about, "FEC-21 FEC-23", twice, events(*recovered(odd), *again[-1]["events"]))
    about = "A computed frame that is too far ahead in its stream is dropped."
    far = [part(1030), part(1031)]
    begun = [*send(head("server")), *events(opened()), *send(part(2)), *events()]
    code = dropped("BUFFER_LIMIT")
    steps = [*begun, *take(raw_repairs(far, 2)[0]), *bring(raw_repairs(far, 2)[1], *_each(far, code))]
    yield from one("too-far", about, clauses, steps)
    about = "A computed frame whose CRC is wrong is dropped, and the true repair behind it recovers."
    bad = bytearray(part(1).wire())
    bad[40] ^= 1
    forged = repairs([part(0), bytes(bad)], 1)[0]
    told = [*recovered(part(1)), dropped("CRC_MISMATCH")]
    steps = [*hear(part(0)), *bring(forged, *told), *bring(repairs(parts(2), 1)[0], *brought(part(1)))]
    yield from talk("crc", about, clauses, steps)
    about = "One of two computed frames does not pass; the other does, and the group is forgotten."
    bad_group: list[Frame | bytes] = [part(0), bytes(bad), part(2)]
    two = repairs(bad_group, 2)
    told = [*recovered(part(1)), dropped("CRC_MISMATCH"), *brought(part(2))]
    true = repairs(parts(3), 2)
    steps = [*hear(part(0)), *take(two[0]), *bring(two[1], *told), *bring(true[1], *brought(part(1)))]
    yield from talk("one-of-two", about, clauses, steps)


def _each(frames: list[Frame], code: dict[str, object]) -> list[dict[str, object]]:
    return [event for frame in frames for event in (*recovered(frame), code)]


def _forged() -> Iterator[Case]:
    true = raw_repairs(FRAMES_MIXED, 1)[0]
    for name, about, forged, there in forgeries():
        steps = [*send(*there), *events(message(there[0]), message(there[1])), *drop(forged, MISMATCH)]
        text = f"{about} The group is forgotten, and the true repair recovers."
        yield from talk(name, text, "FEC-22", steps, bring(true, *recovered(heart(1))))
    about = "A frame that is there is longer than S - 2."
    hearts = [heart(0), heart(1), heart(2)]
    steps = [*hear(part(0)), *send(heart(2)), *events(), *drop(repairs(hearts, 1)[0], MISMATCH)]
    yield from talk("long-there", about, "FEC-22", steps)
    about = "Of two computed frames the second cannot be: neither has any effect, and one drop is told."
    spoilt = [heart(0).wire(), heart(1).wire(), heart(7).wire()]
    steps = [*send(heart(0)), *take(repairs(spoilt, 2)[0]), *drop(repairs(spoilt, 2)[1], MISMATCH)]
    both = bring(repairs(hearts, 2)[1], *recovered(heart(1), heart(2)))
    yield from talk("second-of-two", about, "FEC-22", steps, take(repairs(hearts, 2)[0]), both)
    about = "A forged index 0 is found out by the true index 1; then both true ones recover."
    forged = replace(FIRST, parity=bytes(range(49)))
    steps = [*hear(FRAMES[0]), *take(forged), *drop(SECOND, MISMATCH), *take(SECOND)]
    yield from talk("found-by-true", about, "FEC-22", steps, bring(FIRST, *brought(*FRAMES[1:])))
    about = "A frame that comes finds the forged repair out."
    found = [*send(FRAMES[2]), *nothing(), *events(message(FRAMES[2]), dropped(MISMATCH))]
    yield from talk("found-by-frame", about, "FEC-22 FEC-25", hear(FRAMES[0]), take(forged), found)


FRAMES_MIXED = [part(0), heart(1), part(2)]


def _several() -> Iterator[Case]:
    about = "Two groups interleave, and a burst of two losses is recovered."
    odd, even = [part(1), part(3), part(5)], [part(2), part(4), part(6)]
    steps = [*hear(part(1), part(2), part(5), part(6)), *bring(pair(odd, 1, 2)[0], *brought(part(3)))]
    yield from talk("burst", about, "FEC-21", steps, bring(pair(even, 1, 2)[0], *brought(part(4))))
    about = "The same numbers on two stream_ids."
    other = parts(2, stream=9)
    steps = [*take(pair(parts(2), 1)[0], pair(other, 1)[0])]
    steps += [*send(other[0]), *nothing(), *events(message(other[0]), *brought(other[1]))]
    steps += [*send(part(1)), *nothing(), *events(message(part(1)), *brought(part(0)))]
    yield from talk("streams", about, "FEC-16 FEC-21", steps)
    about = "A recovered frame makes another group whole, which became known later."
    first, later = [part(0), part(1)], [part(1), part(3)]
    steps = [*take(pair(first, 1)[0], pair(later, 1, 2)[0]), *send(part(0)), *nothing()]
    told = [message(part(0)), *brought(part(1)), *brought(part(3))]
    yield from talk("onwards", about, "FEC-25", steps, events(*told))
    about = "The same where the other group became known earlier."
    steps = [*take(pair(later, 1, 2)[0], pair(first, 1)[0]), *send(part(0)), *nothing()]
    yield from talk("backwards", about, "FEC-25", steps, events(*told))
    about = "A frame makes two groups whole: that which became known first is recovered first."
    low, high = [part(4), part(5)], [part(5), part(7)]
    steps = [*take(pair(high, 1, 2)[0], pair(low, 1)[0]), *send(part(5)), *nothing()]
    yield from talk("oldest-first", about, "FEC-25", steps, events(message(part(5)), *brought(part(7), part(4))))
    about = "Each group of two brings the next: 8 of them in a row from one frame."
    chain = [pair([part(n), part(n + 1)], 1)[0] for n in range(8)]
    steps = [*take(*chain), *send(part(0)), *nothing(), *events(message(part(0)), *brought(*parts(8, 1)))]
    yield from talk("chain", about, "FEC-25", steps)
    about = "The TAIL of a stream comes with its last frame missing, which a chain of groups brings."
    stream = short("server")
    links = [pair(stream.numbered(1, 2), 1)[0], pair(stream.numbered(2, 3), 1)[0]]
    steps = [
        *send(stream.head(), stream.tail()),
        *expect(_missing(stream.tail_seq)),
        *events(stream.opened(), incomplete([1, 2, 3])),
    ]
    steps += [*take(*links), *send(*stream.numbered(1)), *nothing()]
    told = [message(*stream.numbered(1)), *brought(*stream.numbered(2, 3)), stream.complete()]
    yield from one("tail", about, "FEC-25 FEC-23", steps, events(*told))


def _missing(tail_seq: int) -> Said:
    return error("STREAM_INCOMPLETE", (DATA_STREAM, tail_seq), 0, missing=["1", "2", "3"])


def _sealed() -> Iterator[Case]:
    config = replace(SEALED, fec=RS8)
    frames = [closed(number) for number in range(3)]
    repair = repairs(frames, 2)
    clauses = "FEC-2 FEC-23"
    about = "A sealed frame is computed sealed, and opens."
    steps = [*hear(frames[0], frames[2]), *bring(repair[0], *brought(frames[1]))]
    yield from talk("sealed", about, clauses, steps, config=config)
    about = "A computed frame that does not open is dropped, and the true repair behind it recovers."
    odd = frames[1].wire()[:-5] + bytes([frames[1].wire()[-5] ^ 1])
    forged = repairs([frames[0], close(odd), frames[2]], 1)[0]
    told = [*recovered(frames[1]), dropped("DECRYPT_FAILED")]
    steps = [*hear(frames[0], frames[2]), *bring(forged, *told), *bring(repair[1], *brought(frames[1]))]
    yield from talk("does-not-open", about, "FEC-23 FEC-24", steps, config=config)
    requiring = replace(config, require_crypto=True, crypto=("xchacha20poly1305",))
    about = "A peer that requires crypto takes repair, which is never sealed, and rejects a computed frame that is not."
    clear = part(1)
    mixed: list[Frame | bytes] = [frames[0], clear]
    refused = refusal(clear, "ENCRYPTION_REQUIRED")
    first = [*hear(frames[0]), *send(repairs(mixed, 1)[0]), *_sealed_error(clear)]
    yield from talk("clear", about, "FEC-3 FEC-23", first, _told_of(clear, refused), config=requiring)
    about = "An unsealed error does not take the place of a sealed frame with its number."
    forged_error = wrong("STREAM_STATE", 0, DATA_STREAM)
    steps = [*hear(frames[0]), *send(forged_error), *events(error_received("STREAM_STATE")), *hear(frames[2])]
    yield from talk("kept-sealed", about, "FEC-18", steps, bring(repair[0], *brought(frames[1])), config=requiring)


def _sealed_error(frame: Frame) -> Steps:
    return expect(error("ENCRYPTION_REQUIRED", (frame.stream_id, frame.frame_seq), 0))


def _told_of(frame: Frame, refused: Steps) -> Steps:
    return [*nothing(), *events(*recovered(frame), *refused[-1]["events"])]


def _compressed() -> Iterator[Case]:
    config = replace(COMPRESSED, fec=RS8)
    frames = [part(number, flags=ZSTD) for number in range(2)]
    about = "A compressed frame is computed as it was sent."
    steps = [*hear(frames[1]), *bring(repairs(frames, 1)[0], *brought(frames[0]))]
    yield from talk("compressed", about, "FEC-2 FEC-23", steps, config=config)
