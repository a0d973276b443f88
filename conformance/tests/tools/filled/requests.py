"""Requests that no testee may perform: what is no request, and what fits no schema."""

from __future__ import annotations

PLAIN = {"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0, "slices": []}
STRANGE = {
    "a nonce of 23 bytes": {"op": "encode", "input": {"fields": PLAIN, "nonce": "00" * 23}},
    "level 0": {"op": "encode", "input": {"fields": PLAIN, "level": 0}},
    "level 23": {"op": "encode", "input": {"fields": PLAIN, "level": 23}},
    "slices an object": {"op": "encode", "input": {"fields": {**PLAIN, "slices": {}}}},
    "a slice without dims": {"op": "encode", "input": {"fields": {**PLAIN, "slices": [{"dtype": 1, "payload": ""}]}}},
    "a part that is no string": {"op": "space_hash", "input": {"space_id": 1, "arch": "a", "data_sig": "b"}},
    "a seal without a key": {"op": "seal", "input": {"nonce": "00" * 24, "aad": "", "plain": ""}},
    "level 0 of compress": {"op": "compress", "input": {"plain": "", "level": 0}},
    "no bits": {"op": "quantize", "input": {"bits": 5, "source": "f16", "data": ""}},
    "no source": {"op": "quantize", "input": {"bits": 4, "source": "f64", "data": ""}},
    "no scale": {"op": "dequantize", "input": {"bits": 4, "count": 0, "codes": "", "scale": None}},
}
"""Requests that fit no schema, besides those of the probe; also of ops that nobody has claimed."""
STRANGE = {name: {"case": "", "profile": "", **request} for name, request in STRANGE.items()}


def wrapped(input: str) -> bytes:
    return f'{{"op": "sparse_encode", "case": "", "profile": "", "input": {input}}}'.encode()


UNREADABLE = [
    b"",
    b"\xff",
    b"{",
    b"[" * 100_000,
    b'{"op": "stop", "case": "", "profile": "", "input": {}} x',
    b'{"op": "stop", "case": "", "profile": "", "input": {}, "more": 1}',
    b'{"op": "stop", "case": "", "profile": "", "input": {"more": 1}}',
    b'{"op": "", "case": "", "profile": "", "input": {}}',
    b'{"op": "\xed\xa0\x80", "case": "", "profile": "", "input": {}}',
    wrapped("null"),
    wrapped('{"dims": [1], "dense": null}'),
    wrapped('{"dims": null, "dense": ""}'),
    wrapped('{"dims": [null], "dense": "0000"}'),
    wrapped('{"dims": [true], "dense": "0000"}'),
    wrapped('{"dims": [1.5], "dense": "0000"}'),
    wrapped('{"dims": [NaN], "dense": "0000"}'),
    wrapped('{"dims": [01], "dense": "0000"}'),
    wrapped('{"dims": [1,], "dense": "0000"}'),
    wrapped('{"dims": ["1"], "dense": "0000"}'),
    wrapped('{"dims": [99999999999999999999999], "dense": "0000"}'),
    wrapped('{"dims": [1], "dense": "0 00"}'),
    wrapped('{"dims": [1], "dense": "00\\u00300"}00'),
    wrapped(f'{{"dims": {[1] * 256}, "dense": "0000"}}'),
]
