"""Dialogues on the repair that a peer sends: groups, their end, and what is in none (specs/fec.md section 5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM, PEER_SALT, SEALED, own
from ..dialogue.events import error_received, established, lost
from ..dialogue.frames import Frame, closed, heart, part, wrong
from ..dialogue.sessions import ROLES, dialogue
from ..dialogue.steps import (
    Said,
    Steps,
    act,
    advance,
    again,
    client,
    events,
    expect,
    expect_bytes,
    say,
    send,
    server,
)
from ..model import Case, Group
from .limits import large
from .repair import repairs
from .talks import QUIET, RS8, WITH, fec_ping, group, hear, one, parts, sending, session, talk

OTHER, NEXT = 5, 9
HEAD_OF = {"server": "down", "client": "up"}


def groups() -> Iterator[Group]:
    """Whole groups, flushes, ends, and what is in no group."""
    yield group("sent/groups", "Groups that end with k frames.", _whole())
    yield group("sent/sealed", "The repair of sealed frames.", _sealed(), requires=("xchacha",))
    yield group("sent/flush", "Groups that end 20 ms after their first frame.", _flushed())
    yield group("sent/ends", "Frames that end groups and are in none.", _ends())
    yield group("sent/none", "Frames that are sent again, and peers that send no repair.", _none())


def says(*frames: Frame) -> Steps:
    """The program asks for data frames, which are sent, and nothing else is."""
    return [step for frame in frames for step in (*say(frame), *expect(frame))]


def repaired(frames: Sequence[Frame], r: int, step: int = 1) -> Steps:
    """The repair of a group is sent."""
    return expect_bytes(*repairs(frames, r, step))


def _whole() -> Iterator[Case]:
    clauses = "FEC-26 FEC-29 FEC-30 FEC-1 FEC-2"
    frames = parts(4)
    about = "Each group of two frames is followed by its two repair datagrams."
    steps = [*says(*frames[:2]), *repaired(frames[:2], 2), *says(*frames[2:]), *repaired(frames[2:], 2), *QUIET]
    yield from talk("k2-r2", about, f"{clauses} FEC-31", steps, config=sending(2, 2))
    about = "Every frame is a group, and its repair a copy."
    steps = [*says(part(0)), *repaired([part(0)], 1), *says(part(1)), *repaired([part(1)], 1)]
    yield from one("k1-r1", about, clauses, steps, config=sending(1, 1))
    about = "Frames of other lengths, a HEART among them."
    mixed: list[Frame] = [part(0), heart(1), large(2, size=300)]
    steps = [*says(part(0)), *act("heart"), *expect(heart(1)), *says(mixed[2]), *repaired(mixed, 3)]
    yield from one("lengths", about, clauses, steps, config=sending(3, 3))
    about = "With a step of 2 two groups interleave."
    six = parts(6)
    odd, even = six[::2], six[1::2]
    steps = [*says(*six[:5]), *repaired(odd, 1, 2), *says(six[5]), *repaired(even, 1, 2), *QUIET]
    yield from talk("step-2", about, clauses, steps, config=sending(3, 1, 2))
    about = "With a step of 16 the first group goes on with the 17th frame."
    seventeen = parts(17)
    steps = [*says(*seventeen), *repaired([seventeen[0], seventeen[16]], 1, 16)]
    steps += [*advance(20), *(step for one_of in seventeen[1:16] for step in repaired([one_of], 1, 16))]
    yield from one("step-16", about, clauses, steps, config=sending(2, 1, 16))
    about = "Two stream_ids have groups of their own."
    other = parts(2, stream=NEXT)
    steps = [*says(frames[0], other[0], frames[1]), *repaired(frames[:2], 1), *says(other[1]), *repaired(other, 1)]
    yield from one("streams", about, clauses, steps, QUIET, config=sending(2, 1))
    about = "More repair than frames."
    steps = [*says(part(0)), *repaired([part(0)], 5)]
    yield from one("r5", about, clauses, steps, config=sending(1, 5))


def _sealed() -> Iterator[Case]:
    sealed = [closed(number, salt=PEER_SALT) for number in range(2)]
    about = "The repair of sealed frames is made of them as they are sent, and is not sealed itself."
    config = replace(SEALED, fec=RS8, repair={"k": 2, "r": 2, "step": 1})
    yield from talk("sealed", about, "FEC-2 FEC-3", says(*sealed), repaired(sealed, 2), config=config)


def _flushed() -> Iterator[Case]:
    clauses = "FEC-29 FEC-30 FEC-32"
    frames = parts(3)
    config = sending(4, 2)
    about = "Nothing 19 ms after the first frame; at 20 ms the repair, with k as it is."
    steps = [*says(frames[0]), *advance(10), *says(frames[1]), *advance(9), *QUIET, *advance(1)]
    after = [*repaired(frames[:2], 2), *advance(60), *QUIET, *says(frames[2]), *advance(20), *repaired(frames[2:], 2)]
    yield from talk("at-20", about, clauses, steps, after, config=config)
    about = "A frame at the instant of the flush belongs to the next group."
    steps = [*says(frames[0]), *advance(20), *repaired(frames[:1], 1), *says(frames[1]), *advance(19), *QUIET]
    after = [*advance(1), *repaired(frames[1:2], 1)]
    yield from one("next", about, clauses, steps, after, config=sending(4, 1))
    about = "A group that was whole has nothing left to flush."
    steps = [*says(*frames[:2]), *repaired(frames[:2], 1), *advance(30), *QUIET]
    yield from one("whole", about, clauses, steps, config=sending(2, 1))
    about = "Groups that interleave end each at its own time."
    steps = [*says(frames[0]), *advance(5), *says(frames[1]), *advance(5), *says(frames[2]), *advance(9), *QUIET]
    steps += [*advance(1), *repaired(frames[::2], 1, 2), *advance(4), *QUIET, *advance(1)]
    yield from one("interleaved", about, clauses, steps, repaired(frames[1:2], 1, 2), config=sending(4, 1, 2))
    about = "After a flush a number that would have gone on in its group begins another."
    steps = [*says(frames[0]), *advance(10), *says(frames[1]), *advance(10), *repaired(frames[:1], 1, 2)]
    steps += [*says(frames[2]), *advance(10), *repaired(frames[1:2], 1, 2), *advance(10)]
    yield from one("anew", about, clauses, steps, repaired(frames[2:], 1, 2), config=sending(4, 1, 2))
    about = "At one instant: in ascending order of stream_ids, and on one of bases."
    low = parts(2)
    steps = [*says(part(0, NEXT), *low, part(0, OTHER)), *advance(20), *repaired(low[:1], 1, 2)]
    rest = [*repaired(low[1:], 1, 2), *repaired([part(0, OTHER)], 1, 2), *repaired([part(0, NEXT)], 1, 2)]
    yield from one("order", about, clauses, steps, rest, config=sending(4, 1, 2))
    about = "The flush comes at its own time, and HEART 15 s after the last frame, not after repair."
    steps = [*says(frames[0]), *advance(14_999), *repaired(frames[:1], 1), *QUIET, *advance(1)]
    beats = [*expect(heart(1, HANDSHAKE_STREAM)), *advance(20), *repaired([heart(1, HANDSHAKE_STREAM)], 1)]
    yield from one("heart", about, "FEC-3 FEC-26 FEC-29", steps, beats, config=sending(4, 1))
    about = "A ping that is sent again at the instant of a flush goes first."
    asked = Said({"method": "ping"}, OTHER, 0)
    steps = [*session("client", sending(4, 1)), *act("ping", OTHER), *expect(asked, name="second")]
    steps += [*advance(980), *says(frames[0]), *advance(20), *again("second"), *repaired(frames[:1], 1)]
    yield client("ping-again", about, "FEC-28 FEC-32", steps, config=sending(4, 1))
    about = "The session is lost before the flush: nothing is sent for the group."
    beats = [*expect(heart(1, HANDSHAKE_STREAM)), *advance(20), *repaired([heart(1, HANDSHAKE_STREAM)], 1)]
    steps = [*advance(15_000), *beats, *advance(14_980), *expect(heart(2, HANDSHAKE_STREAM))]
    steps += [*advance(20), *repaired([heart(2, HANDSHAKE_STREAM)], 1), *advance(14_970), *says(frames[0])]
    steps += [*advance(10), *events(lost()), *advance(100)]
    yield from one("lost", about, "FEC-10", steps, config=sending(4, 1))


def _head(role: str, stream: int = DATA_STREAM) -> Steps:
    said = Said({"method": "head", "dir": HEAD_OF[role]}, stream, 0)
    return [*act("head", stream, strong_tail=False), *expect(said)]


def _tail(frames: int, stream: int = DATA_STREAM) -> Said:
    return Said({"method": "tail", "frames": str(frames)}, stream, frames + 1)


def _ends() -> Iterator[Case]:
    clauses = "FEC-27 FEC-30"
    frames = parts(3, 1)
    for role in ROLES:
        config = sending(8, 2)
        about = "HEAD is in no group; TAIL ends that of its stream, whose repair goes before it."
        steps = [*_head(role), *advance(25), *says(*frames), *act("tail"), *repaired(frames, 2), *expect(_tail(3))]
        yield dialogue(role, "tail", about, clauses, session(role, config), steps, advance(30), QUIET, config=config)
    about = "TAIL ends the groups of its stream, in ascending order of their bases, and none of another."
    config = sending(8, 1, 2)
    steps = [*_head("server"), *says(*frames, part(0, NEXT)), *act("tail"), *repaired(frames[::2], 1, 2)]
    steps += [*repaired(frames[1:2], 1, 2), *expect(_tail(3)), *advance(20), *repaired([part(0, NEXT)], 1, 2)]
    yield from one("tail-of-two", about, clauses, steps, config=config)
    about = "A request that is rejected ends nothing."
    steps = [*says(part(0)), *act("tail", reject="STREAM_STATE"), *QUIET, *says(part(1)), *repaired(parts(2), 1)]
    yield from one("rejected", about, "FEC-27", steps, config=sending(2, 1))
    about = "A capability ends the group of its stream_id, and is in none."
    answer = Said({"method": "capability"}, OTHER, 1)
    mine = part(0, OTHER)
    steps = [*says(mine), *send(fec_ping(RS8, 0, OTHER)), *repaired([mine], 1), *expect(answer)]
    told = events(established(fec="rs8"))
    yield from one("capability", about, clauses, steps, told, advance(30), QUIET, config=sending(4, 1))
    about = "A frame of 65,481 bytes is in a group, and one byte more ends it and is in none."
    big = [large(0, size=65_481), large(1, size=65_482)]
    steps = [*says(big[0], part(1)), *repaired([big[0], part(1)], 1)]
    yield from one("of-65481", about, clauses, steps, config=sending(2, 1))
    steps = [*says(part(0)), *say(big[1]), *repaired([part(0)], 1), *expect(big[1]), *says(part(2)), *advance(20)]
    yield from one("of-65482", about, clauses, steps, repaired([part(2)], 1), config=sending(4, 1))


def _none() -> Iterator[Case]:
    frames = parts(2, 1)
    about = "Frames that are sent again for STREAM_INCOMPLETE are in no group, and end none."
    config = sending(2, 1)
    missing = wrong("STREAM_INCOMPLETE", 0, DATA_STREAM, (DATA_STREAM, 3), missing=["1"])
    steps = [*_head("server"), *say(frames[0]), *expect(frames[0], name="first"), *says(frames[1])]
    steps += [*repaired(frames, 1), *act("tail"), *expect(_tail(2), name="tail")]
    steps += [*says(part(0, NEXT)), *send(missing), *again("first", "tail")]
    steps += events(error_received("STREAM_INCOMPLETE", (DATA_STREAM, 3)))
    after = [*says(part(1, NEXT)), *repaired(parts(2, stream=NEXT), 1)]
    yield from one("resent", about, "FEC-28", steps, after, advance(30), QUIET, config=config)
    about = "A peer without the own value sends no repair, though it is agreed."
    yield from talk("receiver", about, "FEC-26", says(part(0)), advance(30), QUIET, config=WITH)
    about = "A peer whose choice is none sends no repair."
    config = own(fec=RS8, repair={"k": 1, "r": 1, "step": 1})
    answer = Said({"method": "capability", "fec": ["none"]}, HANDSHAKE_STREAM, 0)
    steps = [*send(fec_ping(["none"])), *expect(answer), *events(established(fec="none"))]
    yield server("none-agreed", about, "FEC-26", steps, says(part(0)), advance(30), QUIET, config=config)
    about = "A peer with parameters and without the list sends no repair."
    plain = own(repair={"k": 1, "r": 1, "step": 1})
    steps = [*send(fec_ping()), *expect(Said({"method": "capability"}, HANDSHAKE_STREAM, 0, absent=("fec",)))]
    after = [*events(established()), *says(part(0)), *advance(30), *QUIET]
    yield server("no-list", about, "FEC-5 FEC-26", steps, after, config=plain)
    about = "An agreement without rs8 forgets the group, and nothing is sent for it."
    answer = Said({"method": "capability"}, OTHER, 0)
    steps = [*says(part(0)), *send(fec_ping(["none"], 0, OTHER)), *expect(answer), *events(established(fec="none"))]
    yield from one("agreement-ends", about, "FEC-10", steps, advance(30), QUIET, config=sending(4, 1))
    about = "An agreement with rs8 leaves the group as it is."
    steps = [*says(part(0)), *send(fec_ping(["rs8"], 0, OTHER)), *expect(answer), *events(established(fec="rs8"))]
    steps += [*says(part(1)), *repaired(parts(2), 1)]
    yield from one("agreement-goes-on", about, "FEC-10", steps, config=sending(2, 1))
    about = "Receiving and sending do not touch each other: the same numbers come and go."
    steps = [*hear(part(0)), *says(part(0), part(1)), *repaired(parts(2), 1), *hear(part(1)), *QUIET]
    yield from one("both-ways", about, "FEC-26", steps, config=sending(2, 1))
