"""A testee over functions named as the ops: it checks each request, turns hexadecimal into bytes, and back.

A module is an implementation: NAME, VERSION and PROFILES, a function for each op that it can do, and whatever else it
needs. An op without a function is answered with `unsupported`. Arguments with a default are given where a request has
them:

    frame    decode(frame, key=None) -> Fields
             encode(fields, key=None, nonce=None, level=None) -> bytes
             space_hash(space_id, arch, data_sig) -> int
             tail_hash(data) -> int, or its 16 hexadecimal digits
    zstd     compress(plain, level=None) -> bytes
             decompress(zstd) -> bytes
    xchacha  seal(key, nonce, aad, plain) -> bytes
             open(key, nonce, aad, sealed) -> bytes
    message  read_message(frame, key=None) -> dict, as $defs/message of specs/ops/read_message.json says
    sparse   sparse_encode(dims, dense) -> (values, index)
             sparse_decode(dims, values, index_dims, index) -> dense
    quant    quantize(bits, source, data) -> (codes, scale)
             dequantize(bits, count, codes, scale=None) -> bytes
    tcp      tcp_split(chunks, ended) -> (frames, end, held): the whole frames, `open`, `clean` or a code, and a number
             tcp_join(frames) -> bytes
    rs       rs_encode(k, r, shards) -> the shards of parity
             rs_decode(k, r, shards) -> all shards; of those that it is given, the missing ones are None
    fec      repair_encode(stream_id, base, r, step, frames) -> the repair datagrams
             repair_decode(repair, frames) -> the frames that are missing
    adapt    adapt(source, data, dims, allow, tolerance, budget=None) -> (dtype, payloads): those of `f16` are its
             elements, of `i8` and `q4` codes and scale, of `sparse` values and index

Ops on peers go into a dict OPS of name -> Op, as they are. TRANSPORTS names what the peers are on, `udp`,
`tcp` and `quic`, and use_wires(wires) is given a socket for each of them first: a bound one of UDP, for TCP one that
listens.
"""

from __future__ import annotations

import zlib
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from operator import index
from typing import Any, Final, Protocol, TypeAlias

from .requests import STOP, Op, Performer, UnsupportedError, answer, greet
from .schema import text
from .server import read_arguments, serve
from .shapes import LISTS, OP_SHAPES, RESULTS
from .tensors import PAYLOADS
from .values import Fields, RefusedError, as_json

Codes: TypeAlias = Mapping[type[Exception], str | Callable[[Any], str]]
"""The exceptions by which an implementation refuses an input -> the reject code, or what finds it in the exception."""

_VALUES: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "space_hash": ("space_hash32", index),  # not int(), which cuts fractions off
    "tail_hash": ("xxhash3_64", lambda value: value if isinstance(value, str) else f"{value:016x}"),  # FRM-38
    "read_message": ("message", lambda value: value),
}
"""op -> the one member of its result, and what makes it of the function's."""
_TRANSFORMS: Final = {1: "zstd", 2: "xchacha"}
_KNOWN_FLAGS: Final = 0b111
_EARLIER: Final = {
    "FRAME_TOO_SHORT",
    "FRAME_TOO_LARGE",
    "BAD_VERSION",
    "CRC_MISMATCH",
    "BAD_TYPE",
    "BAD_SLICE_TABLE",
    "BAD_MODALITY",
}
"""Codes of checks that come before the transforms (FRM-29)."""


class Implementation(Protocol):
    """The least that a module of an implementation has.

    It may also have LANGUAGE, REFUSALS, OPS, TRANSPORTS and use_wires.
    """

    @property
    def NAME(self) -> str: ...  # noqa: D102, N802 - a constant of a module
    @property
    def VERSION(self) -> str: ...  # noqa: D102, N802
    @property
    def PROFILES(self) -> Sequence[str]: ...  # noqa: D102, N802


def run(yours: Implementation) -> None:
    """Read the command line and the environment, and serve until told to stop."""
    arguments = read_arguments(ArgumentParser(description=f"The testee of {yours.NAME}."))
    table = ops_of(yours)
    use_wires = getattr(yours, "use_wires", lambda wires: None)
    serve(lambda message: answer(table, RefusedError, message), arguments.attach, _transports(yours), use_wires)


def _transports(yours: Implementation) -> Sequence[str]:
    named: Sequence[str] = getattr(yours, "TRANSPORTS", ())
    return named


def ops_of(yours: Implementation) -> Mapping[str, Op]:
    """The table of ops: hello and stop, one for each function named as an op, and those of OPS as they are."""

    def hello(token: str) -> dict[str, Any]:
        who = {"name": yours.NAME, "version": yours.VERSION, "language": getattr(yours, "LANGUAGE", "Python")}
        return greet(token, **who, profiles=yours.PROFILES, transports=_transports(yours))

    refusals: Codes = getattr(yours, "REFUSALS", {})
    found = {"hello": Op({"token": text}, {}, hello), "stop": STOP}
    for op, (needed, optional) in OP_SHAPES.items():
        function = getattr(yours, op, None)
        perform = _performer(op, _refusing(function, refusals), yours.PROFILES) if function else _unsupported(op)
        found[op] = Op(needed, optional, perform)
    return {**found, **getattr(yours, "OPS", {})}


def _unsupported(op: str) -> Performer:
    def perform(**_given: Any) -> dict[str, Any]:
        raise UnsupportedError(op)

    return perform


def _refusing(call: Callable[..., Any], refusals: Codes) -> Callable[..., Any]:
    """The same function, with RefusedError in place of the exceptions by which it refuses. Others end the process."""

    def refuse(*fields: Fields, **given: Any) -> Any:
        try:
            return call(*fields, **given)
        except tuple(refusals) as error:
            code = next(code for kind, code in refusals.items() if isinstance(error, kind))
            raise RefusedError(str(code(error) if callable(code) else code), str(error)) from error

    return refuse


def _performer(op: str, call: Callable[..., Any], profiles: Sequence[str]) -> Performer:
    """The function of an op, its result as JSON."""
    if op == "decode":
        return _decoding(call, profiles)
    if op == "encode":
        return _encoding(call, profiles)
    if op in _FORMED:
        return _FORMED[op](call)
    if op in LISTS:
        return _of_lists(op, call, LISTS[op])
    if op in RESULTS:
        return _of_bytes(op, call, RESULTS[op])
    member, as_value = _VALUES[op]
    return lambda **given: {member: _formed(op, as_value, call(**given), member)}


def _formed(op: str, form: Callable[[Any], Any], result: Any, wanted: str) -> Any:
    """A result in the form that its reply has. Raises TypeError, which ends the process, for what has no such form."""
    try:
        return form(result)
    except (TypeError, ValueError, AttributeError) as error:
        raise TypeError(f"{op} returned {type(result).__name__}, which is no {wanted}: {error}") from error


def _hex(data: Any) -> str:
    # Not bytes(), which makes so many zeros of a number.
    return memoryview(data).tobytes().hex()


def _of_bytes(op: str, call: Callable[..., Any], names: tuple[str, ...]) -> Performer:
    def perform(**given: Any) -> dict[str, Any]:
        result = call(**given)
        parts = result if len(names) > 1 else (result,)
        pairs = _formed(op, lambda found: list(zip(names, found, strict=True)), parts, " and ".join(names))
        return {name: _formed(op, _hex, part, "bytes") for name, part in pairs}

    return perform


def _adapting(call: Callable[..., Any]) -> Performer:
    def adapt(**given: Any) -> dict[str, Any]:
        dtype, payloads = _formed("adapt", lambda found: (found[0], tuple(found[1])), call(**given), "choice")
        pairs = _formed("adapt", lambda one: list(zip(PAYLOADS[one], payloads, strict=True)), dtype, "dtype")
        return {"dtype": dtype, **{name: _formed("adapt", _hex, part, "bytes") for name, part in pairs}}

    return adapt


def _of_lists(op: str, call: Callable[..., Any], name: str) -> Performer:
    def perform(**given: Any) -> dict[str, Any]:
        return {name: [_formed(op, _hex, part, "bytes") for part in _formed(op, tuple, call(**given), name)]}

    return perform


def _splitting(call: Callable[..., Any]) -> Performer:
    def split(**given: Any) -> dict[str, Any]:
        result = call(**given)
        frames, end, held = _formed("tcp_split", lambda found: (*found[:2], index(found[2])), result, "result")
        return {"frames": [_formed("tcp_split", _hex, frame, "bytes") for frame in frames], "end": end, "held": held}

    return split


_FORMED: Final[Mapping[str, Callable[[Callable[..., Any]], Performer]]] = {"tcp_split": _splitting, "adapt": _adapting}
"""op -> the maker of its performer, whose result has a form of its own."""


def _encoding(call: Callable[..., Any], profiles: Sequence[str]) -> Performer:
    def encode(fields: Fields, **options: Any) -> dict[str, Any]:
        _need_claimed(fields.flags, profiles)
        return {"frame": _formed("encode", _hex, call(fields, **options), "bytes")}

    return encode


def _decoding(call: Callable[..., Any], profiles: Sequence[str]) -> Performer:
    def decode(frame: bytes, **options: Any) -> dict[str, Any]:
        try:
            fields: Fields = call(frame, **options)
        except RefusedError as error:
            if error.code not in _EARLIER and is_whole(frame):
                _need_claimed(frame[2], profiles)
            raise
        _need_claimed(_formed("decode", lambda found: index(found.flags), fields, "Fields"), profiles)
        return {"fields": _formed("decode", as_json, fields, "Fields")}

    return decode


def _need_claimed(flags: int, profiles: Sequence[str]) -> None:
    """Raise UnsupportedError for a frame whose transforms are of profiles that are not claimed (TST-10)."""
    for bit, profile in _TRANSFORMS.items():
        if flags & bit and profile not in profiles:
            raise UnsupportedError(profile)


def is_whole(frame: bytes) -> bool:
    """Whether nothing is wrong with a frame before its transforms, as far as its header and its CRC tell."""
    flags = int.from_bytes(frame[2:4], "little")
    good = len(frame) >= 33 and frame[0] == 1 and not flags & ~_KNOWN_FLAGS
    return good and zlib.crc32(frame[:-4]) == int.from_bytes(frame[-4:], "little")
