"""Frames that a peer sends for its application, and those it refuses to send (HSK-1 to HSK-6, MSG-22, FRM-28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...dialogue.configs import CONFIG, DATA_STREAM, MODALITIES, Config, own
from ...dialogue.events import message
from ...dialogue.frames import BYTES, HALF, Frame, critique, heart, think
from ...dialogue.sessions import ROLES, dialogue, in_session, session, unsessioned
from ...dialogue.steps import OPEN, Steps, act, client, events, expect, nothing, refusal, say, send, server
from ...model import Case, Group
from ...writer.raw_frame import F16, I8, ramp
from ...writer.tensors import ASK, CACHE, Slice, json_slice
from ..client.handshake import FAILED
from ..received.refusals import NIBBLES

NO_SESSION = "HANDSHAKE_REQUIRED"
LARGEST_DATAGRAM = 65_507  # FRM-28


def groups() -> Iterator[Group]:
    """Groups of what goes out, then of what does not, then of the limits of size."""
    about = "Messages and HEARTs that a peer sends."
    yield Group("handshake", "sending/frames", "dialogue", about, [*_sent(), *_numbered()])
    about = "What a peer refuses to send: the other end would refuse it."
    refused = [case for one in (*_alone(), *_pairs()) for case in one.cases()]
    cases = [*_without_session(), *refused, *_nothing_used(), *_insisting()]
    yield Group("handshake", "sending/refused", "dialogue", about, cases)
    yield Group("handshake", "sending/size", "dialogue", "Datagrams at and over the limit.", list(_sizes()))


def sent(frame: Frame) -> Steps:
    """The program asks for the frame, and the peer sends it."""
    return [*say(frame), *expect(frame)]


def _sent() -> Iterator[Case]:
    judged = critique(0, HALF, (I8, (2,), b"\1\0"), json_slice('{"note":"x"}'))
    for case_id, about, frame in (
        ("think", "A Think of I8.", think(0, BYTES)),
        ("cache", "A Cache.", Frame(CACHE, DATA_STREAM, 0, (HALF, BYTES))),
        ("ask", "An Ask with its context.", Frame(ASK, DATA_STREAM, 0, (BYTES, NIBBLES))),
        ("critique", "A Critique with mask and explanation.", judged),
        ("scaled", "A tensor with its scale.", think(0, (I8, (5,), ramp(5)), (F16, (1,), b"\0\x3c"))),
        ("stream-0", "A Think on stream_id 0.", think(0, stream=0)),
        ("stream-largest", "A Think on the largest stream_id.", think(0, stream=2**32 - 1)),
    ):
        yield from in_session(f"sends-{case_id}", about, "HSK-2 HSK-3", sent(frame))
    for number, name in enumerate(MODALITIES):
        about = f"A Think of modality {name}."
        yield from in_session(f"sends-{name}", about, "HSK-3 HSK-6", sent(think(0, modality=number)))
    about = "A HEART, with modality 0 and the own space."
    yield from in_session("sends-heart", about, "HSK-2 HSK-3", act("heart"), expect(heart(0)))
    about = "A peer without a space puts 0 into its frames."
    none = own(space_hash32=0)
    yield server(
        "server-sends-without-space",
        about,
        "HSK-3",
        session("server", none),
        sent(think(0, space_hash32=0)),
        config=none,
    )
    about = "The own space goes into an error as well, whatever the frame had that it answers."
    bad = think(0, space_hash32=7)
    yield from in_session("error-has-own-space", about, "HSK-3", send(bad), refusal(bad, "SPACE_MISMATCH", got_hash=7))


def _numbered() -> Iterator[Case]:
    about = "Three messages on one stream_id, two on another: each counts from 0."
    frames = [think(0), think(0, stream=5), think(1), think(2), think(1, stream=5)]
    yield from in_session("numbers-by-stream", about, "HSK-2", *(sent(frame) for frame in frames))
    about = "On the stream_id of the handshake the count goes on from it."
    yield from in_session("numbers-after-handshake", about, "HSK-2", sent(think(1, stream=1)), sent(think(2, stream=1)))
    about = "Messages, a HEART and an error share one count."
    bad = think(9, modality=0, space_hash32=7)
    steps = [*sent(think(0)), *act("heart"), *expect(heart(1)), *send(bad), *refusal(bad, "SPACE_MISMATCH", 2)]
    yield from in_session("numbers-shared", about, "HSK-2", steps, sent(think(3)))
    about = "A HEART on each of 1,025 stream_ids, and one more on the first: no number is forgotten and used twice."
    beats = [step for stream in range(2, 1_027) for step in (*act("heart", stream), *expect(heart(0, stream)))]
    yield server("numbers-on-1025", about, "HSK-2 HSK-71", OPEN, beats, act("heart", 2), expect(heart(1, 2)))
    about = "The count has nothing to do with the numbers that are received."
    frame = think(700)
    yield from in_session("numbers-own", about, "HSK-2", send(frame), events(message(frame)), sent(think(0)))


def _without_session() -> Iterator[Case]:
    for role in ROLES:
        for case_id, about, step in (
            ("message", "A message without a session.", say(think(0), NO_SESSION)),
            ("critique", "A Critique without a session.", say(critique(0), NO_SESSION)),
            (
                "bad-message",
                "A message without slices, without a session.",
                say(replace(think(0), slices=()), NO_SESSION),
            ),
            ("head", "A HEAD without a session.", act("head", 3, NO_SESSION, strong_tail=False)),
            ("tail", "A TAIL without a session.", act("tail", 3, NO_SESSION)),
            ("heart", "A HEART without a session.", act("heart", 3, NO_SESSION)),
        ):
            clauses = "HSK-6 HSK-57" if case_id in ("message", "critique", "bad-message") else "HSK-58"
            yield dialogue(role, f"no-session-{case_id}", about, clauses, unsessioned(role), step, nothing())
    for case_id, step in (
        ("message", say(think(0), NO_SESSION)),
        ("heart", act("heart", 3, NO_SESSION)),
    ):
        about = "The same after a handshake that failed."
        yield client(f"client-failed-{case_id}", about, "HSK-6 HSK-29", FAILED, step, nothing())


@dataclass(frozen=True, slots=True)
class Unsent:
    """A data frame that a peer of that configuration is asked for and refuses with this code."""

    id: str
    about: str
    frame: Frame
    code: str
    config: Config = CONFIG
    clauses: str = "HSK-6 HSK-57"

    def cases(self) -> Iterator[Case]:
        """Once for each role."""
        steps = [*say(self.frame, self.code), *nothing(), *events()]
        yield from in_session(self.id, self.about, self.clauses, steps, config=self.config)


def _alone() -> Iterator[Unsent]:
    about = "A Critique without agreement."
    yield Unsent("critique", about, critique(0), "UNSUPPORTED_FEATURE", own(critique=False))
    for number, name in enumerate(MODALITIES):
        agreed = own(modality=tuple(other for other in MODALITIES if other != name))
        frame = think(0, modality=number)
        yield Unsent(f"modality-{name}", f"{name} without agreement.", frame, "UNSUPPORTED_MODALITY", agreed)
    scaled: Slice = (I8, (5, 8), ramp(40))
    for case_id, about, frame, code in (
        ("no-slices", "A Think without slices.", replace(think(0), slices=()), "BAD_SLOTS"),
        ("slice-too-many", "A Think of two tensors.", think(0, BYTES, BYTES), "BAD_SLOTS"),
        ("scale", "A scale of three blocks where there are two.", think(0, scaled, (F16, (3,), bytes(6))), "BAD_SCALE"),
        ("mask", "A mask that holds a 2.", critique(0, HALF, (I8, (2,), b"\0\2")), "BAD_MASK"),
        ("explanation", "An explanation that is cut.", critique(0, HALF, json_slice('{"note":')), "BAD_JSON"),
    ):
        yield Unsent(f"message-{case_id}", about, frame, code, clauses="HSK-6 MSG-22")
    for name, one in (("f16", HALF), ("i8", BYTES), ("q4", NIBBLES)):
        agreed = own(dtype=tuple(other for other in ("f16", "i8", "q4") if other != name))
        yield Unsent(f"dtype-{name}", f"{name} without agreement.", think(0, one), "UNSUPPORTED_DTYPE", agreed)
    about = "The second tensor is of a dtype without agreement."
    frame = Frame(CACHE, DATA_STREAM, 0, (HALF, BYTES))
    yield Unsent("dtype-second-tensor", about, frame, "UNSUPPORTED_DTYPE", own(dtype=("f16",)))


def _pairs() -> Iterator[Unsent]:
    image, f16 = ("image",), ("f16",)
    no_slices = replace(think(0), slices=())
    cut = Frame(CACHE, DATA_STREAM, 0, (NIBBLES,))
    for case_id, about, frame, code, config in (
        (
            "critique-and-modality",
            "The Critique comes first.",
            critique(0),
            "UNSUPPORTED_FEATURE",
            own(critique=False, modality=image),
        ),
        ("modality-and-message", "The modality comes first.", no_slices, "UNSUPPORTED_MODALITY", own(modality=image)),
        ("message-and-dtype", "The message comes first.", cut, "BAD_SLOTS", own(dtype=f16)),
    ):
        yield Unsent(case_id, about, frame, code, config)


def _nothing_used() -> Iterator[Case]:
    about = "A message that is refused uses no number: the next one has it."
    steps = [*sent(think(0)), *say(replace(think(1), slices=()), "BAD_SLOTS"), *sent(think(1))]
    yield from in_session("refused-uses-no-number", about, "HSK-6 HSK-2", steps)


def _insisting() -> Iterator[Case]:
    config = own(require_crypto=True)
    code = "ENCRYPTION_REQUIRED"
    for case_id, step in (
        ("message", say(think(0), code)),
        ("critique-not-agreed", say(critique(0), code)),
        ("head", act("head", 3, code, strong_tail=False)),
        ("tail", act("tail", 3, code)),
        ("heart", act("heart", 3, code)),
    ):
        own_config = replace(config, critique="not-agreed" not in case_id)
        about = "A server that insists on sealed frames, and could agree on none, sends nothing that needs it."
        opened = session("server", own_config)
        yield dialogue(
            "server", f"insists-{case_id}", about, "HSK-46 HSK-57 HSK-58", opened, step, nothing(), config=own_config
        )


def _sizes() -> Iterator[Case]:
    fixed = len(think(0, (I8, (0,), b"")).wire())
    count = LARGEST_DATAGRAM - fixed
    about = "A frame of 65,507 bytes: the largest datagram."
    yield server("datagram-largest", about, "HSK-1 FRM-28", OPEN, sent(think(0, (I8, (count,), bytes(count)))))
    about = "A frame of 65,508 bytes is valid, but no datagram. The next one has its number."
    large = say(think(0, (I8, (count + 1,), bytes(count + 1))), "FRAME_TOO_LARGE")
    yield server("datagram-too-large", about, "HSK-1 HSK-2 FRM-28", OPEN, large, nothing(), sent(think(0)))
