"""Sealed frames that are received, and numbers where crypto is required (HSK-31, HSK-34, HSK-35)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import DATA_STREAM, KEY, REQUIRING, SEALED, XCHACHA_NAME
from ...dialogue.events import dropped, error_received, established
from ...dialogue.frames import closed, part, ping, unknown, wrong
from ...dialogue.sessions import in_session, session
from ...dialogue.steps import Steps, capability, events, expect, nothing, refusal, send, server
from ...model import Case, Group
from ...writer.raw_frame import XCHACHA
from ..sent.sealed import tampered
from .window import TOP, accepted


def groups() -> Iterator[Group]:
    """Receiving, then numbers."""
    for name, about, cases in (
        ("receiving", "Sealed frames that do or do not open.", _received()),
        ("numbers", "Numbers of sealed and clear frames, where crypto is required and where not.", _numbers()),
    ):
        yield Group("handshake", f"sealed/{name}", "dialogue", about, list(cases), ("xchacha",))


def _received() -> Iterator[Case]:
    failed = [*nothing(), *events(dropped("DECRYPT_FAILED"))]
    about = "Sealed messages and a clear one, where crypto is agreed and not required."
    yield from in_session("sealed-and-clear", about, "HSK-36", accepted(closed(0), part(1), closed(2)), config=SEALED)
    about = "Sealed messages, where crypto is required."
    yield from in_session("required", about, "HSK-36", accepted(closed(0), closed(1)), config=REQUIRING)
    length = len(closed(0).wire())
    for case_id, about, bad in (
        ("key", "A frame under another key.", replace(closed(0), key=KEY[::-1]).wire()),
        ("tag", "A changed tag.", tampered(closed(0), length - 5)),
        ("nonce", "A changed nonce.", tampered(closed(0), 40)),
        ("stream-id", "A frame moved to another stream_id.", tampered(closed(0), 4)),
        ("frame-seq", "A frame under another number.", tampered(closed(0), 8)),
        ("type", "A Think made a Cache.", tampered(closed(0), 1)),
        ("modality", "Text made Image.", tampered(closed(0), 32)),
    ):
        text = f"{about} It is dropped without a word, and the true frame is accepted."
        yield from in_session(
            f"changed-{case_id}", text, "HSK-31 HSK-34", send(bad), failed, accepted(closed(0)), config=REQUIRING
        )
    about = "A forged frame with a huge number does not move the window: numbers before it are accepted."
    forged = replace(closed(2**64 - 1), key=bytes(32))
    yield from in_session(
        "forged-number",
        about,
        "HSK-31 HSK-34",
        accepted(closed(5)),
        send(forged),
        failed,
        accepted(closed(6), closed(4)),
        config=REQUIRING,
    )
    yield from _received_again()


def _received_again() -> Iterator[Case]:
    about = "A sealed frame that comes again."
    steps = [*accepted(closed(0)), *send(closed(0)), *events(dropped("DUPLICATE"))]
    yield from in_session("replayed", about, "HSK-34", steps, config=REQUIRING)
    about = "The same number sealed under another salt: a duplicate."
    steps = [*accepted(closed(0)), *send(closed(0, salt=bytes(16))), *events(dropped("DUPLICATE"))]
    yield from in_session("same-number-other-salt", about, "HSK-34", steps, config=REQUIRING)
    about = "A sealed frame to a peer without a key."
    keyless = [*send(closed(0)), *nothing(), *events(dropped("KEY_REQUIRED"))]
    yield from in_session("no-key", about, "HSK-31", keyless, accepted(part(0)))
    about = "A sealed frame without a session, to a server that has the key."
    frame = closed(0)
    yield server("no-session", about, "HSK-36", send(frame), refusal(frame, "HANDSHAKE_REQUIRED"), config=SEALED)


def _numbers() -> Iterator[Case]:
    low = wrong("ENCRYPTION_REQUIRED", 0, DATA_STREAM)
    high = wrong("ENCRYPTION_REQUIRED", TOP, DATA_STREAM)
    told = events(error_received("ENCRYPTION_REQUIRED"))

    def required(case_id: str, about: str, *steps: Steps) -> Iterator[Case]:
        yield from in_session(f"required-{case_id}", about, "HSK-35", *steps, config=REQUIRING)

    about = "A clear error with a high number leaves no trace: lower sealed numbers are accepted."
    yield from required("high-clear-error", about, send(high), told, accepted(closed(0)))
    about = "A clear error takes no number."
    yield from required("clear-error-takes-none", about, send(low), told, accepted(closed(0)))
    about = "A clear error with the number of an accepted frame is accepted."
    yield from required("clear-error-of-taken-number", about, accepted(closed(0)), send(low), told)
    about = "A clear error far below the highest number is accepted."
    yield from required("clear-error-far-below", about, accepted(closed(TOP)), send(low), told)
    about = "The same clear error twice is accepted twice."
    yield from required("clear-error-twice", about, send(low), told, send(low), told)
    about = "A clear frame of an unknown method is refused, and takes no number."
    clear = [*send(unknown(0)), *refusal(unknown(0), "ENCRYPTION_REQUIRED"), *accepted(closed(0))]
    yield from in_session("required-clear-unknown-method", about, "HSK-35 HSK-60", clear, config=REQUIRING)
    about = "A sealed frame of an unknown method takes its number."
    sealed = [*send(unknown(0, flags=XCHACHA)), *events(), *send(closed(0)), *events(dropped("DUPLICATE"))]
    yield from required("sealed-unknown-method", about, sealed)
    about = "A clear ping with the number of an accepted sealed frame is answered."
    one = ping(5, crypto=[XCHACHA_NAME])
    answer = [*send(one), *expect(capability(1, crypto=[XCHACHA_NAME])), *events(established(crypto=XCHACHA_NAME))]
    steps = [*session("server", REQUIRING), *accepted(closed(5, 1)), *answer]
    yield server("required-clear-ping", about, "HSK-35", steps, config=REQUIRING)
    about = "Where crypto is agreed and not required, a clear error takes its number."
    steps = [*send(low), *told, *send(closed(0)), *events(dropped("DUPLICATE"))]
    yield from in_session("agreed-clear-error", about, "HSK-34", steps, config=SEALED)
    about = "Where crypto is agreed and not required, a clear error moves the window."
    steps = [*send(high), *told, *send(closed(0)), *events(dropped("STALE"))]
    yield from in_session("agreed-high-clear-error", about, "HSK-34", steps, config=SEALED)
