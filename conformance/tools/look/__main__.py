"""The command `explain`: a frame field by field, or a whole capture as a conversation."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from resonant.__main__ import UsageError, read_key, unhex
from resonant.__main__ import main as explain_frame
from resonant.console import command, printable

from ...session.files import not_written, write_whole
from .conversations import explain_capture
from .drawing import page
from .form import json_text
from .source import STDIN, UNREAD_BYTES, CaptureError, looks_like_capture, opened, standard_input, unread_form
from .text import lines, summary

OK, FAULTY, USAGE = 0, 1, 2
_MOST_SHOWN = {"text": 10_000, "json": 10_000, "html": 1_000}
_NAMES = (".pcap", ".pcapng", ".cap")
_HELP = """\
Print the conversations in a capture: a line for each frame, with its time in seconds, direction, kind, numbers and
length; under it, after !, the first reason by the checking order for which a receiver rejects or drops it, and after *,
what the peers report: a session, streams that open, are complete, lack frames or fail, frames recovered from repair.
What is told is what right peers make of it if everything in the capture arrives.

A capture is a pcapng or pcap file, also compressed with gzip: frames over UDP, fragments of IP put together, and over
TCP. What is encrypted below the frames (QUIC, WebRTC, TLS) is named, with what to do.

Anything else is a frame: it is printed field by field, with the verdict. It is a file of its bytes, or text:
hexadecimal digits (several arguments are joined), a dump of xxd, hexdump -C or Wireshark, the bytes of an array, or
base64. Each may come from standard input, whose name is -: a capture is explained once it has ended.
"""
_EXAMPLES = """\
examples:
  resonant-conformance explain capture.pcapng
  resonant-conformance explain capture.pcapng --html capture.html
  tcpdump -i lo -c 100 -w - udp | resonant-conformance explain -
  resonant-conformance explain 01000000 34120000 0100000000000000 …
  resonant-conformance explain sealed.bin --key 000102030405…1f

exit status: 0 where nothing is wrong, 1 where a frame has a fault, 2 if there is nothing to explain
"""


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    path = Path(options.what[0])
    if len(options.what) == 1 and _is_capture(path):
        return _capture(path, options)
    if len(options.what) == 1 and (why := unread_form(_beginning(path))):
        return _refused(f"{_name(path)} cannot be read: {why}")
    of_captures = options.html or options.json or options.port or options.limit is not None
    if len(options.what) == 1 and _is_called_capture(path):
        why = "it begins as neither pcapng nor pcap does" if path.stat().st_size else "it is empty"
        return _refused(f"{path} holds no capture: {why}")
    if of_captures or any(_is_capture(Path(one)) for one in options.what):
        return _refused(_no_capture(options.what))
    return explain_frame(["explain", *(["--key", options.key] if options.key is not None else []), "--", *options.what])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="resonant-conformance explain",
        description=_HELP,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="+", metavar="CAPTURE|FRAME", help="a capture, or a frame as above")
    parser.add_argument("--key", metavar="HEX", help="the 32-byte key of sealed frames, as 64 hexadecimal digits")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--html", type=Path, metavar="FILE", help="write the conversations as a page of diagrams")
    form.add_argument(
        "--json", action="store_true", help="print the conversations as JSON (reports/explain.schema.json)"
    )
    parser.add_argument(
        "--port",
        type=_number(0, 65_535),
        action="append",
        default=[],
        metavar="N",
        help="take every conversation with this port for one of frames, whatever it looks like; can be repeated",
    )
    parser.add_argument(
        "--limit",
        type=_number(1, 1_000_000),
        metavar="N",
        help="so many frames are shown, the first ones (default: {text:,}; on a page {html:,})".format(**_MOST_SHOWN),
    )
    return parser


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not {least} to {most}")
        return int(text)

    return number


def _is_capture(path: Path) -> bool:
    return looks_like_capture(_beginning(path))


def _beginning(path: Path) -> bytes:
    """The first bytes of a file, or of standard input, which keeps them; none of what is no file."""
    try:
        if path == STDIN:
            return standard_input().peek(UNREAD_BYTES)[:UNREAD_BYTES]
        if not path.is_file():  # a pipe can be read once, and a frame may be in it
            return b""
        with path.open("rb") as file:
            return file.read(UNREAD_BYTES)
    except (OSError, ValueError):  # a name that is none, such as the digits of a frame
        return b""


def _name(path: Path) -> str:
    return "standard input" if path == STDIN else str(path)


def _is_called_capture(path: Path) -> bool:
    """Whether the file has the name of a capture, so that nobody means a frame by it."""
    return path.name.lower().removesuffix(".gz").endswith(_NAMES) and path.is_file()


def _no_capture(what: Sequence[str]) -> str:
    """The sentence about arguments that are not one capture, but come with another or with options of captures."""
    if len(what) > 1 and any(_is_capture(Path(one)) for one in what):
        return "one capture is looked at at a time: name it alone"
    first = what[0]
    try:
        unhex(first, "it")
    except UsageError:  # no digits of a frame, so a name
        try:
            with opened(Path(first)):
                first = "standard input" if first == "-" else first
        except OSError as error:
            return f"{first} cannot be read: {error.strerror}"
    return f"{first} is no capture, which --html, --json, --port and --limit are for: leave them out to look at a frame"


def _refused(sentence: str) -> int:
    print(f"resonant-conformance explain: {printable(sentence)}", file=sys.stderr)
    return USAGE


def _capture(path: Path, options: argparse.Namespace) -> int:
    name = _name(path)
    form = "html" if options.html else "json" if options.json else "text"
    try:
        key = None if options.key is None else read_key(options.key)
        if options.html and path != STDIN and options.html.exists() and options.html.samefile(path):
            return _refused(f"{name}: the page would take the place of the capture: give --html another name")
        explained = explain_capture(path, key, options.port, options.limit or _MOST_SHOWN[form])
        if options.html:
            write_whole(options.html, page(explained, key))
    except (CaptureError, UsageError) as error:
        return _refused(f"{name}: {error}")
    except OSError as error:
        return _refused(not_written(error))
    if options.html:
        print(f"written: {options.html}\n{summary(explained)}")
    elif options.json:
        sys.stdout.write(json_text(explained))
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        for line in lines(explained, colour=colour):
            print(line)
    return FAULTY if any(one.faults for one in explained.conversations) else OK


if __name__ == "__main__":
    sys.exit(main())
