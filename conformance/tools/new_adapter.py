"""A starter testee: `resonant-conformance new-adapter NAME --lang python` writes one with four functions to fill in."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from resonant.console import command

from ..session.replay import command_line

ADAPTERS: Final = Path(__file__).resolve().parents[2] / "adapters"
TEMPLATES: Final = ADAPTERS / "template"
COMMON: Final = "common"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kit:
    """The shared part of the testees of a language: a copy of it makes the new folder complete."""

    source: str
    """Its folder below `adapters/`, where our own testees use it."""
    folder: Path
    """The folder of the copy, in the new one."""
    files: tuple[str, ...]
    """Patterns of what is copied."""
    left_out: tuple[str, ...] = ()
    """Files that match and that a new testee does not need."""

    def texts(self) -> dict[Path, str]:
        """The text of every file by where it goes in the new folder."""
        root = ADAPTERS / self.source
        found = {path.relative_to(root) for pattern in self.files for path in root.glob(pattern)}
        kept = (path for path in sorted(found) if path.as_posix() not in self.left_out)
        return {self.folder / path: (root / path).read_text("utf-8") for path in kept}


@dataclass(frozen=True, slots=True)
class Language:
    """Facts about a language that its templates do not state themselves."""

    name: str
    yours: str
    """The file that its owner changes."""
    protocol: str
    """The kit that speaks the testee protocol, in Markdown."""
    needs: str
    """The tools that building and running it takes."""
    depend: str
    """The way to a library of its owner's, in whole sentences."""
    further: str
    """The place of all functions that the kit calls, in Markdown."""
    peers: str
    """The place of ops on peers."""
    kit: Kit
    by_hand: str = ""
    """Further text of README.md about starting it by hand."""


_STAYS: Final = ", or give it `--attach`"
LANGUAGES: Final[Mapping[str, Language]] = {
    "python": Language(
        name="Python",
        yours="yours.py",
        protocol="[testee_kit](testee_kit)",
        needs="Python 3.11 or newer",
        depend="Import your library there. The testee runs in the suite's own Python, or in the one that `run` of\n"
        'adapter.toml names in place of `{python}`, such as `".venv/bin/python"`.',
        further="[testee_kit/implementation.py](testee_kit/implementation.py)",
        peers="a table `OPS`, `TRANSPORTS` and a function `use_wires` in yours.py",
        kit=Kit("testee_kit", Path("testee_kit"), ("*.py",), ("arrays.py",)),
        by_hand=_STAYS,
    ),
    "rust": Language(
        name="Rust",
        yours="src/yours.rs",
        protocol="[testee-kit](testee-kit)",
        needs="cargo, of Rust 1.82 or newer, and the crates serde_json and socket2",
        depend="`cargo add` your library in this folder.",
        further="The trait in [testee-kit/src/implementation.rs](testee-kit/src/implementation.rs)",
        peers="`Op::on_state` in the table that `ops_of` makes in src/main.rs",
        kit=Kit("rust/testee-kit", Path("testee-kit"), ("Cargo.toml", "src/*.rs")),
        by_hand=_STAYS,
    ),
    "go": Language(
        name="Go",
        yours="yours.go",
        protocol="[testeekit](testeekit)",
        needs="Go 1.22 or newer",
        depend="`go get` your library in this folder.",
        further="The interface in [testeekit/implementation.go](testeekit/implementation.go)",
        peers="`testeekit.RunWith` in main.go",
        by_hand=_STAYS,
        kit=Kit("go/testeekit", Path("testeekit"), ("*.go",)),
    ),
    "typescript": Language(
        name="TypeScript",
        yours="yours.ts",
        protocol="[testee-kit](testee-kit)",
        needs="Node 20.19 or newer, npm, and of the registry the compiler and the types of Node",
        depend="`npm install --save-exact` your library in this folder, be it in TypeScript or JavaScript.",
        further="The interface in [testee-kit/implementation.ts](testee-kit/implementation.ts)",
        peers="the second argument of `run` in main.ts",
        by_hand=_STAYS,
        kit=Kit("typescript/testee-kit", Path("testee-kit"), ("*.ts", "*.mjs")),
    ),
    "c": Language(
        name="C",
        yours="yours.c",
        protocol="[testee_kit](testee_kit)",
        needs="make and a C11 compiler, with POSIX threads and sockets",
        depend="The Makefile says where the sources of your library, or its name, go.",
        further="The struct in [testee_kit/testee_kit.h](testee_kit/testee_kit.h)",
        peers="`transports` and `use_wire` in yours.c, and lines of `kit_ops` in testee_kit/ops.c",
        kit=Kit("c/testee_kit", Path("testee_kit"), ("*.[ch]",)),
    ),
}


class NewAdapterError(Exception):
    """Nothing was written; the text says why and what to do."""


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit status: 0, or 2 where nothing could be written."""
    options = _parser().parse_args(arguments)
    folder = options.into or Path(options.name)
    try:
        files = write_adapter(options.name, options.lang, folder)
    except (NewAdapterError, OSError) as error:
        print(f"resonant-conformance new-adapter: {error}", file=sys.stderr)
        return 2
    yours = LANGUAGES[options.lang].yours
    command = command_line(Path.cwd(), "run", _named(folder))
    print(f"{len(files)} files in {folder}. Fill in the four functions of {folder / yours} over your library, then:\n")
    print(f"    {command}\n\nUntil then its cases fail as unsupported. {folder / 'README.md'} has the next steps.")
    return 0


def _named(folder: Path) -> str:
    """The folder as `run` takes it from here: with its ./, so that it is no name of an implementation and no option."""
    return str(folder) if folder.is_absolute() else os.path.join(os.curdir, folder)  # noqa: PTH118 - Path drops the dot


def write_adapter(name: str, language: str, folder: Path) -> list[Path]:
    """Write the testee of that name and language into a folder; gives the files. Overwrites nothing.

    Raises NewAdapterError for a name that is none and for files that are there already, OSError where it cannot write.
    """
    if not _NAME.fullmatch(name):
        raise NewAdapterError(
            f"{name!r} is not a valid name: use up to 64 of a-z, 0-9, '.', '_' and '-', a letter or digit first"
        )
    texts = {folder / path: text for path, text in _files(name, language).items()}
    there = [str(path) for path in texts if path.exists()]
    if there:
        raise NewAdapterError(f"{there[0]} already exists; name another folder with --into, or move it away")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return list(texts)


def filled(text: str, name: str, language: Language) -> str:
    """A template with its places filled."""
    values = {
        "NAME": name,
        "LANGUAGE": language.name,
        "YOURS": language.yours,
        "PROTOCOL": language.protocol,
        "NEEDS": language.needs,
        "DEPEND": language.depend,
        "FURTHER": language.further,
        "PEERS": language.peers,
        "STAYS": language.by_hand,
    }
    return re.sub(f"@({'|'.join(values)})@", lambda place: values[place[1]], text)


def _files(name: str, key: str) -> dict[Path, str]:
    """The text of every file by where it goes: templates of all and of the language, filled, and its kit as it is."""
    language = LANGUAGES[key]
    found: dict[Path, str] = {}
    for root in (TEMPLATES / COMMON, TEMPLATES / key):
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                found[path.relative_to(root)] = filled(path.read_text("utf-8"), name, language)
    return found | language.kit.texts()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="resonant-conformance new-adapter",
        description="Write a testee that speaks the testee protocol and claims the profile frame, for you to fill in "
        "four functions over your library.",
    )
    parser.add_argument("name", metavar="NAME", help="the name of your implementation, in lower case")
    parser.add_argument("--lang", required=True, choices=LANGUAGES, help="the language of the testee")
    parser.add_argument("--into", type=Path, metavar="DIR", help="the folder to write (default: ./NAME)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
