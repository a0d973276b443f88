"""Pings that differ from others in a digit, and answers that are kept whatever they are (found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator

from ...dialogue.configs import HANDSHAKE_STREAM, HASH
from ...dialogue.events import error_sent, established
from ...dialogue.frames import ping
from ...dialogue.steps import OPEN, advance, again, capability, error, events, expect, send, server
from ...model import Case, Group

MODELS = (2, 255, 256, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**53 - 1)


def groups() -> Iterator[Group]:
    """One group."""
    about = "Values in every digit, and what makes two pings the same."
    cases = [*_models(), *_spaces(), *_numbers(), *_refused(), *_neither()]
    yield Group("handshake", "server/digits", "dialogue", about, cases)


def _models() -> Iterator[Case]:
    for value in MODELS:
        steps = [*send(ping(d_model=value)), *expect(capability()), *events(established())]
        yield server(f"d-model-{value}", f"A d_model of {value}.", "HSK-10 HSK-11", steps)


def _spaces() -> Iterator[Case]:
    for bit in (0, 7, 8, 15, 16, 23, 24, 31):
        other = HASH ^ 1 << bit
        said = error("SPACE_MISMATCH", (HANDSHAKE_STREAM, 0), expected_hash=HASH, got_hash=other)
        steps = [*send(ping(space_hash32=other)), *expect(said)]
        told = events(error_sent("SPACE_MISMATCH", 0, HANDSHAKE_STREAM))
        yield server(f"space-bit-{bit}", f"A space_hash32 that differs in bit {bit}.", "HSK-12 HSK-11", steps, told)


def _numbers() -> Iterator[Case]:
    for number in (256, 2**16, 2**32, 2**32 + 2**16, 2**63):
        about = f"A second ping whose number is {number} above that of the first: it is another one."
        steps = [*OPEN, *send(ping(number)), *expect(capability(1)), *events(established())]
        yield server(f"ping-number-{number}", about, "HSK-18 HSK-11", steps)
    for stream in (HANDSHAKE_STREAM + 2**8, HANDSHAKE_STREAM + 2**16, HANDSHAKE_STREAM + 2**31):
        about = f"A second ping with the number of the first on stream_id {stream}: it is another one."
        steps = [*OPEN, *send(ping(0, stream)), *expect(capability(0, stream)), *events(established())]
        yield server(f"ping-on-{stream}", about, "HSK-18 HSK-11", steps)


def _refused() -> Iterator[Case]:
    for code, bad in {
        "UNSUPPORTED_VERSION": ping(1, v=0),
        "SPACE_MISMATCH": ping(1, embedding_space_id="other"),
        "BAD_MESSAGE": ping(1, d_model=0),
    }.items():
        about = f"A ping that was answered with {code} comes again, at once and a second later: the same answer."
        first = [*OPEN, *send(bad), *expect(error(code, (HANDSHAKE_STREAM, 1), 1), name="refused")]
        told = events(error_sent(code, 1, HANDSHAKE_STREAM))
        same = [*send(bad), *again("refused"), *told]
        clauses = "HSK-18 HSK-61"
        case_id = f"again-{code.lower().replace('_', '-')}"
        yield server(case_id, about, clauses, first, told, same, advance(1_000), same)


def _neither() -> Iterator[Case]:
    lists = {"no-names": ((), ()), "other-names": (("later",), ("other",)), "not-agreed": (("lz4",), ("aes256gcm",))}
    for name, (compress, crypto) in lists.items():
        about = f"Neither compress nor crypto has a name that is left ({name}): both are none."
        answer = capability(compress=("none",), crypto=("none",))
        steps = [*send(ping(compress=compress, crypto=crypto)), *expect(answer), *events(established())]
        yield server(f"neither-{name}", about, "HSK-15 HSK-14", steps)
