"""The parts of resonant_triton.py that users touch and no op does; and its README."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("triton") is None:  # not imported here: it reads TRITON_INTERPRET once
    pytest.skip("Triton is not installed: nothing of adapters/triton was tested", allow_module_level=True)

from adapters.frameworks.quantizers import BLOCK, block_count
from adapters.frameworks.refusals import RejectCode, ResonantError
from adapters.testee_kit.tests import protocol
from adapters.triton import device
from adapters.triton import resonant_triton as rt


def test_readme_runs() -> None:
    protocol.readme_runs(Path(__file__).resolve().parents[1])


def test_other_dtypes_are_a_mistake() -> None:
    with pytest.raises(KeyError, match="int32"):
        rt.quantize(device.tensor(bytes(4), "int32"), 4)


def test_codes_of_both_dtypes() -> None:
    codes = device.tensor(b"\x80\xff\x7f", "int8")
    assert device.payload(rt.dequantize(codes, 3, 8)) == b"\x00\xd8\x00\xbc\xf0\x57"
    assert device.payload(rt.dequantize(codes.view("uint8"), 3, 8)) == b"\x00\xd8\x00\xbc\xf0\x57"


def test_programs_share_the_work_and_any_of_them_may_refuse() -> None:
    """More blocks than a program takes, the last of them short."""
    count = (rt.MAX_INTERPRETED_TILE + 1) * BLOCK + 5
    data = b"\x00\x3c" * count
    codes, scale = rt.quantize(device.tensor(data, "float16"), 8)
    assert device.payload(codes) == b"\x7f" * count
    assert device.payload(scale) == b"\x08\x20" * block_count(count)
    assert rt.tiles(block_count(count))[1] == 2
    with pytest.raises(ResonantError) as caught:
        rt.quantize(device.tensor(data[:-2] + b"\x00\x7c", "float16"), 8)
    assert (caught.value.code, caught.value.clause) == (RejectCode.NON_FINITE, "QNT-3")
