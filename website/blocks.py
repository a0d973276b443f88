"""Blocks of code in Markdown: coloured, or drawn where the language is one of ours."""

from __future__ import annotations

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
    return f'<pre class="code" tabindex="0"><code>{inner}</code></pre>\n'
