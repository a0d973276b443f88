"""numpy, imported when something of it is first used: `from .lazy_numpy import NDArray, np`.

It takes as long to import as the rest of this package, and a program that has not come to its first tensor need not
wait for it.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

__all__ = ["NDArray", "is_masked", "is_numpy", "np"]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:

    class _Numpy:
        """The names of numpy, each looked up in it once."""

        def __getattr__(self, name: str) -> Any:
            import numpy  # noqa: PLC0415 - that is what this module is for

            value = getattr(numpy, name)
            setattr(self, name, value)
            return value

    np = _Numpy()

    class NDArray:
        """That of numpy.typing, in annotations. What an alias names is a string: `NDArray["np.float16"]`."""

        @classmethod
        @cache
        def __class_getitem__(cls, element: Any) -> type:
            """A class without instances that is called as the type is."""
            name = element if isinstance(element, str) else getattr(element, "__name__", element)
            return type(f"NDArray[{name}]", (), {"__module__": "numpy.typing"})


def is_numpy(value: object, *kinds: str) -> bool:
    """Tell whether a value is of one of these classes of numpy: no value is before numpy is imported."""
    return _is("numpy", kinds, value)


def is_masked(value: object) -> bool:
    """Tell whether a value is a masked array of numpy, whose class is in a part that is not always imported."""
    return _is("numpy.ma", ("MaskedArray",), value)


def _is(module: str, kinds: tuple[str, ...], value: object) -> bool:
    # While another thread imports it, it is there, and not all of its classes are.
    found = (getattr(sys.modules.get(module), kind, None) for kind in kinds)
    return isinstance(value, tuple(kind for kind in found if kind is not None))
