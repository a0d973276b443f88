"""Qualities that the peer under test sends (ADA-14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..adapt.model import MOST_TOLERANCE
from ..dialogue.configs import COMPRESSED, CONFIG, DATA_STREAM, PEER_SALT, SEALED, own
from ..dialogue.events import established
from ..dialogue.frames import brief_ping, heart, nonce_of, sync
from ..dialogue.sessions import ROLES, dialogue, session, unsessioned
from ..dialogue.steps import Said, act, advance, events, expect, nothing, refusal, send, server
from ..dialogue.streams import short
from ..model import Case, Group
from ..stream.loss import GONE
from ..writer.raw_frame import XCHACHA
from .quality import EXACT, LATER, MALFORMED, renewed
from .talks import group, probed, talk, thinks, told_quality


def groups() -> Iterator[Group]:
    """Qualities that go, as they are agreed, and requests that are refused."""
    yield group("sent/plain", "Qualities that the peer sends.", [*_sent(), *_refused()], transports=("udp", "tcp"))
    yield group("sent/sealed", "The same, sealed.", [*_sent_sealed()], "xchacha")
    yield group("sent/compressed", "The same where zstd is agreed.", [*_sent_compressed()], "zstd")


def _sent() -> Iterator[Case]:
    for tolerance in (0, 5_000, MOST_TOLERANCE):
        about = f"A quality of {tolerance:,} has the next number of its stream_id."
        steps = [*act("quality", tolerance=tolerance), *told_quality(tolerance), *thinks(1, 0)]
        steps += [*act("quality", tolerance=tolerance), *told_quality(tolerance, 2), *nothing(), *events()]
        yield from talk(f"of-{tolerance}", about, "ADA-14 HSK-2", steps, config=EXACT)
    about = "A peer without the own value sends one, too."
    yield from talk("without-own-value", about, "ADA-14", act("quality", tolerance=90), told_quality(90), config=CONFIG)
    about = "What the peer says does not count for what it sends itself."
    yield from talk(
        "not-its-own",
        about,
        "ADA-12 ADA-14",
        act("quality", tolerance=5_000),
        told_quality(5_000),
        probed(1, 0),
        config=EXACT,
    )
    for role in ROLES:
        about = "On the stream_id of a stream that it receives, open and then complete."
        stream = short(role)
        steps = [*stream.begun(1), *act("quality", tolerance=90), *told_quality(90)]
        steps += [*send(*stream.data[1:], stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
        steps += [*act("quality", tolerance=70), *told_quality(70, 1)]
        yield dialogue(role, "received", about, "ADA-14", session(role), steps)
        about = "A quality puts off the HEART."
        steps = [*advance(14_000), *act("quality", tolerance=90), *told_quality(90), *advance(14_999), *nothing()]
        yield dialogue(role, "heart", about, "ADA-14 STM-22", session(role), steps, advance(1), expect(heart(1, 1)))
        about = "More than eight qualities in a second: they are no replies."
        many = [step for n in range(10) for step in (*act("quality", tolerance=n), *told_quality(n, n))]
        bad = sync(MALFORMED["beyond"], 0, DATA_STREAM)
        steps = [*many, *send(bad), *refusal(bad, "BAD_MESSAGE", 10, detail="BAD_JSON")]
        yield dialogue(role, "no-replies", about, "ADA-14 HSK-42", session(role, EXACT), steps, config=EXACT)


def _refused() -> Iterator[Case]:
    clauses = "ADA-14 HSK-58"
    beyond: dict[str, Any] = {"tolerance": MOST_TOLERANCE + 1}
    for name, tolerance in (("negative", -1), ("beyond", MOST_TOLERANCE + 1)):
        about = f"A tolerance of {tolerance:,}."
        steps = [*act("quality", reject="FIELD_RANGE", tolerance=tolerance), *nothing(), *events(), *thinks(0, 0)]
        yield from talk(f"range-{name}", about, "ADA-14", steps, config=EXACT)
    for role in ROLES:
        about = "Without a session: that comes first."
        steps = [*unsessioned(role), *act("quality", reject="HANDSHAKE_REQUIRED", **beyond), *nothing()]
        yield dialogue(role, "no-session", about, clauses, steps)
        about = "On a stream that the peer has opened itself, and after its TAIL."
        opens = [*act("head", strong_tail=False), *expect(Said({"method": "head"}, DATA_STREAM, 0))]
        refused = [*act("quality", reject="STREAM_STATE", **beyond), *nothing()]
        ends = [*act("tail"), *expect(Said({"method": "tail"}, DATA_STREAM, 1))]
        yield dialogue(role, "own-stream", about, clauses, session(role), opens, refused, ends, refused)
        about = "Where a quality was sent no stream is opened, and no ping goes."
        steps = [*act("quality", tolerance=90), *told_quality(90)]
        steps += [
            *act("head", reject="STREAM_STATE", strong_tail=False),
            *act("ping", reject="STREAM_STATE"),
            *nothing(),
        ]
        yield dialogue(role, "opened-later", about, "ADA-14 STM-4", session(role), steps)
        about = "On a stream of the peer's own that a session's end has ended."
        steps = [*opens, *GONE, *renewed(role, LATER, ts=45), *act("quality", tolerance=90), *told_quality(90, 1)]
        yield dialogue(role, "lost-stream", about, "ADA-14", session(role), steps)
    about = "No crypto could be agreed, which is required."
    config = own(require_crypto=True)
    mute = [*send(brief_ping()), *expect(Said({"method": "capability"}, 1, 0)), *events(established())]
    refused = [*act("quality", reject="ENCRYPTION_REQUIRED", **beyond), *nothing()]
    yield server("no-crypto", about, clauses, mute, refused, config=config)


def _sent_sealed() -> Iterator[Case]:
    about = "Where crypto is chosen, a quality is sealed."
    said = told_quality(90, flags=XCHACHA, nonce=nonce_of(PEER_SALT, DATA_STREAM, 0))
    yield from talk("sent-sealed", about, "ADA-14 HSK-4", act("quality", tolerance=90), said, config=SEALED)


def _sent_compressed() -> Iterator[Case]:
    about = "Where zstd is chosen, a quality is not compressed."
    yield from talk(
        "sent-plain", about, "ADA-14 HSK-5", act("quality", tolerance=90), told_quality(90), config=COMPRESSED
    )
