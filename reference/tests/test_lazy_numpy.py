"""A program of bytes does not wait for numpy, and one of arrays does not notice that numpy came late."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
from resonant.arguments import octets, real_array
from resonant.lazy_numpy import is_masked, is_numpy
from resonant.lazy_numpy import np as late

WITHOUT = """
import sys
import resonant, resonant.arrays, resonant.asyncio, resonant.describe.explain, resonant.endpoint, resonant.__main__
from resonant import DType, ResonantError, Tensor, Think

def refused(call):
    try:
        call()
    except (TypeError, ResonantError) as error:
        return str(error)

thought = Think(Tensor(DType.F16, [2], bytearray(4)))
data = resonant.encode(resonant.to_frame(thought, stream_id=7, frame_seq=0))
assert resonant.decode(data).stream_id == 7
print(refused(lambda: Tensor(DType.F16, "ab", b"")))
print(refused(lambda: Tensor(DType.F16, (1,), 3)))
print(refused(lambda: Tensor(DType.F16, (True,), b"")))
print(refused(lambda: Tensor.half([1.0])))
print("numpy" in sys.modules)
import numpy
print(Tensor.half(numpy.ones(3)).dims, Tensor(DType.F16, (1,), bytes(2)).dense().tolist())
"""


def test_a_program_that_has_bytes_gets_no_numpy_and_the_same_sentences() -> None:
    ended = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == [
        "dims: a tuple of int is expected, and 'ab' (str) came",
        "payload: bytes is expected, and 3 (int) came",
        "FIELD_RANGE (FRM-36): dims[0]: an integer is expected, and True (bool) came",
        "array: a numpy array of real numbers is expected, and [1.0] (list) came",
        "False",
        "(3,) [0.0]",
    ]


def test_threads_that_use_it_first_at_once_all_have_it() -> None:
    program = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "from resonant.lazy_numpy import np\n"
        "barrier = Barrier(8)\n"
        "def first(_):\n    barrier.wait()\n    return int(np.arange(3).sum()), np.ma.masked is not None\n"
        "with ThreadPoolExecutor(8) as threads:\n    print({*threads.map(first, range(8))})\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.stdout, ended.stderr) == ("{(3, True)}\n", "")


def test_a_name_that_numpy_does_not_have_is_told_as_numpy_tells_it() -> None:
    with pytest.raises(AttributeError, match="module 'numpy' has no attribute 'nothing'"):
        late.nothing  # noqa: B018 - looked up for its error


def test_it_is_numpy_itself() -> None:
    assert (late.ndarray, late.float16, late.asarray) == (np.ndarray, np.float16, np.asarray)


@pytest.mark.parametrize(
    ("value", "kinds", "expected"),
    [
        (np.zeros(1), ("ndarray",), True),
        (np.float32(1), ("ndarray", "generic"), True),
        (np.bool_(True), ("bool_",), True),
        (True, ("bool_",), False),
        ([0.0], ("ndarray", "generic"), False),
    ],
)
def test_values_of_numpy_are_told_from_others(value: object, kinds: tuple[str, ...], expected: bool) -> None:
    assert is_numpy(value, *kinds) is expected


def test_masked_arrays_are_told_from_others() -> None:
    assert (is_masked(np.ma.array([1], mask=[1])), is_masked(np.zeros(1)), is_masked(None)) == (True, False, False)


def test_values_are_looked_at_while_another_thread_imports_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy", "numpy.ma"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # as they are when that has just begun
    assert octets("data", bytearray(b"ab")) == b"ab"
    with pytest.raises(TypeError, match="array: a numpy array of real numbers is expected"):
        real_array("array", [1.0])
