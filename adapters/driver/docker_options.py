"""The table [docker] of an adapter.toml: the image of a testee, and what its container may use."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class DockerOptions:
    """An image and its limits."""

    image: str
    """Its name, as the engine knows it."""
    context: str = ""
    """The folder with its Dockerfile, relative to adapter.toml; empty: the image is there already."""
    user: str = ""
    """The user in the container, "uid:gid"; empty: the image's own user, or 65534:65534 where that is root."""
    memory_mib: int = 1024
    cpus: float = 1.0
    processes: int = 64
    """How many processes and threads at once."""


def read_options(key: str, value: object) -> DockerOptions:
    """Read the table. Raises ValueError with what is wrong and an example."""
    if type(value) is not dict:
        raise ValueError(f'{key!r} must be a table, such as [docker] with image = "mine:latest"; it is {value!r}')
    for name in value:
        if name not in _KEYS:
            raise ValueError(f"unknown key {name!r} in [{key}]; the keys are {', '.join(_KEYS)}")
    if "image" not in value:
        raise ValueError(f"the key 'image' is missing in [{key}]; add {_KEYS['image'][1]}")
    for name, one in value.items():
        fits, example = _KEYS[name]
        if not fits(one):
            raise ValueError(f"{name!r} in [{key}] must be a value such as {example}; it is {one!r}")
    return DockerOptions(**value)


def _is_word(value: Any) -> bool:
    return type(value) is str and re.fullmatch(r"[\w.:/@-]{1,255}", value, re.ASCII) is not None


def _is_folder(value: Any) -> bool:
    return type(value) is str and value != "" and "\0" not in value


def _is_user(value: Any) -> bool:
    return type(value) is str and re.fullmatch(r"[0-9]{1,10}:[0-9]{1,10}", value, re.ASCII) is not None


def _from_to(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0.01 <= value <= 1024


_KEYS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "image": (_is_word, 'image = "mine:latest"'),
    "context": (_is_folder, 'context = "."'),
    "user": (_is_user, 'user = "1000:1000"'),
    "memory_mib": (_from_to(6, 1 << 20), "memory_mib = 1024"),
    "cpus": (_is_share, "cpus = 1.5"),
    "processes": (_from_to(1, 1 << 20), "processes = 64"),
}
"""key -> whether a value fits, and an example"""
