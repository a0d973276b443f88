"""Whatever a program gives: an answer, or one error of three kinds that names the argument."""

from __future__ import annotations

import contextlib
import datetime
import itertools
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import resonant
from resonant import DType, Flags, Frame, MessageType, Modality, RejectCode, ResonantError, Slice, Tensor
from resonant.explain import explain
from resonant.layout import annotate
from resonant.peer import Announce, Config, Peer, Role

ANY: Any = None
HALF = np.ones(32, np.float16)
TENSOR = Tensor.half(HALF)
FRAME: Mapping[str, Any] = {
    "type": MessageType.THINK,
    "flags": Flags.NONE,
    "stream_id": 1,
    "frame_seq": 2,
    "space_hash32": 3,
    "modality": Modality.TEXT,
    "slices": (Slice(DType.F16, (1,), b"\0<"),),
}
CONFIG: Mapping[str, Any] = {
    "embedding_space_id": "a",
    "space_hash32": 1,
    "d_model": 8,
    "modality": ("text",),
    "compress": ("none",),
    "crypto": ("none",),
    "dtype": ("f16",),
    "critique": True,
    "require_crypto": False,
    "salt": bytes(16),
    "key": bytes(32),
}
MD5, XXH3 = "0" * 32, "0" * 16


def encoded(**fields: Any) -> bytes:
    return resonant.encode(Frame(**fields))


def read(**fields: Any) -> object:
    return resonant.read_message(Frame(**fields))


def encoded_slice(**members: Any) -> bytes:
    return encoded(**{**FRAME, "slices": (Slice(**members),)})


def used(**members: Any) -> object:
    """A tensor, and everything that can be asked of it."""
    tensor = Tensor(**members)
    views = (Tensor.codes, Tensor.scales, Tensor.values, Tensor.coordinates, Tensor.dense, Tensor.slices)
    return tensor.count, [_tried(view, tensor) for view in views]


def _tried(view: Callable[[Tensor], object], tensor: Tensor) -> object:
    try:
        return view(tensor)
    except (ResonantError, TypeError, ValueError):
        return None


def framed(make: Callable[..., resonant.Message], **members: Any) -> Frame:
    return resonant.to_frame(make(**members), stream_id=1, frame_seq=0)


def established() -> Peer:
    client, server = (Peer(role, Config(**CONFIG)) for role in (Role.CLIENT, Role.SERVER))
    answer = server.receive(client.ping(1, 0).datagrams[0], 0).datagrams[0]
    client.receive(answer, 0)
    return client


def asked(name: str, **arguments: Any) -> object:
    return getattr(established(), name)(**arguments)


SEALING = {"key": bytes(32), "nonce": bytes(24), "aad": b""}
TIMED = {"stream_id": 3, "now_ms": 1}
CALLS: Mapping[str, tuple[Callable[..., Any], Mapping[str, Any]]] = {
    "encode frame": (encoded, FRAME),
    "encode": (resonant.encode, {"frame": Frame(**FRAME), "key": bytes(32), "nonce": bytes(24), "level": 3}),
    "encode slice": (encoded_slice, {"dtype": DType.F16, "dims": (1,), "payload": b"\0<"}),
    "decode": (resonant.decode, {"data": resonant.encode(Frame(**FRAME)), "key": bytes(32)}),
    "read_message": (read, FRAME),
    "read_message frame": (resonant.read_message, {"frame": Frame(**FRAME)}),
    "to_frame": (
        resonant.to_frame,
        {"message": resonant.Think(TENSOR), **{k: FRAME[k] for k in FRAME if k not in ("type", "slices")}},
    ),
    "Think": (partial(framed, resonant.Think), {"hidden": TENSOR}),
    "Cache": (partial(framed, resonant.Cache), {"keys": TENSOR, "values": TENSOR}),
    "Ask": (partial(framed, resonant.Ask), {"query": TENSOR, "context": TENSOR}),
    "Sync": (partial(framed, resonant.Sync), {"json": {"method": "x"}}),
    "Sync member": (lambda value: framed(resonant.Sync, json={"method": value}), {"value": "x"}),
    "Critique": (
        partial(framed, resonant.Critique),
        {"divergence": TENSOR, "mask": bytes(32), "explanation": {"note": ""}},
    ),
    "Tensor": (used, {"dtype": DType.F16, "dims": (2,), "payload": bytes(4), "scale": bytes(2), "index": bytes(4)}),
    "Tensor.half": (Tensor.half, {"array": HALF}),
    "Tensor.int8": (Tensor.int8, {"array": np.ones(3, np.int8), "scale": np.ones(1, np.float16)}),
    "Tensor.quantized": (Tensor.quantized, {"array": HALF, "bits": 8}),
    "Tensor.sparse": (Tensor.sparse, {"array": HALF}),
    "quantize": (resonant.quantize, {"source": HALF, "bits": 4}),
    "dequantize": (resonant.dequantize, {"codes": bytes(3), "bits": 8, "count": 3, "scale": bytes(2)}),
    "elements_of": (resonant.elements_of, {"data": bytes(4), "dtype": "<f2", "width": 2}),
    "from_bfloat16": (resonant.from_bfloat16, {"bits": np.ones(3, np.uint16)}),
    "sparse_encode": (resonant.sparse_encode, {"dims": (2,), "dense": bytes(4)}),
    "sparse_decode": (
        resonant.sparse_decode,
        {"dims": (2,), "values": b"\0<", "index_dims": (1, 1, 4), "index": bytes(4)},
    ),
    "compress": (resonant.compress, {"plain": b"a", "level": 3}),
    "decompress": (resonant.decompress, {"zstd": resonant.compress(b"a")}),
    "seal": (resonant.seal, {"plain": b"a", **SEALING}),
    "open_sealed": (resonant.open_sealed, {"sealed": resonant.seal(b"a", **SEALING), **SEALING}),
    "nonce_for": (resonant.nonce_for, {"salt": bytes(16), "stream_id": 1, "frame_seq": 1}),
    "space_hash32": (resonant.space_hash32, {"space_id": "a", "arch": "b", "data_sig": "c"}),
    "strong_tail_hash": (resonant.strong_tail_hash, {"data": b"a"}),
    "tail_hash_hex": (resonant.tail_hash_hex, {"data": b"a"}),
    "explain": (explain, {"data": b"a", "key": bytes(32)}),
    "annotate": (annotate, {"data": b"a", "key": bytes(32)}),
    "Config": (Config, CONFIG),
    "Announce": (Announce, {"frames": 1, "total_len": 1, "md5": MD5, "xxhash3_64": XXH3}),
    "Peer": (Peer, {"role": Role.CLIENT, "config": Config(**CONFIG), "now_ms": 0}),
    "receive": (partial(asked, "receive"), {"datagram": b"", "now_ms": 1}),
    "advance": (partial(asked, "advance"), {"now_ms": 1}),
    "ping": (partial(asked, "ping"), TIMED),
    "heart": (partial(asked, "heart"), {"stream_id": 3, "now_ms": 1}),
    "send": (
        partial(asked, "send"),
        {"type": MessageType.THINK, "slices": TENSOR.slices(), "modality": Modality.TEXT, **TIMED},
    ),
    "send_message": (
        partial(asked, "send_message"),
        {"message": resonant.Think(TENSOR), "modality": Modality.TEXT, **TIMED},
    ),
    "open_stream": (
        partial(asked, "open_stream"),
        {"strong_tail": True, "announce": Announce(1, 1, MD5, XXH3), **TIMED},
    ),
}
MAY_BE_LEFT_OUT = ("key", "scale", "index", "context", "mask", "explanation", "announce")
ARGUMENTS = [(name, argument) for name, (_, good) in CALLS.items() for argument in good]


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


VALUES: Mapping[str, Any] = {
    "None": None,
    "True": True,
    "-1": -1,
    "2**32": 2**32,
    "2**64": 2**64,
    "10**400": 10**400,
    "1.0": 1.0,
    "1e6": 1e6,
    "nan": float("nan"),
    "inf": float("inf"),
    "1j": 1j,
    "Decimal": Decimal(1),
    "date": datetime.date(2020, 1, 1),
    "str": "x",
    "empty str": "",
    "half a pair": "\ud800",
    "32 letters": "x" * 32,
    "bytes": b"x",
    "32 bytes": bytes(32),
    "bytearray": bytearray(4),
    "memoryview": memoryview(b"abcd")[::2],
    "list": [1, 2],
    "list of floats": [1.0, 2.0],
    "ragged": [[1], [1, 2]],
    "deep": nested(5_000),
    "tuple": (1, 2),
    "tuple of str": ("a", "b"),
    "tuple of None": (None,),
    "dict": {"a": 1},
    "dict of int": {1: {2}},
    "view": MappingProxyType({"a": 1}),
    "set": {1},
    "range": range(2),
    "generator": (one for one in ()),
    "object": object(),
    "type": int,
    "function": len,
    "numpy int": np.int64(1),
    "numpy uint8": np.uint8(4),
    "numpy bool": np.bool_(True),
    "numpy float": np.float32(1.5),
    "numpy str": np.str_("x"),
    "f2": np.ones(4, np.float16),
    "f8 too large": np.array([1e6]),
    "f8 nan": np.array([np.nan]),
    "big-endian": np.ones(4, ">f4"),
    "strided": np.ones((4, 4), np.float32)[::2, ::2],
    "no dims": np.array(1.0),
    "empty": np.ones((0, 3), np.float16),
    "64 dims": np.ones((1,) * 64, np.float16),
    "ints": np.array([300, -300]),
    "bools": np.ones(3, np.bool_),
    "complex": np.ones(3, np.complex64),
    "masked": np.ma.masked_array([1.0, 2.0], [True, False]),
    "objects": np.array([1, None], object),
    "strs": np.array(["a"]),
    "dates": np.array(["2020-01-01"], "datetime64[D]"),
    "records": np.zeros(2, [("a", "f4")]),
    "frame": Frame(**FRAME),
    "slice": FRAME["slices"][0],
    "tensor": TENSOR,
    "config": Config(**CONFIG),
    "error": ResonantError(RejectCode.BAD_TYPE, "FRM-3", ""),
}


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS, ids=str)
def test_any_value_gives_an_answer_or_an_error_of_three_kinds(name: str, argument: str) -> None:
    call, good = CALLS[name]
    for value in VALUES.values():
        with contextlib.suppress(ResonantError, TypeError, ValueError):
            call(**{**good, argument: value})


@pytest.mark.parametrize("name", CALLS)
def test_the_good_values_of_the_table_are_good(name: str) -> None:
    call, good = CALLS[name]
    call(**good)


@pytest.mark.parametrize(
    ("name", "argument"),
    [pair for pair in ARGUMENTS if pair[1] not in MAY_BE_LEFT_OUT],
    ids=str,
)
def test_an_object_of_no_use_is_refused_under_the_name_of_the_argument(name: str, argument: str) -> None:
    call, good = CALLS[name]
    with pytest.raises((ResonantError, TypeError, ValueError)) as caught:
        call(**{**good, argument: object()})
    assert argument in str(caught.value) or name == "Sync member"  # which json names by its type


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("type", RejectCode.BAD_TYPE),
        ("flags", RejectCode.RESERVED_FLAGS),
        ("modality", RejectCode.BAD_MODALITY),
        ("stream_id", RejectCode.FIELD_RANGE),
        ("frame_seq", RejectCode.FIELD_RANGE),
        ("space_hash32", RejectCode.FIELD_RANGE),
    ],
)
@pytest.mark.parametrize("value", [1.0, True, "1", None, [1], np.float64(1)], ids=repr)
def test_a_field_of_a_frame_that_is_no_integer_has_the_code_of_the_field(
    field: str, code: RejectCode, value: object
) -> None:
    with pytest.raises(ResonantError, match=field) as caught:
        encoded(**{**FRAME, field: value})
    assert caught.value.code == code


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, np.uint64])
def test_integers_of_numpy_are_integers(kind: type[np.integer[Any]]) -> None:
    plain = {**FRAME, "slices": (Slice(DType.F16, (2, 3), bytes(12)),)}
    one = Slice(kind(1), (kind(2), kind(3)), bytes(12))  # type: ignore[arg-type]
    numbers = {name: kind(value) for name, value in FRAME.items() if name != "slices"}
    assert encoded(**numbers, slices=[one]) == encoded(**plain)


@pytest.mark.parametrize("kind", [bytearray, memoryview, lambda data: np.frombuffer(data, np.uint8)])
def test_whatever_holds_bytes_is_bytes(kind: Callable[[bytes], Any]) -> None:
    payload = np.arange(3, dtype="<f2").tobytes()
    frame = Frame(**{**FRAME, "flags": Flags.XCHACHA, "slices": (Slice(DType.F16, (3,), payload),)})
    other = Frame(**{**FRAME, "flags": Flags.XCHACHA, "slices": (Slice(DType.F16, (3,), kind(payload)),)})
    data = resonant.encode(frame, key=bytes(32), nonce=bytes(24))
    assert resonant.encode(other, key=kind(bytes(32)), nonce=kind(bytes(24))) == data
    assert resonant.decode(kind(data), key=kind(bytes(32))) == frame
    assert Tensor(DType.F16, (3,), kind(payload)) == Tensor(DType.F16, (3,), payload)


@pytest.mark.parametrize("array", [1e6, 70000, np.float64(1e6), np.array([[0.0, -1e6]]), np.array([70_000])], ids=repr)
def test_a_number_that_binary16_makes_infinite_is_refused(array: Any) -> None:
    for make in (Tensor.half, Tensor.sparse, partial(Tensor.quantized, bits=8)):
        with pytest.raises(ResonantError) as caught:
            make(array)
        assert caught.value.code == RejectCode.NON_FINITE


def test_infinities_and_nan_are_halves() -> None:
    given = np.array([np.inf, -np.inf, np.nan, 65504.0, 65519.0])
    assert Tensor.half(given).payload == bytes.fromhex("007c 00fc 007e ff7b ff7b")


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.ones(2, np.complex128), "imaginary"),
        (np.ma.masked_array([1.0], [True]), "filled"),
        ([1.0, 2.0], "numpy array"),
        (None, "numpy array"),
        (True, "numpy array"),
        (np.array(["a"]), "real numbers"),
        (np.array([None]), "real numbers"),
    ],
)
def test_arrays_that_would_lose_something_are_refused(array: Any, says: str) -> None:
    for make in (Tensor.half, Tensor.sparse, Tensor.int8, partial(Tensor.quantized, bits=4)):
        with pytest.raises(TypeError, match=f"array: .*{says}"):
            make(array)
    with pytest.raises(TypeError, match=f"source: .*{says}"):
        resonant.quantize(array, 8)


@pytest.mark.parametrize(
    "given",
    [
        np.arange(12, dtype=">f4").reshape(3, 4),
        np.arange(12, dtype=np.float64).reshape(4, 3).T.copy(order="F"),
        np.arange(24, dtype=np.float16).reshape(3, 8)[:, ::2],
        np.arange(12, dtype=np.int32).reshape(3, 4),
        np.array(2.0),
        np.float32(2.0),
        2,
    ],
    ids=["big-endian", "Fortran", "strided", "int", "no dims", "scalar", "number"],
)
def test_arrays_of_any_real_kind_and_layout_are_halves_of_their_values(given: Any) -> None:
    tensor = Tensor.half(given)
    assert tensor.dims == (np.shape(given) or (1,))
    assert tensor.values().reshape(-1).tolist() == np.asarray(given, np.float64).reshape(-1).tolist()


@pytest.mark.parametrize(("codes", "code"), [([300], RejectCode.FIELD_RANGE), ([-129], RejectCode.FIELD_RANGE)])
def test_codes_are_never_wrapped(codes: list[int], code: RejectCode) -> None:
    with pytest.raises(ResonantError, match=str(codes[0])) as caught:
        Tensor.int8(np.array(codes))
    assert caught.value.code == code


@pytest.mark.parametrize("scale", [[-1.0], [np.inf], [1e6], [1.0, 1.0]], ids=repr)
def test_scales_that_no_receiver_takes_are_refused(scale: list[float]) -> None:
    with pytest.raises(ResonantError) as caught:
        Tensor.int8(np.ones(3, np.int8), np.array(scale))
    assert caught.value.code == RejectCode.BAD_SCALE


def test_a_request_of_another_type_changes_nothing() -> None:
    peer, other = established(), established()
    for argument, value in itertools.product(("stream_id", "now_ms", "slices"), (1.5, "1", None, object())):
        good = {"type": MessageType.THINK, "slices": TENSOR.slices(), **TIMED}
        with pytest.raises((ResonantError, TypeError)):
            peer.send(**{**good, argument: value})
    good = {"type": MessageType.THINK, "slices": TENSOR.slices(), **TIMED}
    assert peer.send(**good) == other.send(**good)
