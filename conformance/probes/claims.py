"""Requests that need a profile, several for each, so that every testee can be asked something that it performs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..wire.build import DType, Frame, Slice, Type, build

Request = Mapping[str, Any]
_LONG = 40_000


class Offer(NamedTuple):
    """Requests to be answered with ok, each differently. profile: empty for what every testee has to answer."""

    profile: str
    requests: tuple[Request, ...]


def _request(op: str, **given: Any) -> Request:
    return {"op": op, "case": "", "profile": "", "input": given}


def _adapt(**changes: Any) -> Request:
    plain = {"source": "f16", "data": "003c", "dims": [1], "allow": ["f16", "q4"], "tolerance": 0}
    return _request("adapt", **{**plain, **changes})


def _fields(*dims: int, **changes: Any) -> Request:
    """The fields of a frame with one slice of so many bytes."""
    slices = [{"dtype": 2, "dims": list(dims), "payload": "5a" * dims[0]}] if dims else []
    plain = {"type": 0, "flags": 0, "stream_id": 0, "frame_seq": "0", "space_hash32": 0, "modality": 0}
    return {**plain, "slices": slices, **changes}


def _frame(number: int, size: int = 2) -> str:
    """A Think of so many bytes, as hexadecimal."""
    return build(Frame(Type.THINK, 1, number, (Slice(DType.F16, (size // 2,), bytes(size)),))).hex()


# Unknown ops: each is answered with `unsupported` and named (TST-9), so that the answers differ as well.
_ANYBODY = (_request("no_such_op"), _request("no_such_op_either"))

ASKS = (
    Offer("frame", (_request("tail_hash", data="00"), _request("tail_hash", data="01"))),
    Offer(
        "frame", tuple(_request("space_hash", space_id=name, arch="decoder", data_sig="v1") for name in ("one", "two"))
    ),
    Offer("frame", (_request("decode", frame=_frame(1)), _request("decode", frame=_frame(2)))),
    Offer("frame", (_request("encode", fields=_fields()), _request("encode", fields=_fields(stream_id=1)))),
    Offer("quant", tuple(_request("dequantize", bits=8, count=1, codes=code) for code in ("00", "01"))),
    Offer("quant", tuple(_request("quantize", bits=8, source="f16", data=data) for data in ("003c", "00bc"))),
    Offer("sparse", tuple(_request("sparse_encode", dims=[1], dense=data) for data in ("0000", "003c"))),
    Offer(
        "sparse",
        tuple(_request("sparse_decode", dims=[size], values="", index_dims=[0, 1, 4], index="") for size in (1, 2)),
    ),
    Offer("message", (_request("read_message", frame=_frame(1)), _request("read_message", frame=_frame(1, 4)))),
    Offer("adapt", tuple(_adapt(data=data) for data in ("003c", "0040"))),
    Offer("rs", tuple(_request("rs_encode", k=1, r=1, shards=[data]) for data in ("01", "02"))),
    Offer("rs", tuple(_request("rs_decode", k=1, r=1, shards=[None, data]) for data in ("01", "02"))),
    Offer("", _ANYBODY),
)

# Requests of some hundred bytes whose answers depend on all of them.
CUTTABLE = (
    Offer("frame", (_request("tail_hash", data=bytes(range(256)).hex()),)),
    Offer("frame", (_request("decode", frame=_frame(1, 256)),)),
    Offer("quant", (_request("dequantize", bits=8, count=256, codes=bytes(range(128)).hex() * 2),)),
    Offer("sparse", (_request("sparse_encode", dims=[128], dense=bytes(range(128)).hex() * 2),)),
    Offer("rs", (_request("rs_encode", k=1, r=1, shards=[bytes(range(256)).hex()]),)),
    Offer("", (_request("no_such_op_" + "".join(f"{number:03}" for number in range(200))),)),
)

# Requests whose replies take more than one piece, wherever the op is performed.
LONG_REPLIES = (
    Offer("frame", (_request("encode", fields=_fields(_LONG)),)),
    Offer("frame", (_request("decode", frame=_frame(1, _LONG)),)),
    Offer("sparse", (_request("sparse_decode", dims=[_LONG], values="", index_dims=[0, 1, 4], index=""),)),
    Offer("quant", (_request("dequantize", bits=8, count=_LONG, codes="01" * _LONG),)),
    Offer("message", (_request("read_message", frame=_frame(1, _LONG)),)),
    Offer("rs", (_request("rs_encode", k=1, r=2, shards=["01" * _LONG]),)),
    Offer("", (_request("no_such_op_" + "x" * 100_000),)),
)

# Requests that are refused, wherever the op is performed, and the code.
REFUSED = (
    ("frame", _request("decode", frame=""), "FRAME_TOO_SHORT"),
    ("frame", _request("encode", fields=_fields(type=7)), "BAD_TYPE"),
    ("frame", _request("space_hash", space_id="a:b", arch="", data_sig=""), "BAD_SPACE_ID"),
    ("quant", _request("quantize", bits=8, source="f16", data="007c"), "NON_FINITE"),
    ("sparse", _request("sparse_decode", dims=[1], values="", index_dims=[1], index="00"), "BAD_INDEX"),
    ("adapt", _adapt(allow=[]), "TOLERANCE"),
    ("rs", _request("rs_decode", k=1, r=1, shards=[None, None]), "NOT_RECOVERABLE"),
    ("zstd", _request("decompress", zstd=""), "BAD_COMPRESSION"),
    ("xchacha", _request("open", key="00" * 32, nonce="00" * 24, aad="", sealed="00" * 16), "DECRYPT_FAILED"),
    ("message", _request("read_message", frame=""), "FRAME_TOO_SHORT"),
)

# op -> a request that tells whether the op is performed
GOOD = {str(offer.requests[0]["op"]): offer.requests[0] for offer in ASKS if offer.profile}

_PIECE = {"dtype": 2, "dims": [2**32], "payload": ""}
_BAD_FIELDS: Mapping[str, Any] = {
    "stream_id": 2**32,
    "space_hash32": -1,
    "type": 256,
    "flags": 65_536,
    "modality": "0",
    "frame_seq": 0,
    "slices": [_PIECE],
}
_BAD_SEQUENCES = ("", "01", "-1", "1.0", " 1", str(2**64), "1" * 25)
_CHANGES = {f"{name} {value!r}": {name: value} for name, value in _BAD_FIELDS.items()} | {
    f"frame_seq {text!r}": {"frame_seq": text} for text in _BAD_SEQUENCES
}

# profile -> requests that do not fit the schema of their op, by what is wrong with them
MALFORMED: Mapping[str, Mapping[str, Request]] = {
    "frame": {
        "a member missing": _request("tail_hash"),
        "an unknown member": _request("tail_hash", data="00", seed=1),
        "data a number": _request("tail_hash", data=0),
        "upper-case hex": _request("tail_hash", data="AB"),
        "half a byte": _request("tail_hash", data="0"),
        "no hex": _request("tail_hash", data="0g"),
        "a key of 31 bytes": _request("decode", frame="00", key="00" * 31),
        **{name: _request("encode", fields=_fields(**change)) for name, change in _CHANGES.items()},
    },
    "quant": {
        "bits 5": _request("quantize", bits=5, source="f16", data=""),
        "source f64": _request("quantize", bits=4, source="f64", data=""),
        "upper-case hex": _request("quantize", bits=4, source="f16", data="003C"),
        "count -1": _request("dequantize", bits=4, count=-1, codes=""),
        "count 2^32": _request("dequantize", bits=4, count=2**32, codes=""),
    },
    "sparse": {
        "dims empty": _request("sparse_encode", dims=[], dense=""),
        "a dim of 2^32": _request("sparse_encode", dims=[2**32], dense=""),
        "no index": _request("sparse_decode", dims=[1], values="", index_dims=[0, 1, 4]),
    },
    "rs": {
        "no shards": _request("rs_encode", k=1, r=1),
        "k -1": _request("rs_encode", k=-1, r=1, shards=[""]),
        "r 2^32": _request("rs_encode", k=1, r=2**32, shards=[""]),
        "k a string": _request("rs_encode", k="1", r=1, shards=[""]),
        "a missing shard of data": _request("rs_encode", k=1, r=1, shards=[None]),
        "half a byte": _request("rs_decode", k=1, r=1, shards=["0", None]),
        "a shard that is a number": _request("rs_decode", k=1, r=1, shards=[0, None]),
        "shards an object": _request("rs_decode", k=1, r=1, shards={}),
    },
    "adapt": {
        "source f64": _adapt(source="f64"),
        "dims empty": _adapt(dims=[]),
        "a dim of 2^32": _adapt(dims=[2**32]),
        "a form that there is not": _adapt(allow=["f32"]),
        "a form twice": _adapt(allow=["q4", "q4"]),
        "a tolerance with a fraction": _adapt(tolerance=0.5),
        "a tolerance of 2^53": _adapt(tolerance=2**53),
        "no budget but null": _adapt(budget=None),
        "upper-case hex": _adapt(data="003C"),
    },
    "message": {
        "no frame": _request("read_message"),
        "a key of 33 bytes": _request("read_message", frame="", key="0" * 66),
    },
}
