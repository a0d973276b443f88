"""Adapters: how to build and start a testee, read from adapter.toml."""

from __future__ import annotations

import difflib
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from .docker_options import DockerOptions, read_options
from .errors import AdapterError
from .running import Address
from .text import decoded

Launch: TypeAlias = Literal["process", "attach", "docker"]
FILE_NAME: Final = "adapter.toml"
_HOST_PORT: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?)\]|(?P<host>[^\s\[\]:/]+)):(?P<port>[0-9]{1,5})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A folder with a testee, as its adapter.toml describes it."""

    name: str
    about: str
    launch: Launch
    """process: the driver starts it. attach: somebody else did. docker: the driver starts it in a container."""
    build: tuple[str, ...]
    """The program that builds it and its arguments, without a shell; empty if there is nothing to build."""
    run: tuple[str, ...]
    """The program that is the testee and its arguments; empty if launch is attach.

    With docker, what its image runs in place of its own command; empty for that.
    """
    folder: Path
    """The folder of adapter.toml; build and run start there."""
    control: Address | None = None
    """The address of the control socket; None unless launch is attach."""
    wires: Mapping[str, Address] = field(default_factory=dict)
    """The address of each wire that is known, by the name of its transport; none unless launch is attach."""
    language: str = ""
    docker: DockerOptions | None = None
    """Its image and the limits of its container; None unless launch is docker."""


def load_adapter(name_or_path: str, adapters_dir: Path) -> Adapter:
    """Read an adapter: NAME is adapters_dir/NAME/adapter.toml; else a path to such a file, or to its folder.

    Raises AdapterError with one sentence on what is wrong and what to do.
    """
    file = Path(name_or_path)
    try:
        file = _find(name_or_path, adapters_dir)
        table = tomllib.loads(decoded(file.read_bytes()))
    except OSError as error:
        raise AdapterError(f"{file} cannot be read: {error.strerror}; check the path and its permissions") from None
    except UnicodeError as error:
        raise AdapterError(f"{file} is not TOML: {error}") from None
    except (ValueError, RecursionError) as error:
        raise AdapterError(f"{file} is not TOML: {error}; correct that line") from None
    try:
        return _read(table, file.parent.resolve())
    except ValueError as error:
        raise AdapterError(f"{file}: {error}") from None


def known_adapters(adapters_dir: Path) -> list[str]:
    """The names that load_adapter takes, sorted."""
    return sorted(file.parent.name for file in adapters_dir.glob(f"*/{FILE_NAME}"))


def _find(name_or_path: str, adapters_dir: Path) -> Path:
    path = Path(name_or_path)
    is_name = name_or_path == path.name and path.suffix != ".toml"
    if is_name and (adapters_dir / path / FILE_NAME).is_file():
        return adapters_dir / path / FILE_NAME
    if path.is_dir() and (path / FILE_NAME).is_file():
        return path / FILE_NAME
    if path.is_file():
        return path
    if not is_name:
        raise AdapterError(f"there is no {path if path.suffix == '.toml' else path / FILE_NAME}; check the path")
    known = known_adapters(adapters_dir)
    listed = f"the adapters are {', '.join(known)}" if known else f"there are none in {adapters_dir}"
    raise AdapterError(f"no adapter is called {name_or_path!r}{_nearest(name_or_path, known)}; {listed}")


def _read(table: dict[str, Any], folder: Path) -> Adapter:
    if "wire" in table:
        raise ValueError(f"'wire' is now one of 'wires', by its transport; write {_EXAMPLES['wires']} in its place")
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"unknown key {key!r}{_nearest(key, _KEYS)}; the keys are {', '.join(_KEYS)}")
    values = {key: _KEYS[key](key, value) for key, value in table.items()}
    launch = values.get("launch")
    for key in ("launch", *_NEEDED.get(launch, ())):
        if key not in values:
            raise ValueError(f"the key {key!r} is missing; add {_EXAMPLES[key]}")
    for key in _FOREIGN[launch]:
        if key in values:
            raise ValueError(f'{key!r} does not apply to launch = "{launch}"; remove it')
    defaults: dict[str, Any] = {"about": "", "build": (), "run": ()}
    return Adapter(**{**defaults, **values}, folder=folder)


def _text(key: str, value: object) -> str:
    if type(value) is not str or not value:
        raise ValueError(f"{key!r} must be a string, such as {_EXAMPLES[key]}; it is {value!r}")
    return value


def _launch(key: str, value: object) -> str:
    if type(value) is not str or value not in _NEEDED:
        raise ValueError(f"{key!r} must be one of {', '.join(_NEEDED)}; it is {value!r}")
    return value


def _argv(key: str, value: object) -> tuple[str, ...]:
    if type(value) is not list or not value or not all(type(one) is str and one and "\0" not in one for one in value):
        raise ValueError(f"{key!r} must be a program and its arguments, such as {_EXAMPLES[key]}; it is {value!r}")
    argv = [str(one) for one in value]
    for one in argv:
        if re.fullmatch(r"\{\w+\}", one) and one not in _PLACEHOLDERS:
            raise ValueError(f"unknown placeholder {one} in {key!r}; the only one is {', '.join(_PLACEHOLDERS)}")
    return tuple(_PLACEHOLDERS.get(one, one) for one in argv)


def _address(key: str, value: object) -> Address:
    found = _HOST_PORT.fullmatch(value) if type(value) is str else None
    if found is None or not 0 < int(found["port"]) < 65_536:
        example = f"such as {_EXAMPLES.get(key) or _EXAMPLES['wires']}, an IPv6 address in brackets"
        raise ValueError(f"{key!r} must be a host and a port, {example}; it is {value!r}")
    return found["ipv6"] or found["host"], int(found["port"])


def _wires(key: str, value: object) -> Mapping[str, Address]:
    if type(value) is not dict:
        raise ValueError(f"{key!r} must be a table of addresses, such as {_EXAMPLES[key]}; it is {value!r}")
    return {transport: _address(f"{key}.{transport}", address) for transport, address in value.items()}


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


_PLACEHOLDERS: Final = {"{python}": sys.executable}
_KEYS: Final[dict[str, Callable[[str, object], Any]]] = {
    "name": _text,
    "about": _text,
    "language": _text,
    "launch": _launch,
    "build": _argv,
    "run": _argv,
    "control": _address,
    "wires": _wires,
    "docker": read_options,
}
_EXAMPLES: Final = {
    "name": 'name = "mine"',
    "about": 'about = "the Mine library"',
    "language": 'language = "C"',
    "launch": 'launch = "process"',
    "build": 'build = ["make"]',
    "run": 'run = ["{python}", "testee.py"]',
    "control": 'control = "127.0.0.1:4000"',
    "wires": 'wires = { udp = "127.0.0.1:4001" }',
    "docker": 'a table [docker] with image = "mine:latest"',
}
_NEEDED: Final[dict[Any, tuple[str, ...]]] = {
    "process": ("name", "run"),
    "attach": ("name", "control"),
    "docker": ("name", "docker"),
}
_FOREIGN: Final[dict[Any, tuple[str, ...]]] = {
    "process": ("control", "wires", "docker"),
    "attach": ("build", "run", "docker"),
    "docker": ("control", "wires"),
}
