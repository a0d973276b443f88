"""The recipe for a message type, followed for a type 5, Trace, which carries one tensor."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from conformance.tests.recipes.workshop import (
    LATE,
    REGISTRY,
    VECTORS,
    Edit,
    Recipe,
    apply,
    before,
    command,
    judging,
    left_out,
    own_tests,
    project,
)

MESSAGES = "reference/resonant/message/messages.py"
CLASS = """\
@dataclass(frozen=True, slots=True)
class Trace:
    \"\"\"Where a hidden state came from.\"\"\"

    origin: Tensor

"""
READER = """\
def _trace(reader: SlotReader) -> Message:
    return Trace(reader.tensor("origin"))

"""
MODALITY = """\
              ]
            },
            "modality": {
              "type": "integer",
              "minimum": 0,
              "maximum": 4
            },
            """
KIND = """\
        {
          "type": "object",
          "properties": {"kind": {"const": "trace"}, "origin": {"$ref": "read_message.json#/$defs/tensor"}},
          "required": ["kind", "origin"],
          "additionalProperties": false
        }
"""
CASE = """\
        message = {"kind": "trace", "origin": part.json}
        yield reads(f"trace-{name}", f"An origin as {name}.", "MSG-1", TRACE, part.slices, message)
"""
FIVE = "05                  type           5, not defined\n"
SIX = FIVE.replace("5", "6")
REST = "34120000 0100000000000000 0000000000000000 00000000 00"
"""A frame without slices behind its flags, as the case assembled by hand has it."""


def crc(head: str) -> str:
    return zlib.crc32(bytes.fromhex(head + REST)).to_bytes(4, "little").hex()


RECIPE: Recipe = {
    "specs": [
        Edit("specs/frame.md", "3 Sync, 4 Critique", "3 Sync, 4 Critique, 5 Trace"),
        Edit("specs/frame.md", "whose `type` is greater than 4", "whose `type` is greater than 5"),
        Edit("specs/frame.md", "a type from 0 to 4 and", "a type from 0 to 5 and"),
        before("specs/message.md", "| Critique |", "| Trace | origin: tensor |"),
        Edit("specs/registry.toml", "Critique = 4\n", "Critique = 4\nTrace = 5\n"),
    ],
    "schemas": [
        Edit("specs/ops/read_message.json", "        }\n      ]\n", f"        }},\n{KIND}      ]\n"),
        *(
            Edit(
                "specs/ops/peer_send.json",
                f"                4\n{MODALITY}{then}",
                f"                4, 5\n{MODALITY}{then}",
            )
            for then in ('"slices"', '"tensors"')
        ),
        Edit("vectors/schema.json", '"type": {"enum": [0, 1, 2, 3, 4]}', '"type": {"enum": [0, 1, 2, 3, 4, 5]}'),
        Edit("vectors/schema.json", '"type": {"enum": [0, 1, 2, 4]}', '"type": {"enum": [0, 1, 2, 4, 5]}'),
    ],
    "enum": [
        Edit("reference/resonant/wire_values.py", "    CRITIQUE = 4\n", "    CRITIQUE = 4\n    TRACE = 5\n"),
        Edit("conformance/wire/build.py", "    CRITIQUE = 4\n", "    CRITIQUE = 4\n    TRACE = 5\n"),
    ],
    "class": [
        before(MESSAGES, "@dataclass(frozen=True, slots=True)\nclass Sync", CLASS),
        Edit(MESSAGES, "Heart | Critique\n", "Heart | Critique | Trace\n"),
        Edit("reference/resonant/__init__.py", "Think, read_message", "Think, Trace, read_message"),
        Edit("reference/resonant/__init__.py", '    "Think",\n', '    "Think",\n    "Trace",\n'),
    ],
    "reader": [
        before(MESSAGES, "def _critique(", READER),
        before(MESSAGES, "    MessageType.CRITIQUE: _critique,", "    MessageType.TRACE: _trace,"),
    ],
    "writer": [
        before(MESSAGES, "    Critique: MessageType.CRITIQUE,", "    Trace: MessageType.TRACE,"),
        before(MESSAGES, "        case Heart():", "        case Trace(origin):\n            return origin.slices()"),
    ],
    "testee": [
        before(
            "adapters/reference/tensor_ops.py",
            "        case resonant.Heart():",
            '        case resonant.Trace(origin):\n            found = {"kind": "trace", "origin": tensor(origin)}',
        )
    ],
    "hand": [
        Edit("vectors/hand/faults-unassigned.toml", f"{FIVE}0000 ", f"{SIX}0000 "),
        Edit("vectors/hand/faults-unassigned.toml", "8e063f45", crc("01060000")),
    ],
    "cases": [
        Edit(
            "vectors/make/writer/tensors.py",
            "THINK, CACHE, ASK, SYNC, CRITIQUE = range(5)",
            "THINK, CACHE, ASK, SYNC, CRITIQUE, TRACE = range(6)",
        ),
        Edit("vectors/make/message/slots.py", "SYNC, THINK, Part", "SYNC, THINK, TRACE, Part"),
        before(
            "vectors/make/message/slots.py",
            '        message = {"kind": "ask", "query": part.json, "context": None}',
            CASE,
        ),
    ],
}
SEND = """
from resonant import DType, Tensor, Trace, read_message, to_frame
sent = Trace(Tensor(DType.F16, (1,), bytes(2)))
assert read_message(to_frame(sent, stream_id=1, frame_seq=1)) == sent
"""
COPIES = own_tests(*REGISTRY)
READ = judging("--case=message/read/slots/trace-f16")
PRODUCT = own_tests("vectors/tests/test_data.py", choose="product or two_outcomes")
# The command that is green when all is done, and red when this step is left out.
FOUND_BY = {
    "specs": COPIES,
    "schemas": COPIES,
    "enum": VECTORS,
    "class": VECTORS,
    "reader": READ,
    "writer": ("-c", SEND),
    "testee": READ,
    "hand": PRODUCT,
    "cases": READ,
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return project(tmp_path)


@LATE
@pytest.mark.parametrize("step", left_out(FOUND_BY, "test_a_message_type"))
def test_a_step_of_a_message_type_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(RECIPE, copy, without=step)
    assert any(command(copy, *one).returncode for one in dict.fromkeys((VECTORS, FOUND_BY[step])))
