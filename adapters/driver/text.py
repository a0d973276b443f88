"""Texts that people edit, whatever their editor puts before the first letter."""

from __future__ import annotations

import codecs
from typing import Final

_OTHERS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes) -> str:
    """The text of a UTF-8 file without its byte order mark. Raises UnicodeError, which says what to do."""
    if data.startswith(_OTHERS):
        raise UnicodeError("it is UTF-16 and not UTF-8; save it as UTF-8")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnicodeError(f"line {line} is not UTF-8; save it as UTF-8") from None
