"""Canaries of the profiles zstd and xchacha."""

from .lies import Canary, accepted, bit, coded, refused, value

SEALED = {
    "type": 0,
    "flags": 2,
    "stream_id": 0x01020304,
    "frame_seq": "5",
    "space_hash32": 2,
    "modality": 0,
    "slices": [{"dtype": 2, "dims": [4], "payload": "01080f16"}],
}
EMPTY_SYNC = SEALED | {"type": 3, "flags": 1, "stream_id": 0x1234, "frame_seq": "1", "space_hash32": 0, "slices": []}

ZSTD = (
    Canary("zstd/decode/boundaries/no-slice", refused("BAD_COMPRESSION"), "an empty content is compressed as well"),
    Canary(
        "zstd/decode/not-zstd/empty-body-of-a-heart", accepted(fields=EMPTY_SYNC), "no bytes are no Zstandard frame"
    ),
    Canary(
        "zstd/decode/hand-zstd-order/crc-mismatch-before-bad-compression",
        coded("BAD_COMPRESSION"),
        "the CRC is looked at first",
    ),
    Canary("zstd/decode/product/think-i8-zstd-text", bit("fields.slices.0.payload", 2, 4), "a bit of the payload"),
    Canary("zstd/encode/product/think-i8-zstd-text", bit("plain_body", -1), "the last byte of what is compressed"),
    Canary("zstd/encode/product/think-f16-zstd-text", bit("header", 2), "the flag ZSTD is not set"),
    Canary("zstd/compress/levels/empty-level-1", value("plain", "00"), "nothing was compressed, not a zero"),
    Canary("zstd/compress/levels/empty-level-3", refused("PLAIN_TOO_LARGE"), "nothing is not too large"),
    Canary("zstd/decompress/hand/one-rle-block", bit("plain", 6), "a bit of the last byte is another"),
    Canary("zstd/decompress/hand-whole/empty-input", accepted(plain=""), "no bytes are no Zstandard frame"),
    Canary(
        "zstd/decompress/hand-sizes-over/size-65504-in-2-bytes",
        coded("BAD_COMPRESSION"),
        "what is wrong is the announced size",
    ),
    Canary("zstd/decompress/library/empty-level-9", refused("BAD_COMPRESSION"), "an empty content is allowed"),
)

XCHACHA = (
    Canary("xchacha/decode/sealed/one-slice", bit("fields.slices.0.payload"), "a bit of the payload is another"),
    Canary("xchacha/decode/sealed/nonce-zero", refused("DECRYPT_FAILED"), "a nonce may be zero"),
    Canary("xchacha/decode/decrypt-failed/key-first-bit", accepted(fields=SEALED), "the key is not the one"),
    Canary("xchacha/decode/key-required/no-key-no-body", coded("DECRYPT_FAILED"), "there is no key to try"),
    Canary("xchacha/decode/sealed-zstd/compressed-then-sealed", value("fields.flags", 2), "ZSTD is among the flags"),
    Canary("xchacha/encode/limits/key-not-needed", bit("frame", 4), "a bit of stream_id is another"),
    Canary("xchacha/encode/limits/no-nonce", coded("BAD_TYPE"), "what is missing is the nonce"),
    Canary("xchacha/encode/product/think-i8-xchacha-text", bit("frame", -5), "a bit of the tag is another"),
    Canary(
        "xchacha/encode/product-zstd/think-i8-zstd-xchacha-text", bit("plain_body"), "the dtype of the slice is another"
    ),
    Canary("xchacha/open/published/empty-plain", value("plain", "00"), "nothing was sealed, not a zero"),
    Canary("xchacha/open/published/associated-data-changed", accepted(plain=""), "the associated data is another"),
    Canary("xchacha/open/sizes/plain-0-aad-1", refused("DECRYPT_FAILED"), "an empty plaintext opens"),
    Canary("xchacha/open/sizes/plain-1-aad-0", bit("plain", 0, 2), "a bit of the plaintext is another"),
    Canary("xchacha/seal/published/empty-plain", bit("sealed", -1, 0x80), "the last bit of the tag is another"),
    Canary("xchacha/seal/sizes/plain-0-aad-0", refused("KEY_REQUIRED"), "the key is there"),
)
