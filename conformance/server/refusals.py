"""Data frames, HEADs and TAILs that a server must reject, and with which error (HSK-36, HSK-37, HSK-43)."""

from __future__ import annotations

from dataclasses import replace

from ..model.verdict import PASSED, Verdict
from ..wire.build import ZSTD, DType, Frame, Slice, Type, heart, sync
from .capabilities import (
    AGREES_DATA,
    AGREES_MODALITY,
    KNOWS_ZSTD,
    LISTS,
    LISTS_MODALITY,
    MODALITIES,
    NAMED_HASH,
    SEALED,
    UNSEALED,
)
from .check import Check
from .pings import list_members, ping
from .server import Outside

STREAM = 11
F16 = Slice(DType.F16, (2,), bytes.fromhex("003c00c0"))
HEAD = {"method": "head", "dir": "up"}
TAIL = {"method": "tail", "frames": "1", "total_len": "0"}
DATA_SLICES = (
    (Type.THINK, (F16,)),
    (Type.CACHE, (F16, F16)),
    (Type.ASK, (F16,)),
    (Type.CRITIQUE, (F16,)),
)
BAD_MESSAGES = (
    ((), "BAD_SLOTS"),
    ((F16, F16), "BAD_SLOTS"),
    ((Slice(DType.I8, (32,), bytes(32)), Slice(DType.F16, (2,), bytes(4))), "BAD_SCALE"),
    ((Slice(DType.I8, (32,), bytes(32)), Slice(DType.F16, (1,), bytes.fromhex("007c"))), "BAD_SCALE"),
)


def before_handshake(server: Outside) -> Verdict:
    """Data of every type, each with its own numbers, and numbers again: what is refused leaves no trace."""
    with server.conversation() as talk:
        for seq, (kind, slices) in enumerate(DATA_SLICES, start=5):
            talk.refused(Frame(kind, STREAM, seq, slices), "HANDSHAKE_REQUIRED")
        talk.refused(Frame(Type.THINK, STREAM, 5, (F16,)), "HANDSHAKE_REQUIRED")
    return PASSED


def stream_frames_before_handshake(server: Outside) -> Verdict:
    """HEAD and TAIL."""
    with server.conversation() as talk:
        talk.refused(sync(STREAM, 0, HEAD), "HANDSHAKE_REQUIRED")
        talk.refused(sync(STREAM, 1, TAIL), "HANDSHAKE_REQUIRED")
    return PASSED


def after_refused_ping(server: Outside) -> Verdict:
    """A ping that was refused begins no session."""
    with server.conversation() as talk:
        talk.refused_ping(ping(v=0), "UNSUPPORTED_VERSION")
        talk.refused(Frame(Type.THINK, STREAM, 0, (F16,)), "HANDSHAKE_REQUIRED")
    return PASSED


def accepted(server: Outside) -> Verdict:
    """Data that fits what was agreed; a second ping and an error leave the session standing."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(server.thought(STREAM, 0), server.thought(STREAM, 1), what="data that fits the agreement")
        talk.agree(1)
        talk.refused_ping(ping(2, v=0, supports={"dtype": []}), "UNSUPPORTED_VERSION")
        talk.silent(server.thought(STREAM, 2), what="data after another ping, and one refused")
    return PASSED


def accepted_zstd(server: Outside) -> Verdict:
    """The same compressed."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.silent(replace(server.thought(STREAM, 0), flags=ZSTD), what="compressed data, as agreed")
    return PASSED


def other_space(server: Outside) -> Verdict:
    """Data with another space_hash32, and with none."""
    own = server.learned.space_hash32
    with server.conversation() as talk:
        talk.agree(0)
        for seq, got in enumerate((0, own % 0xFFFF_FFFF + 1)):
            frame = Frame(Type.THINK, STREAM, seq, (F16,), space_hash32=got)
            talk.refused(frame, "SPACE_MISMATCH", expected_hash=own, got_hash=got)
    return PASSED


def not_sealed(server: Outside) -> Verdict:
    """Data, HEAD and TAIL in the clear, twice with the same numbers."""
    own = server.learned.space_hash32
    with server.conversation() as talk:
        talk.agree(0)
        for _ in range(2):
            talk.refused(Frame(Type.THINK, STREAM, 0, (F16,), space_hash32=own), "ENCRYPTION_REQUIRED")
            talk.refused(sync(STREAM, 0, HEAD), "ENCRYPTION_REQUIRED")
            talk.refused(sync(STREAM, 1, TAIL), "ENCRYPTION_REQUIRED")
    return PASSED


def zstd_not_agreed(server: Outside) -> Verdict:
    """Compressed data after a ping without zstd."""
    with server.conversation() as talk:
        talk.agree(0, compress=["none"])
        frame = Frame(Type.THINK, STREAM, 0, (F16,), flags=ZSTD, space_hash32=server.learned.space_hash32)
        talk.refused(frame, "UNSUPPORTED_FEATURE", feature="zstd")
    return PASSED


def critique_not_agreed(server: Outside) -> Verdict:
    """A Critique after a ping that says nothing of them."""
    with server.conversation() as talk:
        talk.agree(0)
        frame = Frame(Type.CRITIQUE, STREAM, 0, (F16,), space_hash32=server.learned.space_hash32)
        talk.refused(frame, "UNSUPPORTED_FEATURE", feature="critique")
    return PASSED


def modality_not_agreed(server: Outside) -> Verdict:
    """Data of every modality after a ping that lists none."""
    with server.conversation() as talk:
        talk.agree(0, modality=[])
        for code, name in enumerate(MODALITIES):
            frame = Frame(Type.THINK, STREAM, code, (F16,), space_hash32=server.learned.space_hash32, modality=code)
            talk.refused(frame, "UNSUPPORTED_MODALITY", modality=name)
    return PASSED


def dtype_not_agreed(server: Outside) -> Verdict:
    """Data after a ping that lists no dtype; the scale of the second is no tensor of its own."""
    scaled = (Slice(DType.I8, (32,), bytes(32)), Slice(DType.F16, (1,), bytes(2)))
    with server.conversation() as talk:
        talk.agree(0, supports={"dtype": []})
        talk.refused(server.data(STREAM, 0, F16), "UNSUPPORTED_DTYPE", dtype="f16")
        talk.refused(server.data(STREAM, 1, *scaled), "UNSUPPORTED_DTYPE", dtype="i8")
    return PASSED


def bad_message(server: Outside) -> Verdict:
    """Data that the message layer refuses, for several reasons."""
    with server.conversation() as talk:
        talk.agree(0)
        for seq, (slices, detail) in enumerate(BAD_MESSAGES):
            talk.refused(server.data(STREAM, seq, *slices), "BAD_MESSAGE", detail=detail)
    return PASSED


def in_order(server: Outside) -> Verdict:
    """Frames with several faults, nothing being agreed but a session."""
    own = server.learned.space_hash32
    with server.conversation() as talk:
        talk.agree(0, **list_members({name: [] for name in LISTS}))
        criticism = Frame(Type.CRITIQUE, STREAM, 0, (), space_hash32=own)
        talk.refused(criticism, "UNSUPPORTED_FEATURE", feature="critique")
        if server.learned.modality is not None:
            thought = Frame(Type.THINK, STREAM, 1, (), space_hash32=own)
            talk.refused(thought, "UNSUPPORTED_MODALITY", modality="text")
        if own:
            talk.refused(replace(criticism, space_hash32=own ^ 1, frame_seq=2), "SPACE_MISMATCH")
        if "zstd" in server.learned.compress:
            talk.refused(replace(criticism, flags=ZSTD, frame_seq=3), "UNSUPPORTED_FEATURE", feature="zstd")
    return PASSED


def message_before_dtype(server: Outside) -> Verdict:
    """A malformed message of a dtype that is not agreed."""
    with server.conversation() as talk:
        talk.agree(0, supports={"dtype": []})
        talk.refused(server.data(STREAM, 0, F16, F16), "BAD_MESSAGE", detail="BAD_SLOTS")
    return PASSED


def renegotiated(server: Outside) -> Verdict:
    """A second ping asks for less, a third for everything again."""
    with server.conversation() as talk:
        talk.agree(0)
        talk.agree(1, supports={"dtype": []})
        talk.refused(server.thought(STREAM, 0), "UNSUPPORTED_DTYPE")
        talk.agree(2)
        talk.silent(server.thought(STREAM, 0), what="data as agreed by the third ping")
    return PASSED


def sync_of_any_space(server: Outside) -> Verdict:
    """A ping and a HEART whose frames have other hashes than the server."""
    other = server.learned.space_hash32 ^ 0xA5
    with server.conversation() as talk:
        talk.capability(replace(ping(), space_hash32=other))
        if not server.learned.require_crypto:
            talk.silent(heart(STREAM, 0, space_hash32=other), what="a HEART of another space_hash32")
    return PASSED


AGREED = (UNSEALED, AGREES_MODALITY, AGREES_DATA)
_ROWS = (
    ("before-handshake", "Data without a session.", ("HSK-34", "HSK-36", "HSK-43"), before_handshake, ()),
    ("head-before-handshake", "HEAD and TAIL, no session.", ("HSK-37",), stream_frames_before_handshake, ()),
    ("after-refused-ping", "Data after a refused ping.", ("HSK-17", "HSK-36"), after_refused_ping, ()),
    ("accepted", "Data that is agreed.", ("HSK-17", "HSK-36"), accepted, AGREED),
    ("accepted-zstd", "Compressed data, as agreed.", ("HSK-36",), accepted_zstd, (*AGREED, KNOWS_ZSTD)),
    ("other-space", "Data from another space.", ("HSK-36", "HSK-43"), other_space, (NAMED_HASH,)),
    ("not-sealed", "Frames in the clear.", ("HSK-35", "HSK-36", "HSK-37"), not_sealed, (SEALED,)),
    ("zstd-not-agreed", "ZSTD that is not agreed.", ("HSK-36", "HSK-43"), zstd_not_agreed, (UNSEALED, KNOWS_ZSTD)),
    ("critique-not-agreed", "A Critique that is not agreed.", ("HSK-36", "HSK-43"), critique_not_agreed, (UNSEALED,)),
    (
        "modality-not-agreed",
        "Modalities that are not agreed.",
        ("HSK-36", "HSK-43"),
        modality_not_agreed,
        (UNSEALED, LISTS_MODALITY),
    ),
    ("dtype-not-agreed", "dtypes not agreed.", ("HSK-36", "HSK-43"), dtype_not_agreed, (UNSEALED, AGREES_MODALITY)),
    (
        "bad-message",
        "Data that is no message.",
        ("HSK-36", "HSK-43", "MSG-1", "MSG-2", "MSG-8", "MSG-9"),
        bad_message,
        (UNSEALED, AGREES_MODALITY),
    ),
    ("in-order", "Data with several faults.", ("HSK-36",), in_order, (UNSEALED,)),
    ("message-before-dtype", "No message, no dtype.", ("HSK-36",), message_before_dtype, (UNSEALED, AGREES_MODALITY)),
    ("renegotiated", "A second and a third ping.", ("HSK-17",), renegotiated, AGREED),
    ("sync-of-any-space", "Sync frames of another space.", ("HSK-38",), sync_of_any_space, ()),
)
CHECKS = tuple(
    Check(f"handshake/outside/{name}", about, clauses, judge, needs) for name, about, clauses, judge, needs in _ROWS
)
