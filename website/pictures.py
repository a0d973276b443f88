"""Conversations that the specification draws in characters, as sequence diagrams between a client and a server."""

from __future__ import annotations

import re
from html import escape

_LINE = re.compile(
    r" *(?P<at>\d+ m?s)? +(?:(?P<left>\S.*?)?  +)?(?P<arrow>-{8,}[>x]|[<x]-{8,})(?:  (?P<right>\S.*))?", re.ASCII
)
_EVENTS = re.compile(r" *(?P<at>\d+ m?s)? +(?P<events>\(.*\))")
_EVENT = re.compile(r"\(([^()]*)\)")
_MIDDLE = 40
"""The column from which an event is the server's."""


def sequence(text: str) -> str:
    """The diagram of a block of `sequence`; the text as it is if a line of it is of another form."""
    rows = [_row(line) for line in text.splitlines()[1:] if line.strip()]
    if None in rows:
        return f'<pre class="code" tabindex="0">{escape(text)}</pre>\n'
    heads = '<div class="lanes"><span></span><span class="peer">client</span><span class="peer">server</span></div>'
    lives = '<div class="lives"><span></span><i></i><i></i></div>'
    return f'<div class="talk picture lanes-2">{lives}{heads}<ol>{"".join(map(str, rows))}</ol></div>\n'


def _row(line: str) -> str | None:
    found = _LINE.fullmatch(line.rstrip())
    if found is not None:
        arrow = found["arrow"]
        to_right = arrow.startswith("-")
        label = escape(found["left" if to_right else "right"] or "")
        lost = " lost" if "x" in arrow else ""
        kind = f"flow span-2 {'there to-right' if to_right else 'back to-left'}{lost}"
        told = f"{' is lost' if lost else ''}, to the {'server' if to_right else 'client'}"
        said = f'{label}<span class="hidden">{told}</span>'
        drawn = f'<span class="what"><b>{said}</b></span><span class="arrow"></span>'
        return f'<li>{_at(found["at"])}<div class="{kind}">{drawn}</div></li>'
    events = _EVENTS.fullmatch(line.rstrip())
    if events is None:
        return None
    cells = "".join(
        f'<span class="event {"of-server" if one.start() > _MIDDLE else "of-client"}">{escape(one[1])}</span>'
        for one in _EVENT.finditer(line)
    )
    return f"<li>{_at(events['at'])}{cells}</li>"


def _at(time: str | None) -> str:
    return f'<span class="at">{escape(time or "")}</span>'
