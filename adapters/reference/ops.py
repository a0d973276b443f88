"""The ops of the reference's testee: the shape of each request (specs/ops/) and the call behind it."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import metadata
from typing import Any

import peer_ops
import resonant
import tensor_ops
from shapes import (
    DATA,
    U8,
    U16,
    U32,
    BadRequestError,
    Shape,
    any_object,
    array,
    decimal,
    hexadecimal,
    integer,
    members,
    op_name,
    parse,
    text,
)

PROFILES = ("frame", "zstd", "xchacha", "message", "sparse", "quant", "handshake", "stream")


def frame_slice(at: str, value: Any) -> resonant.Slice:
    """One slice of fields.json."""
    return resonant.Slice(**members(at, value, SLICE, {}))


def frame_fields(at: str, value: Any) -> resonant.Frame:
    """fields.json; values that no frame may have are let through to the implementation."""
    return resonant.Frame(**members(at, value, FIELDS, {}))


KEY, NONCE, LEVEL = hexadecimal(32), hexadecimal(24), integer(1, 22)
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
    "read_message": ({"frame": DATA}, {"key": KEY}, tensor_ops.read_message),
    **tensor_ops.OPS,
    **peer_ops.OPS,
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


def shows_token(message: bytes) -> bool:
    """Whether this is a hello with the right token."""
    try:
        request = parse(message)
    except BadRequestError:
        return False
    given = request.get("input") if type(request) is dict and request.get("op") == "hello" else None
    return type(given) is dict and given.get("token") == os.environ["RESONANT_TOKEN"]
