"""HEAD, TAIL, HEART, errors and unknown methods, received outside of streams (HSK-9, HSK-37 to HSK-39)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import COMPRESSED, DATA_STREAM, KEY, REQUIRING, SEALED, XCHACHA_NAME, own
from ...dialogue.events import dropped, error_received, established, message
from ...dialogue.frames import Frame, capable, heart, ping, sync, think, unknown, wrong
from ...dialogue.sessions import ROLES, dialogue, head, in_session, session, tail, waiting
from ...dialogue.steps import OPEN, Steps, capability, events, expect, nothing, refusal, send, server
from ...model import UNTIL_ASSIGNED, Case, Group
from ...writer.raw_frame import XCHACHA, ZSTD

INSISTING = own(require_crypto=True)


def groups() -> Iterator[Group]:
    """Without transforms, then with each."""
    about = "HEAD, TAIL and HEART that are refused or dropped."
    cases = [*_without_session(), *_malformed(), *_insisting()]
    yield Group("handshake", "refused/sync", "dialogue", about, cases)
    about = "Sync frames that are accepted, and errors, which nobody answers."
    yield Group("handshake", "sync/accepted", "dialogue", about, [*_accepted(), *_errors()])
    about = f"Methods that no version has assigned yet: {UNTIL_ASSIGNED}"
    yield Group("handshake", "sync/unassigned", "dialogue", about, list(_unassigned()))
    yield Group("handshake", "refused/sync-zstd", "dialogue", "Compressed Sync frames.", list(_zstd()), ("zstd",))
    yield Group("handshake", "refused/sync-xchacha", "dialogue", "Sealed Sync frames.", list(_sealed()), ("xchacha",))


def _without_session() -> Iterator[Case]:
    for role in ROLES:
        for case_id, about, frame in (
            ("head", "A HEAD without a session.", head(role)),
            ("tail", "A TAIL without a session.", tail(1)),
            ("head-malformed", "A HEAD without dir, without a session.", sync({"method": "head"}, 0, DATA_STREAM)),
            ("tail-malformed", "A TAIL of number 0, without a session.", tail(0)),
        ):
            steps = [*send(frame), *refusal(frame, "HANDSHAKE_REQUIRED")]
            yield dialogue(role, f"no-session-{case_id}", about, "HSK-37 HSK-43", waiting(role), steps)
        about = "A HEART without a session is dropped."
        steps = [*send(heart(0)), *events(dropped("IGNORED")), *nothing()]
        yield dialogue(role, "no-session-heart", about, "HSK-37", waiting(role), steps)
    about = "A HEART that was dropped is not remembered: its number is free."
    steps = [*send(heart(0)), *events(dropped("IGNORED")), *OPEN, *send(think(0)), *events(message(think(0)))]
    yield server("no-session-heart-forgotten", about, "HSK-37 HSK-34", steps)


def _malformed() -> Iterator[Case]:
    for role in ROLES:
        for case_id, about, frame in (
            ("head-without-dir", "A HEAD without dir.", sync({"method": "head"}, 0, DATA_STREAM)),
            (
                "tail-without-frames",
                "A TAIL without frames.",
                sync({"method": "tail", "total_len": "0"}, 1, DATA_STREAM),
            ),
        ):
            steps = [*session(role), *send(frame), *refusal(frame, "BAD_MESSAGE", detail="BAD_JSON")]
            yield dialogue(role, case_id, about, "HSK-37 HSK-10 HSK-43", steps)


def _clear(role: str) -> tuple[tuple[str, str, Frame], ...]:
    return (
        ("head", "A clear HEAD", head(role)),
        ("tail", "A clear TAIL", tail(1)),
        ("heart", "A clear HEART", heart(0)),
        ("head-malformed", "A clear HEAD without dir", sync({"method": "head"}, 0, DATA_STREAM)),
    )


def _insisting() -> Iterator[Case]:
    for case_id, about, frame in _clear("server"):
        steps = [*session("server", INSISTING), *send(frame), *refusal(frame, "ENCRYPTION_REQUIRED")]
        text = f"{about} to a server that insists on sealed frames."
        yield server(f"server-not-sealed-{case_id}", text, "HSK-37", steps, config=INSISTING)


def _accepted() -> Iterator[Case]:
    about = "A HEART is accepted: nothing is told, and its number counts."
    steps = [*send(heart(0)), *events(), *nothing(), *send(think(0)), *events(dropped("DUPLICATE"))]
    yield from in_session("heart", about, "HSK-37 HSK-34", steps)
    about = "A HEART of another space."
    steps = [*send(heart(0, space_hash32=7)), *events(), *nothing()]
    yield from in_session("heart-of-another-space", about, "HSK-38", steps)
    yield from _methods(later={"method": "reserved-later"})
    for role in ROLES:
        about = "An unknown method without a session."
        yield dialogue(role, "method-no-session", about, "HSK-9", waiting(role), send(unknown(0)), events(), nothing())
    about = "A capability to a server has no effect and no answer."
    one = capable(5, agreed_proto=2)
    steps = [*send(one), *events(), *nothing(), *send(think(0)), *events(message(think(0)))]
    yield server("capability-to-a-server", about, "HSK-9", OPEN, steps)


def _methods(**objects: dict[str, object]) -> Iterator[Case]:
    for case_id, content in objects.items():
        about = f"An unknown method, {content['method']!r}: no effect, no answer, but its number counts."
        one = sync(content, 0, DATA_STREAM)
        steps = [*send(one), *events(), *nothing(), *send(think(0)), *events(dropped("DUPLICATE"))]
        yield from in_session(f"method-{case_id}", about, "HSK-9 HSK-34", steps)


def _unassigned() -> Iterator[Case]:
    yield from _methods(later={"method": "x-later"}, capitals={"method": "PING", "ts": 0}, empty={"method": ""})


def _errors() -> Iterator[Case]:
    for case_id, code, adds in (
        ("with-more-members", "ENCRYPTION_REQUIRED", {"later": [1]}),
        ("unknown-code", "X_LATER", {"later": [1]}),
        ("handshake-required", "HANDSHAKE_REQUIRED", {}),
        ("incomplete", "STREAM_INCOMPLETE", {"missing": ["0"]}),
        ("corrupt", "STREAM_CORRUPT", {"what": "md5"}),
    ):
        one = wrong(code, 0, DATA_STREAM, (DATA_STREAM, 0), **adds)
        about = f"An error {code} for a frame that was never sent: it is told, and not answered."
        steps = [*send(one), *events(error_received(code, (DATA_STREAM, 0))), *nothing()]
        yield from in_session(f"error-{case_id}", about, "HSK-39 HSK-44", steps)
    about = "An error without ref."
    yield from in_session(
        "error-without-ref",
        about,
        "HSK-39",
        send(wrong("ENCRYPTION_REQUIRED", 0, 3)),
        events(error_received("ENCRYPTION_REQUIRED")),
        nothing(),
    )
    about = "An error of another space."
    one = replace(wrong("ENCRYPTION_REQUIRED", 0, 3), space_hash32=7)
    yield from in_session(
        "error-of-another-space", about, "HSK-38", send(one), events(error_received("ENCRYPTION_REQUIRED")), nothing()
    )
    about = "The same error twice: the second is a duplicate."
    one = wrong("ENCRYPTION_REQUIRED", 0, 3)
    steps = [*send(one), *events(error_received("ENCRYPTION_REQUIRED")), *send(one), *events(dropped("DUPLICATE"))]
    yield from in_session("error-twice", about, "HSK-34 HSK-44", steps)
    for role in ROLES:
        about = "An error without a session."
        steps = [
            *send(wrong("ENCRYPTION_REQUIRED", 0, 3, (3, 0))),
            *events(error_received("ENCRYPTION_REQUIRED", (3, 0))),
            *nothing(),
        ]
        yield dialogue(role, "error-no-session", about, "HSK-39", waiting(role), steps)


def _feature(frame: Frame, feature: str) -> Steps:
    return [*send(frame), *refusal(frame, "UNSUPPORTED_FEATURE", feature=feature)]


def _zstd() -> Iterator[Case]:
    for role in ROLES:
        for case_id, about, frame in (
            ("head", "A compressed HEAD without agreement.", replace(head(role), flags=ZSTD)),
            ("tail", "A compressed TAIL without agreement.", replace(tail(1), flags=ZSTD)),
            ("heart", "A compressed HEART without agreement.", heart(0, flags=ZSTD)),
            ("head-malformed", "Compression comes before the members.", sync({"method": "head"}, 0, 3, flags=ZSTD)),
        ):
            yield dialogue(role, f"zstd-{case_id}", about, "HSK-37 HSK-43", session(role), _feature(frame, "zstd"))
        about = "A compressed HEART by agreement is accepted, though no peer is to send one."
        steps = [*session(role, COMPRESSED), *send(heart(0, flags=ZSTD)), *events(), *nothing()]
        yield dialogue(role, "zstd-heart-agreed", about, "HSK-37", steps, config=COMPRESSED)


def _sealed() -> Iterator[Case]:
    keyed = own(key=KEY)
    for role in ROLES:
        for case_id, about, frame in (
            ("head", "A sealed HEAD without agreement.", replace(head(role), flags=XCHACHA)),
            ("tail", "A sealed TAIL without agreement.", replace(tail(1), flags=XCHACHA)),
            ("heart", "A sealed HEART without agreement.", heart(0, flags=XCHACHA)),
            ("head-malformed", "Sealing comes before the members.", sync({"method": "head"}, 0, 3, flags=XCHACHA)),
        ):
            steps = [*session(role, keyed), *_feature(frame, XCHACHA_NAME)]
            yield dialogue(role, f"sealed-{case_id}", about, "HSK-37 HSK-43", steps, config=keyed)
        for case_id, about, frame in _clear(role):
            steps = [*session(role, REQUIRING), *send(frame), *refusal(frame, "ENCRYPTION_REQUIRED")]
            text = f"{about} to a peer that insists on sealed frames."
            yield dialogue(role, f"clear-{case_id}", text, "HSK-37", steps, config=REQUIRING)
        about = "A clear error to a peer that insists on sealed frames is accepted."
        steps = [
            *session(role, REQUIRING),
            *send(wrong("ENCRYPTION_REQUIRED", 0, 3)),
            *events(error_received("ENCRYPTION_REQUIRED")),
            *nothing(),
        ]
        yield dialogue(role, "clear-error", about, "HSK-38", steps, config=REQUIRING)
        about = "A sealed HEART by agreement is accepted."
        steps = [*session(role, SEALED), *send(heart(0, flags=XCHACHA)), *events(), *nothing()]
        yield dialogue(role, "sealed-heart-agreed", about, "HSK-37", steps, config=SEALED)
    about = "A clear ping in a session to a server that insists on sealed frames is answered."
    frame = ping(1, crypto=[XCHACHA_NAME])
    answer = [*send(frame), *expect(capability(1, crypto=[XCHACHA_NAME])), *events(established(crypto=XCHACHA_NAME))]
    yield server("server-clear-ping", about, "HSK-38", session("server", REQUIRING), answer, config=REQUIRING)
