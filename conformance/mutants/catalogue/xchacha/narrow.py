"""Faults of seals in one narrow place or behind others: XCH-2 to XCH-14."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resonant.errors import ResonantError

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import frames_lost, kept, lost, remembered
from ...engine.patches import Change, both, wrapped

SEAL = "transform.xchacha.seal"
OPEN = "transform.xchacha.open_sealed"
DECODE = "frame.decode.decode"


def _changed(target: str, change: Callable[..., dict[str, Any]]) -> Change:
    """With other keyword arguments."""

    def make(right: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **more: right(*given, **(more | change(**more)))

    return wrapped(target, make)


def _aad(change: Callable[[bytes], bytes]) -> Change:
    """Associated data that is changed on both sides, so that own frames open."""
    both_sides = {"aad": change}
    return both(*(_changed(one, lambda **more: {"aad": both_sides["aad"](more["aad"])}) for one in (SEAL, OPEN)))


def _last_byte_of_tag(right: Callable[..., Any]) -> Callable[..., Any]:
    def opened(sealed: bytes, **more: Any) -> Any:
        try:
            return right(sealed, **more)
        except ResonantError:
            for last in range(256):
                try:
                    return right(sealed[:-1] + bytes([last]), **more)
                except ResonantError:
                    continue
            raise

    return opened


SIZE = (
    Mutant(
        "aad-of-64-bytes",
        "XCH-3",
        "Keeps the associated data in a buffer of 64 bytes, which holds headers of 8 slices.",
        _aad(lambda aad: aad[:64]),
        Kind.SIZE,
    ),
    Mutant(
        "aad-of-256-bytes",
        "XCH-3",
        "Cuts the associated data at 256 bytes, that is, behind 56 slices.",
        _aad(lambda aad: aad[:256]),
        Kind.SIZE,
    ),
    Mutant(
        "aad-length-of-8-bits",
        "XCH-13",
        "Keeps the length of the associated data in a byte.",
        _aad(lambda aad: aad[: len(aad) & 0xFF]),
        Kind.SIZE,
    ),
    Mutant(
        "plain-of-1025-cut",
        "XCH-13",
        "Loses the byte behind whole blocks beyond a kibibyte.",
        wrapped(
            SEAL,
            lambda right: lambda plain, **more: right(plain[: len(plain) & ~1] if len(plain) > 1024 else plain, **more),
        ),
        Kind.SIZE,
    ),
)
DIGIT = (
    Mutant(
        "nonce-of-23-bytes",
        "XCH-2",
        "Copies 23 bytes of the nonce, one short for a terminator.",
        both(*(_changed(one, lambda **more: {"nonce": more["nonce"][:23] + b"\0"}) for one in (SEAL, OPEN))),
        Kind.DIGIT,
    ),
    Mutant(
        "key-without-a-byte",
        "XCH-13",
        "Leaves the 18th byte of the key 0.",
        both(
            *(
                _changed(one, lambda **more: {"key": more["key"][:17] + b"\0" + more["key"][18:]})
                for one in (SEAL, OPEN)
            )
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "tag-of-15-bytes",
        "XCH-5",
        "Compares 15 bytes of the tag.",
        wrapped(OPEN, _last_byte_of_tag),
        Kind.DIGIT,
    ),
    Mutant(
        "aad-with-cleared-flags",
        "XCH-3",
        "Clears STRONG_TAIL in the associated data, as only transforms count there.",
        _aad(lambda aad: aad[:2] + bytes([aad[2] & 0xFB]) + aad[3:] if len(aad) > 28 and aad[0] == 1 else aad),
        Kind.DIGIT,
    ),
)
COMBINATION = (
    Mutant(
        "aad-of-critiques",
        "XCH-3",
        "Leaves the modality of a Critique out of the associated data.",
        _aad(lambda aad: aad[:-1] if len(aad) > 28 and aad[:2] == b"\x01\x04" else aad),
        Kind.COMBINATION,
    ),
    Mutant(
        "no-key-for-strong-syncs",
        "XCH-4",
        "Hands sealed HEADs and TAILs on unopened where it has no key.",
        frames_lost("KEY_REQUIRED", lambda data: data[1] == 3 and data[2] == 6),
        Kind.COMBINATION,
    ),
    Mutant(
        "seal-of-caches",
        "XCH-5",
        "Goes on with what a seal of a Cache held, though it does not open.",
        frames_lost("DECRYPT_FAILED", lambda data: data[1] == 1),
        Kind.COMBINATION,
    ),
    Mutant(
        "no-nonce-for-asks",
        "XCH-8",
        "Seals an Ask under a nonce of zeros where it is given none.",
        lost("frame.encode.encode", "KEY_REQUIRED", lambda frame, **more: frame.type == 2 and "key" in more, b""),
        Kind.COMBINATION,
    ),
)
STATE = (
    Mutant(
        "last-key-kept",
        "XCH-4",
        "Opens with the key of the last frame where it is given none.",
        kept(DECODE, "key"),
        Kind.STATE,
    ),
    Mutant(
        "last-nonce-kept",
        "XCH-8",
        "Seals under the nonce of the last frame where it is given none.",
        both(kept("frame.encode.encode", "nonce"), kept("frame.encode.encode", "key")),
        Kind.STATE,
    ),
    Mutant(
        "opened-known-but-for-key",
        "XCH-5",
        "Keeps what it opened by nonce and ciphertext.",
        remembered(OPEN, lambda sealed, **more: (sealed, more["nonce"], more["aad"])),
        Kind.STATE,
    ),
    Mutant(
        "opened-known-but-for-aad",
        "XCH-13",
        "Keeps what it opened by key, nonce and ciphertext.",
        remembered(OPEN, lambda sealed, **more: (sealed, more["nonce"], more["key"])),
        Kind.STATE,
    ),
    Mutant(
        "opened-known-by-tag",
        "XCH-13",
        "Keeps what it opened by its tag, which nobody can forge.",
        remembered(OPEN, lambda sealed, **_: sealed[-16:]),
        Kind.STATE,
    ),
    Mutant(
        "sealed-known-but-for-nonce",
        "XCH-13",
        "Keeps what it sealed by key, associated data and plain bytes.",
        remembered(SEAL, lambda plain, **more: (plain, more["key"], more["aad"])),
        Kind.STATE,
    ),
    Mutant(
        "sealed-known-by-half-a-key",
        "XCH-13",
        "Keeps what it sealed by the first half of the key and the rest.",
        remembered(SEAL, lambda plain, **more: (plain, more["key"][:16], more["nonce"], more["aad"])),
        Kind.STATE,
    ),
)
MUTANTS = (*SIZE, *DIGIT, *COMBINATION, *STATE)
