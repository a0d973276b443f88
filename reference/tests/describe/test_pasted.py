"""Bytes as people paste them, laid out by hand and as the tools themselves write them."""

from __future__ import annotations

import base64
import shutil
import subprocess

import pytest
from resonant.describe.pasted import PastedError, looks_pasted, pasted

FRAME = bytes.fromhex("010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b")
XXD = """\
00000000: 0100 0000 3412 0000 0100 0000 0000 0000  ....4...........
00000010: 0100 0000 0000 0000 0400 0000 0000 0000  ................
00000020: 0001 0102 0000 0000 3c00 c0d2 2d35 3b    ........<...-5;
"""
HEXDUMP = """\
00000000  01 00 00 00 34 12 00 00  01 00 00 00 00 00 00 00  |....4...........|
00000010  01 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00  |................|
00000020  00 01 01 02 00 00 00 00  3c 00 c0 d2 2d 35 3b     |........<...-5;|
0000002f
"""
WIRESHARK = """\
0000   01 00 00 00 34 12 00 00 01 00 00 00 00 00 00 00   ....4...........
0010   01 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00   ................
0020   00 01 01 02 00 00 00 00 3c 00 c0 d2 2d 35 3b      ........<...-5;
"""
TCPDUMP = """\
\t0x0000:  0100 0000 3412 0000 0100 0000 0000 0000  ....4...........
\t0x0010:  0100 0000 0000 0000 0400 0000 0000 0000  ................
\t0x0020:  0001 0102 0000 0000 3c00 c0d2 2d35 3b    ........<...-5;
"""
OD = """\
000000 01 00 00 00 34 12 00 00 01 00 00 00 00 00 00 00  >....4...........<
000010 01 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00  >................<
000020 00 01 01 02 00 00 00 00 3c 00 c0 d2 2d 35 3b     >........<...-5;<
00002f
"""


def spelled(form: str, between: str) -> str:
    return between.join(form.format(byte) for byte in FRAME)


FORMS = {
    "digits": FRAME.hex(),
    "upper case": FRAME.hex().upper(),
    "quoted": f'"{FRAME.hex()}"',
    "assigned to nothing": f"'{FRAME.hex()}';",
    "bytes": FRAME.hex(" "),
    "colons": FRAME.hex(":"),
    "odd lines": "\n".join(FRAME.hex()[at : at + 31] for at in range(0, 2 * len(FRAME), 31)),
    "C": "unsigned char frame[] = {\n  " + spelled("0x{:02x}", ", ") + "\n};\nunsigned int frame_len = 47;",
    "Go": "[]byte{" + spelled("0x{:x}", ", ") + "}",
    "Rust": "[" + spelled("0x{:02x}", ", ") + "]",
    "Python list": str([hex(byte) for byte in FRAME]),
    "Python escapes": "b'" + spelled("\\x{:02x}", "") + "'",
    "C escapes": '"' + spelled("\\x{:02x}", "") + '";',
    "base64": base64.b64encode(FRAME).decode(),
    "base64 in lines": base64.encodebytes(FRAME).decode(),
    "xxd": XXD,
    "hexdump -C": HEXDUMP,
    "hexdump -C, last row missing": HEXDUMP.replace("0000002f\n", ""),
    "hexdump -C with CRLF": HEXDUMP.replace("\n", "\r\n"),
    "Wireshark": WIRESHARK,
    "tcpdump": TCPDUMP,
    "od": OD,
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_bytes_are_read_however_they_are_written(text: str) -> None:
    assert pasted(text) == FRAME
    assert looks_pasted(text)


@pytest.mark.parametrize(
    "command", [["xxd"], ["xxd", "-i"], ["xxd", "-p"], ["xxd", "-c", "7"], ["xxd", "-c", "8", "-g", "1"], ["xxd", "-u"]]
)
@pytest.mark.parametrize("frame", [FRAME, FRAME[:40], FRAME[:33], bytes([1]) * 48, b"\x01" + b"ab  cd" * 20])
def test_what_xxd_writes_is_read(command: list[str], frame: bytes) -> None:
    assert pasted(_written(command, frame)) == frame


@pytest.mark.parametrize(
    "command", [["hexdump", "-v", "-C"], ["od", "-v", "-A", "x", "-t", "x1z"], ["od", "-v", "-A", "x", "-t", "x1"]]
)
@pytest.mark.parametrize("frame", [FRAME, FRAME[:40], bytes([1]) * 48, b"\x01" + b"ab  cd" * 20])
def test_what_hexdump_and_od_write_is_read(command: list[str], frame: bytes) -> None:
    assert pasted(_written(command, frame)) == frame


def _written(command: list[str], data: bytes) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


WRONG = {
    "a word": ("nosuch", "is not hexadecimal: it holds 'n'", False),
    "a sentence": ("Add more", "is not hexadecimal: it holds 'm'", False),
    "nothing": (" \n", "is empty", False),
    "odd": ("012", "an odd number; a byte has two", True),
    "decimal numbers": ("[1, 0, 0, 52]", "has '1' between commas", True),
    "characters among escapes": (r"b'\x01\x004\x12'", "print its digits", True),
    "base64 that is cut off": (base64.b64encode(FRAME).decode()[:-2], "is cut off", True),
    "words of hexdump": ("0000000 0001 0000 1234 0000\n0000008\n", "make it with hexdump -C", True),
    "a row that is missing": (XXD.replace(XXD.splitlines()[1] + "\n", ""), "row at 0 has 16 of 32 bytes", True),
    "octal offsets": ("0000000 01 00 00 00\n0000020 00 01\n", "od needs -A x", True),
    "equal rows left out": ("00000000  01 01  |..|\n*\n00000020\n", "hexdump -v -C", True),
    "a dump and more": (XXD + "xxd: done\n", "is no row of it", True),
}


@pytest.mark.parametrize(("text", "words", "is_meant"), WRONG.values(), ids=WRONG)
def test_a_text_that_spells_no_bytes_says_why(text: str, words: str, is_meant: bool) -> None:
    with pytest.raises(PastedError) as found:
        pasted(text)
    assert words in str(found.value)
    assert found.value.is_meant is is_meant
    assert looks_pasted(text) is is_meant


LONG: dict[str, tuple[str, bool]] = {
    "a row": ("0000 ", True),
    "rows": ("0000 01\n", True),
    "braces": ("{", False),
    "brackets": ("[", False),
    "base64 and more": ("AQ*", False),
}


@pytest.mark.parametrize(("part", "is_meant"), LONG.values(), ids=LONG)
def test_a_long_text_is_read_in_one_go(part: str, is_meant: bool) -> None:
    assert looks_pasted(part * 100_000) is is_meant
