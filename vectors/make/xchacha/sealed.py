"""The XCHACHA profile: sealed frames, what breaks them, and the primitive itself (specs/transform.md section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)

from ..model import Case, Group, accepts, frame_refused
from ..writer.raw_frame import (
    F16,
    I8,
    TEST_KEY,
    XCHACHA,
    ZSTD,
    Raw,
    close,
    nonce_of,
    one_slice,
    ramp,
    raw_slice,
    reclose,
    seal_body,
)
from ..writer.wide import wide_slices
from ..zstd.zstd import stored

# space_hash32 starts with a byte that is also a modality, so that a count changed to 0 leaves the header well-formed.
PLAIN = one_slice(I8, (4,), ramp(4), stream_id=0x01020304, frame_seq=5, space_hash32=0x00000002)
FRAME = PLAIN.sealed().frame()
OK = {"type": 0, "flags": XCHACHA, "stream_id": 0x01020304, "frame_seq": "5", "space_hash32": 2, "modality": 0}
OK_FIELDS = {"fields": OK | {"slices": [{"dtype": I8, "dims": [4], "payload": ramp(4).hex()}]}}
HEADER_BYTES = 33


def groups() -> Iterator[Group]:
    """Decode of sealed frames, with both transforms, and the ops seal and open."""
    yield Group("xchacha", "decode/sealed", "decode", "Valid sealed frames.", list(_valid()))
    about = "A sealed frame and no key."
    yield Group("xchacha", "decode/key-required", "decode", about, list(_key_required()))
    about = "Sealed frames that must not open; the CRC is right in each."
    yield Group("xchacha", "decode/decrypt-failed", "decode", about, list(_decrypt_failed()))
    about = "Each byte of a sealed frame's header changed, and the CRC made good."
    yield Group("xchacha", "decode/header-changed", "decode", about, list(_header_changed()))
    about = "Each byte of a sealed body changed, and the CRC made good."
    yield Group("xchacha", "decode/body-changed", "decode", about, list(_body_changed()))
    about = "Faults of the plain body that show only after opening."
    yield Group("xchacha", "decode/slices-behind", "decode", about, list(_slices_behind()))
    about = "Frames with ZSTD and XCHACHA, right and wrong."
    yield Group("xchacha", "decode/sealed-zstd", "decode", about, list(_both()), ("zstd",))
    sizes = list(_primitive())
    yield Group("xchacha", "seal/sizes", "seal", "The primitive at many lengths.", [sealing for sealing, _ in sizes])
    yield Group("xchacha", "open/sizes", "open", "Its inverse at the same lengths.", [opening for _, opening in sizes])


def _given(frame: bytes, key: bytes = TEST_KEY) -> dict[str, str]:
    return {"frame": frame.hex(), "key": key.hex()}


def _failed(case_id: str, about: str, clauses: str, frame: bytes, key: bytes = TEST_KEY) -> Case:
    return frame_refused(case_id, about, clauses, frame, "DECRYPT_FAILED", key)


def _valid() -> Iterator[Case]:
    yield accepts("one-slice", "One I8 slice.", "XCH-2 XCH-3 FRM-24", _given(FRAME), OK_FIELDS)
    nonces = {
        "nonce-zero": (bytes(24), "A nonce of zeros."),
        "nonce-max": (b"\xff" * 24, "A nonce of 0xff bytes."),
        "nonce-of-another-frame": (
            nonce_of(6),
            "A nonce that ends in another frame_seq: a receiver takes it as it is.",
        ),
        "nonce-big-endian": (
            nonce_of(5)[:16] + bytes(7) + b"\5",
            "frame_seq in big-endian: not the receiver's business.",
        ),
    }
    for case_id, (nonce, about) in nonces.items():
        yield accepts(case_id, about, "XCH-6", _given(PLAIN.sealed(nonce=nonce).frame()), OK_FIELDS)
    heart = Raw(type=3, stream_id=0x01020304, frame_seq=5, space_hash32=2).sealed().frame()
    assert len(heart) == 33 + 40
    empty = {"fields": OK | {"type": 3, "slices": []}}
    yield accepts("empty-plain-body", "N = 0: the body is nonce and tag alone.", "XCH-9", _given(heart), empty)
    key = bytes(range(0x80, 0xA0))
    yield accepts("another-key", "A second test key.", "XCH-2", _given(PLAIN.sealed(key=key).frame(), key), OK_FIELDS)
    zeros = PLAIN.sealed(key=bytes(32)).frame()
    yield accepts("key-of-zeros", "A key of zeros is a key.", "XCH-2", _given(zeros, bytes(32)), OK_FIELDS)
    clear = {"fields": OK_FIELDS["fields"] | {"flags": 0}}
    yield accepts(
        "key-for-a-plain-frame", "XCHACHA is not set: the key is ignored.", "XCH-7", _given(PLAIN.frame()), clear
    )
    wide = wide_slices(18_000)
    whole = replace(
        PLAIN, slice_len=tuple(len(data) for _, _, data in wide), body=b"".join(raw_slice(*w) for w in wide)
    )
    slices = [{"dtype": d, "dims": list(dims), "payload": data.hex()} for d, dims, data in wide]
    about = "A plain size of 18,000 bytes: more than 256 blocks of 64 bytes of the key stream."
    given = _given(whole.sealed().frame())
    yield accepts("more-than-256-blocks", about, "XCH-2", given, {"fields": OK | {"slices": slices}})


def _key_required() -> Iterator[Case]:
    heart = Raw(type=3).sealed().frame()
    short = Raw(flags=XCHACHA, slice_len=(4,), body=bytes(10)).frame()
    frames = {
        "no-key": (FRAME, "A valid sealed frame."),
        "no-key-empty-plain-body": (heart, "N = 0: there is nothing to hide, but the flag is set."),
        "no-key-strong-tail": (replace(PLAIN, flags=4).sealed().frame(), "With STRONG_TAIL set as well."),
        "no-key-body-too-short": (short, "10 bytes of body could not be opened anyway: the key comes first."),
        "no-key-no-body": (Raw(flags=XCHACHA).frame(), "No body at all: the key comes first."),
        "no-key-plain-body": (replace(PLAIN, flags=XCHACHA).frame(), "The flag is set and the body is in clear."),
        "no-key-tag-wrong": (
            reclose(FRAME[:-5] + bytes([FRAME[-5] ^ 1]) + FRAME[-4:]),
            "A changed tag: the key comes first.",
        ),
    }
    for case_id, (frame, about) in frames.items():
        yield frame_refused(case_id, about, "XCH-4", frame, "KEY_REQUIRED")


def _decrypt_failed() -> Iterator[Case]:
    for case_id, key in {
        "key-first-bit": b"\x01" + TEST_KEY[1:],
        "key-last-bit": TEST_KEY[:-1] + b"\x9f",
        "key-zeros": bytes(32),
        "key-reversed": TEST_KEY[::-1],
    }.items():
        yield _failed(case_id, "The wrong key.", "XCH-5", FRAME, key)
    header = replace(PLAIN, flags=XCHACHA).header()
    nonce = nonce_of(5)
    for case_id, (aad, about) in {
        "aad-empty": (b"", "Sealed without associated data."),
        "aad-without-modality": (header[:-1], "The associated data ends one byte early."),
        "aad-fixed-part-only": (header[:24], "The associated data is the first 24 bytes."),
        "aad-flags-before-sealing": (PLAIN.header(), "The associated data has the flags without XCHACHA."),
        "aad-with-nonce": (header + nonce, "The associated data goes on over the nonce."),
        "aad-space-hash-zeroed": (header[:28] + bytes(4) + header[32:], "The associated data without the space hash."),
    }.items():
        body = nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(PLAIN.body, aad, nonce, TEST_KEY)
        yield _failed(case_id, about, "XCH-3", close(header + body))
    sealed = seal_body(header, PLAIN.body, nonce)
    ietf = crypto_aead_chacha20poly1305_ietf_encrypt(PLAIN.body, header, nonce[:12], TEST_KEY)
    for case_id, (body, about) in {
        "ietf-with-12-byte-nonce": (nonce + ietf, "ChaCha20-Poly1305 with the first 12 nonce bytes."),
        "ietf-nonce-12-on-the-wire": (nonce[:12] + ietf, "ChaCha20-Poly1305 with a nonce of 12 bytes on the wire."),
        "tag-before-ciphertext": (nonce + sealed[-16:] + sealed[24:-16], "The tag in front of the ciphertext."),
        "nonce-at-the-end": (sealed[24:] + nonce, "The nonce behind the tag."),
        "nonce-left-out": (sealed[24:], "No nonce on the wire."),
        "tag-left-out": (sealed[:-16], "No tag on the wire."),
        "tag-cut-by-one": (sealed[:-1], "The last byte of the tag is missing."),
        "one-byte-more": (sealed + b"\0", "A zero byte behind the tag."),
        "ciphertext-cut-by-one": (sealed[:-17] + sealed[-16:], "The last byte of the ciphertext is missing."),
        "plain-body": (PLAIN.body, "The flag is set and the body is in clear."),
        "zeros-40": (bytes(40), "40 zeros: as short as can be, and no valid tag."),
    }.items():
        yield _failed(case_id, about, "XCH-2 XCH-5", close(header + body))
    for size in (0, 1, 15, 16, 23, 24, 25, 39):
        about = f"A body of {size} bytes, too short for nonce and tag."
        yield _failed(f"body-of-{size}", about, "XCH-5", close(header + sealed[:size]))


def _header_changed() -> Iterator[Case]:
    # Every offset whose change is refused before the seal is looked at, with the code and clause of that check.
    before = {0: ("BAD_VERSION", "FRM-2"), 3: ("RESERVED_FLAGS", "FRM-39")}
    before |= dict.fromkeys(range(17, 24), ("BAD_SLICE_TABLE", "FRM-8"))
    before |= dict.fromkeys((26, 27), ("PLAIN_TOO_LARGE", "FRM-27"))
    # Elsewhere the lowest bit is flipped, save in flags, where STRONG_TAIL is set.
    for offset in range(HEADER_BYTES):
        mask = {2: 0x04, 3: 0x80}.get(offset, 0x01)
        frame = reclose(FRAME[:offset] + bytes([FRAME[offset] ^ mask]) + FRAME[offset + 1 :])
        code, clause = before.get(offset, ("DECRYPT_FAILED", "XCH-3"))
        about = f"Byte {offset} of the header changed: {code}."
        yield frame_refused(f"header-byte-{offset}", about, clause, frame, code, TEST_KEY)


def _body_changed() -> Iterator[Case]:
    for offset in range(HEADER_BYTES, len(FRAME) - 4):
        part = "nonce" if offset < HEADER_BYTES + 24 else "tag" if offset >= len(FRAME) - 20 else "ciphertext"
        frame = reclose(FRAME[:offset] + bytes([FRAME[offset] ^ 0x80]) + FRAME[offset + 1 :])
        yield _failed(f"body-byte-{offset}-{part}", f"A bit of the {part} flipped.", "XCH-5", frame)


def _slices_behind() -> Iterator[Case]:
    for case_id, (table, body, code, clause) in {
        "trailing-byte": ((4,), PLAIN.body + b"\0", "TRAILING_BYTES", "FRM-22"),
        "payload-cut": ((4,), PLAIN.body[:-1], "TRUNCATED_BODY", "FRM-21"),
        "bad-dtype": ((4,), b"\xf4" + PLAIN.body[1:], "BAD_DTYPE", "FRM-14"),
        "rank-0": ((4,), b"\x02\0" + PLAIN.body[2:], "BAD_RANK", "FRM-15"),
        "f16-length": ((4,), raw_slice(F16, (4,), ramp(4)), "LENGTH_MISMATCH", "FRM-17"),
        "empty": ((4,), b"", "TRUNCATED_BODY", "FRM-21"),
    }.items():
        frame = Raw(slice_len=table, body=body).sealed().frame()
        about = f"Opened, the body is refused: {code}."
        yield frame_refused(case_id, about, f"{clause} XCH-2", frame, code, TEST_KEY)


def _both() -> Iterator[Case]:
    compressed = replace(PLAIN, flags=ZSTD, body=stored(PLAIN.body))
    ok = {"fields": OK_FIELDS["fields"] | {"flags": ZSTD | XCHACHA}}
    yield accepts("compressed-then-sealed", "The right order.", "XCH-1", _given(compressed.sealed().frame()), ok)
    header = replace(PLAIN, flags=ZSTD | XCHACHA).header()
    reversed_order = close(header + stored(seal_body(header, PLAIN.body, nonce_of(5))))
    yield _failed("sealed-then-compressed", "The wrong order.", "XCH-1", reversed_order)
    for case_id, (body, code, clause) in {
        "sealed-plain-body": (PLAIN.body, "BAD_COMPRESSION", "ZST-1"),
        "sealed-empty-body": (b"", "BAD_COMPRESSION", "ZST-1"),
        "sealed-trailing-byte": (stored(PLAIN.body) + b"\0", "BAD_COMPRESSION", "ZST-6"),
        "sealed-checksum-flag": (stored(PLAIN.body)[:4] + b"\xa4" + stored(PLAIN.body)[5:], "BAD_COMPRESSION", "ZST-2"),
        "sealed-cut": (stored(PLAIN.body)[:-1], "BAD_COMPRESSION", "ZST-8"),
        "sealed-content-size": (stored(bytes(8))[:5] + b"\0\0\1\0" + stored(bytes(8))[9:], "PLAIN_TOO_LARGE", "ZST-4"),
    }.items():
        frame = replace(compressed, body=body).sealed().frame()
        yield frame_refused(case_id, f"Opened, the body is refused: {code}.", clause, frame, code, TEST_KEY)
    changed = compressed.sealed().frame()
    changed = reclose(changed[:60] + bytes([changed[60] ^ 1]) + changed[61:])
    about = "A changed ciphertext: nothing is decompressed that does not authenticate."
    yield _failed("sealed-changed", about, "XCH-5 FRM-29", changed)
    about = "A content size over the limit, and no key: the key comes first."
    announced = replace(compressed, body=stored(bytes(8))[:5] + b"\0\0\1\0" + bytes(11)).sealed().frame()
    yield frame_refused("content-size-and-no-key", about, "XCH-4 FRM-29", announced, "KEY_REQUIRED")
    reserved = replace(PLAIN, flags=0xFFFF).frame()
    about = "Every flag bit set: the reserved ones come before the transforms."
    yield frame_refused("flags-all", about, "FRM-39 FRM-29", reserved, "RESERVED_FLAGS", TEST_KEY)


def _primitive() -> Iterator[tuple[Case, Case]]:
    lengths = [(0, 0), (0, 1), (0, 16), (1, 0), (1, 33), (15, 12), (16, 16), (17, 15), (63, 17), (64, 33), (65, 64)]
    for plain_bytes, aad_bytes in [*lengths, (255, 255), (256, 29), (1024, 0), (4096, 33)]:
        key, nonce = bytes(ramp(32, plain_bytes % 200)), bytes(ramp(24, aad_bytes % 200))
        plain, aad = ramp(plain_bytes), ramp(aad_bytes, 9)
        sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, nonce, key).hex()
        common = {"key": key.hex(), "nonce": nonce.hex(), "aad": aad.hex()}
        case_id = f"plain-{plain_bytes}-aad-{aad_bytes}"
        about = f"{plain_bytes} plain bytes, {aad_bytes} bytes of associated data."
        sealing = accepts(case_id, about, "XCH-13", common | {"plain": plain.hex()}, {"sealed": sealed})
        opening = accepts(case_id, about, "XCH-13", common | {"sealed": sealed}, {"plain": plain.hex()})
        yield sealing, opening
