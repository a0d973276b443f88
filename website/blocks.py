"""Blocks of code in Markdown: coloured, or drawn where the language is one of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

from markdown_it.token import Token
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from .pictures import sequence
from .states import states_table
from .worked import drawn_frame

_DRAWN: Mapping[str, Callable[[str], str]] = {"mermaid": states_table, "frame": drawn_frame, "sequence": sequence}
_HIGHLIGHTED = {"python", "json", "toml", "console", "rust"}
_COMMANDS = "console"
"""Lines of these are wrapped rather than cut where a window is narrow: nobody reads a command by scrolling."""
_OPTION = re.compile(r"(?<![^\s(])-[^\s]+")


def block(token: Token) -> str:
    """The HTML of a fence or an indented block."""
    language = token.info.split()[0] if token.info.split() else ""
    if language in _DRAWN:
        return _DRAWN[language](token.content)
    return code(token.content, language)


def code(text: str, language: str) -> str:
    """A block of code, coloured if its language is known."""
    inner = escape(text)
    if language in _HIGHLIGHTED:
        inner = highlight(text, get_lexer_by_name(language), HtmlFormatter(nowrap=True, classprefix="hl-"))
    kind = "code command" if language == _COMMANDS else "code"
    return f'<pre class="{kind}" tabindex="0"><code>{inner}</code></pre>\n'


def inline(text: str) -> str:
    """Code within a line. An option is one word: browsers would break a line behind its dashes."""
    marked = _OPTION.sub(lambda option: f'<span class="word">{option[0]}</span>', escape(text))
    return f"<code>{marked}</code>"
