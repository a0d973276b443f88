"""Qualities to the peer under test (ADA-12, ADA-15, ADA-16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..adapt.model import MOST_TOLERANCE
from ..dialogue.configs import COMPRESSED, CONFIG, DATA_STREAM, REQUIRING, SEALED, Config
from ..dialogue.events import dropped, error_received, established, message, opened
from ..dialogue.frames import brief_ping, capable, part, sync
from ..dialogue.sessions import ROLES, dialogue, head, session
from ..dialogue.steps import (
    Said,
    Steps,
    act,
    client,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    send,
    server,
)
from ..dialogue.streams import short
from ..model import Case, Group
from ..stream.loss import GONE
from ..writer.raw_frame import XCHACHA, ZSTD
from ..writer.tensors import CACHE
from .talks import (
    I8_FROM,
    OTHER,
    Q4_FROM,
    adaptive,
    ask,
    goes,
    group,
    probed,
    quality,
    talk,
    thinks,
    worked,
)

EXACT = adaptive(0)
"""A peer that bears no error of its own."""
LATER = 7
MALFORMED: dict[str, Any] = {
    "without": {"method": "quality"},
    "negative": {"method": "quality", "tolerance": -1},
    "beyond": {"method": "quality", "tolerance": MOST_TOLERANCE + 1},
    "text": {"method": "quality", "tolerance": "5"},
    "half": {"method": "quality", "tolerance": 5.5},
    "true": {"method": "quality", "tolerance": True},
    "null": {"method": "quality", "tolerance": None},
    "array": {"method": "quality", "tolerance": [5]},
    "fraction": '{"method":"quality","tolerance":5.0}',
    "exponent": '{"method":"quality","tolerance":1e3}',
}
AS_NOTHING: Steps = [*events(), *nothing()]


def groups() -> Iterator[Group]:
    """Tolerances that count, stream_ids, ends and rejects."""
    yield group("quality/counts", "The tolerance that counts.", [*_counts(), *_numbers()])
    yield group("quality/streams", "The stream_ids on which it counts.", [*_stream_ids(), *_opened()], transports=())
    yield group("quality/ended", "The end of what was said.", [*_renegotiated(), *_lost(), *_failed()])
    yield group(
        "quality/malformed", "Qualities that are rejected, and those that nobody knows.", [*_malformed(), *_unknown()]
    )
    packed = [*_transformed(replace(COMPRESSED, adaptive={"tolerance": 0}), ZSTD, "compressed")]
    yield group("quality/compressed", "Compressed qualities.", packed, "zstd")
    yield group("quality/sealed", "Sealed qualities, and those that are not.", [*_sealed()], "xchacha")


def hears(tolerance: int, frame_seq: int = 0, stream: int = DATA_STREAM, **fields: Any) -> Steps:
    """A quality comes, and nothing is told of it."""
    return [*send(quality(tolerance, frame_seq, stream, **fields)), *AS_NOTHING]


def _counts() -> Iterator[Case]:
    for own_value, told in ((16_777, 150_000), (150_000, 16_777), (0, 1), (1, 0), (5_000, 5_000), (1_000_000, 999_999)):
        about = f"The own tolerance is {own_value:,}, and the quality {told:,}: the greater of them counts."
        steps = [*probed(0, own_value), *hears(told), *probed(2, max(own_value, told))]
        yield from talk(f"{told}-to-{own_value}", about, "ADA-12 ADA-16", steps, config=adaptive(own_value))
    for told in (0, I8_FROM - 1, I8_FROM, Q4_FROM - 1, Q4_FROM, MOST_TOLERANCE):
        about = f"The worked tensor, and a quality of {told:,}."
        yield from talk(f"worked-{told}", about, "ADA-12 ADA-16", hears(told), thinks(0, told), config=EXACT)
    about = "A quality is for keys and values, too."
    steps = [*_cache(0, (0, Q4_FROM)), *hears(I8_FROM), *_cache(1, (I8_FROM, Q4_FROM)), *hears(Q4_FROM, 1)]
    config = adaptive(I8_FROM, keys=0, values=Q4_FROM)
    yield from talk("cache", about, "ADA-12", steps, _cache(2, (Q4_FROM, Q4_FROM)), config=config)
    about = "What was asked for before stays as it was; from then on the quality counts."
    yield from talk(
        "from-then-on", about, "ADA-11 ADA-16", thinks(0, 0), hears(Q4_FROM), thinks(1, Q4_FROM), config=EXACT
    )
    about = "Members that nobody knows, in a quality."
    odd = sync({"method": "quality", "tolerance": 5_000, "reserved-later": 1}, 0, DATA_STREAM)
    yield from talk("unknown-member", about, "ADA-16 HSK-8", send(odd), AS_NOTHING, probed(0, 5_000), config=EXACT)


def _cache(frame_seq: int, tolerances: tuple[int, int]) -> Steps:
    slices = [one for tolerance in tolerances for one in worked().slices(tolerance, CONFIG.dtype)]
    return [*ask(worked(), worked(), type=CACHE), *goes(frame_seq, *slices, type=CACHE)]


def _numbers() -> Iterator[Case]:
    clauses = "ADA-16"
    about = "A later quality takes the place of an earlier one, also with a lower tolerance; 0 takes it back."
    steps = [*hears(5_000), *probed(0, 5_000), *hears(90, 1), *probed(2, 90), *hears(0, 2), *probed(4, 0)]
    yield from talk("replaced", about, clauses, steps, config=EXACT)
    about = "Qualities come in another order than they were sent: the one with the highest number counts."
    steps = [*hears(5_000, 2), *hears(90, 1), *probed(0, 5_000), *hears(70, 3), *hears(9_000, 0), *probed(2, 70)]
    yield from talk("reordered", about, clauses, steps, config=EXACT)
    about = "A quality that comes twice is a duplicate, and changes nothing."
    again = [*send(quality(5_000)), *events(dropped("DUPLICATE")), *nothing(), *probed(0, 90)]
    yield from talk("duplicate", about, "ADA-16 HSK-34", hears(5_000), hears(90, 1), again, config=EXACT)
    about = "Qualities get lost: the one that comes says all."
    yield from talk("lost", about, clauses, hears(5_000), hears(90, 40), probed(0, 90), config=EXACT)
    for bits in (8, 16, 31, 32, 53, 63):
        about = f"The number of a quality is one whose lowest {bits} bits are 0."
        steps = [*hears(5_000, 2**bits - 1), *hears(90, 2**bits), *probed(0, 90)]
        yield from talk(f"number-of-{bits}-bits", about, clauses, steps, config=EXACT)
    about = "The largest numbers."
    steps = [*hears(5_000, 2**64 - 2), *hears(90, 2**64 - 1), *probed(0, 90)]
    yield from talk("largest-numbers", about, clauses, steps, config=EXACT)
    about = "A quality with a number that a message had is a duplicate."
    steps = [
        *send(part(0)),
        *events(message(part(0))),
        *send(quality(5_000)),
        *events(dropped("DUPLICATE")),
        *nothing(),
    ]
    yield from talk("number-used", about, "ADA-16 HSK-34", steps, probed(0, 0), config=EXACT)


def _stream_ids() -> Iterator[Case]:
    clauses = "ADA-16"
    about = "A quality counts on its own stream_id alone."
    steps = [*hears(5_000), *probed(0, 0, OTHER), *probed(0, 5_000), *hears(90, 0, OTHER), *probed(2, 90, OTHER)]
    yield from talk("own", about, clauses, steps, probed(2, 5_000), config=EXACT)
    about = "Stream_ids 0 and the largest."
    steps = [*hears(5_000, 0, 0), *hears(90, 0, 2**32 - 1), *probed(0, 5_000, 0), *probed(0, 90, 2**32 - 1)]
    yield from talk("ends", about, clauses, steps, config=EXACT)
    about = "A quality on the stream_id of the handshake."
    yield from talk("handshake", about, clauses, hears(5_000, 1, 1), probed(1, 5_000, 1), config=EXACT)
    about = "Of 1,024 stream_ids qualities are remembered, the first and the last among them."
    many = [step for n in range(1_024) for step in send(quality(5_000, 0, 10 + n))]
    steps = [*many, *AS_NOTHING, *probed(0, 5_000, 10), *probed(0, 5_000, 1_033)]
    yield from talk("remembered", about, clauses, steps, config=EXACT)
    about = "Of 1,024 stream_ids those are remembered on which one came last: the first has had another."
    more = [*send(quality(90, 1, 10), quality(5_000, 0, 2_000)), *AS_NOTHING]
    steps = [*many, *more, *probed(0, 90, 10), *probed(0, 5_000, 2_000), *probed(0, 5_000, 12)]
    yield from talk("remembered-last", about, clauses, steps, config=EXACT)


def _opened() -> Iterator[Case]:
    for role in ROLES:
        begun = session(role, EXACT)
        about = "On a stream that the peer sends, between its messages."
        steps = [*act("head", strong_tail=False), *expect(Said({"method": "head"}, DATA_STREAM, 0))]
        steps += [*probed(1, 0), *hears(5_000), *probed(3, 5_000)]
        yield dialogue(role, "sent", about, "ADA-16", begun, steps, config=EXACT)
        about = "On a stream to the peer: it waits for its turn, and counts at once."
        steps = [*send(head(role)), *events(opened()), *hears(5_000, 2), *probed(0, 5_000)]
        steps += [*send(part(3)), *events(), *send(part(1)), *events(message(part(1)), message(part(3)))]
        yield dialogue(role, "received", about, "ADA-16 STM-7", begun, steps, config=EXACT)
        about = "On such a stream twice: the second one is a duplicate, though its number still waits."
        steps = [*send(head(role)), *events(opened()), *hears(5_000, 2), *send(quality(90, 2))]
        steps += [*events(dropped("DUPLICATE")), *nothing(), *probed(0, 5_000)]
        yield dialogue(role, "received-twice", about, "ADA-16 STM-9", begun, steps, config=EXACT)
        about = "On a stream to the peer that is complete."
        steps = [*short(role).whole(), *send(quality(5_000, 9)), *events(dropped("CLOSED")), *nothing(), *probed(0, 0)]
        yield dialogue(role, "complete", about, "ADA-16 STM-19", begun, steps, config=EXACT)
        about = "On a stream to the peer, too far ahead of what is missing: it is dropped, and does not count."
        steps = [*send(head(role)), *events(opened()), *send(quality(5_000, 1_025)), *events(dropped("BUFFER_LIMIT"))]
        yield dialogue(role, "too-far", about, "ADA-16 STM-8", begun, steps, probed(0, 0), config=EXACT)


def renewed(role: str, stream: int, number: int = 0, ts: int = 0) -> Steps:
    """Another handshake, on a stream_id on which nothing was sent. number: of the capability to a client."""
    if role == "server":
        asked = [*send(brief_ping(0, stream)), *expect(Said({"method": "capability"}, stream, 0))]
        return [*asked, *events(established())]
    asked = [*act("ping", stream), *expect(first_ping(0, stream, ts=ts)), *send(capable(number, stream))]
    return [*asked, *events(established())]


def _renegotiated() -> Iterator[Case]:
    for role in ROLES:
        about = "The session is renegotiated: what was said still counts."
        steps = [*hears(5_000), *renewed(role, LATER), *probed(0, 5_000)]
        yield dialogue(role, "renegotiated", about, "ADA-16", session(role, EXACT), steps, config=EXACT)


def _lost() -> Iterator[Case]:
    for role in ROLES:
        about = "The other end is lost: in the next session only the own tolerance counts, until a quality comes."
        steps = [*hears(5_000, 9), *GONE, *renewed(role, LATER, ts=45), *probed(0, 0), *hears(90, 1), *probed(2, 90)]
        yield dialogue(role, "lost", about, "ADA-16 STM-24", session(role, EXACT), steps, config=EXACT)


def _failed() -> Iterator[Case]:
    about = "A renegotiation fails by HSK-65, which ends the session: what was said is forgotten."
    fails = [*act("ping", LATER), *expect(first_ping(0, LATER)), *send(capable(0, LATER, agreed_proto=2))]
    steps = [*session("client", EXACT), *hears(5_000), *fails, *events(error_received("UNSUPPORTED_VERSION"))]
    yield client("failed", about, "ADA-16 HSK-65", steps, renewed("client", 9), probed(0, 0), config=EXACT)


def _malformed() -> Iterator[Case]:
    for name, content in MALFORMED.items():
        bad = sync(content, 1, DATA_STREAM)
        about = f"A malformed quality ({name}): it is answered, does not count, and its number stays free."
        steps = [*hears(5_000), *send(bad), *refusal(bad, "BAD_MESSAGE", detail="BAD_JSON"), *hears(90, 1)]
        yield from talk(name, about, "ADA-15 HSK-53", steps, probed(1, 90), config=EXACT)
    for tolerance in (0, MOST_TOLERANCE):
        about = f"The bounds are no fault: {tolerance:,}."
        yield from talk(f"bound-{tolerance}", about, "ADA-15", hears(tolerance), config=EXACT)
    for role in ROLES:
        about = "A malformed quality on a stream to the peer: its number stays free."
        bad = sync(MALFORMED["beyond"], 1, DATA_STREAM)
        steps = [*send(head(role)), *events(opened()), *send(bad), *refusal(bad, "BAD_MESSAGE", detail="BAD_JSON")]
        steps += [*send(part(1)), *events(message(part(1)))]
        yield dialogue(role, "opened", about, "ADA-15 STM-27", session(role, EXACT), steps, config=EXACT)
        about = "A malformed quality on a stream that is complete: that comes first."
        steps = [*short(role).whole(), *send(sync(MALFORMED["beyond"], 9, DATA_STREAM)), *events(dropped("CLOSED"))]
        yield dialogue(role, "complete", about, "ADA-15 STM-27", session(role, EXACT), steps, nothing(), config=EXACT)


def _unknown() -> Iterator[Case]:
    frames = [sync(content, number, DATA_STREAM) for number, content in enumerate(MALFORMED.values())]
    about = "A peer without the own value does not know the method, whatever is in it."
    steps = [*send(*frames, quality(5_000, 40)), *AS_NOTHING, *send(frames[0]), *events(dropped("DUPLICATE"))]
    yield from talk("unknown", about, "ADA-15 HSK-9", steps, nothing(), config=CONFIG)
    about = "Before a session nobody knows the method; it does not count later."
    begun = session("server", EXACT)
    yield server(
        "before-session",
        about,
        "ADA-15 HSK-9",
        send(*frames, quality(5_000, 40)),
        AS_NOTHING,
        begun,
        probed(0, 0),
        config=EXACT,
    )


def _transformed(agreeing: Config, flag: int, name: str) -> Iterator[Case]:
    about = f"A quality that is {name}, which is agreed, counts."
    yield from talk(
        f"{name}-agreed", about, "ADA-15 ADA-16", hears(90, flags=flag), _as_agreed(agreeing, flag), config=agreeing
    )
    feature = {ZSTD: "zstd", XCHACHA: "xchacha20poly1305"}[flag]
    config = replace(EXACT, key=agreeing.key)
    for case_id, content in (("", {"method": "quality", "tolerance": 90}), ("-malformed", MALFORMED["text"])):
        bad = sync(content, 0, DATA_STREAM, flags=flag)
        about = f"A quality that is {name}, which is not agreed{', and malformed' if case_id else ''}."
        steps = [*send(bad), *refusal(bad, "UNSUPPORTED_FEATURE", feature=feature), *probed(1, 0)]
        yield from talk(f"{name}-not-agreed{case_id}", about, "ADA-15", steps, config=config)


def _as_agreed(config: Config, flags: int) -> Steps:
    """The worked tensor goes as f16, transformed: 90 is not enough for more."""
    return [*ask(worked()), *goes(0, *worked().slices(90, config.dtype), flags=flags)]


def _sealed() -> Iterator[Case]:
    yield from _transformed(replace(SEALED, adaptive={"tolerance": 0}), XCHACHA, "sealed")
    config = replace(REQUIRING, adaptive={"tolerance": 0})
    about = "A peer that requires crypto, and qualities that are not sealed: they do not count."
    good = quality(Q4_FROM)
    for name, content in (("good", {"method": "quality", "tolerance": Q4_FROM}), ("malformed", MALFORMED["text"])):
        bad = sync(content, 0, DATA_STREAM)
        steps = [*send(bad), *refusal(bad, "ENCRYPTION_REQUIRED"), *ask(worked())]
        steps += goes(1, *worked().slices(0, config.dtype), flags=XCHACHA)
        yield from talk(f"unsealed-{name}", about, "ADA-15", steps, config=config)
    about = "The same with one that is sealed, which counts."
    steps = [*send(replace(good, flags=XCHACHA)), *AS_NOTHING, *ask(worked())]
    steps += goes(0, *worked().slices(Q4_FROM, config.dtype), flags=XCHACHA)
    yield from talk("required", about, "ADA-15 ADA-16", steps, config=config)
    about = "Without the own value a quality that is not sealed is rejected by a peer that requires crypto."
    steps = [*send(good), *refusal(good, "ENCRYPTION_REQUIRED")]
    yield from talk("unsealed-unknown", about, "ADA-15 HSK-60", steps, config=REQUIRING)
