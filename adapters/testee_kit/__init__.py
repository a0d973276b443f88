"""The shared parts of our Python testees (specs/testee.md). Imports the standard library only, and nothing of ours.

A testee is a module with a function for each op that it can do (`implementation`), and runs it:

    NAME, VERSION, PROFILES = "mine", "1.0", ("frame",)

    def tail_hash(data: bytes) -> int:
        return mine.xxhash(data)

    run(sys.modules[__name__])

Or it has a table of ops and one kind of exception that is a refusal, and serves them:

    def hello(token: str) -> dict[str, Any]:
        return greet(token, name="mine", version="1.0", language="Python", profiles=("frame",))

    OPS = {"hello": Op({"token": text}, {}, hello), "stop": STOP, "tail_hash": Op({"data": DATA}, {}, tail_hash)}
    serve(lambda message: answer(OPS, MyRefusal, message), read_arguments(ArgumentParser()).attach)
"""

from .implementation import Codes, Implementation, ops_of, run
from .peer_batches import peer_batch
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
    distinct,
    hexadecimal,
    integer,
    made,
    members,
    named,
    nullable,
    one_of,
    some_text,
    text,
)
from .server import Wires, read_arguments, serve
from .tensors import ADAPT, PAYLOADS, SHAPES
from .values import Fields, RefusedError, Slice

__all__ = [
    "ADAPT",
    "DATA",
    "MAX_PIECES",
    "PAYLOADS",
    "PIECE_BYTES",
    "SHAPES",
    "STOP",
    "U8",
    "U16",
    "U32",
    "BadRequestError",
    "Check",
    "Codes",
    "Fields",
    "Implementation",
    "Op",
    "Performer",
    "RefusedError",
    "Shape",
    "Slice",
    "UnsupportedError",
    "Wires",
    "answer",
    "any_value",
    "array",
    "boolean",
    "decimal",
    "distinct",
    "greet",
    "hexadecimal",
    "integer",
    "made",
    "members",
    "named",
    "nullable",
    "one_of",
    "ops_of",
    "peer_batch",
    "read_arguments",
    "run",
    "serve",
    "some_text",
    "text",
]
