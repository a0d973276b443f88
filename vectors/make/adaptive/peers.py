"""Adaptive messages of a peer: the forms that it chooses, and what it refuses (ADA-11 to ADA-13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..adapt.choices import DB_20, DB_30, WORKED
from ..adapt.drawn import ONE, tensor
from ..adapt.model import MOST_TOLERANCE, NAN
from ..dialogue.configs import CONFIG, DATA_STREAM, HANDSHAKE_STREAM, Config, own
from ..dialogue.configs import DTYPES as LISTED
from ..dialogue.events import complete, established
from ..dialogue.frames import brief_ping, capable, sync, think
from ..dialogue.sessions import ROLES, dialogue, session, unsessioned
from ..dialogue.steps import Said, Steps, act, events, expect, first_ping, nothing, say, send, server
from ..model import Case, Group
from ..quant.cases import f32
from ..writer.raw_frame import I8, STRONG_TAIL
from ..writer.tensors import ASK, CACHE, CRITIQUE, Slice, json_slice
from .talks import EVERY, I8_FROM, Q4_FROM, Dense, adaptive, ask, goes, group, probed, talk, thinks, worked

FEW = Dense([0] * 39 + [ONE], (40,))
"""A tensor that is smallest as sparse."""
MASK: Slice = (I8, (4, 8), bytes(31) + b"\1")
NOTE = json_slice('{"note":"layer 12"}')


def groups() -> Iterator[Group]:
    """Forms, what is agreed, kinds of messages, and refusals."""
    yield group("forms", "The form of a tensor, by the peer's own tolerance.", [*_forms(), *_sources()])
    yield group("agreed", "Forms are those that are agreed as dtypes.", [*_agreed(), *_lists()])
    yield group("messages", "Messages of several tensors, and with other slices.", [*_messages(), *_streams()])
    yield group("refused", "Requests that are refused, and in which order.", [*_refused(), *_order()])


def _forms() -> Iterator[Case]:
    for tolerance in (0, I8_FROM - 1, I8_FROM, Q4_FROM - 1, Q4_FROM, MOST_TOLERANCE):
        about = f"The worked tensor at a tolerance of {tolerance:,}."
        yield from talk(
            f"tolerance-{tolerance}", about, "ADA-11 ADA-12", thinks(0, tolerance), config=adaptive(tolerance)
        )
    for tolerance in (1, 5_000, 1_048_576):
        about = f"Tensors that just pass, and just do not, at {tolerance:,}."
        yield from talk(f"exact-{tolerance}", about, "ADA-11", probed(0, tolerance), config=adaptive(tolerance))
    about = "Two messages, and one of a form that is given: their numbers are those of one stream_id."
    steps = [*thinks(0, DB_20), *say(think(1)), *expect(think(1)), *thinks(2, DB_20), *thinks(0, DB_20, 5)]
    yield from talk("numbers", about, "ADA-11 HSK-2", steps, config=adaptive(DB_20))
    about = "Every modality, as in other messages."
    steps = [
        one
        for n in range(5)
        for one in (*ask(worked(), modality=n), *goes(n, *worked().slices(DB_20, LISTED), modality=n))
    ]
    yield from talk("modalities", about, "ADA-11", steps, config=adaptive(DB_20))


def _sources() -> Iterator[Case]:
    wide = [f32(value / 64) for value in range(-40, 40)]
    brain = [word >> 16 for word in wide]
    for source, words in (("f32", wide), ("bf16", brain)):
        for tolerance in (0, DB_20):
            one = Dense(words, (8, 10), source)
            steps = thinks(0, tolerance, tensor=one)
            about = f"A source in {source}, at {tolerance:,}."
            yield from talk(f"{source}-at-{tolerance}", about, "ADA-11 ADA-1", steps, config=adaptive(tolerance))
    about = "NaN in a source of 32 bits: f16, whatever the tolerance, and 0x7e00."
    odd = Dense([0xFFC00001, f32(1.0)] * 32, (64,), "f32")
    assert odd.slices(MOST_TOLERANCE, LISTED)[0][2].startswith(NAN.to_bytes(2, "little"))
    yield from talk("nan", about, "ADA-11 ADA-1 ADA-4", thinks(0, 0, tensor=odd), config=adaptive(MOST_TOLERANCE))
    about = "No elements: two slices of no bytes are more than one."
    empty = Dense([], (0, 7))
    yield from talk("empty", about, "ADA-11 ADA-7", thinks(0, DB_20, tensor=empty), config=adaptive(DB_20))


def _asks_for(one: Dense, names: Sequence[str], tolerance: int) -> Steps:
    return [*ask(one), *goes(0, *one.slices(tolerance, names))]


def _agreed() -> Iterator[Case]:
    for names, tolerance, one in (
        (("f16",), MOST_TOLERANCE, worked()),
        (("i8", "f16"), MOST_TOLERANCE, worked()),
        (("q4",), Q4_FROM, worked()),
        (("i8", "q4"), I8_FROM, worked()),
        (("sparse",), 0, worked()),
        (EVERY, 0, FEW),
        (LISTED, 0, FEW),
        (("sparse", "q4"), 0, FEW),
        (EVERY[::-1], MOST_TOLERANCE, Dense([ONE, *[0] * 11], (12,))),
        (("i8", "sparse"), MOST_TOLERANCE, Dense([ONE, *[0] * 16, ONE], (18,))),
    ):
        about = f"{', '.join(names)} are agreed, at {tolerance:,}."
        name = f"{'-'.join(names)}-of-{len(one.words)}-at-{tolerance}"
        steps = _asks_for(one, names, tolerance)
        yield from talk(name, about, "ADA-11 ADA-7", steps, config=adaptive(tolerance, dtype=names))
    few: tuple[tuple[tuple[str, ...], int], ...] = ((("i8", "q4"), I8_FROM - 1), (("q4",), Q4_FROM - 1), ((), 2**24))
    for agreed, tolerance in few:
        about = f"{', '.join(agreed) or 'Nothing'} agreed, at {tolerance:,}: no form passes, and nothing is sent."
        name = f"none-of-{'-'.join(agreed) or 'nothing'}"
        steps = [*ask(worked(), reject="TOLERANCE"), *nothing(), *events()]
        yield from talk(name, about, "ADA-13 ADA-8", steps, config=adaptive(tolerance, dtype=agreed))


def _theirs(role: str, names: Sequence[str], config: Config) -> Steps:
    """A handshake with an end that has these dtypes."""
    common = [name for name in config.dtype if name in names]
    supports = {"critique": True, "dtype": list(names)}
    told = events(established(dtype=common))
    if role == "client":
        return [
            *expect(first_ping(supports={"critique": True, "dtype": config.dtype})),
            *send(capable(supports=supports)),
            *told,
        ]
    ping = sync({"method": "ping", "ts": 0, "supports": supports}, 0, HANDSHAKE_STREAM)
    return [*send(ping), *expect(Said({"method": "capability"}, HANDSHAKE_STREAM, 0)), *told]


def _lists() -> Iterator[Case]:
    config = adaptive(MOST_TOLERANCE, dtype=EVERY)
    for names in (("f16",), ("sparse", "f16"), ("q4",), ("i8", "reserved-q2", "f16")):
        common = [name for name in EVERY if name in names]
        for role in ROLES:
            about = f"The other end has {', '.join(names)}, and this one every dtype."
            begun, steps = _theirs(role, names, config), _asks_for(worked(), common, MOST_TOLERANCE)
            yield dialogue(
                role, f"theirs-{'-'.join(names)}", about, "ADA-11 HSK-14 HSK-25", begun, steps, config=config
            )


def _pair(tolerances: tuple[int, int], first: int = 0, kind: int = CACHE, stream: int = DATA_STREAM) -> Steps:
    slices = [one for tolerance in tolerances for one in worked().slices(tolerance, LISTED)]
    return [*ask(worked(), worked(), type=kind, stream=stream), *goes(first, *slices, type=kind, stream=stream)]


def _messages() -> Iterator[Case]:
    for name, own_values, expected in (
        ("neither", {}, (0, 0)),
        ("keys", {"keys": I8_FROM}, (I8_FROM, 0)),
        ("values", {"values": Q4_FROM}, (0, Q4_FROM)),
        ("both", {"keys": I8_FROM, "values": Q4_FROM}, (I8_FROM, Q4_FROM)),
        ("both-otherwise", {"keys": Q4_FROM, "values": I8_FROM}, (Q4_FROM, I8_FROM)),
    ):
        about = f"A Cache, where the own value has {name.replace('-', ' ')}: {expected[0]:,} and {expected[1]:,}."
        steps = [*_pair(expected), *thinks(1, 0), *_pair((0, 0), 2, ASK)]
        yield from talk(f"cache-{name}", about, "ADA-12 ADA-11", steps, config=adaptive(0, **own_values))
    about = "Keys and values of less tolerance than all others."
    steps = [*_pair((0, I8_FROM)), *thinks(1, Q4_FROM), *_pair((Q4_FROM, Q4_FROM), 2, ASK)]
    yield from talk("cache-finer", about, "ADA-12", steps, config=adaptive(Q4_FROM, keys=0, values=I8_FROM))
    config = adaptive(MOST_TOLERANCE, dtype=EVERY)
    one = worked().slices(MOST_TOLERANCE, ("f16", "i8"))
    for name, further in (("alone", ()), ("mask", (MASK,)), ("note", (NOTE,)), ("mask-note", (MASK, NOTE))):
        about = f"A Critique ({name.replace('-', ' and ')}): its divergence is f16 or i8, though q4 would be smaller."
        steps = [*ask(worked(), type=CRITIQUE, slices=further), *goes(0, *one, *further, type=CRITIQUE)]
        yield from talk(f"critique-{name}", about, "ADA-11", steps, config=config)
    about = "A divergence that is smallest as sparse."
    steps = [*ask(FEW, type=CRITIQUE), *goes(0, *FEW.slices(0, ("f16", "i8")), type=CRITIQUE)]
    yield from talk("critique-few", about, "ADA-11", steps, config=adaptive(0, dtype=EVERY))
    mixed = Dense(tensor("mixed", 96, 0.3), (3, 32))
    about = "An Ask of a query and a context, each in a form of its own."
    slices = (*FEW.slices(DB_30, EVERY), *mixed.slices(DB_30, EVERY))
    steps = [*ask(FEW, mixed, type=ASK), *goes(0, *slices, type=ASK), *ask(FEW, type=ASK)]
    steps += goes(1, *FEW.slices(DB_30, EVERY), type=ASK)
    yield from talk("ask", about, "ADA-11", steps, config=adaptive(DB_30, dtype=EVERY))


def _streams() -> Iterator[Case]:
    frames = [think(n, *worked().slices(DB_20, LISTED), flags=STRONG_TAIL) for n in (1, 2)]
    told = {
        name: value
        for name, value in complete([one.wire() for one in frames]).items()
        if name not in ("event", "stream_id")
    }
    for role in ROLES:
        about = "Adaptive messages on an opened stream: its TAIL counts their frames as they were sent."
        opened = [*act("head", strong_tail=True), *expect(Said({"method": "head"}, DATA_STREAM, 0, STRONG_TAIL))]
        sent = [step for one in frames for step in (*ask(worked()), *expect(one))]
        ended = [*act("tail"), *expect(Said({"method": "tail"} | told, DATA_STREAM, 3, STRONG_TAIL))]
        config = adaptive(DB_20)
        yield dialogue(role, "stream", about, "ADA-11 STM-5", session(role, config), opened, sent, ended, config=config)


def _refused() -> Iterator[Case]:
    config = adaptive(MOST_TOLERANCE)
    short, good = Dense(worked().words[:-1], (4, 8)), worked()
    for name, asked, clauses in (
        ("short", ask(short, reject="LENGTH_MISMATCH"), "ADA-13 ADA-3"),
        ("wide", ask(Dense(good.words, (2**32 - 1,) * 3), reject="LENGTH_MISMATCH"), "ADA-13 ADA-3"),
        ("second-short", ask(good, short, type=CACHE, reject="LENGTH_MISMATCH"), "ADA-13 ADA-3"),
        ("no-tensor", ask(reject="BAD_SLOTS"), "ADA-11 MSG-1"),
        ("one-more", ask(good, good, reject="BAD_SLOTS"), "ADA-11 MSG-2"),
        ("cache-of-one", ask(good, type=CACHE, reject="BAD_SLOTS"), "ADA-11 MSG-1"),
        ("bad-note", ask(good, type=CRITIQUE, slices=[json_slice("{]")], reject="BAD_JSON"), "ADA-11 MSG-14"),
        ("slice-short", ask(good, type=CRITIQUE, slices=[(I8, (9,), b"1")], reject="LENGTH_MISMATCH"), "ADA-11"),
        ("bad-mask", ask(good, type=CRITIQUE, slices=[(I8, (32,), bytes(32))], reject="BAD_MASK"), "ADA-11"),
    ):
        about = f"A request that is refused ({name.replace('-', ' ')}); the next message has the number that it had."
        yield from talk(name, about, clauses, asked, nothing(), events(), thinks(0, MOST_TOLERANCE), config=config)
    about = "A tensor that is too large for a frame as f16, and goes as q4."
    large = Dense(WORKED * 1_032, (4, 8, 1_032))
    yield from talk("large-f16", about, "ADA-11", ask(large, reject="FRAME_TOO_LARGE"), nothing(), config=adaptive(0))
    yield from talk("large-q4", about, "ADA-11", thinks(0, Q4_FROM, tensor=large), config=adaptive(Q4_FROM))


def _order() -> Iterator[Case]:
    clauses = "ADA-13 HSK-57"
    coarse, nothing_passes = adaptive(MOST_TOLERANCE), adaptive(0, dtype=("q4",))
    short, good = Dense(worked().words[:-1], (4, 8)), worked()
    for role in ROLES:
        about = "Without a session: that comes first."
        steps = [*unsessioned(role), *ask(short, reject="HANDSHAKE_REQUIRED"), *nothing()]
        yield dialogue(role, "no-session", about, clauses, steps, config=coarse)
        yield dialogue(role, "no-session-or-own-value", about, clauses, steps)
        about = "After the TAIL of its stream: that comes before all that is asked of the message."
        ended = [*act("head", strong_tail=False), *act("tail")]
        ended += [*expect(Said({"method": "head"}, DATA_STREAM, 0)), *expect(Said({"method": "tail"}, DATA_STREAM, 1))]
        steps = [*ended, *ask(short, reject="STREAM_STATE"), *thinks(0, MOST_TOLERANCE, 5)]
        yield dialogue(role, "after-tail", about, clauses, session(role, coarse), steps, config=coarse)
        yield dialogue(
            role,
            "after-tail-without-own-value",
            about,
            clauses,
            session(role),
            ended,
            ask(good, reject="STREAM_STATE"),
        )
    about = "No crypto could be agreed, which is required: that comes before all that is asked of the message."
    config = own(require_crypto=True, adaptive={"tolerance": 0})
    yield server(
        "no-crypto", about, clauses, _mute(), ask(short, reject="ENCRYPTION_REQUIRED"), nothing(), config=config
    )
    for name, asked, config in (
        ("no-own-value", ask(good, reject="UNSUPPORTED_FEATURE"), CONFIG),
        ("no-own-value-or-modality", ask(short, modality=1, reject="UNSUPPORTED_FEATURE"), own(modality=("text",))),
        (
            "critique",
            ask(short, type=CRITIQUE, reject="UNSUPPORTED_FEATURE"),
            own(critique=False, adaptive={"tolerance": 0}),
        ),
        (
            "modality",
            ask(short, modality=1, reject="UNSUPPORTED_MODALITY"),
            own(modality=("text",), adaptive={"tolerance": 0}),
        ),
        ("tolerance-of-the-first", ask(good, short, type=ASK, reject="TOLERANCE"), nothing_passes),
        ("length-of-the-first", ask(short, good, type=ASK, reject="LENGTH_MISMATCH"), nothing_passes),
        ("tolerance-of-one-more", ask(FEW, good, reject="TOLERANCE"), nothing_passes),
        (
            "tolerance-before-note",
            ask(good, type=CRITIQUE, slices=[json_slice("{")], reject="TOLERANCE"),
            nothing_passes,
        ),
        (
            "divergence-of-q4-alone",
            ask(good, type=CRITIQUE, reject="TOLERANCE"),
            adaptive(MOST_TOLERANCE, dtype=("q4", "sparse")),
        ),
    ):
        about = f"Of several faults the first ({name.replace('-', ' ')})."
        yield from talk(name, about, clauses, asked, nothing(), events(), config=config)

    for name, tolerance, code in (("tolerance", 0, "TOLERANCE"), ("slots", MOST_TOLERANCE, "BAD_SLOTS")):
        about = f"A Cache of three tensors: the third has the tolerance of neither keys nor values, {tolerance:,}."
        config = own(dtype=("q4",), adaptive={"tolerance": tolerance, "keys": MOST_TOLERANCE, "values": MOST_TOLERANCE})
        steps = [*ask(good, good, good, type=CACHE, reject=code), *nothing(), *events()]
        yield from talk(f"{name}-of-a-third-of-a-cache", about, "ADA-12 ADA-13", steps, config=config)


def _mute() -> Steps:
    """A server that requires crypto agrees on none."""
    return [*send(brief_ping()), *expect(Said({"method": "capability"}, HANDSHAKE_STREAM, 0)), *events(established())]
