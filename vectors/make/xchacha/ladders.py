"""Seals in every byte and size: keys, nonces, associated data, tags; headers of many slices; each type of frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

from ..frame.combinations import SLICES, TYPES
from ..frame.ladders import mixed
from ..model import Case, Group, accepts, frame_refused, refuses
from ..writer.laid_out import laid_out, read, told, written
from ..writer.raw_frame import (
    I8,
    STRONG_TAIL,
    TEST_KEY,
    XCHACHA,
    Raw,
    close,
    nonce_of,
    ramp,
    raw_slice,
    reclose,
    seal_body,
)

KEY, NONCE = ramp(32, 5), ramp(24, 77)
PLAIN, AAD = ramp(17), ramp(33, 9)
LENGTHS = (*range(2, 15), 31, 32, 33, 47, 48, 49, 62, 127, 128, 129, 191, 193, 257, 513, 1025)
COUNTS = (2, 3, 8, 9, 16, 17, 33, 64, 65, 129, 257)
SEQUENCE = 5


def groups() -> Iterator[Group]:
    """The primitive, then frames."""
    twins = list(_twins())
    about = "One byte of key, nonce, associated data or plain bytes changed: each makes another seal."
    yield Group("xchacha", "seal/digits", "seal", about, [_sealing(*one) for one in twins])
    yield Group("xchacha", "open/digits", "open", "The same, to be opened.", [_opening(*one) for one in twins])
    about = "One byte of key, nonce, associated data, ciphertext or tag is not that of the seal."
    yield Group("xchacha", "open/changed", "open", about, list(_changed()))
    sizes = [(f"plain-{n}-aad-{m}", ramp(n, 3), ramp(m, 8)) for n, m in _lengths()]
    made = [(name, KEY, NONCE, aad, plain) for name, plain, aad in sizes]
    about = "Plain bytes and associated data around blocks and words."
    yield Group("xchacha", "seal/lengths", "seal", about, [_sealing(*one) for one in made])
    yield Group("xchacha", "open/lengths", "open", "The same, to be opened.", [_opening(*one) for one in made])
    yield Group("xchacha", "open/short", "open", "Too short for a tag.", list(_short()))
    about = "Each byte of a key changed."
    yield Group("xchacha", "decode/key-digits", "decode", about, list(_keys()))
    about = "Sealed frames of many slices."
    yield Group("xchacha", "decode/slice-counts", "decode", about, [_many(n, sealed_op=True) for n in COUNTS])
    cases = [_many(n, sealed_op=False) for n in COUNTS if n % 8 != 1 or n > 60]
    yield Group("xchacha", "encode/slice-counts", "encode", "The same, to be encoded.", cases)
    about = "Headers of many slices of which one byte is not the one that was sealed, and seals over part of them."
    yield Group("xchacha", "decode/header-of-many", "decode", about, list(_headers()))
    about = "Plain bodies of many sizes, sealed."
    yield Group("xchacha", "decode/sizes", "decode", about, [_sized(n, sealed_op=True) for n in LENGTHS])
    yield Group("xchacha", "encode/sizes", "encode", "The same.", [_sized(n, sealed_op=False) for n in LENGTHS[::2]])
    about = "What breaks a seal, and what shows behind it, in frames of every type."
    yield Group("xchacha", "decode/faults-by-type", "decode", about, list(_by_type()))
    about = "A missing key or nonce in frames of every type."
    yield Group("xchacha", "encode/faults-by-type", "encode", about, list(_unkeyed()))


def _flip(data: bytes, place: int, mask: int = 0x20) -> bytes:
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def _twins() -> Iterator[tuple[str, bytes, bytes, bytes, bytes]]:
    for place in range(32):
        yield f"key-byte-{place}", _flip(KEY, place), NONCE, AAD, PLAIN
    for place in range(24):
        yield f"nonce-byte-{place}", KEY, _flip(NONCE, place), AAD, PLAIN
    for place in (0, 1, 15, 16, 17, 31, 32):
        yield f"aad-byte-{place}", KEY, NONCE, _flip(AAD, place), PLAIN
    for place in (0, 1, 15, 16):
        yield f"plain-byte-{place}", KEY, NONCE, AAD, _flip(PLAIN, place)


def _common(key: bytes, nonce: bytes, aad: bytes) -> dict[str, str]:
    return {"key": key.hex(), "nonce": nonce.hex(), "aad": aad.hex()}


def _sealing(name: str, key: bytes, nonce: bytes, aad: bytes, plain: bytes) -> Case:
    given = _common(key, nonce, aad) | {"plain": plain.hex()}
    return accepts(name, f"{name}.", "XCH-13", given, {"sealed": encrypt(plain, aad, nonce, key).hex()})


def _opening(name: str, key: bytes, nonce: bytes, aad: bytes, plain: bytes) -> Case:
    given = _common(key, nonce, aad) | {"sealed": encrypt(plain, aad, nonce, key).hex()}
    return accepts(name, f"{name}.", "XCH-13", given, {"plain": plain.hex()})


def _not_opened(name: str, about: str, key: bytes, nonce: bytes, aad: bytes, sealed: bytes) -> Case:
    return refuses(name, about, "XCH-13", _common(key, nonce, aad) | {"sealed": sealed.hex()}, "DECRYPT_FAILED")


def _changed() -> Iterator[Case]:
    sealed = encrypt(PLAIN, AAD, NONCE, KEY)
    yield _opening("nothing-changed", KEY, NONCE, AAD, PLAIN)
    for place in range(32):
        yield _not_opened(f"key-byte-{place}", "Another key.", _flip(KEY, place), NONCE, AAD, sealed)
    for place in range(24):
        yield _not_opened(f"nonce-byte-{place}", "Another nonce.", KEY, _flip(NONCE, place), AAD, sealed)
    for place in range(len(AAD)):
        yield _not_opened(f"aad-byte-{place}", "Other associated data.", KEY, NONCE, _flip(AAD, place), sealed)
    for place in range(0, len(sealed)):
        part = "tag" if place >= len(PLAIN) else "ciphertext"
        if part == "tag" or place % 8 in (0, 7):
            mask = 1 << place % 8
            about = f"A bit of the {part} flipped."
            yield _not_opened(f"{part}-byte-{place}", about, KEY, NONCE, AAD, _flip(sealed, place, mask))
    for length in (1, 16, 33, 64, 65, 257, 1025):
        aad = ramp(length, 30)
        whole = encrypt(PLAIN, aad, NONCE, KEY)
        others = {"cut": aad[:-1], "longer": aad + b"\0", "last-byte": _flip(aad, -1 % length), "empty": b""}
        for name, other in others.items():
            about = f"{length} bytes of associated data, and {name}."
            yield _not_opened(f"aad-of-{length}-{name}", about, KEY, NONCE, other, whole)
    for length in (1, 16, 64, 65, 257, 1025):
        whole = encrypt(ramp(length), AAD, NONCE, KEY)
        for place in sorted({0, length // 2, length - 1}):
            about = f"Byte {place} of {length} bytes of ciphertext."
            yield _not_opened(f"ciphertext-{place}-of-{length}", about, KEY, NONCE, AAD, _flip(whole, place))


def _lengths() -> Iterator[tuple[int, int]]:
    for number, length in enumerate(LENGTHS):
        yield length, (0, 1, 29, 33, 16)[number % 5]
        if length < 300:
            yield (0, 5, 64)[number % 3], length


def _short() -> Iterator[Case]:
    for size in range(16):
        yield _not_opened(f"sealed-{size}", f"{size} bytes.", KEY, NONCE, AAD, encrypt(b"", AAD, NONCE, KEY)[:size])


def _keys() -> Iterator[Case]:
    slices = ((I8, (4,), ramp(4)),)
    whole = laid_out(slices, frame_seq=SEQUENCE, flags=XCHACHA)
    yield read("right-key", "The key that it was sealed under.", "XCH-2", whole, slices)
    frame = whole.sealed().frame()
    for place in range(32):
        key = _flip(TEST_KEY, place, 0x80)
        yield frame_refused(f"key-byte-{place}", f"Byte {place} of the key.", "XCH-5", frame, "DECRYPT_FAILED", key)


def _many(count: int, *, sealed_op: bool) -> Case:
    slices = mixed(count)
    raw = laid_out(slices, flags=XCHACHA, frame_seq=SEQUENCE, stream_id=0xA1B2C3D4, space_hash32=0xE5F60718)
    make = read if sealed_op else written
    return make(f"slices-{count}", f"N = {count}: {29 + 4 * count} bytes of header.", "XCH-2 XCH-3", raw, slices)


def _sized(count: int, *, sealed_op: bool) -> Case:
    slices = ((I8, (count,), ramp(count)),)
    raw = laid_out(slices, flags=XCHACHA, frame_seq=SEQUENCE)
    make = read if sealed_op else written
    return make(f"payload-{count}", f"A payload of {count} bytes.", "XCH-2 FRM-9", raw, slices)


def _headers() -> Iterator[Case]:
    one = (I8, (3,), ramp(3))
    part = raw_slice(*one)
    for count in (2, 3, 9, 33, 65):
        raw = Raw(flags=XCHACHA, slice_len=(3,) * count, body=part * count, frame_seq=SEQUENCE, space_hash32=7)
        frame = raw.sealed().frame()
        yield read(f"as-sealed-{count}", f"N = {count}, as it was sealed.", "XCH-2 XCH-3", raw, (one,) * count)
        places = {24: "first-entry", 24 + 4 * (count // 2): "middle-entry", 20 + 4 * count: "last-entry"}
        places |= {
            24 + 4 * count: "space-hash",
            27 + 4 * count: "space-hash-high",
            4: "stream-id",
            15: "frame-seq-high",
        }
        for place, name in places.items():
            data = reclose(_flip(frame, place, 1))
            about = f"The {name} of a header of {count} slices."
            yield frame_refused(f"{name}-of-{count}", about, "XCH-3 XCH-5", data, "DECRYPT_FAILED", TEST_KEY)
        header, nonce = raw.header(), nonce_of(SEQUENCE)
        cuts = {
            "without-table": header[:24] + header[-5:],
            "first-33-bytes": header[:33],
            "first-64-bytes": header[:64],
        }
        cuts |= {"but-the-last-byte": header[:-1], "half": header[: len(header) // 2]}
        for name, aad in cuts.items():
            if aad != header:
                data = close(header + seal_body(aad, raw.body, nonce))
                about = f"N = {count}: the associated data is {name} of the header."
                yield frame_refused(f"aad-{name}-of-{count}", about, "XCH-3", data, "DECRYPT_FAILED", TEST_KEY)


def _by_type() -> Iterator[Case]:
    body = b"".join(raw_slice(*one) for one in SLICES)
    head = len(raw_slice(*SLICES[0]))
    behind = {
        "dtype": (body[:head] + b"\xff" + body[head + 1 :], "BAD_DTYPE", "FRM-14"),
        "rank": (body[:head] + b"\x02\0" + body[head + 2 :], "BAD_RANK", "FRM-15"),
        "length": (body[:head] + raw_slice(I8, (4,), ramp(3)), "LENGTH_MISMATCH", "FRM-18"),
        "cut": (body[:-1], "TRUNCATED_BODY", "FRM-21"),
        "trailing": (body + b"\0", "TRAILING_BYTES", "FRM-22"),
    }
    for mtype, kind in enumerate(TYPES):
        for tail in (0, STRONG_TAIL):
            name = f"{kind}{'-strong-tail' if tail else ''}"
            modality = (mtype + tail + 1) % 5
            raw = laid_out(SLICES, type=mtype, flags=XCHACHA | tail, modality=modality, frame_seq=SEQUENCE)
            frame = raw.sealed().frame()
            yield read(f"whole-{name}", "As it was sealed, and with its key.", "XCH-2", raw, SLICES)
            yield frame_refused(f"no-key-{name}", "No key.", "XCH-4", frame, "KEY_REQUIRED")
            tag = reclose(_flip(frame, len(frame) - 5))
            yield frame_refused(f"tag-{name}", "Another tag.", "XCH-5", tag, "DECRYPT_FAILED", TEST_KEY)
            kinds = {"modality": len(raw.header()) - 1, "type": 1}
            for field, place in kinds.items():
                other = (frame[place] + 1) % 5
                data = reclose(frame[:place] + bytes([other]) + frame[place + 1 :])
                about = f"The {field} is another than the one that was sealed."
                yield frame_refused(f"{field}-{name}", about, "XCH-3", data, "DECRYPT_FAILED", TEST_KEY)
            strong = reclose(_flip(frame, 2, 4))
            about = "STRONG_TAIL set or cleared after sealing."
            yield frame_refused(f"strong-tail-turned-{name}", about, "XCH-3", strong, "DECRYPT_FAILED", TEST_KEY)
            short = replace(raw, body=raw.sealed().body[:39]).frame()
            yield frame_refused(f"short-{name}", "39 bytes.", "XCH-5", short, "DECRYPT_FAILED", TEST_KEY)
            for fault, (plain, code, clause) in behind.items():
                data = replace(raw, body=plain).sealed().frame()
                about = f"Behind the seal: {code}."
                yield frame_refused(f"{fault}-{name}", about, f"{clause} XCH-2", data, code, TEST_KEY)


def _unkeyed() -> Iterator[Case]:
    keyed = {"key": TEST_KEY.hex(), "nonce": nonce_of(1).hex()}
    for mtype, kind in enumerate(TYPES):
        for missing in keyed:
            raw = laid_out(SLICES, type=mtype, flags=XCHACHA | STRONG_TAIL * (mtype % 2), modality=(mtype + 2) % 5)
            given = {"fields": told(raw, SLICES)} | {name: one for name, one in keyed.items() if name != missing}
            if missing == "key":
                whole = f"whole-{kind}"
                yield written(whole, f"A {kind} frame with key and nonce.", "XCH-2 XCH-8", raw, SLICES)
            yield refuses(f"no-{missing}-{kind}", f"No {missing} in a {kind} frame.", "XCH-8", given, "KEY_REQUIRED")
