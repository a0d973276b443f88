"""What the testees in Python share (specs/testee.md). Standard library only, and nothing else of ours.

A testee has a table of ops and one kind of exception that is a refusal, and serves them:

    def hello(token: str) -> dict[str, Any]:
        return greet(token, name="mine", version="1.0", language="Python", profiles=("frame",))

    OPS = {"hello": Op({"token": text}, {}, hello), "stop": STOP, "tail_hash": Op({"data": DATA}, {}, tail_hash)}
    serve(lambda message: answer(OPS, MyRefusal, message), read_arguments(ArgumentParser()).attach)
"""

from .pieces import MAX_PIECES, PIECE_BYTES
from .requests import STOP, Op, Performer, UnsupportedError, answer, greet
from .schema import (
    DATA,
    U8,
    U16,
    U32,
    BadRequestError,
    Check,
    Shape,
    any_value,
    array,
    boolean,
    decimal,
    hexadecimal,
    integer,
    made,
    members,
    named,
    one_of,
    text,
)
from .server import read_arguments, serve
from .tensors import SHAPES

__all__ = [
    "DATA",
    "MAX_PIECES",
    "PIECE_BYTES",
    "SHAPES",
    "STOP",
    "U8",
    "U16",
    "U32",
    "BadRequestError",
    "Check",
    "Op",
    "Performer",
    "Shape",
    "UnsupportedError",
    "answer",
    "any_value",
    "array",
    "boolean",
    "decimal",
    "greet",
    "hexadecimal",
    "integer",
    "made",
    "members",
    "named",
    "one_of",
    "read_arguments",
    "serve",
    "text",
]
