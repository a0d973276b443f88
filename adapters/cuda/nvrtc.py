"""NVRTC, the CUDA run-time compiler, through ctypes: CUDA C++ to PTX, without a GPU or a driver."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent
PACKAGE: Final = "nvidia.cuda_nvrtc"
"""The package of the wheel nvidia-cuda-nvrtc-cu12."""

LANGUAGE: Final = "--std=c++17"
BUILDS: Final[Mapping[str, tuple[str, ...]]] = {
    "ieee": (LANGUAGE, "--ftz=false", "--prec-div=true", "--fmad=false"),
    "fast-math": (LANGUAGE, "--use_fast_math"),
    "fmad": (LANGUAGE, "--ftz=false", "--prec-div=true", "--fmad=true"),
}
"""The options of the right build, and of those that compute something else.

Beside the first three options --use_fast_math has no effect, so its build has none of them.
"""


class CompileError(Exception):
    """Source that NVRTC does not compile; the text is the first line of its log with an error."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text of CUDA C++ and the headers that it includes, by name."""

    text: str
    headers: Mapping[str, str]


def kernels(prelude: str = "") -> Source:
    """kernels.cu with its header, and a text before it."""
    text, header = ((FOLDER / name).read_text("utf-8") for name in ("kernels.cu", "arithmetic.cuh"))
    return Source(prelude + text, {"arithmetic.cuh": header})


def library() -> Path:
    """The library of the wheel. Raises SystemExit with one line if it is not installed."""
    try:
        spec = find_spec(PACKAGE)
    except ModuleNotFoundError:  # the package around it is missing as well
        spec = None
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    found = sorted(path for folder in folders for path in Path(folder, "lib").glob("libnvrtc.so.*"))
    if not found:
        raise SystemExit("NVRTC, the CUDA run-time compiler, is not installed: `make ptx-audit` installs it")
    return found[0]


class Compiler:
    """NVRTC as a loaded library."""

    def __init__(self, path: Path) -> None:
        """Load it. Raises SystemExit with one line if that cannot be done."""
        try:
            self._library = ctypes.CDLL(str(path))
        except OSError as error:
            raise SystemExit(f"NVRTC cannot be loaded: {error}") from None
        self._library.nvrtcGetErrorString.restype = ctypes.c_char_p

    def ptx(self, source: Source, architecture: str, options: tuple[str, ...]) -> str:
        """The PTX of a source for an architecture such as "compute_90". Raises CompileError."""
        program = ctypes.c_void_p()
        names, texts = (_strings(part) for part in (source.headers.keys(), source.headers.values()))
        text = source.text.encode()
        self._call("CreateProgram", ctypes.byref(program), text, b"kernels.cu", len(source.headers), texts, names)
        try:
            given = (f"--gpu-architecture={architecture}", *options)
            try:
                self._call("CompileProgram", program, len(given), _strings(given))
            except CompileError as error:
                log = self._text(program, "ProgramLog").splitlines()
                raise CompileError(next((line for line in log if "error" in line), str(error))) from None
            return self._text(program, "PTX")
        finally:
            self._library.nvrtcDestroyProgram(ctypes.byref(program))

    def _text(self, program: ctypes.c_void_p, what: str) -> str:
        size = ctypes.c_size_t()
        self._call(f"Get{what}Size", program, ctypes.byref(size))
        room = ctypes.create_string_buffer(size.value)
        self._call(f"Get{what}", program, room)
        return room.value.decode()

    def _call(self, name: str, *arguments: Any) -> None:
        status = self._library[f"nvrtc{name}"](*arguments)
        if status:
            raise CompileError(f"nvrtc{name}: {self._library.nvrtcGetErrorString(status).decode()}")


def _strings(texts: Any) -> Any:
    encoded = [text.encode() for text in texts]
    return (ctypes.c_char_p * len(encoded))(*encoded)
