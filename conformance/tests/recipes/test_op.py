"""The recipe for an op, followed for `sparse_count` of the profile sparse, which says how many values a tensor has."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.tests.recipes.workshop import (
    DOCS,
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
    new_file,
    own_tests,
    project,
    run,
)

SCHEMA = """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "sparse_count.json",
  "title": "sparse_count",
  "description": "How many elements sparse_encode keeps (SPR-7).",
  "$defs": {
    "input": {
      "type": "object",
      "properties": {"dense": {"type": "string", "pattern": "^([0-9a-f]{2})*$"}},
      "required": ["dense"],
      "additionalProperties": false
    },
    "ok": {
      "type": "object",
      "properties": {"nnz": {"type": "integer", "minimum": 0}},
      "required": ["nnz"],
      "additionalProperties": false
    }
  }
}
"""
PERFORMER = '''\
def sparse_count(dense: bytes) -> dict[str, Any]:
    """Dense to the number of values."""
    values, _ = resonant.sparse_encode((len(dense) // 2,), dense)
    return {"nnz": len(values) // 2}

'''
GROUP = '    yield Group("sparse", "sparse_count/values", "sparse_count", "How many are kept.", list(_counts()))'
CASES = """
def _counts() -> Iterator[Case]:
    for name, (dense, nnz) in {"none": ("", 0), "minus-zero": ("0080", 0), "two-of-three": ("003c000000bc", 2)}.items():
        yield accepts(name, f"The elements '{dense}'.", "SPR-7", {"dense": dense}, {"nnz": nnz})

"""
CANARY = '    Canary("sparse/sparse_count/values/minus-zero", value("nnz", 1), "minus zero is no value"),'
OPS = '"sparse_encode", "sparse_decode"'

RECIPE: Recipe = {
    "specs": [
        before("specs/testee.md", "| `quantize` | `quant`", "| `sparse_count` | `sparse` | dense | nnz |"),
        Edit("specs/registry.toml", f"[{OPS}]", f'[{OPS}, "sparse_count"]'),
        Edit(
            "specs/README.md",
            "tensor | sparse_encode, sparse_decode;",
            "tensor | sparse_encode, sparse_decode, sparse_count;",
        ),
    ],
    "op schema": [new_file("specs/ops/sparse_count.json", SCHEMA)],
    "testee": [
        before("adapters/reference/tensor_ops.py", "def quantize(", PERFORMER),
        before(
            "adapters/reference/tensor_ops.py",
            '    "quantize": Op(',
            '    "sparse_count": Op({"dense": DATA}, {}, sparse_count),',
        ),
        Edit(
            "adapters/reference/tensor_ops.py",
            "import ADAPT, PAYLOADS, SHAPES, Op",
            "import ADAPT, DATA, PAYLOADS, SHAPES, Op",
        ),
    ],
    "schema": [Edit("vectors/schema.json", f"{OPS}, ", f'{OPS}, "sparse_count", ')],
    "vectors": [
        before("vectors/make/sparse/ops.py", "    rest = [", GROUP),
        before("vectors/make/sparse/ops.py", "def _halves(", CASES),
    ],
    "canary": [
        before("vectors/release/canary/payloads.py", '    Canary("sparse/sparse_encode/values/infinity"', CANARY)
    ],
}
COPIES = own_tests(*REGISTRY, "conformance/tests/test_clauses.py", "conformance/tests/test_build_order.py")
JUDGED = judging("--profile=sparse", "-k", "sparse_count")
CANARIES = own_tests("vectors/tests/release/test_canary.py", choose="every_profile_and_op")
# The command that is green when all is done, and red when this step is left out.
FOUND_BY = {
    "specs": COPIES,
    "op schema": COPIES,
    "testee": JUDGED,
    "schema": COPIES,
    "vectors": COPIES,
    "canary": CANARIES,
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return project(tmp_path)


@LATE
@pytest.mark.nightly("test_a_profile adds an op by the same recipe, and what finds its steps is the same")
def test_an_op(copy: Path) -> None:
    apply(RECIPE, copy)
    for one in dict.fromkeys((DOCS, VECTORS, *FOUND_BY.values())):
        run(copy, *one)


@LATE
@pytest.mark.parametrize("step", left_out(FOUND_BY, "test_an_op"))
def test_a_step_of_an_op_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(RECIPE, copy, without=step)
    assert any(command(copy, *one).returncode for one in dict.fromkeys((DOCS, VECTORS, FOUND_BY[step])))
