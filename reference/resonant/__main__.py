"""The command line: `python -m resonant explain …` and `python -m resonant clause …`."""

from __future__ import annotations

import argparse
import codecs
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .console import command, counted, printable
from .describe.clauses import Clause, load_clauses
from .describe.explain import explain, judge
from .describe.pasted import PastedError, digits, looks_pasted, pasted
from .errors import ResonantError
from .transform.xchacha import KEY_BYTES

_READS_CAPTURES = "resonant-conformance explain reads it from a file, or from standard input as -"
_MOST_BYTES = 1 << 20  # far more than a frame has, far less than a mistaken file may have
_CAPTURES = (b"\x0a\x0d\x0d\x0a", b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1")

_EXAMPLES = """\
examples:
  python -m resonant explain frame.bin
  python -m resonant explain 0x0100_0000:3412 0000 …
  python -m resonant explain --key 000102…1f < sealed.bin -
  python -m resonant clause FRM-8
"""
_EXPLAIN_HELP = """\
Print every field of a frame with its offset, bytes, name and meaning, then the verdict. A rejected frame comes with
the reject code, the clause that demands it, the bytes at fault marked with >> and ^, and what to do next.

FRAME is a file, hexadecimal digits, or - for standard input. An argument that names an existing file is read as one.
A file or standard input may hold the frame's bytes, or text that spells them: hexadecimal digits, the bytes of an array
or a string of a program, base64, or a dump of xxd, hexdump -C or od -A x -t x1. Between digits, spaces, line ends, 0x,
\\x, _, :, quotes and commas are ignored, and several arguments are joined.
"""
_EXPLAIN_EXAMPLES = """\
examples:
  python -m resonant explain frame.bin
  python -m resonant explain 01000000 34120000 0100000000000000 …
  cat frame.bin | python -m resonant explain -
  python -m resonant explain sealed.bin --key 000102030405…1f

exit status: 0 for a valid frame, 1 for a rejected one, 2 if there is nothing to explain
"""


class UsageError(Exception):
    """A request that cannot be carried out; the text says why in one sentence."""


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except UsageError as error:
        print(f"resonant {options.command}: {printable(str(error))}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m resonant", description="Inspect Resonant Protocol 1 frames.", epilog=_EXAMPLES, formatter_class=raw
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    one = commands.add_parser(
        "explain",
        help="print a frame field by field, and what is wrong with it",
        description=_EXPLAIN_HELP,
        epilog=_EXPLAIN_EXAMPLES,
        formatter_class=raw,
    )
    one.add_argument("frame", nargs="+", metavar="FRAME", help="a file, hexadecimal digits, or - for standard input")
    one.add_argument("--key", metavar="HEX", help="the 32-byte key of a sealed frame, as 64 hexadecimal digits")
    one.set_defaults(run=_explain)
    two = commands.add_parser("clause", help="print clauses of the specification", description="Print clauses by id.")
    two.add_argument("ids", nargs="+", metavar="ID", help="the id of a clause, such as FRM-8")
    two.set_defaults(run=_clause)
    return parser


def _explain(options: argparse.Namespace) -> int:
    key = None if options.key is None else read_key(options.key)
    data = _frame(options.frame)
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    sys.stdout.write(explain(data, key, colour=colour))
    return 1 if isinstance(judge(data, key), ResonantError) else 0


def _clause(options: argparse.Namespace) -> int:
    clauses = load_clauses()
    unknown = [one for one in options.ids if one.upper() not in clauses]
    if unknown:
        families = ", ".join(sorted({one.split("-")[0] for one in clauses}))
        raise UsageError(f"there is no clause {unknown[0]}; the families are {families}")
    print("\n\n".join(_clause_text(clauses[one.upper()]) for one in options.ids))
    return 0


def _clause_text(clause: Clause) -> str:
    marks = (("untestable", clause.untestable), ("judged in", clause.judged_in))
    said = "".join(f"\n{name}: {value}" for name, value in marks if value is not None)
    return f"{clause.id}, specs/{clause.file} line {clause.line}\n{clause.text}{said}"


def _frame(arguments: Sequence[str]) -> bytes:
    first = arguments[0]
    if len(arguments) == 1 and first == "-":
        return _unhexed(_bounded(sys.stdin.buffer.read(_MOST_BYTES + 1), "standard input"))
    path = Path(first)
    try:
        exists = len(arguments) == 1 and first != "" and path.exists()
    except OSError:  # such as a name too long for one: then it is digits
        exists = False
    if not exists:
        named = len(arguments) == 1 and not {".", os.sep}.isdisjoint(first)
        what = f"there is no file {first}, and the name" if named else "the frame is not a file and"
        return unhex(" ".join(arguments), what)
    try:
        with path.open("rb") as file:
            return _unhexed(_bounded(file.read(_MOST_BYTES + 1), first))
    except OSError as error:
        raise UsageError(f"{first} cannot be read: {error.strerror}") from error


def _bounded(data: bytes, name: str) -> bytes:
    if data.startswith(_CAPTURES):
        raise UsageError(f"{name} is a capture and no frame: {_READS_CAPTURES}")
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{name} holds more than {_MOST_BYTES:,} bytes, and no frame has more than 65,536")
    return data


def _unhexed(data: bytes) -> bytes:
    """The bytes that `data` spells if it is text that does; otherwise itself. No frame is such text.

    Editors and shells put a byte order mark before such text, and some write it in UTF-16.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        text = data.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    return unhex(text, "the text") if looks_pasted(text) else data


def unhex(text: str, what: str) -> bytes:
    """The bytes that `text` spells in a form of `describe.pasted`. what: the subject of the error's sentence."""
    try:
        return pasted(text)
    except PastedError as error:
        raise UsageError(f"{what} {error}") from error


def read_key(text: str) -> bytes:
    """The key that 64 hexadecimal digits spell. Raises UsageError for anything else."""
    try:
        key = digits(text)
    except PastedError as error:
        raise UsageError(f"the key {error}") from error
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"the key has {counted(len(key), 'byte')}; it must have {KEY_BYTES}, which are {2 * KEY_BYTES} digits"
        )
    return key


if __name__ == "__main__":
    sys.exit(main())
