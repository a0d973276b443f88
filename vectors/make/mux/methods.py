"""The four methods and urgency as frames: how they are checked and sealed (MUX-6, MUX-7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..dialogue.configs import CONFIG, DATA_STREAM, PEER_SALT, REQUIRING, SEALED
from ..dialogue.events import message, opened
from ..dialogue.frames import Frame, nonce_of, part, sync
from ..dialogue.sessions import ROLES, dialogue, head, session
from ..dialogue.steps import Steps, events, nothing, refusal, send
from ..dialogue.streams import Stream
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL, XCHACHA, ZSTD
from .steps import (
    MUX,
    OURS,
    OWN,
    WITH_CREDIT,
    begin,
    blocked,
    credit,
    credited,
    done,
    for_role,
    group,
    reset,
    told_done,
)

MALFORMED: dict[str, dict[str, Any]] = {
    "credit-without-limit": {"method": "credit"},
    "credit-number": {"method": "credit", "limit": 30},
    "credit-leading-zero": {"method": "credit", "limit": "030"},
    "credit-negative": {"method": "credit", "limit": "-1"},
    "credit-beyond-u64": {"method": "credit", "limit": "18446744073709551616"},
    "credit-null": {"method": "credit", "limit": None},
    "blocked-without-limit": {"method": "blocked"},
    "blocked-number": {"method": "blocked", "limit": 20},
    "blocked-empty": {"method": "blocked", "limit": ""},
    "reset-without-code": {"method": "reset"},
    "reset-empty": {"method": "reset", "code": ""},
    "reset-lower-case": {"method": "reset", "code": "gone"},
    "reset-65": {"method": "reset", "code": "A" * 65},
    "reset-number": {"method": "reset", "code": 7},
    "reset-hyphen": {"method": "reset", "code": "NO-MORE"},
}
NO_URGENCY = (8, -1, "3", True, None, 2.5)
BOTH_FLAGS = XCHACHA | STRONG_TAIL
ONE_OF_EACH = ("credit", "blocked", "done", "reset")


def groups() -> Iterator[Group]:
    """Malformed methods, methods without an agreement, and transforms."""
    yield group("methods/malformed", "The four methods and urgency, malformed.", [*_malformed()])
    yield group("methods/agreement", "Without an agreement nobody knows them.", [*_unknown()])
    unmarked = [case for role in ROLES for case in _unmarked(role)]
    yield group("methods/unmarked", "The four methods without STRONG_TAIL.", unmarked, WITH_CREDIT)
    packed = group(
        "methods/compressed", "The four methods compressed.", [c for role in ROLES for c in _compressed(role)]
    )
    yield replace(packed, requires=("zstd",))
    cases = [case for role in ROLES for case in (*_unsealed(role), *_sealed(role))]
    sealed = group("methods/sealed", "The four methods sealed, or not.", cases, WITH_CREDIT)
    yield replace(sealed, requires=("xchacha",))


def one(method: str, frame_seq: int, stream: int = DATA_STREAM, **fields: Any) -> Frame:
    """A well-formed frame of that method."""
    if method == "credit":
        return credit(30, frame_seq, stream, **fields)
    return {"blocked": blocked, "done": done, "reset": reset}[method](frame_seq, stream, **fields)


def _refused_bad(frame: Frame, number: int) -> Steps:
    return [*send(frame), *refusal(frame, "BAD_MESSAGE", number, detail="BAD_JSON")]


def _malformed() -> Iterator[Case]:
    for role in ROLES:
        for method in ("credit", "blocked", "reset"):
            about = f"Frames of {method} malformed, each in another way: answered, and their number stays free."
            bad = [sync(members, 2, DATA_STREAM) for name, members in MALFORMED.items() if name.startswith(method)]
            steps = [step for n, frame in enumerate(bad) for step in _refused_bad(frame, n)]
            rest = [*send(part(1), part(2)), *events(message(part(1)), message(part(2)))]
            yield for_role(role, method, about, "MUX-6 HSK-53", begin(role), steps, rest)
        for method in ("blocked", "reset"):
            about = f"A {method} with the number of HEAD, 0, where no HEAD has come."
            yield for_role(role, f"{method}-0", about, "MUX-6", _refused_bad(one(method, 0), 0), nothing())
        about = "HEADs whose urgency is none, each in another way; the next one opens the stream."
        heads = [head(role, urgency=value) for value in NO_URGENCY]
        steps = [step for n, bad in enumerate(heads) for step in _refused_bad(bad, n)]
        yield for_role(role, "urgency", about, "MUX-6", steps, begin(role, urgency=0))
        about = "Every urgency that there is, and none."
        all_of = [step for n in range(8) for step in begin(role, 3 + 2 * n, urgency=n)]
        config = replace(MUX, mux={"streams": 9, "frames": 20})
        yield for_role(role, "every-urgency", about, "MUX-6", all_of, begin(role, 21), config=config)
        about = "Members that nobody knows, in each of the four."
        odd = [sync({**members, "reserved-later": 1}, n, 9) for n, members in enumerate(_GOOD, 1)]
        yield for_role(role, "unknown-members", about, "MUX-6 HSK-8", send(*odd[:2]), events(), nothing())


_GOOD: tuple[dict[str, Any], ...] = (
    {"method": "credit", "limit": "30"},
    {"method": "done"},
)


def _unknown() -> Iterator[Case]:
    for role in ROLES:
        frames = [sync(members, n, 9) for n, members in enumerate(MALFORMED.values())]
        frames += [one(method, 50 + n, 9) for n, method in enumerate(ONE_OF_EACH)]
        stays = [*send(reset(1)), *events(), *send(part(2)), *events(message(part(2)))]
        urgent = [*send(head(role, urgency=99)), *events(opened())]
        for name, begun, config in (
            ("not-by-them", session(role, MUX), MUX),
            ("not-by-it", session(role, CONFIG, OURS), CONFIG),
        ):
            about = f"Multiplexing is not agreed ({name}): methods without effect, whatever is in them; so is urgency."
            steps = [*send(*frames), *events(), *nothing(), *urgent, *stays]
            yield dialogue(role, name, about, "MUX-6 HSK-8 HSK-9", begun, steps, config=config)
        about = "Without an agreement their numbers wait on an opened stream as those of unknown methods do."
        waits = [*session(role, MUX), *send(head(role)), *events(opened()), *send(reset(2), part(3)), *events()]
        rest = [*send(part(1)), *events(message(part(1)), message(part(3))), *nothing()]
        yield dialogue(role, "numbers-wait", about, "MUX-6 STM-7", waits, rest, config=MUX)
        about = "Before a session they are unknown, too."
        early = [*send(*[one(method, n, 9) for n, method in enumerate(ONE_OF_EACH)]), *events(), *nothing()]
        if role == "server":
            yield dialogue(role, "before-session", about, "MUX-6 HSK-9", early, config=MUX)


def _unsealed(role: str) -> Iterator[Case]:
    requiring = replace(REQUIRING, mux=OWN)
    for method in ONE_OF_EACH:
        about = f"A peer that requires crypto, and a {method} that is not sealed."
        frame = one(method, 1)
        refused = [*send(frame), *refusal(frame, "ENCRYPTION_REQUIRED")]
        bad = sync({"method": method, "limit": 1, "code": 1}, 2, DATA_STREAM)
        first = [*send(bad), *refusal(bad, "ENCRYPTION_REQUIRED", 1)] if method != "done" else []
        yield for_role(role, f"unsealed-{method}", about, "MUX-6", refused, first, config=requiring)


def _compressed(role: str) -> Iterator[Case]:
    for method in ONE_OF_EACH:
        about = f"A {method} with a transform that is not agreed, before what is malformed in it."
        packed = [one(method, 1, flags=ZSTD)]
        packed += [sync({"method": method}, 2, DATA_STREAM, flags=ZSTD)] if method != "done" else []
        told = [
            step
            for n, frame in enumerate(packed)
            for step in (*send(frame), *refusal(frame, "UNSUPPORTED_FEATURE", n, feature="zstd"))
        ]
        yield for_role(role, f"compressed-{method}", about, "MUX-6", told)


def _sealed(role: str) -> Iterator[Case]:
    sealed = replace(SEALED, mux=OWN)
    about = "Credit and done of a peer that has chosen to seal are sealed, without STRONG_TAIL on whatever stream."
    stream = Stream(role, tuple(part(n, flags=BOTH_FLAGS) for n in range(1, 10)), flags=BOTH_FLAGS, tail_seq=10)
    told = events(stream.opened(), *stream.messages())
    begun = [*send(stream.head(), *stream.data), *credited(30, flags=XCHACHA, nonce=_nonce(0)), *told]
    whole = [*send(stream.tail()), *told_done(1, flags=XCHACHA, nonce=_nonce(1)), *events(stream.complete())]
    yield for_role(role, "sealed", about, "MUX-7 MUX-13 HSK-4", begun, whole, config=sealed)


def _unmarked(role: str) -> Iterator[Case]:
    about = "The same on a stream with STRONG_TAIL where nothing is sealed: flags 0."
    stream = Stream(role, tuple(part(n, flags=STRONG_TAIL) for n in range(1, 10)), flags=STRONG_TAIL, tail_seq=10)
    begun = [*send(stream.head(), *stream.data), *credited(30), *events(stream.opened(), *stream.messages())]
    whole = [*send(stream.tail()), *told_done(1), *events(stream.complete())]
    yield for_role(role, "without-strong-tail", about, "MUX-7 MUX-13 MUX-24", begun, whole)


def _nonce(frame_seq: int) -> bytes:
    return nonce_of(PEER_SALT, DATA_STREAM, frame_seq)
