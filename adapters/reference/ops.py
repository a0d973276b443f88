"""The ops of the reference's testee: the shape of each request (specs/ops/) and the call behind it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from importlib import metadata
from typing import Any, TypeAlias

import resonant

PROFILES = ("frame", "zstd", "xchacha")
DECIMAL = re.compile("0|[1-9][0-9]{0,19}")

Check: TypeAlias = Callable[[str, Any], Any]
"""Takes where a value stands and the value; returns it as the implementation wants it. Raises BadRequestError."""
Shape: TypeAlias = dict[str, Check]


class BadRequestError(Exception):
    """A request that does not fit its schema (TST-11)."""


# Shapes: one function for each kind of value in specs/ops/.


def integer(least: int, most: int) -> Check:
    """An integer of these bounds, both included."""

    def check(at: str, value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise BadRequestError(f"{at} is not an integer from {least} to {most}")
        return value

    return check


def hexadecimal(size: int | None = None) -> Check:
    """Bytes as lower-case hexadecimal, of one size if it is given."""

    def check(at: str, value: Any) -> bytes:
        data = _from_hex(value) if type(value) is str else None
        if data is None or (size is not None and len(data) != size):
            raise BadRequestError(f"{at} is not lower-case hexadecimal" + ("" if size is None else f" of {size} bytes"))
        return data

    return check


def _from_hex(text: str) -> bytes | None:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    return data if data.hex() == text else None  # fromhex also takes spaces and capitals


def text(at: str, value: Any) -> str:
    """Any string, as long as it is Unicode: JSON can also spell half a surrogate pair."""
    if type(value) is not str or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadRequestError(f"{at} is not a string of Unicode text")
    return value


def decimal(at: str, value: Any) -> int:
    """A u64 as a decimal string without leading zeros."""
    if type(value) is not str or not DECIMAL.fullmatch(value) or int(value) >= 2**64:
        raise BadRequestError(f"{at} is not a u64 as a decimal string")
    return int(value)


def array(check: Check) -> Check:
    """A list of values of one kind."""

    def check_all(at: str, value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise BadRequestError(f"{at} is not an array")
        return tuple(check(f"{at}[{index}]", one) for index, one in enumerate(value))

    return check_all


def op_name(at: str, value: Any) -> str:
    """A string that is not empty."""
    if value == "":
        raise BadRequestError(f"{at} is empty")
    return text(at, value)


def any_object(at: str, value: Any) -> dict[str, Any]:
    """An object whose members are checked later, when the op is known."""
    if type(value) is not dict:
        raise BadRequestError(f"{at} is not an object")
    return value


def members(at: str, value: Any, needed: Shape, optional: Shape) -> dict[str, Any]:
    """An object with exactly these members."""
    given = any_object(at, value)
    shape = needed | optional
    for name in [*needed, *given]:
        if name not in given or name not in shape:
            raise BadRequestError(f"{at} {'lacks' if name in shape else 'has an unknown'} member {name!r}")
    return {name: shape[name](f"{at}.{name}", one) for name, one in given.items()}


def frame_slice(at: str, value: Any) -> resonant.Slice:
    """One slice of fields.json."""
    return resonant.Slice(**members(at, value, SLICE, {}))


def frame_fields(at: str, value: Any) -> resonant.Frame:
    """fields.json; values that no frame may have are let through to the implementation."""
    return resonant.Frame(**members(at, value, FIELDS, {}))


U8, U16, U32 = integer(0, 0xFF), integer(0, 0xFFFF), integer(0, 0xFFFF_FFFF)
KEY, NONCE, LEVEL = hexadecimal(32), hexadecimal(24), integer(1, 22)
DATA = hexadecimal()
SLICE: Shape = {"dtype": U8, "dims": array(U32), "payload": DATA}
FIELDS: Shape = {
    "type": U8,
    "flags": U16,
    "stream_id": U32,
    "frame_seq": decimal,
    "space_hash32": U32,
    "modality": U8,
    "slices": array(frame_slice),
}
REQUEST: Shape = {"op": op_name, "case": text, "profile": text, "input": any_object}


# Ops: what each needs, what it may have, and the call.


def hello(token: str) -> dict[str, Any]:
    """TST-12."""
    if token != os.environ["RESONANT_TOKEN"]:
        raise BadRequestError("input.token is not the token")
    version = metadata.version("resonant-conformance")
    return {"name": "resonant", "version": version, "language": "Python", "spec": "1.0", "profiles": PROFILES}


def decode(frame: bytes, key: bytes | None = None) -> dict[str, Any]:
    """A frame's bytes to its fields."""
    f = resonant.decode(frame, key=key)
    slices = [{"dtype": int(s.dtype), "dims": list(s.dims), "payload": s.payload.hex()} for s in f.slices]
    fields = {name: int(getattr(f, name)) for name in ("type", "flags", "stream_id", "space_hash32", "modality")}
    return {"fields": {**fields, "frame_seq": str(f.frame_seq), "slices": slices}}


def encode(fields: resonant.Frame, **options: Any) -> dict[str, Any]:
    """Fields to a frame's bytes."""
    return {"frame": resonant.encode(fields, **options).hex()}


SEALING: Shape = {"key": KEY, "nonce": NONCE, "aad": DATA}
OPS: dict[str, tuple[Shape, Shape, Callable[..., dict[str, Any]]]] = {
    "hello": ({"token": text}, {}, hello),
    "decode": ({"frame": DATA}, {"key": KEY}, decode),
    "encode": ({"fields": frame_fields}, {"key": KEY, "nonce": NONCE, "level": LEVEL}, encode),
    "space_hash": (
        {"space_id": text, "arch": text, "data_sig": text},
        {},
        lambda **parts: {"space_hash32": resonant.space_hash32(**parts)},
    ),
    "tail_hash": ({"data": DATA}, {}, lambda data: {"xxhash3_64": resonant.tail_hash_hex(data)}),
    "compress": (
        {"plain": DATA},
        {"level": LEVEL},
        lambda plain, **options: {"zstd": resonant.compress(plain, **options).hex()},
    ),
    "decompress": ({"zstd": DATA}, {}, lambda zstd: {"plain": resonant.decompress(zstd).hex()}),
    "seal": (SEALING | {"plain": DATA}, {}, lambda plain, **by: {"sealed": resonant.seal(plain, **by).hex()}),
    "open": (SEALING | {"sealed": DATA}, {}, lambda sealed, **by: {"plain": resonant.open_sealed(sealed, **by).hex()}),
    "stop": ({}, {}, dict),
}


def answer(message: bytes) -> tuple[str, dict[str, Any]]:
    """The op of a message and the reply to it. Whatever else the implementation raises ends the process (section 5)."""
    op = ""
    try:
        request = members("the message", parse(message), REQUEST, {})
        op = request["op"]
        if op not in OPS:
            return op, {"unsupported": op}  # TST-9
        needed, optional, perform = OPS[op]
        return op, {"ok": perform(**members("input", request["input"], needed, optional))}
    except BadRequestError as error:
        return op, {"error": str(error)}  # TST-11
    except resonant.ResonantError as error:
        return op, {"reject": {"code": error.code, "detail": str(error)}}  # TST-13


def parse(message: bytes) -> Any:
    """JSON in UTF-8. Raises BadRequestError."""
    try:
        return json.loads(message.decode())
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"the message is not JSON: {error}") from None


def shows_token(message: bytes) -> bool:
    """Whether this is a hello with the right token."""
    try:
        request = parse(message)
    except BadRequestError:
        return False
    given = request.get("input") if type(request) is dict and request.get("op") == "hello" else None
    return type(given) is dict and given.get("token") == os.environ["RESONANT_TOKEN"]
