"""Helpers for the tests of containers: a stand-in for the engine's client, and adapters with images."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docker.errors import APIError, ImageNotFound  # type: ignore[import-untyped]

from adapters.driver import Adapter, load_adapter
from adapters.driver.docker.engine import LABEL


def contained(folder: Path, image: str, *run: str, limits: str = "") -> Adapter:
    """An adapter whose testee is an image, run with these arguments; limits: more lines of its [docker]."""
    folder.mkdir(exist_ok=True)
    command = f"run = {list(run)}\n" if run else ""
    file = folder / "adapter.toml"
    file.write_text(f'name = "boxed"\nlaunch = "docker"\n{command}[docker]\nimage = "{image}"\n{limits}\n', "utf-8")
    return load_adapter(str(file), folder)


class FakeApi:
    """The calls of `docker.APIClient` that the driver makes, each noted; `fails` names those that are refused."""

    def __init__(self, *, user: str = "", output: bytes = b"", fails: tuple[str, ...] = (), status: int = 0) -> None:
        self.user, self.output, self.fails, self.status = user, output, fails, status
        self.made: dict[str, Any] = {}
        self.removed: list[str] = []
        self.there: list[dict[str, Any]] = []
        self.built: list[dict[str, str]] = []
        self._engine_end: socket.socket | None = None

    def _check(self, call: str) -> None:
        if call in self.fails:
            raise APIError("refused", explanation=f"no {call} today")

    def inspect_image(self, image: str) -> dict[str, Any]:
        if "inspect_image" in self.fails:
            raise ImageNotFound(image)
        return {"Config": {"User": self.user}}

    def create_host_config(self, **limits: Any) -> dict[str, Any]:
        return limits

    def create_container(self, image: str, **given: Any) -> dict[str, str]:
        self._check("create_container")
        self.made = {"image": image, **given}
        return {"Id": "c1"}

    def attach_socket(self, container: str, params: dict[str, int]) -> socket.socket:
        self._check("attach_socket")
        ours, self._engine_end = socket.socketpair()
        return ours

    def start(self, container: str) -> None:
        self._check("start")
        assert self._engine_end is not None
        if self._engine_end.fileno() >= 0:
            self._engine_end.sendall(self.output)
            self._engine_end.close()

    def wait(self, container: str, timeout: float | None) -> dict[str, int]:
        return {"StatusCode": self.status}

    def inspect_container(self, container: str) -> dict[str, Any]:
        return {"State": {"Pid": 1}}

    def kill(self, container: str, signal: str) -> None:
        self._check("kill")

    def remove_container(self, container: str, force: bool, v: bool) -> None:
        assert force
        self.removed.append(container)

    def containers(self, all: bool, filters: dict[str, str]) -> list[dict[str, Any]]:
        assert all
        assert filters == {"label": LABEL}
        return self.there

    def build(self, **given: Any) -> Iterator[dict[str, str]]:
        self._check("build")
        return iter(self.built)

    def close(self) -> None:
        if self._engine_end:
            self._engine_end.close()
