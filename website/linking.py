"""Links in Markdown as those of the site: between pages, and from the name of a clause to where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from markdown_it.token import Token

from .places import link, slug

_CLAUSE_NAME = re.compile(r"[A-Z]{3}-[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Linker:
    """Links of one page. path: of its Markdown; places: paths of the repository -> pages; clause: its place by name."""

    path: str
    page: str
    places: Mapping[str, str]
    clause: Callable[[str], str | None]

    def link(self, tokens: Sequence[Token]) -> None:
        """Turn links into those of the site, and names of clauses into links; what leads nowhere is text."""
        for token in tokens:
            if token.children:
                token.children = self._linked(token.children)

    def _linked(self, children: Sequence[Token]) -> list[Token]:
        found: list[Token] = []
        inside = 0
        dropped = 0
        for place, child in enumerate(children):
            if child.type == "link_open":
                target = self._target(str(child.attrs["href"]))
                inside += 1
                if target is None:
                    dropped += 1
                    continue
                child.attrs["href"] = target
            elif child.type == "link_close":
                inside -= 1
                if dropped:
                    dropped -= 1
                    continue
            elif child.type == "code_inline" and not inside and place and _CLAUSE_NAME.fullmatch(child.content):
                where = self.clause(child.content)
                if where is not None:
                    found += _wrapped(child, link(self.page, where))
                    continue
            elif child.type == "image":
                found.append(Token("text", "", 0, content=child.content))
                continue
            found.append(child)
        return found

    def _target(self, href: str) -> str | None:
        path, mark, anchor = href.partition("#")
        if "://" in href:
            return href
        if not path:
            return mark + slug(anchor)
        there = normpath(join(dirname(self.path), path))
        page = self.places.get(there) or self.places.get(f"{there}/README.md")
        return link(self.page, page + (mark + slug(anchor) if anchor else "")) if page else None


def _wrapped(child: Token, href: str) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": href, "class": "to-clause"}), child, Token("link_close", "a", -1)]
