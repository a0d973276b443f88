"""Servers that are wrong about data, HEARTs, errors, and frames that they cannot read."""

from __future__ import annotations

from dataclasses import replace

from ...server.reply import Reply
from ...wire.build import ZSTD, Frame, Type, closed
from . import habits
from .changes import (
    Asked,
    answers,
    deaf_to,
    having,
    on_answer,
    on_message,
    on_reply,
    on_request,
    reframed,
    rewritten,
    without,
)
from .habits import remembering
from .serving import CONFIG, SEALED
from .wrong import found_by


def _own_space(frame: Frame) -> Frame:
    return replace(frame, space_hash32=CONFIG.space_hash32)


def _in_the_clear(frame: Frame) -> Frame:
    return replace(frame, flags=frame.flags & ~ZSTD)


def _a_thought(frame: Frame) -> Frame:
    return replace(frame, type=Type.THINK) if frame.type == Type.CRITIQUE else frame


def _first_slice(frame: Frame) -> Frame:
    return replace(frame, slices=frame.slices[:1])


def _critique_before_zstd(got: Asked, reply: Reply) -> bytes:
    wrong = got.kind == Type.CRITIQUE and reply.message.get("feature") == "zstd"
    return rewritten(reply, {**reply.message, "feature": "critique"}) if wrong else reply.raw


def _crc_unseen(got: Asked) -> bytes:
    return closed(got.raw[:-4])


def _unknown_method(got: Asked) -> bool:
    return got.method.startswith("zz")


def _stream_frame(got: Asked) -> bool:
    return got.method in ("head", "tail")


def _of_other_space(got: Asked) -> bool:
    return got.method == "ping" and got.frame is not None and got.frame.space_hash32 == CONFIG.space_hash32 ^ 0xA5


def _compressed(got: Asked) -> bool:
    return got.frame is not None and bool(got.frame.flags & ZSTD)


WRONG = (
    found_by(
        "handshake/before-handshake handshake/no-trace",
        "rejected-numbers-kept",
        "Takes the number of a data frame that it rejected for used up.",
        remembering(habits.keeps_refused_numbers),
    ),
    found_by(
        "handshake/before-handshake",
        "error-without-ref",
        "Leaves ref out of errors.",
        on_answer(without("ref"), "error"),
    ),
    found_by(
        "handshake/before-handshake",
        "deaf-to-critiques",
        "Never sees a Critique.",
        deaf_to(lambda got: got.kind == Type.CRITIQUE),
    ),
    found_by(
        "handshake/head-before-handshake", "deaf-to-streams", "Never sees a HEAD or a TAIL.", deaf_to(_stream_frame)
    ),
    found_by(
        "handshake/accepted",
        "thinks-rejected",
        "Rejects every Think as if there had been no handshake.",
        answers(lambda got: got.kind == Type.THINK, "HANDSHAKE_REQUIRED"),
    ),
    found_by(
        "handshake/accepted-zstd",
        "zstd-rejected",
        "Rejects compressed frames, whatever is agreed.",
        answers(_compressed, "UNSUPPORTED_FEATURE", feature="zstd"),
    ),
    found_by(
        "handshake/other-space", "space-of-data-not-read", "Does not read space_hash32 of frames.", reframed(_own_space)
    ),
    found_by(
        "handshake/zstd-not-agreed", "zstd-flag-not-read", "Does not read the flag ZSTD.", reframed(_in_the_clear)
    ),
    found_by(
        "handshake/critique-not-agreed", "critiques-are-thinks", "Takes a Critique for a Think.", reframed(_a_thought)
    ),
    found_by(
        "handshake/modality-not-agreed",
        "modality-of-pings-not-read",
        "Does not read modality in pings.",
        on_message(without("modality")),
    ),
    found_by(
        "handshake/modality-not-agreed",
        "error-names-modality-0",
        "Names modality 0 in every UNSUPPORTED_MODALITY.",
        on_answer(having(modality=0), "error", "UNSUPPORTED_MODALITY"),
    ),
    found_by(
        "handshake/dtype-not-agreed",
        "error-without-dtype",
        "Leaves dtype out of errors.",
        on_answer(without("dtype"), "error"),
    ),
    found_by(
        "handshake/bad-message",
        "every-detail-bad-slots",
        "Says BAD_SLOTS as the detail of every error.",
        on_answer(having(detail="BAD_SLOTS"), "error"),
    ),
    found_by(
        "handshake/in-order",
        "critique-before-zstd",
        "Looks whether critique is agreed before it looks at zstd.",
        on_reply(_critique_before_zstd),
    ),
    found_by(
        "handshake/message-before-dtype handshake/heart-and-two-slices",
        "first-slice-only",
        "Reads the first slice of a frame and no other.",
        reframed(_first_slice),
    ),
    found_by(
        "handshake/sync-of-any-space",
        "pings-of-its-space-only",
        "Never sees a ping whose frame is of another space.",
        deaf_to(_of_other_space),
    ),
    found_by(
        "handshake/errors",
        "errors-answered",
        "Answers errors with errors.",
        answers(lambda got: got.method == "error" and "ref" in got.message, "BAD_MESSAGE"),
    ),
    found_by(
        "handshake/other-methods",
        "unknown-methods-rejected",
        "Rejects Sync frames of methods that it does not know.",
        answers(_unknown_method, "BAD_MESSAGE", detail="BAD_JSON"),
    ),
    found_by("handshake/broken-frames", "crc-not-read", "Does not read the CRC of frames.", on_request(_crc_unseen)),
    found_by(
        "handshake/hearts",
        "hearts-rejected",
        "Rejects HEARTs as if they needed a handshake.",
        answers(lambda got: got.is_heart, "HANDSHAKE_REQUIRED"),
    ),
    found_by(
        "handshake/duplicate",
        "deaf-to-unknown-methods",
        "Never sees a Sync frame of an unknown method, so that its number stays free.",
        deaf_to(_unknown_method),
    ),
    found_by(
        "handshake/duplicate-data",
        "deaf-to-short-thinks",
        "Never sees a short Think, so that its number stays free.",
        deaf_to(lambda got: got.kind == Type.THINK and len(got.raw) < 50),
    ),
    found_by(
        "handshake/stale",
        "any-age-accepted",
        "Accepts numbers far below the highest.",
        remembering(habits.accepts_any_age),
    ),
    found_by(
        "handshake/reply-limit",
        "answers-without-end",
        "Lets a second pass with every datagram, and so answers without end.",
        remembering(habits.answers_without_end),
    ),
    found_by(
        "handshake/ping-at-the-limit",
        "unanswered-pings-obeyed",
        "Obeys a ping whose answer the limit forbids.",
        remembering(habits.obeys_unanswered_pings),
    ),
    found_by(
        "handshake/not-sealed",
        "sealed-rejected-numbers-kept",
        "Requires crypto, and takes the number of a frame that it rejected for used up.",
        remembering(habits.keeps_refused_numbers),
        SEALED,
    ),
    found_by(
        "handshake/not-sealed",
        "sealed-streams-need-a-handshake",
        "Requires crypto, and rejects a HEAD or TAIL in the clear for want of a handshake.",
        answers(_stream_frame, "HANDSHAKE_REQUIRED"),
        SEALED,
    ),
)
