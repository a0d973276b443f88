"""Requests of every op that the kits know, and what a testee of echoes makes of them."""

from __future__ import annotations

from typing import Any

KEY, NONCE = bytes(range(32)).hex(), bytes(range(64, 88)).hex()
SEALING = {"key": KEY, "nonce": NONCE, "aad": "aa"}
FIELDS: dict[str, Any] = {
    "type": 201,
    "flags": 7,
    "stream_id": 2,
    "frame_seq": str(2**64 - 1),
    "space_hash32": 4,
    "modality": 255,
    "slices": [{"dtype": 9, "dims": [1, 2], "payload": "bbcc"}, {"dtype": 10, "dims": [], "payload": ""}],
}
ENCODED = "c90702ff04ff" + "090102bbcc" + "0a"
DECODED: dict[str, Any] = {
    "type": 1,
    "flags": 2,
    "stream_id": 3,
    "frame_seq": str(2**64 - 1),
    "space_hash32": 4,
    "modality": 5,
}
GROUP: dict[str, Any] = {"stream_id": 1, "base": str(2**64 - 1), "r": 2, "step": 3}
TENSOR: dict[str, Any] = {"source": "bf16", "data": "ab", "dims": [1, 2], "tolerance": 5}


def decoded(payload: str) -> dict[str, Any]:
    """The fields that decode gives for a payload."""
    slices = [{"dtype": 6, "dims": [7, 2**32 - 1], "payload": payload}, {"dtype": 8, "dims": [], "payload": ""}]
    return {"fields": {**DECODED, "slices": slices}}


ECHOES: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("decode", {"frame": "0102"}, decoded("0102")),
    ("decode", {"frame": "", "key": KEY}, decoded(KEY)),
    ("encode", {"fields": FIELDS}, {"frame": f"{ENCODED}00"}),
    ("encode", {"fields": FIELDS, "level": 22}, {"frame": f"{ENCODED}16"}),
    ("encode", {"fields": FIELDS, "key": KEY, "nonce": NONCE, "level": 1}, {"frame": f"{ENCODED}{KEY}{NONCE}01"}),
    ("space_hash", {"space_id": "a", "arch": "", "data_sig": "bc"}, {"space_hash32": 0x10002}),
    ("space_hash", {"space_id": '\0"\\/\n\t', "arch": "é€", "data_sig": "😀\x7f"}, {"space_hash32": 0x60505}),
    ("tail_hash", {"data": "00" * 300}, {"xxhash3_64": "000000000000012c"}),
    ("compress", {"plain": "ab"}, {"zstd": "ab00"}),
    ("compress", {"plain": "ab", "level": 22}, {"zstd": "ab16"}),
    ("decompress", {"zstd": "ab"}, {"plain": "ab01"}),
    ("seal", {**SEALING, "plain": "dd"}, {"sealed": f"{KEY}{NONCE}aadd"}),
    ("open", {**SEALING, "sealed": "ddee"}, {"plain": f"ddeeaa{NONCE}{KEY}"}),
    ("read_message", {"frame": "ab"}, {"message": {"kind": "ab"}}),
    ("read_message", {"frame": "ab", "key": KEY}, {"message": {"kind": f"ab{KEY}"}}),
    ("sparse_encode", {"dims": [1, 2], "dense": "abcd"}, {"values": "abcd", "index": "0102"}),
    ("sparse_decode", {"dims": [1], "values": "ab", "index_dims": [2, 3], "index": "cd"}, {"dense": "01ab0203cd"}),
    ("quantize", {"bits": 4, "source": "bf16", "data": "ab"}, {"codes": "ab", "scale": "0462663136"}),
    ("dequantize", {"bits": 8, "count": 5, "codes": "ab"}, {"data": "0805ab"}),
    ("dequantize", {"bits": 4, "count": 5, "codes": "ab", "scale": ""}, {"data": "0405abff"}),
    ("dequantize", {"bits": 4, "count": 5, "codes": "ab", "scale": "cd"}, {"data": "0405abffcd"}),
    ("tcp_split", {"chunks": ["ab", "", "cd"], "ended": True}, {"frames": ["ab", "", "cd"], "end": "clean", "held": 3}),
    ("tcp_split", {"chunks": [], "ended": False}, {"frames": [], "end": "open", "held": 0}),
    ("tcp_join", {"frames": ["ab", "", "cd"]}, {"bytes": "abcd"}),
    ("rs_encode", {"k": 2, "r": 1, "shards": ["ab", ""]}, {"parity": ["ab", "", "0201"]}),
    ("rs_decode", {"k": 2, "r": 1, "shards": ["ab", None, ""]}, {"shards": ["ab", "0201", ""]}),
    ("repair_encode", {**GROUP, "frames": ["ab", ""]}, {"repair": ["ab", "", "01ff0203"]}),
    ("repair_decode", {"repair": ["ab", ""], "frames": ["cd"]}, {"frames": ["ab", "", "cd"]}),
    ("adapt", {**TENSOR, "allow": ["q4", "f16"]}, {"dtype": "f16", "data": "ab0102" + b"bf16q4f16".hex() + "05"}),
    ("adapt", {**TENSOR, "allow": ["i8"], "budget": 6}, {"dtype": "q4", "codes": "ab", "scale": "0506"}),
    ("adapt", {**TENSOR, "allow": []}, {"dtype": "sparse", "values": "ab", "index": "0102"}),
)
"""op, input, ok."""
