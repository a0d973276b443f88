"""The place where kernels run: a GPU that PyTorch finds, or Triton's interpreter. To be imported before Triton."""

from __future__ import annotations

import importlib
import os
from typing import Any, Final

from . import host_tensors


def gpu() -> Any:
    """PyTorch, if it is installed and finds a GPU, and nobody asks for the interpreter."""
    if os.environ.get("TRITON_INTERPRET", "0") == "1":
        return None
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        return None
    return torch if torch.cuda.is_available() else None


TORCH: Final = gpu()
if TORCH is None:
    os.environ["TRITON_INTERPRET"] = "1"  # read where kernels are made, Triton's own among them
NAME: Final[str] = "interpreter" if TORCH is None else TORCH.cuda.get_device_name()


def tensor(data: bytes, dtype: str) -> Any:
    """Some bytes as a tensor there."""
    if TORCH is None:
        return host_tensors.tensor(data, dtype)
    held = TORCH.frombuffer(bytearray(data or b"\0"), dtype=TORCH.uint8).cuda()
    return held[: len(data)].view(getattr(TORCH, dtype))


def payload(tensor: Any) -> bytes:
    """The bytes of a tensor."""
    if TORCH is None:
        return bytes(tensor.tobytes())
    return bytes(tensor.view(TORCH.uint8).cpu().numpy().tobytes())
