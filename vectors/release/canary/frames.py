"""Canaries of the profile frame."""

from .lies import Canary, accepted, bit, coded, refused, value

HEART = {"type": 0, "flags": 0, "stream_id": 0x1234, "frame_seq": "1", "space_hash32": 0, "modality": 0, "slices": []}
WORKED = HEART | {"slices": [{"dtype": 1, "dims": [2], "payload": "003c00c0"}]}
BAD_TYPE = WORKED | {"type": 0xF0}

CANARIES = (
    Canary("frame/decode/counts/no-slice", refused("TRUNCATED_BODY"), "a frame without slices is whole"),
    Canary("frame/decode/too-short/empty", accepted(fields=HEART), "no bytes are no frame"),
    Canary("frame/decode/crc/crc-big-endian", accepted(fields=WORKED), "the CRC is in the wrong byte order"),
    Canary("frame/decode/crc/crc-last-bit-flipped", accepted(fields=WORKED), "one bit of the CRC is wrong"),
    Canary("frame/decode/crc/crc-castagnoli", coded("BAD_VERSION"), "what is wrong is the CRC"),
    Canary("frame/decode/type/type-f0", accepted(fields=BAD_TYPE), "there is no type 0xf0"),
    Canary("frame/decode/type/type-f1", coded("BAD_MODALITY"), "what is wrong is the type"),
    Canary(
        "frame/decode/slice-table/one-slice-in-the-shortest-frame",
        coded("TRUNCATED_BODY"),
        "the table has no room, which is seen before the body is",
    ),
    Canary("frame/decode/trailing-bytes/one-zero", coded("LENGTH_MISMATCH"), "the slice itself is whole"),
    Canary("frame/decode/dtype/dtype-f0", coded("BAD_RANK"), "what is wrong is the dtype"),
    Canary("frame/decode/truncated-body/no-body", accepted(fields=HEART), "the body is missing"),
    Canary("frame/decode/fields/stream-id-max", value("fields.stream_id", 0x7FFFFFFF), "the sign bit is lost"),
    Canary("frame/decode/fields/stream-id-ascending-bytes", value("fields.stream_id", 0x01020304), "big-endian"),
    Canary(
        "frame/decode/fields/frame-seq-over-exact-float",
        value("fields.frame_seq", "9007199254740992"),
        "frame_seq is rounded to a binary64",
    ),
    Canary("frame/decode/fields/no-slice-sync", value("fields.type", 2), "the type is Sync"),
    Canary(
        "frame/decode/product/think-f16-plain-text",
        bit("fields.slices.0.payload", -1, 0x80),
        "the last bit of the payload is another",
    ),
    Canary(
        "frame/decode/product/think-f16-plain-image",
        value("fields.slices.0.dims", [3, 2]),
        "the dims have changed places",
    ),
    Canary("frame/encode/counts/no-slice", bit("frame", -1), "a bit of the CRC is another"),
    Canary("frame/encode/shapes/dim-0-only", refused("BAD_RANK"), "a dim of 0 is allowed"),
    Canary("frame/encode/faults/type-f0", accepted(frame="01f0"), "there is no type 0xf0"),
    Canary("frame/encode/faults/modality-f0", coded("BAD_TYPE"), "what is wrong is the modality"),
    Canary("frame/space_hash/values/ascii", value("space_hash32", 718594534), "the hash is one more"),
    Canary("frame/space_hash/values/single-letters", refused("BAD_SPACE_ID"), "one letter is a part"),
    Canary("frame/space_hash/refused/all-empty", accepted(space_hash32=0), "an empty part is refused"),
    Canary("frame/tail_hash/lengths/length-0", bit("xxhash3_64", 0, 0x80), "the first bit of the hash is another"),
    Canary(
        "frame/tail_hash/lengths/length-1",
        value("xxhash3_64", "ebce86ebd2f92ee1"),
        "the hash is written in the wrong byte order",
    ),
)
