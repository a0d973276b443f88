"""Refusals of data frames that need a transform or a sparse tensor to be seen (HSK-36, HSK-43)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...dialogue.configs import BOTH, COMPRESSED, KEY, REQUIRING, XCHACHA_NAME, own
from ...dialogue.frames import BYTES, critique, think
from ...model import Group
from ...writer.raw_frame import I8, SPARSE, XCHACHA, ZSTD, ramp
from ...writer.tensors import Slice
from .refusals import Refusal

SPARSE_SLICES: tuple[Slice, ...] = (
    (SPARSE, (3, 4), ramp(4)),
    (I8, (2, 2, 4), bytes.fromhex("00000000 03000000 02000000 01000000")),  # rows 0, 3 and 2, 1
)
BAD_INDEX: tuple[Slice, ...] = (SPARSE_SLICES[0], (I8, (2, 2, 4), bytes(16)))
KEYED = own(key=KEY)  # can open what is sealed, but does not agree to it


def groups() -> Iterator[Group]:
    """One group for each set of profiles."""
    for name, entries in (("zstd", _zstd()), ("xchacha", _sealed()), ("sparse", _sparse())):
        cases = [case for one in entries for case in one.cases()]
        about = f"Data frames that a session refuses, with {name}."
        yield Group("handshake", f"refused/data-{name}", "dialogue", about, cases, (name,))
    cases = [case for one in _transforms() for case in one.cases()]
    about = "Data frames that a session refuses, with zstd and xchacha."
    yield Group("handshake", "refused/data-zstd-xchacha", "dialogue", about, cases, ("zstd", "xchacha"))


def _zstd() -> Iterator[Refusal]:
    feature = {"feature": "zstd"}
    frame = think(0, flags=ZSTD)
    yield Refusal("zstd", "A compressed frame without agreement.", frame, "UNSUPPORTED_FEATURE", feature)
    about = "A compressed frame of another space: the space comes first."
    other = replace(frame, space_hash32=7)
    yield Refusal("space-and-zstd", about, other, "SPACE_MISMATCH", {"got_hash": 7})
    about = "A compressed Critique, neither agreed: zstd is named."
    yield Refusal(
        "zstd-and-critique", about, critique(0, flags=ZSTD), "UNSUPPORTED_FEATURE", feature, own(critique=False)
    )
    about = "A compressed frame of a modality without agreement, zstd agreed."
    agreed = replace(COMPRESSED, modality=("image",))
    yield Refusal("modality-with-zstd", about, frame, "UNSUPPORTED_MODALITY", {"modality": "text"}, agreed)


def _sealed() -> Iterator[Refusal]:
    feature = {"feature": XCHACHA_NAME}
    frame = think(0, flags=XCHACHA)
    yield Refusal("xchacha", "A sealed frame without agreement.", frame, "UNSUPPORTED_FEATURE", feature, KEYED)
    about = "A sealed Critique, neither agreed: sealing is named."
    one = critique(0, flags=XCHACHA)
    yield Refusal("xchacha-and-critique", about, one, "UNSUPPORTED_FEATURE", feature, replace(KEYED, critique=False))
    yield from _clear()


def _clear() -> Iterator[Refusal]:
    frame = think(0, flags=XCHACHA)
    about = "A sealed Critique, neither agreed: sealing is named."
    for case_id, about, frame, code, adds, config in (
        (
            "clear",
            "A clear frame to a peer that insists on sealed ones.",
            think(0),
            "ENCRYPTION_REQUIRED",
            {},
            REQUIRING,
        ),
        (
            "space-and-clear",
            "Another space comes before it.",
            think(0, space_hash32=7),
            "SPACE_MISMATCH",
            {"got_hash": 7},
            REQUIRING,
        ),
        (
            "clear-and-critique",
            "It comes before the Critique.",
            critique(0),
            "ENCRYPTION_REQUIRED",
            {},
            replace(REQUIRING, critique=False),
        ),
        (
            "clear-and-dtype",
            "It comes before the dtype.",
            think(0),
            "ENCRYPTION_REQUIRED",
            {},
            replace(REQUIRING, dtype=("q4",)),
        ),
    ):
        yield Refusal(case_id, about, frame, code, adds, config)


def _transforms() -> Iterator[Refusal]:
    both = think(0, flags=ZSTD | XCHACHA)
    for case_id, about, frame, code, adds, config in (
        (
            "both",
            "Compressed and sealed, neither agreed: zstd is named.",
            both,
            "UNSUPPORTED_FEATURE",
            {"feature": "zstd"},
            KEYED,
        ),
        (
            "both-zstd-agreed",
            "Compressed and sealed, zstd agreed.",
            both,
            "UNSUPPORTED_FEATURE",
            {"feature": XCHACHA_NAME},
            replace(COMPRESSED, key=KEY),
        ),
        (
            "both-xchacha-agreed",
            "Compressed and sealed, sealing agreed.",
            both,
            "UNSUPPORTED_FEATURE",
            {"feature": "zstd"},
            replace(BOTH, compress=("none",)),
        ),
        (
            "clear-and-zstd",
            "Clear and compressed, where sealing is needed and zstd not agreed.",
            think(0, flags=ZSTD),
            "ENCRYPTION_REQUIRED",
            {},
            REQUIRING,
        ),
    ):
        yield Refusal(case_id, about, frame, code, adds, config)


def _sparse() -> Iterator[Refusal]:
    agreed = own(dtype=("sparse",))
    yield Refusal(
        "dtype-sparse",
        "A sparse tensor without agreement.",
        think(0, *SPARSE_SLICES),
        "UNSUPPORTED_DTYPE",
        {"dtype": "sparse"},
    )
    about = "An index that stands twice."
    yield Refusal("message-index", about, think(0, *BAD_INDEX), "BAD_MESSAGE", {"detail": "BAD_INDEX"}, agreed)
    about = "The same without agreement: the message comes first."
    yield Refusal("message-index-and-dtype", about, think(0, *BAD_INDEX), "BAD_MESSAGE", {"detail": "BAD_INDEX"})
    about = "I8 is not agreed beside sparse; the index slice alone may be I8."
    yield Refusal("dtype-i8-beside-sparse", about, think(0, BYTES), "UNSUPPORTED_DTYPE", {"dtype": "i8"}, agreed)
