"""The container engine: what the driver asks of it, and its refusals in plain words."""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import docker  # type: ignore[import-untyped]
from docker.errors import APIError, BuildError, DockerException, ImageNotFound  # type: ignore[import-untyped]
from requests.exceptions import RequestException

from ..adapter import Adapter
from ..docker_options import DockerOptions
from ..errors import AdapterError, StartError
from ..launch.build_log import BuildLog
from ..launch.guard import VARIABLE

LABEL: Final = "resonant.conformance.runner"
"""The label of every container of ours; its value says which process started it."""
NOBODY: Final = "65534:65534"
PORTER: Final = "/porter"
"""The folder in which a porter finds its program and its socket."""
_ROOT: Final = ("", "0", "root")
_CALL_S: Final = 30
_ATTACHED: Final = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}


class Engine:
    """A connection to a container engine."""

    def __init__(self, api: Any) -> None:
        """api: a `docker.APIClient`."""
        self._api = api

    def close(self) -> None:
        """Close the connections. May be called twice."""
        self._api.close()

    def build(self, adapter: Adapter, options: DockerOptions, log: BuildLog | None = None) -> None:
        """Build the image from its context. Raises AdapterError with the end of the output."""
        log = log or BuildLog(adapter.name, "", None)
        context = adapter.folder / options.context
        if not (context / "Dockerfile").is_file():
            raise AdapterError(f"{context} has no Dockerfile; correct 'context' in the [docker] of {adapter.name}")
        with _in_words(f"the image {options.image} cannot be built"):
            lines = self._api.build(path=str(context), tag=options.image, rm=True, forcerm=True, decode=True)
            try:
                failed = _noted(lines, log)
            finally:
                getattr(lines, "close", int)()  # the engine gives up a build that nobody listens to any more
        if failed:
            raise AdapterError(f"the build of the image {options.image} failed; the end of its output:\n{log.tail()}")

    def create(self, adapter: Adapter, options: DockerOptions, token: str) -> str:
        """A container with no rights and no network, not started yet; its id. Raises StartError."""
        try:
            own = self._api.inspect_image(options.image)["Config"].get("User") or ""
        except ImageNotFound:
            raise StartError(
                f"the engine has no image {options.image}: build it (docker build --tag {options.image} FOLDER), fetch "
                f"it (docker pull {options.image}), or name its folder as 'context' in the [docker] of {adapter.name}"
            ) from None
        except (DockerException, RequestException) as error:
            raise StartError(f"the image {options.image} cannot be inspected: {error}") from None
        user = options.user or (NOBODY if own.partition(":")[0] in _ROOT else own)
        with _in_words(f"a container of {options.image} cannot be created"):
            made = self._api.create_container(
                options.image,
                command=list(adapter.run) or None,
                user=user,
                environment={VARIABLE: token},
                stdin_open=True,
                detach=False,  # its input ends with the connection of whoever attached to it, also if that is killed
                labels={LABEL: this_runner()},
                host_config=self._api.create_host_config(**_limits(options)),
            )
        return str(made["Id"])

    def create_porter(self, image: str, container: str, command: list[str], folders: Mapping[str, str]) -> str:
        """A container in the network of another one, not started yet; its id. Raises StartError.

        folders: of this machine, to where it finds them; it cannot write there.
        """
        limits = _limits(DockerOptions(image)) | {
            "network_mode": f"container:{container}",
            "binds": {folder: {"bind": place, "mode": "ro"} for folder, place in folders.items()},
            "init": False,
        }
        with _in_words("a container beside the testee cannot be created"):
            made = self._api.create_container(
                image,
                entrypoint=command,
                user=f"{os.getuid()}:{os.getgid()}",
                environment={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
                labels={LABEL: this_runner()},
                host_config=self._api.create_host_config(**limits),
            )
        return str(made["Id"])

    def attach(self, container: str) -> socket.socket:
        """A connection with its input and both of its outputs. Raises StartError."""
        with _in_words("the container cannot be attached to"):
            raw = self._api.attach_socket(container, params=_ATTACHED)
            connection = socket.socket(fileno=os.dup(raw.fileno()))
            getattr(raw, "_response", raw).close()  # the client's own end of it, which would wait for the collector
        connection.setblocking(True)
        return connection

    def start(self, container: str) -> None:
        """Start it. Raises StartError."""
        with _in_words("the container cannot be started"):
            self._api.start(container)

    def first_process(self, container: str) -> int:
        """The number of its first process on the engine's machine, 0 if it has ended. Raises StartError."""
        with _in_words("the container cannot be inspected"):
            return int(self._api.inspect_container(container)["State"]["Pid"])

    def wait(self, container: str) -> int:
        """Wait for its end: its status, -1 if it was removed."""
        with contextlib.suppress(DockerException, RequestException):
            return int(self._api.wait(container, timeout=None)["StatusCode"])
        return -1

    def signal(self, container: str, name: str) -> None:
        """Send it a signal, if it runs."""
        with contextlib.suppress(DockerException, RequestException):
            self._api.kill(container, signal=name)

    def remove(self, container: str) -> None:
        """Remove it, running or not; nothing happens if it is gone."""
        with contextlib.suppress(DockerException, RequestException):
            self._api.remove_container(container, force=True, v=True)

    def sweep(self) -> None:
        """Remove the containers of runners of this machine that are no more."""
        self._remove_where(_left_behind)

    def remove_all(self, runner: str) -> None:
        """Remove the containers of one runner, as `this_runner` says it."""
        self._remove_where(lambda label: label == runner)

    def _remove_where(self, chosen: Callable[[str], bool]) -> None:
        with contextlib.suppress(DockerException, RequestException):
            for one in self._api.containers(all=True, filters={"label": LABEL}):
                if chosen(one["Labels"].get(LABEL, "")):
                    self.remove(one["Id"])


def connect() -> Engine:
    """The engine of DOCKER_HOST, or of this machine. Raises AdapterError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the client forgets to close a socket that found nobody
        try:
            return Engine(docker.from_env(timeout=_CALL_S).api)
        except (DockerException, RequestException) as error:
            why = str(error)
        gc.collect()
    at = os.environ.get("DOCKER_HOST") or "this machine"
    denied = "Permission denied" in why
    advice = "run as root or join the group docker" if denied else "start one, or name another by DOCKER_HOST"
    raise AdapterError(f"no container engine answers at {at}: {advice} ({why})")


def build_image(adapter: Adapter, log: BuildLog) -> None:
    """Build the image of an adapter of launch docker. Raises AdapterError."""
    assert adapter.docker is not None
    if adapter.docker.context:
        with contextlib.closing(connect()) as engine:
            engine.build(adapter, adapter.docker, log)


def this_runner() -> str:
    """This process as a label says it: machine and process namespace, process id, and when it began."""
    return f"{_here()} {os.getpid()} {_began(os.getpid())}"


def _limits(options: DockerOptions) -> dict[str, Any]:
    memory = options.memory_mib << 20
    return {
        "network_mode": "none",  # its own loopback and nothing else
        "read_only": True,
        "tmpfs": {"/tmp": "rw,noexec,nosuid,nodev,size=16m,mode=1777"},  # noqa: S108 - the container's
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "pids_limit": options.processes,
        "mem_limit": memory,
        "memswap_limit": memory,  # memory and swap together: none of the latter
        "nano_cpus": int(options.cpus * 1e9),
        "init": True,  # so that a crash is one: to the first process of a container most signals mean nothing
        "log_config": {"Type": "none"},  # its output is read as it comes
    }


def _noted(lines: Iterator[dict[str, Any]], log: BuildLog) -> bool:
    """Pass on what a build says; whether it failed."""
    failed = False
    for line in lines:
        failed |= "error" in line
        text = str(line.get("error") or line.get("stream") or "").rstrip()
        if text:
            log.add(f"{text}\n".encode(errors="replace"))
    return failed


@contextlib.contextmanager
def _in_words(what: str) -> Iterator[None]:
    try:
        yield
    except (APIError, BuildError) as error:
        raise StartError(f"{what}: {getattr(error, 'explanation', None) or error}") from None
    except (DockerException, RequestException, OSError) as error:
        raise StartError(f"{what}: {error}; is the engine still running?") from None


def _here() -> str:
    space = "-"
    with contextlib.suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()} {space}"


def _began(pid: int) -> str:
    """The start time of a process, in ticks of its system; "-" if there is no such process."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    return "-"


def _left_behind(label: str) -> bool:
    here, pid, began = (*label.rsplit(" ", 2), "", "")[:3]
    return here == _here() and pid.isdecimal() and _began(int(pid)) != began
