from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adapters.driver import AdapterError, load_adapter

GOOD = 'name = "mine"\nlaunch = "process"\nrun = ["{python}", "-u", "testee.py"]\n'
ATTACH = 'name = "mine"\nlaunch = "attach"\ncontrol = "127.0.0.1:4000"\n'


def write(folder: Path, text: str, name: str = "mine") -> Path:
    (folder / name).mkdir(exist_ok=True)
    file = folder / name / "adapter.toml"
    file.write_text(text, "utf-8")
    return file


def test_an_adapter_is_found_by_its_name(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + 'about = "all mine"\nlanguage = "Python"\n')
    adapter = load_adapter("mine", tmp_path)
    assert (adapter.name, adapter.about, adapter.language, adapter.launch) == ("mine", "all mine", "Python", "process")
    assert adapter.run == (sys.executable, "-u", "testee.py")
    assert adapter.build == ()
    assert adapter.folder == file.parent.resolve()
    assert adapter.control is None
    assert adapter.wires == {}


@pytest.mark.parametrize("as_folder", [False, True])
def test_an_adapter_is_found_by_its_path(tmp_path: Path, as_folder: bool) -> None:
    file = write(tmp_path, GOOD)
    path = file.parent if as_folder else file
    assert load_adapter(str(path), tmp_path / "elsewhere").name == "mine"


def test_a_name_wins_over_a_folder_of_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, GOOD)
    here = tmp_path / "here"
    (here / "mine").mkdir(parents=True)
    monkeypatch.chdir(here)
    assert load_adapter("mine", tmp_path).name == "mine"


@pytest.mark.parametrize(
    ("text", "control"), [("127.0.0.1:4000", ("127.0.0.1", 4000)), ("[::1]:65535", ("::1", 65535))]
)
def test_the_address_of_an_attached_testee(tmp_path: Path, text: str, control: tuple[str, int]) -> None:
    write(tmp_path, f'name = "mine"\nlaunch = "attach"\ncontrol = "{text}"\nwires = {{ udp = "localhost:4001" }}\n')
    adapter = load_adapter("mine", tmp_path)
    assert (adapter.control, adapter.wires, adapter.run) == (control, {"udp": ("localhost", 4001)}, ())


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    for name in ("rust", "reference"):
        write(tmp_path, GOOD, name)
    with pytest.raises(
        AdapterError, match=r"'referense' \(did you mean 'reference'\?\); the adapters are reference, rust"
    ):
        load_adapter("referense", tmp_path)


def test_a_path_that_no_system_takes_is_one_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="cannot be read"):
        load_adapter("a" * 9999, tmp_path)


@pytest.mark.parametrize("path", ["nowhere/adapter.toml", "no/where", "./nowhere", "nowhere.toml"])
def test_a_path_to_nothing_is_named(tmp_path: Path, path: str) -> None:
    with pytest.raises(AdapterError, match="there is no"):
        load_adapter(path, tmp_path)


MISTAKES = {
    "no TOML": ("name = mine", "is not TOML"),
    "not UTF-8": ("\udcff", "is not TOML"),
    "an unknown key": (GOOD + "biuld = ['make']", r"unknown key 'biuld' \(did you mean 'build'\?\)"),
    "a key like no other": (GOOD + "zzz = 1", "unknown key 'zzz'; the keys are name, about"),
    "no name": ('launch = "process"\nrun = ["a"]', "'name' is missing; add name ="),
    "no launch": ('name = "mine"\nrun = ["a"]', "'launch' is missing"),
    "no run": ('name = "mine"\nlaunch = "process"', "'run' is missing"),
    "no control": ('name = "mine"\nlaunch = "attach"', "'control' is missing"),
    "an unknown launch": (GOOD.replace("process", "podman"), "one of process, attach, docker; it is 'podman'"),
    "launch a list": (GOOD.replace('"process"', '["process"]'), "one of process, attach"),
    "a name that is none": (GOOD.replace('"mine"', "3"), "'name' must be a string"),
    "an empty name": (GOOD.replace("mine", ""), "'name' must be a string"),
    "run a text": ('name = "mine"\nlaunch = "process"\nrun = "make test"', "'run' must be a program"),
    "run of nothing": ('name = "mine"\nlaunch = "process"\nrun = []', "'run' must be a program"),
    "run of numbers": ('name = "mine"\nlaunch = "process"\nrun = ["a", 3]', "'run' must be a program"),
    "run with a zero": ('name = "mine"\nlaunch = "process"\nrun = ["a\\u0000"]', "'run' must be a program"),
    "an unknown placeholder": (GOOD.replace("{python}", "{pyhton}"), r"unknown placeholder \{pyhton\}"),
    "control for a process": (GOOD + 'control = "127.0.0.1:1"', "'control' does not apply to launch = \"process\""),
    "run for an attached one": (ATTACH + 'run = ["a"]', "'run' does not apply to launch = \"attach\""),
    "a port out of range": (ATTACH.replace("4000", "65536"), "'control' must be a host and a port"),
    "port 0": (ATTACH.replace("4000", "0"), "'control' must be a host and a port"),
    "no host": (ATTACH.replace("127.0.0.1", ""), "'control' must be a host and a port"),
    "IPv6 without brackets": (ATTACH.replace("127.0.0.1", "::1"), "an IPv6 address in brackets"),
    "half a bracket": (ATTACH.replace("127.0.0.1", "[::1"), "an IPv6 address in brackets"),
    "a space in a host": (ATTACH.replace("127.0.0.1", " 127.0.0.1"), "'control' must be a host and a port"),
    "a port alone": (ATTACH.replace('"127.0.0.1:4000"', "4000"), "'control' must be a host and a port"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_that_says_where(tmp_path: Path, mistake: str) -> None:
    text, expected = MISTAKES[mistake]
    file = write(tmp_path, "")
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(AdapterError, match=expected) as raised:
        load_adapter("mine", tmp_path)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)
