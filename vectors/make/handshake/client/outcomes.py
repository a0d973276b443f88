"""The agreement that a client takes from a capability, and a client whose handshake failed (HSK-25 to HSK-29)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...dialogue.configs import DATA_STREAM, DTYPES, own
from ...dialogue.events import dropped, error_received, established
from ...dialogue.frames import Frame, capable, heart, ping, sync, think, unknown, wrong
from ...dialogue.steps import act, advance, again, client, events, expect, first_ping, nothing, say, send
from ...model import Case, Group
from ...writer.raw_frame import close
from .handshake import ASK, FAILED, HERE


def groups() -> Iterator[Group]:
    """Agreement, then the silence after a failure."""
    about = "What a client agrees with a capability."
    yield Group("handshake", "client/lists", "dialogue", about, list(_agreed()))
    about = "A client whose handshake failed."
    yield Group("handshake", "client/failed", "dialogue", about, list(_failed()))


def _outcome(case_id: str, about: str, clauses: str, frame: Frame, config: Any = None, **agreed: Any) -> Case:
    mine = config or own()
    asked = expect(
        first_ping(
            compress=mine.compress,
            crypto=mine.crypto,
            modality=mine.modality,
            supports={"dtype": mine.dtype, "critique": mine.critique},
        )
    )
    return client(case_id, about, clauses, asked, send(frame), events(established(**agreed)), config=mine)


def _supports(**members: Any) -> Frame:
    return capable(supports={"critique": True, "dtype": DTYPES} | members)


def _agreed() -> Iterator[Case]:

    lists = "HSK-25"
    yield _outcome(
        "dtype-some",
        "Two of three dtypes, in another order.",
        lists,
        _supports(dtype=["q4", "f16"]),
        dtype=["f16", "q4"],
    )
    yield _outcome("dtype-twice", "A dtype twice.", lists, _supports(dtype=["i8", "i8"]), dtype=["i8"])
    yield _outcome("dtype-empty", "No dtype.", lists, _supports(dtype=[]), dtype=[])
    yield _outcome(
        "dtype-unknown",
        "Unknown dtypes.",
        "HSK-8 HSK-25",
        _supports(dtype=["reserved-bf16", "q4", "reserved-f16"]),
        dtype=["q4"],
    )
    yield _outcome(
        "modality-some",
        "Two modalities, in another order.",
        lists,
        capable(modality=["mixed", "image"]),
        modality=["image", "mixed"],
    )
    yield _outcome("modality-empty", "No modality.", lists, capable(modality=[]), modality=[])
    yield _outcome(
        "modality-unknown",
        "Unknown modalities.",
        "HSK-8 HSK-25",
        capable(modality=["reserved-smell", "graph"]),
        modality=["graph"],
    )
    yield _outcome(
        "more-than-asked",
        "The capability names more than the client has.",
        lists,
        capable(),
        own(dtype=("i8",), modality=("text",)),
        dtype=["i8"],
        modality=["text"],
    )
    yield from _agreed_transforms()


def _agreed_transforms() -> Iterator[Case]:
    lists = "HSK-25"
    yield _outcome("compress-empty", "An empty compress list: none.", "HSK-25 HSK-26", capable(compress=[]))
    yield _outcome("crypto-empty", "An empty crypto list: none.", "HSK-25 HSK-26", capable(crypto=[]))
    yield _outcome(
        "compress-unknown",
        "A compress list of unknown names: none.",
        "HSK-8 HSK-26",
        capable(compress=["reserved-brotli"]),
    )
    yield _outcome(
        "zstd-not-asked",
        "The capability names zstd, which the client has not got.",
        lists,
        capable(compress=["zstd", "none"]),
    )
    yield _outcome(
        "lz4",
        "Both name lz4, which nobody may agree.",
        "HSK-7",
        capable(compress=["lz4", "none"]),
        own(compress=("lz4", "none")),
    )
    yield _outcome(
        "lz4-alone", "Both name lz4 alone: none.", "HSK-7", capable(compress=["lz4"]), own(compress=("lz4",))
    )
    yield _outcome(
        "aes256gcm",
        "Both name aes256gcm, which nobody may agree.",
        "HSK-7",
        capable(crypto=["aes256gcm"]),
        own(crypto=("aes256gcm", "none")),
    )
    yield from _agreed_critique()


def _agreed_critique() -> Iterator[Case]:
    lists = "HSK-25"
    yield _outcome(
        "critique-theirs-false",
        "The server takes no part in Critique.",
        lists,
        _supports(critique=False),
        critique=False,
    )
    yield _outcome(
        "critique-own-false",
        "The client takes no part in Critique.",
        lists,
        capable(),
        own(critique=False),
        critique=False,
    )


def _failed() -> Iterator[Case]:
    ignored = events(dropped("IGNORED"))
    late = wrong("ENCRYPTION_REQUIRED", 1, 1, HERE)
    for case_id, about, frame in (
        ("capability", "A capability", capable(1)),
        ("data", "A data frame", think(0)),
        ("bad-data", "A data frame without slices", replace(think(0), slices=())),
        ("heart", "A HEART", heart(0)),
        ("error", "Another error", late),
        ("unknown-method", "A Sync frame of an unknown method", unknown(0)),
        ("no-json", "A Sync frame that cannot be read", sync("?", 0, DATA_STREAM)),
        ("ping", "A ping", ping(0, DATA_STREAM)),
    ):
        yield client(
            f"{case_id}-after-failure",
            f"{about} after a handshake that failed.",
            "HSK-29",
            FAILED,
            send(frame),
            ignored,
            nothing(),
        )
    about = "A broken frame after a handshake that failed is dropped for what it is."
    broken = close(think(0).wire()[:-4], 0)
    yield client("broken-after-failure", about, "HSK-29 HSK-31", FAILED, send(broken), events(dropped("CRC_MISMATCH")))
    yield from _silent()


def _silent() -> Iterator[Case]:
    ignored = events(dropped("IGNORED"))
    about = "The same silence after HANDSHAKE_TIMEOUT, where the capability comes late."
    steps = [
        *advance(15_000),
        *again("ping", "ping", "ping"),
        *events(error_received("HANDSHAKE_TIMEOUT")),
        *send(capable()),
        *ignored,
    ]
    yield client("capability-after-timeout", about, "HSK-29 HSK-21", ASK, steps)
    for case_id, frame, code in (
        ("version", capable(agreed_proto=2), "UNSUPPORTED_VERSION"),
        ("space", capable(embedding_space_id="other"), "SPACE_MISMATCH"),
        ("crypto", capable(supports={"critique": True, "dtype": DTYPES, "require_crypto": True}), "CRYPTO_REQUIRED"),
    ):
        steps = [
            *send(frame),
            *events(error_received(code)),
            *send(think(0)),
            *ignored,
            *advance(60_000),
            *nothing(),
            *events(),
        ]
        yield client(f"silent-after-{case_id}", f"The same silence after {code}.", "HSK-24 HSK-27 HSK-29", ASK, steps)
    about = "The client's own insistence on sealed frames ends a handshake that agrees none."
    steps = [*send(capable()), *events(error_received("CRYPTO_REQUIRED")), *advance(60_000), *nothing(), *events()]
    yield client("own-require-crypto", about, "HSK-27 HSK-29", ASK, steps, config=own(require_crypto=True))
    about = "Another space, and no crypto where the server insists on it: the space comes first."
    both = capable(space_hash32=7, supports={"critique": True, "dtype": DTYPES, "require_crypto": True})
    yield client("space-and-crypto", about, "HSK-24 HSK-27", ASK, send(both), events(error_received("SPACE_MISMATCH")))
    about = "After a failure nothing can be sent but a ping, and with a new one a session begins."
    again_ping = [*act("ping", 5), *expect(first_ping(0, 5)), *send(capable(0, 5)), *events(established())]
    frame = think(0)
    steps = [*say(frame, "HANDSHAKE_REQUIRED"), *again_ping, *say(frame), *expect(frame)]
    yield client("ping-again", about, "HSK-29 HSK-6", FAILED, steps)
