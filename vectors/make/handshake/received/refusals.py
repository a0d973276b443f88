"""Data frames that a session rejects: every code alone, and each two that follow each other (HSK-36, HSK-43)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ...dialogue.configs import CONFIG, DATA_STREAM, HASH, MODALITIES, Config, own
from ...dialogue.events import message
from ...dialogue.frames import BYTES, HALF, Frame, critique, think
from ...dialogue.sessions import ROLES, dialogue, in_session, session, waiting
from ...dialogue.steps import events, refusal, send
from ...model import Case, Group
from ...writer.raw_frame import F16, I8, Q4, ramp
from ...writer.tensors import ASK, CACHE, SCALE, Slice, json_slice

NIBBLES: Slice = (Q4, (3,), ramp(2))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A data frame in a session of that configuration, refused with this code."""

    id: str
    about: str
    frame: Frame
    code: str
    adds: dict[str, Any] = field(default_factory=dict)
    config: Config = CONFIG
    clauses: str = "HSK-36 HSK-43"

    def cases(self) -> Iterator[Case]:
        """Once for each role."""
        header = {"header_hash": self.config.space_hash32}
        steps = [*send(self.frame), *refusal(self.frame, self.code, **self.adds, **header)]
        yield from in_session(self.id, self.about, self.clauses, steps, config=self.config)


def groups() -> Iterator[Group]:
    """One group."""
    about = "Data frames that a session refuses, no transform among them."
    cases = [case for one in (*_space(), *_modality(), *_messages(), *_dtypes()) for case in one.cases()]
    yield Group(
        "handshake", "refused/data", "dialogue", about, [*_without_session(), *cases, *_accepted(), *_insisting()]
    )


def _without_session() -> Iterator[Case]:
    frames = {
        "think": ("A Think frame", think(0)),
        "cache": ("A Cache frame", Frame(CACHE, DATA_STREAM, 0, (HALF, HALF))),
        "ask": ("An Ask frame", Frame(ASK, DATA_STREAM, 0, (HALF,))),
        "critique": ("A Critique frame", critique(0)),
        "and-space": ("A frame of another space: the session comes first.", think(0, space_hash32=7)),
        "and-message": ("A Think frame without slices: the session comes first.", replace(think(0), slices=())),
    }
    for case_id, (about, frame) in frames.items():
        for role in ROLES:
            steps = [*send(frame), *refusal(frame, "HANDSHAKE_REQUIRED")]
            text = about if about.endswith(".") else f"{about} without a session."
            yield dialogue(role, f"no-session-{case_id}", text, "HSK-36 HSK-43", waiting(role), steps)


def _space() -> Iterator[Refusal]:
    for case_id, got in (("other", 7), ("zero", 0), ("off-by-one", HASH + 1)):
        adds = {"expected_hash": HASH, "got_hash": got}
        frame = think(0, space_hash32=got)
        yield Refusal(f"space-{case_id}", f"A frame whose hash is {got}.", frame, "SPACE_MISMATCH", adds)
    frame = critique(0, space_hash32=7)
    about = "Another space and a Critique without agreement: the space comes first."
    yield Refusal("space-and-critique", about, frame, "SPACE_MISMATCH", {"got_hash": 7}, own(critique=False))


def _modality() -> Iterator[Refusal]:
    for number, name in enumerate(MODALITIES):
        agreed = own(modality=tuple(other for other in MODALITIES if other != name))
        about = f"A frame of modality {name}, the one that is not agreed."
        yield Refusal(
            f"modality-{name}", about, think(0, modality=number), "UNSUPPORTED_MODALITY", {"modality": name}, agreed
        )
    feature = {"feature": "critique"}
    yield Refusal(
        "critique", "A Critique without agreement.", critique(0), "UNSUPPORTED_FEATURE", feature, own(critique=False)
    )
    both = own(critique=False, modality=("image",))
    about = "A Critique without agreement, of a modality without agreement: the Critique comes first."
    yield Refusal("critique-and-modality", about, critique(0), "UNSUPPORTED_FEATURE", feature, both)
    frame, audio = replace(think(0), slices=(), modality=2), {"modality": "audio"}
    about = "A modality without agreement, and no slices: the modality comes first."
    yield Refusal("modality-and-message", about, frame, "UNSUPPORTED_MODALITY", audio, own(modality=("text",)))


def _messages() -> Iterator[Refusal]:
    scaled: Slice = (I8, (5, 8), ramp(40))
    for case_id, about, frame, detail in (
        ("no-slices", "A Think without slices.", replace(think(0), slices=()), "BAD_SLOTS"),
        ("slice-too-many", "A Think of two tensors.", think(0, BYTES, BYTES), "BAD_SLOTS"),
        ("cache-of-one", "A Cache of one tensor.", Frame(CACHE, DATA_STREAM, 0, (HALF,)), "BAD_SLOTS"),
        ("scale", "A scale of three blocks where there are two.", think(0, scaled, (F16, (3,), bytes(6))), "BAD_SCALE"),
        ("scale-negative", "A negative scale.", think(0, BYTES, (F16, (1,), b"\0\x80")), "BAD_SCALE"),
        ("mask", "A mask that holds a 2.", critique(0, HALF, (I8, (2,), b"\0\2")), "BAD_MASK"),
        ("explanation", "An explanation that is cut.", critique(0, HALF, json_slice('{"note":')), "BAD_JSON"),
        ("q4-divergence", "A Critique with a divergence of Q4.", critique(0, NIBBLES), "BAD_SLOTS"),
    ):
        yield Refusal(f"message-{case_id}", about, frame, "BAD_MESSAGE", {"detail": detail})
    about = "A Cache without values, its keys of a dtype without agreement: the message comes first."
    frame = Frame(CACHE, DATA_STREAM, 0, (NIBBLES,))
    yield Refusal("message-and-dtype", about, frame, "BAD_MESSAGE", {"detail": "BAD_SLOTS"}, own(dtype=("f16",)))


def _dtypes() -> Iterator[Refusal]:
    for name, one in (("f16", HALF), ("i8", BYTES), ("q4", NIBBLES)):
        agreed = own(dtype=tuple(other for other in ("f16", "i8", "q4") if other != name))
        about = f"A Think of {name}, the one dtype that is not agreed."
        yield Refusal(f"dtype-{name}", about, think(0, one), "UNSUPPORTED_DTYPE", {"dtype": name}, agreed)
    f16 = own(dtype=("f16",))
    for case_id, about, frame, name in (
        ("of-values", "The values of a Cache.", Frame(CACHE, DATA_STREAM, 0, (HALF, BYTES)), "i8"),
        ("of-context", "The context of an Ask.", Frame(ASK, DATA_STREAM, 0, (HALF, NIBBLES)), "q4"),
        ("of-divergence", "The divergence of a Critique.", critique(0, BYTES), "i8"),
        (
            "first-of-two",
            "Two tensors without agreement: the first is named.",
            Frame(CACHE, DATA_STREAM, 0, (NIBBLES, BYTES)),
            "q4",
        ),
    ):
        yield Refusal(
            f"dtype-{case_id}", about, frame, "UNSUPPORTED_DTYPE", {"dtype": name}, f16, "HSK-36 HSK-43 HSK-56"
        )
    about = "A session that agreed no dtype at all."
    yield Refusal("dtype-of-none", about, think(0), "UNSUPPORTED_DTYPE", {"dtype": "f16"}, own(dtype=()))


def _accepted() -> Iterator[Case]:
    scaled = think(0, (I8, (5, 8), ramp(40)), (F16, (2,), SCALE))
    judged = critique(0, HALF, (I8, (2,), b"\1\0"), json_slice('{"note":"x","magnitude":0.5}'))
    keys = Frame(CACHE, DATA_STREAM, 0, (HALF, NIBBLES), modality=4)
    for case_id, about, frame, config in (
        ("scale-is-no-tensor", "The F16 of a scale needs no agreement.", scaled, own(dtype=("i8",))),
        ("mask-is-no-tensor", "The I8 of a mask and an explanation needs no agreement.", judged, own(dtype=("f16",))),
        (
            "own-space-none",
            "A frame of any space, where the own hash is 0.",
            think(0, space_hash32=7),
            own(space_hash32=0),
        ),
        ("cache-mixed", "A Cache of F16 and Q4, Mixed.", keys, CONFIG),
        ("ask", "An Ask with its context.", Frame(ASK, DATA_STREAM, 0, (HALF, BYTES), modality=3), CONFIG),
        ("strong-tail", "STRONG_TAIL on a single message changes nothing.", think(0, flags=4), CONFIG),
        ("stream-0", "A message on stream_id 0.", think(0, stream=0), CONFIG),
    ):
        clauses = "HSK-36 HSK-41 HSK-56" if case_id.endswith("no-tensor") else "HSK-36 HSK-41"
        yield from in_session(f"accepted-{case_id}", about, clauses, send(frame), events(message(frame)), config=config)


def _insisting() -> Iterator[Case]:
    config = own(require_crypto=True)  # a client of this kind gives up, so only a server gets so far (HSK-27)
    for case_id, about, frame, code, adds in (
        ("not-sealed", "A clear frame to a server that insists on sealed ones.", think(0), "ENCRYPTION_REQUIRED", {}),
        (
            "space-and-not-sealed",
            "Another space comes first.",
            think(0, space_hash32=7),
            "SPACE_MISMATCH",
            {"got_hash": 7},
        ),
        ("not-sealed-and-message", "Before the message.", replace(think(0), slices=()), "ENCRYPTION_REQUIRED", {}),
    ):
        opened = [*session("server", config), *send(frame), *refusal(frame, code, **adds)]
        yield dialogue("server", case_id, about, "HSK-36", opened, config=config)
