"""The recipe for a dtype, followed for a dtype 0x21, F32, which no slot of a message takes yet."""

from __future__ import annotations

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

CLAUSE = "- `FRM-99` The payload of an F32 slice MUST be 4·n bytes; otherwise it is rejected with `LENGTH_MISMATCH`."
RULE = '    DType.F32: _expects("FRM-99", "4 bytes an element", lambda length, n: length == 4 * n),'
ONE = '    DType.F32: (Slice(DType.F32, (2, 3), ramp(24)), "FRM-99"),'

RECIPE: Recipe = {
    "specs": [
        before("specs/frame.md", "- `FRM-20`", CLAUSE),
        before("specs/frame.md", "| 0x10 | SparseCoo", "| 0x21 | F32 | binary32 | 4·n |"),
        Edit("specs/frame.md", "which has 0x01, 0x02, 0x03 and 0x10", "which has 0x01, 0x02, 0x03, 0x10 and 0x21"),
        Edit("specs/handshake.md", "f16, i8, q4, sparse", "f16, i8, q4, f32, sparse"),
        before("specs/registry.toml", "SparseCoo =", 'F32 = { value = 0x21, listed = "f32" }'),
        Edit("specs/ops/read_message.json", "            3,\n            16\n", "            3, 33,\n            16\n"),
    ],
    "enum": [
        before("reference/resonant/wire_values.py", "    SPARSE_COO =", "    F32 = 0x21"),
        before("conformance/wire/build.py", "    SPARSE =", "    F32 = 0x21"),
    ],
    "rule": [before("reference/resonant/frame/slices.py", "    DType.Q4:", RULE)],
    "reader": [Edit("conformance/wire/read.py", "(n + 1) // 2}", "(n + 1) // 2, 0x21: lambda n: 4 * n}")],
    "name": [Edit("reference/resonant/peer/config.py", 'DType.Q4: "q4"', 'DType.Q4: "q4", DType.F32: "f32"')],
    "product": [
        before(
            "vectors/make/frame/product.py",
            "    DType.Q4:",
            '    DType.F32: (Slice(DType.F32, (2, 3), ramp(24)), "FRM-99"),',
        )
    ],
}
COPIES = own_tests(*REGISTRY)
# The command that is green when all is done, and red when this step is left out.
FOUND_BY = {
    "specs": COPIES,
    "enum": COPIES,
    "reader": COPIES,
    "rule": judging("--case=frame/decode/product/think-f32-plain-text"),
    "name": COPIES,
    "product": VECTORS,
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return project(tmp_path)


@LATE
@pytest.mark.parametrize("step", left_out(FOUND_BY, "test_a_dtype"))
def test_a_step_of_a_dtype_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(RECIPE, copy, without=step)
    assert any(command(copy, *one).returncode for one in dict.fromkeys((VECTORS, FOUND_BY[step])))
