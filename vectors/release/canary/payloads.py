"""Canaries of the profiles message, sparse, quant and adapt."""

from .lies import Canary, accepted, bit, coded, refused, value

HEART = {"kind": "heart"}
TENSOR = {"dtype": 1, "dims": [2, 2], "payload": "01080f16181d242b", "scale": None, "index": None}

MESSAGE = (
    Canary("message/read/slots/heart", refused("BAD_SLOTS"), "a Sync without slices is a HEART"),
    Canary("message/read/slots/think-f16", bit("message.hidden.payload"), "a bit of the payload is another"),
    Canary("message/read/slots/ask-f16", refused("BAD_SLOTS"), "a context is optional"),
    Canary("message/read/json/every-kind", value("message.json.h", 0.25), "a number in the JSON is another"),
    Canary("message/read/json/white-space-inside", value("message.json.a", [2, 1]), "the order in an array counts"),
    Canary("message/read/scale/scale-zero", refused("BAD_SCALE"), "a scale may be zero"),
    Canary("message/read/bad-slots/think-empty", accepted(message=HEART), "only a Sync may be without slices"),
    Canary("message/read/bad-json/array", accepted(message={"kind": "sync", "json": {}}), "an array is no object"),
    Canary("message/read/mask/byte-0-is-2", coded("BAD_SLOTS"), "what is wrong is the mask"),
    Canary("message/read/order/crc-before-slots", coded("BAD_SLOTS"), "the frame comes before the message"),
)

SPARSE = (
    Canary("sparse/read/slots/think", bit("message.hidden.index", 4), "a coordinate is another"),
    Canary("sparse/read/bad-index/index-missing", accepted(message={"kind": "think", "hidden": TENSOR}), "no index"),
    Canary(
        "sparse/read/bad-index/index-f16", coded("BAD_INDEX"), "a slice of this dtype fits no slot, whatever is in it"
    ),
    Canary("sparse/sparse_decode/values/smallest-subnormal", value("dense", "000000000100"), "one place too far"),
    Canary("sparse/sparse_decode/values/smallest-subnormal-negative", bit("dense", 3, 0x80), "the sign is another"),
    Canary("sparse/sparse_decode/shapes/dim-0", refused("BAD_INDEX"), "a dim of 0 is allowed"),
    Canary("sparse/sparse_decode/rows/first-behind-end", accepted(dense="000000000000"), "the place is not there"),
    Canary("sparse/sparse_decode/length/odd-1", coded("BAD_INDEX"), "what is wrong is the length of the values"),
    Canary("sparse/sparse_decode/large/place-65536", bit("dense_sha256"), "the sum is not that of the tensor"),
    Canary("sparse/sparse_encode/values/infinity", bit("values", 1, 0x80), "the sign is another"),
    Canary("sparse/sparse_encode/shapes/one-element", bit("index"), "the place is another"),
    Canary("sparse/sparse_encode/shapes/nnz-0", refused("LENGTH_MISMATCH"), "zeros alone are allowed"),
    Canary("sparse/sparse_encode/length/one-byte-missing", accepted(values="", index=""), "the tensor is too short"),
)

QUANT = (
    Canary("quant/quantize/bytes/q4-nibbles-swapped", value("codes", "12345670"), "the nibbles have changed places"),
    Canary("quant/quantize/bytes/q4-nibbles-from-two-halves", bit("codes", -1), "one code is one off"),
    Canary("quant/quantize/from-f32/q4-f32-subnormals", bit("scale"), "the scale is one step off"),
    Canary("quant/quantize/lengths/q4-length-0", refused("LENGTH_MISMATCH"), "a tensor may be empty"),
    Canary("quant/quantize/non-finite/q4-infinity-alone", accepted(codes="07", scale="ff7b"), "not clamped: refused"),
    Canary("quant/quantize/non-finite/i8-infinity-alone", coded("BAD_SCALE"), "the element is what is not finite"),
    Canary("quant/dequantize/bytes/q4-low-nibble-first", bit("data", 0, 4), "a bit of the first element is another"),
    Canary("quant/dequantize/bytes/q4-minus-8", value("data", "00c700c800c800c7"), "the code -8 is kept"),
    Canary("quant/dequantize/blocks/q4-length-0-scale-absent", refused("BAD_SCALE"), "a scale may be absent"),
    Canary("quant/dequantize/bad-scale/q4-scale-empty", accepted(data=""), "a scale is missing"),
    Canary("quant/dequantize/length/q4-codes-missing", coded("BAD_SCALE"), "the codes are missing"),
)

ADAPT = (
    Canary("adapt/worked/tolerance-156", value("dtype", "q4"), "the error is measured, and Q4 is not exact enough"),
    Canary("adapt/worked/tolerance-155", bit("data"), "a bit of the first element is another"),
    Canary("adapt/worked/budget-41", accepted(dtype="f16", data=""), "there is no form for this budget"),
    Canary("adapt/worked/quantized-alone", coded("BUDGET"), "there is no budget"),
    Canary("adapt/refused/order/range-before-length", coded("LENGTH_MISMATCH"), "the tolerance is looked at first"),
    Canary("adapt/sizes/empty-0-i8", refused("LENGTH_MISMATCH"), "a tensor may be empty"),
)
