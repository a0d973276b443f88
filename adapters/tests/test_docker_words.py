"""The driver's requests to a container engine, and its messages when they are refused; no engine is needed."""

from __future__ import annotations

import struct
from pathlib import Path
from time import monotonic

import pytest
from docker.errors import DockerException  # type: ignore[import-untyped]

from adapters.driver import Adapter, AdapterError, StartError, Testee, load_adapter
from adapters.driver.docker.engine import LABEL, Engine, this_runner
from adapters.driver.docker.network import ContainerNetwork
from adapters.driver.docker.testee import DockerTestee
from adapters.driver.docker.watch import status_text
from adapters.driver.docker_options import DockerOptions
from adapters.tests.containers import FakeApi, contained

LAST_WORDS = b"\2\0\0\0" + struct.pack(">I", 11) + b"last words\n"
PORTS = b'{"control": 4000, "wires": {"udp": 4001}}\n'


@pytest.fixture
def adapter(tmp_path: Path) -> Adapter:
    return contained(tmp_path, "mine:1")


def refusal(adapter: Adapter, api: FakeApi) -> StartError:
    with pytest.raises(StartError) as raised:
        DockerTestee(adapter, monotonic() + 10, Engine(api))
    return raised.value


def test_a_container_has_no_rights_no_network_and_limits(tmp_path: Path) -> None:
    api = FakeApi()
    adapter = contained(tmp_path, "mine:1", "--fast", limits="memory_mib = 64\ncpus = 0.5\nprocesses = 7")
    Engine(api).create(adapter, adapter.docker or DockerOptions(""), "secret")
    host = api.made["host_config"]
    assert host["network_mode"] == "none"
    assert host["read_only"] is True
    assert host["cap_drop"] == ["ALL"]
    assert host["security_opt"] == ["no-new-privileges:true"]
    assert (host["mem_limit"], host["memswap_limit"]) == (64 << 20, 64 << 20)
    assert (host["nano_cpus"], host["pids_limit"]) == (500_000_000, 7)
    assert api.made["command"] == ["--fast"]
    assert api.made["environment"] == {"RESONANT_TOKEN": "secret"}
    assert api.made["labels"] == {LABEL: this_runner()}


@pytest.mark.parametrize(
    ("own", "asked", "user"),
    [
        ("", "", "65534:65534"),
        ("root", "", "65534:65534"),
        ("0:5", "", "65534:65534"),
        ("app", "", "app"),
        ("app", "0:0", "0:0"),
    ],
)
def test_root_is_nobody_unless_the_adapter_says_so(tmp_path: Path, own: str, asked: str, user: str) -> None:
    api = FakeApi(user=own)
    adapter = contained(tmp_path, "mine:1", limits=f'user = "{asked}"' if asked else "")
    Engine(api).create(adapter, adapter.docker or DockerOptions(""), "secret")
    assert api.made["user"] == user


def test_no_engine_is_said_with_what_to_do(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{adapter.folder}/no-such-socket")
    expected = "no container engine answers at unix://.*start one, or name another by DOCKER_HOST"
    with Testee(adapter) as testee, pytest.raises(AdapterError, match=expected):
        testee.start()


def test_an_engine_of_others_is_said_with_what_to_do(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_options: object) -> None:
        raise DockerException("('Connection aborted.', PermissionError(13, 'Permission denied'))")

    monkeypatch.setattr("docker.from_env", denied)
    with Testee(adapter) as testee, pytest.raises(AdapterError, match="run as root or join the group docker"):
        testee.start()


REFUSALS = {
    "inspect_image": r"no image mine:1: build it \(docker build --tag mine:1 FOLDER\), fetch it .*, or name its folder",
    "create_container": "a container of mine:1 cannot be created: no create_container today",
    "attach_socket": "the container cannot be attached to: no attach_socket today",
    "start": "the container cannot be started: no start today",
}


@pytest.mark.parametrize("call", REFUSALS)
def test_a_refused_call_is_one_sentence_and_leaves_no_container(adapter: Adapter, call: str) -> None:
    api = FakeApi(fails=(call,))
    error = refusal(adapter, api)
    assert error.text == str(error)
    with pytest.raises(StartError, match=REFUSALS[call]):
        raise error
    assert api.removed == (["c1"] if api.made else [])


def test_an_end_before_the_ports_shows_the_last_words(adapter: Adapter) -> None:
    api = FakeApi(output=LAST_WORDS, status=3)
    error = refusal(adapter, api)
    assert error.text == "it ended before it printed its ports: exit status 3, printed b'' (TST-1)"
    assert error.stderr == "last words\n"
    assert api.removed == ["c1"]


def test_a_process_that_is_not_the_containers_is_never_entered(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an engine on another machine, the number of the process means another one here."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    api = FakeApi(output=b"\1\0\0\0" + struct.pack(">I", len(PORTS)) + PORTS)
    error = refusal(adapter, api)
    assert "the engine must run on this Linux machine" in error.text
    assert api.removed == ["c1"]


def test_a_porter_that_does_not_come_is_said_and_leaves_nothing(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("adapters.driver.docker.porter._COMES_S", 0.1)
    api = FakeApi(output=b"\1\0\0\0" + struct.pack(">I", len(PORTS)) + PORTS)
    error = refusal(adapter, api)
    assert "no helper hands out sockets in the container's network: timed out; run as root" in error.text
    assert api.removed == ["c1", "c1"]
    host = api.made["host_config"]
    assert host["network_mode"] == "container:c1"
    assert {bind["mode"] for bind in host["binds"].values()} == {"ro"}
    assert host["cap_drop"] == ["ALL"]
    assert not any(Path(folder).name.startswith("porter-") and Path(folder).exists() for folder in host["binds"])


def test_a_network_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="the network of the container cannot be opened: No such file or directory"):
        ContainerNetwork(0, "secret")


def test_only_what_dead_runners_left_is_removed() -> None:
    api = FakeApi()
    here, pid, began = this_runner().rsplit(" ", 2)
    labels = {
        "mine": this_runner(),
        "of a process with my number before me": f"{here} {pid} 1",
        "of a process that is no more": f"{here} 99999999 {began}",
        "of another machine": f"elsewhere {pid} 1",
        "of somebody": "x",
        "of nobody": "",
    }
    api.there = [{"Id": name, "Labels": {LABEL: label}} for name, label in labels.items()]
    Engine(api).sweep()
    assert api.removed == ["of a process with my number before me", "of a process that is no more"]


def test_a_failed_build_shows_the_end_of_its_output(tmp_path: Path) -> None:
    adapter = contained(tmp_path, "mine:1", limits='context = "."')
    assert adapter.docker is not None
    api = FakeApi()
    with pytest.raises(AdapterError, match="has no Dockerfile; correct 'context'"):
        Engine(api).build(adapter, adapter.docker)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    api.built = [*({"stream": f"line {number}\n"} for number in range(99)), {"error": "COPY failed"}]
    with pytest.raises(
        AdapterError, match=r"(?s)the image mine:1 failed; the end of its output:.*line 98\nCOPY failed$"
    ) as raised:
        Engine(api).build(adapter, adapter.docker)
    assert "line 60\n" not in str(raised.value)
    api.built = [{"stream": "Successfully built"}]
    Engine(api).build(adapter, adapter.docker)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "exit status 0"),
        (3, "exit status 3"),
        (139, "exit status 139 (SIGSEGV)"),
        (255, "exit status 255"),
        (137, "exit status 137 (SIGKILL), as when memory runs out: see memory_mib in [docker]"),
        (-1, "its container was removed"),
    ],
)
def test_an_end_in_words(code: int, text: str) -> None:
    assert status_text(code) == text


MISTAKES = {
    "docker = 1": "'docker' must be a table",
    "[docker]": r"the key 'image' is missing in \[docker\]; add image =",
    '[docker]\nimage = "a b"': "'image' in .* must be a value such as",
    '[docker]\nimage = "a"\nimagee = "b"': "unknown key 'imagee' in .*; the keys are image, context",
    '[docker]\nimage = "a"\nuser = "root"': "'user' in .* must be a value such as user = \"1000:1000\"",
    '[docker]\nimage = "a"\nmemory_mib = "1g"': "'memory_mib' in .* must be a value such as memory_mib = 1024",
    '[docker]\nimage = "a"\ncpus = 0': "'cpus' in .* must be a value such as cpus = 1.5",
    '[docker]\nimage = "a"\nprocesses = true': "'processes' in .* must be a value such as processes = 64",
    '[docker]\nimage = "a"\ncontext = ""': "'context' in .* must be a value such as context",
    "": r"the key 'docker' is missing; add a table \[docker\]",
    'control = "127.0.0.1:1"\n[docker]\nimage = "a"': "'control' does not apply to launch = \"docker\"",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_table_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "adapter.toml"
    file.write_text(f'name = "mine"\nlaunch = "docker"\n{text}\n')
    with pytest.raises(AdapterError, match=MISTAKES[text]) as raised:
        load_adapter(str(file), tmp_path)
    assert "\n" not in str(raised.value)
