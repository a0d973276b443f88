"""Every check from outside is able to fail: a server with one fault, and the check that finds it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from resonant.peer import Config

from conformance.server.catalogue import CHECKS
from conformance.server.check import run_check
from conformance.server.conversation import Waits
from conformance.server.reply import Reply
from conformance.server.server import attach
from conformance.tests.server import wrong_habits as habits
from conformance.tests.server.served import CONFIG, SEALED, Fault, serving
from conformance.tests.server.wrong_habits import remembering
from conformance.tests.server.wrong_servers import (
    Asked,
    Message,
    answers,
    deaf_to,
    having,
    mute_after,
    on_answer,
    on_message,
    on_reply,
    on_request,
    reframed,
    rewritten,
    supporting,
    without,
)
from conformance.wire.build import ZSTD, Frame, Type, build, closed, sync
from reports.outcome import Outcome

SHORT = Waits(reply=0.3)
BY_ID = {check.id: check for check in CHECKS}


def in_the_pings_order(got: Asked, reply: Reply) -> bytes:
    """compress as the ping lists it."""
    asked = got.message.get("compress")
    own = reply.message.get("compress")
    if not isinstance(asked, list) or not isinstance(own, list) or "none" not in own:
        return reply.raw
    return rewritten(reply, {**reply.message, "compress": [name for name in asked if name in own]})


def version_of_the_ping(got: Asked, reply: Reply) -> bytes:
    return rewritten(reply, {**reply.message, "agreed_proto": got.message.get("v", 1)})


def read_leniently(got: Asked) -> bytes:
    """Let the last of several equal names count, as lenient parsers do."""
    return got.raw if not got.message else build(sync(*got.number, got.message))


def zero_as_a_name(message: Message) -> Message:
    return {**message, "embedding_space_id": "zz"} if message.get("embedding_space_id") == "" else message


def strict_about_members(message: Message) -> Message:
    return message if message.keys() <= {"method", "ts", "v", "supports"} else {**message, "ts": ""}


def known_names_only(message: Message) -> Message:
    """One unknown name, and the whole list is as if it were missing."""
    return without("compress")(message) if "zz-unknown" in message.get("compress", ()) else message


def other_space_first(message: Message) -> Message:
    return without("v")(message) if message.get("embedding_space_id", "").endswith("x") else message


def good_members(message: Message) -> Message:
    return {**message, "ts": 0} if isinstance(message.get("ts"), float) else message


def version_first(message: Message) -> Message:
    return without("d_model")(message) if message.get("v") == 0 else message


def short_ref(message: Message) -> Message:
    ref = message["ref"]
    return {**message, "ref": {**ref, "frame_seq": str(int(ref["frame_seq"]) % 2**63)}}


def own_space(frame: Frame) -> Frame:
    return replace(frame, space_hash32=CONFIG.space_hash32)


def in_the_clear(frame: Frame) -> Frame:
    return replace(frame, flags=frame.flags & ~ZSTD)


def no_flags(frame: Frame) -> Frame:
    return replace(frame, flags=0)


def a_thought(frame: Frame) -> Frame:
    return replace(frame, type=Type.THINK) if frame.type == Type.CRITIQUE else frame


def first_slice(frame: Frame) -> Frame:
    return replace(frame, slices=frame.slices[:1])


def critique_before_zstd(got: Asked, reply: Reply) -> bytes:
    wrong = got.kind == Type.CRITIQUE and reply.message.get("feature") == "zstd"
    return rewritten(reply, {**reply.message, "feature": "critique"}) if wrong else reply.raw


def crc_unseen(got: Asked) -> bytes:
    return closed(got.raw[:-4])


def fewer_missing(message: Message) -> Message:
    return {**message, "missing": message["missing"][1:] or ["9"]}


def more_missing(message: Message) -> Message:
    return {**message, "missing": [*message["missing"], "65"]}


def numbers_as_text(message: Message) -> Message:
    return {**message, "frames": str(message.get("frames", 0))}


def unknown_method(got: Asked) -> bool:
    return got.method.startswith("zz")


def stream_frame(got: Asked) -> bool:
    return got.method in ("head", "tail")


def of_other_space(got: Asked) -> bool:
    return got.method == "ping" and got.frame is not None and got.frame.space_hash32 == CONFIG.space_hash32 ^ 0xA5


def compressed(got: Asked) -> bool:
    return got.frame is not None and bool(got.frame.flags & ZSTD)


FAULTS: tuple[tuple[str, Fault], ...] = (
    ("handshake/outside/minimal-ping", on_answer(having(v=2))),
    ("handshake/outside/minimal-ping", on_answer(without("d_model"))),
    ("handshake/outside/minimal-ping", on_answer(having(compress=["lz4", "none"]))),
    ("handshake/outside/minimal-ping", on_reply(lambda _, reply: rewritten(reply, reply.message, modality=1))),
    ("handshake/outside/minimal-ping", on_reply(lambda _, reply: rewritten(reply, reply.message, space_hash32=0))),
    ("handshake/outside/lists-cut", on_message(without("compress"))),
    ("handshake/outside/lists-cut", on_message(without("supports"))),
    ("handshake/outside/own-order", on_reply(in_the_pings_order)),
    (
        "handshake/outside/nothing-left",
        on_answer(lambda said: {**said, "crypto": said["crypto"] * len(said["supports"]["dtype"])}),
    ),
    ("handshake/outside/nothing-left", on_answer(lambda said: said if said["modality"] else without("modality")(said))),
    ("handshake/outside/unknown-names", on_message(known_names_only)),
    ("handshake/outside/unknown-members", on_message(strict_about_members)),
    ("handshake/outside/critique", on_answer(supporting(critique=True))),
    ("handshake/outside/bad-versions", on_message(without("v"))),
    ("handshake/outside/bad-versions", on_answer(without("min"), "error", "UNSUPPORTED_VERSION")),
    ("handshake/outside/bad-versions", on_answer(having(max="1"), "error", "UNSUPPORTED_VERSION")),
    ("handshake/outside/higher-versions", on_reply(version_of_the_ping)),
    ("handshake/outside/other-id", on_message(without("embedding_space_id"))),
    ("handshake/outside/other-id", on_answer(having(got_hash=7), "error", "SPACE_MISMATCH")),
    ("handshake/outside/other-hash", on_message(without("space_hash32"))),
    ("handshake/outside/other-hash", on_answer(without("got"), "error", "SPACE_MISMATCH")),
    ("handshake/outside/no-other-space", on_message(zero_as_a_name)),
    ("handshake/outside/version-before-space", on_message(other_space_first)),
    ("handshake/outside/without-ts", on_message(having(ts=0))),
    ("handshake/outside/bad-members", on_message(good_members)),
    ("handshake/outside/malformed-first", on_message(version_first)),
    ("handshake/outside/unreadable", on_request(read_leniently)),
    ("handshake/outside/unreadable", deaf_to(lambda got: got.kind == Type.SYNC and not got.message)),
    ("handshake/outside/stream-ids", remembering(habits.numbers_over_all_streams)),
    ("handshake/outside/numbers", on_reply(lambda _, reply: rewritten(reply, reply.message, frame_seq=0))),
    ("handshake/outside/highest-number", on_answer(short_ref, "error")),
    ("handshake/outside/repeated", remembering(habits.renumbers(lambda got: got.method == "ping"))),
    ("handshake/outside/repeated-error", remembering(habits.renumbers(lambda got: got.message.get("v") == 0))),
    ("handshake/outside/repeated-changes-nothing", remembering(habits.repeats_but_obeys)),
    ("handshake/outside/before-handshake", remembering(habits.keeps_refused_numbers)),
    ("handshake/outside/before-handshake", on_answer(without("ref"), "error")),
    ("handshake/outside/before-handshake", deaf_to(lambda got: got.kind == Type.CRITIQUE)),
    ("handshake/outside/head-before-handshake", deaf_to(stream_frame)),
    ("handshake/outside/after-refused-ping", remembering(habits.sessions_of_refused_pings)),
    ("handshake/outside/accepted", remembering(habits.ends_at_errors)),
    ("handshake/outside/accepted", answers(lambda got: got.kind == Type.THINK, "HANDSHAKE_REQUIRED")),
    ("handshake/outside/accepted-zstd", answers(compressed, "UNSUPPORTED_FEATURE", feature="zstd")),
    ("handshake/outside/other-space", reframed(own_space)),
    ("handshake/outside/zstd-not-agreed", reframed(in_the_clear)),
    ("handshake/outside/critique-not-agreed", reframed(a_thought)),
    ("handshake/outside/modality-not-agreed", on_message(without("modality"))),
    ("handshake/outside/modality-not-agreed", on_answer(having(modality=0), "error", "UNSUPPORTED_MODALITY")),
    ("handshake/outside/dtype-not-agreed", on_answer(without("dtype"), "error")),
    ("handshake/outside/bad-message", on_answer(having(detail="BAD_SLOTS"), "error")),
    ("handshake/outside/in-order", on_reply(critique_before_zstd)),
    ("handshake/outside/message-before-dtype", reframed(first_slice)),
    ("handshake/outside/renegotiated", remembering(habits.agrees_once)),
    ("handshake/outside/sync-of-any-space", deaf_to(of_other_space)),
    ("handshake/outside/errors", answers(lambda got: got.method == "error" and "ref" in got.message, "BAD_MESSAGE")),
    ("handshake/outside/other-methods", answers(unknown_method, "BAD_MESSAGE", detail="BAD_JSON")),
    ("handshake/outside/broken-frames", on_request(crc_unseen)),
    ("handshake/outside/hearts", answers(lambda got: got.is_heart, "HANDSHAKE_REQUIRED")),
    ("handshake/outside/duplicate", deaf_to(unknown_method)),
    ("handshake/outside/duplicate-data", deaf_to(lambda got: got.kind == Type.THINK and len(got.raw) < 50)),
    ("handshake/outside/stale", remembering(habits.accepts_any_age)),
    ("handshake/outside/no-trace", remembering(habits.keeps_refused_numbers)),
    ("handshake/outside/reply-limit", remembering(habits.answers_without_end)),
    ("handshake/outside/ping-at-the-limit", remembering(habits.obeys_unanswered_pings)),
    ("handshake/outside/heart-and-two-slices", reframed(first_slice)),
    ("stream/outside/tail-without-head", on_answer(fewer_missing, "error", "STREAM_INCOMPLETE")),
    ("stream/outside/tail-with-gaps", on_answer(fewer_missing, "error", "STREAM_INCOMPLETE")),
    ("stream/outside/tail-with-a-long-gap", on_answer(more_missing, "error", "STREAM_INCOMPLETE")),
    ("stream/outside/goes-on-alone", mute_after(lambda got: got.is_heart)),
    ("stream/outside/whole", remembering(habits.forgets_closed_streams)),
    ("stream/outside/failed-is-closed", remembering(habits.answers_corrupt_again)),
    ("stream/outside/verified", on_message(lambda said: {**said, "xxhash3_64": "0" * 16}, "tail")),
    ("stream/outside/corrupt", on_message(without("md5", "frames", "total_len", "xxhash3_64"), "head")),
    ("stream/outside/number-above", deaf_to(lambda got: got.is_heart and got.number[1] == 3)),
    ("stream/outside/after-tail", remembering(habits.counts_after_tail)),
    ("stream/outside/flags", reframed(no_flags)),
    ("stream/outside/twice", deaf_to(lambda got: got.is_heart)),
    ("stream/outside/apart", remembering(habits.all_fail_together)),
    ("stream/outside/malformed", on_message(numbers_as_text, "tail")),
)
SEALED_FAULTS: tuple[tuple[str, Fault], ...] = (
    ("handshake/outside/not-sealed", remembering(habits.keeps_refused_numbers)),
    ("handshake/outside/not-sealed", answers(stream_frame, "HANDSHAKE_REQUIRED")),
)
ROWS = [(CONFIG, *row) for row in FAULTS] + [(SEALED, *row) for row in SEALED_FAULTS]


@pytest.mark.parametrize(
    ("config", "check_id", "fault"), ROWS, ids=[f"{number}-{row[1]}" for number, row in enumerate(ROWS)]
)
def test_the_check_finds_the_fault(config: Config, check_id: str, fault: Fault) -> None:
    with serving(config, fault) as impl, closing(attach(impl, SHORT)) as server:
        verdict = run_check(BY_ID[check_id], server)
    assert verdict.outcome in (Outcome.FAIL, Outcome.TIMEOUT), verdict
    assert verdict.summary
    assert verdict.expected
    assert verdict.got


def test_every_check_is_shown_to_fail() -> None:
    assert {check_id for _, check_id, _ in ROWS} == set(BY_ID)
