"""The project's Markdown as HTML: clauses with anchors, links between pages, frames and state diagrams drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from resonant.describe.clauses import Clause

from .blocks import block, inline
from .linking import Linker
from .places import slug

_CLAUSE_ITEM = re.compile(r"- `(?P<id>[A-Z]{3}-[1-9][0-9]*)` ")
_MARK = re.compile(r" \{(?:untestable|judged in): [^{}]*\}")
_COMMENT = re.compile(r"<!-- .*? -->\n?")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text that search finds. url: from the root of the site."""

    url: str
    title: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page of Markdown. title: that of its first heading, which is not in the HTML."""

    title: str
    html: str
    headings: tuple[Heading, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A Markdown file of the repository and where it goes. path: from the root; page: from the root of the site."""

    path: str
    page: str
    kind: str


def _new_reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("code_inline", _code_inline)
    return reader


def _code_inline(_: object, tokens: Sequence[Token], at: int, *_more: object) -> str:
    return inline(tokens[at].content)


@dataclass(slots=True)
class Writer:
    """Makes pages of sources. places: paths of the repository -> pages of the site; beside: the notes at a clause."""

    clauses: Mapping[str, Clause]
    places: Mapping[str, str]
    beside: Callable[[Clause, str], str]
    where: Callable[[Clause], str]
    _reader: MarkdownIt = field(default_factory=_new_reader)

    def write(self, source: Source, text: str) -> Rendered:
        """The page of a text. Raises KeyError for a clause that there is not."""
        return _Page(self, source).write(self._reader.parse(_COMMENT.sub("", text)))


@dataclass(slots=True)
class _Page:
    """One page in the making."""

    writer: Writer
    source: Source
    title: str = ""
    headings: list[Heading] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    section: list[str] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)

    def write(self, tokens: Sequence[Token]) -> Rendered:
        tokens = self._without_title(tokens)
        Linker(self.source.path, self.source.page, self.writer.places, self._place_of).link(tokens)
        html = "".join(self._pieces(tokens))
        self._close_section()
        return Rendered(self.title, html, tuple(self.headings), tuple(self.passages))

    def _without_title(self, tokens: Sequence[Token]) -> list[Token]:
        if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
            self.title = _plain(tokens[1])
            return list(tokens[3:])
        return list(tokens)

    def _pieces(self, tokens: Sequence[Token]) -> list[str]:
        pieces, at, open_clauses = [], 0, []
        while at < len(tokens):
            token = tokens[at]
            if token.type == "heading_open":
                pieces.append(self._heading(token, tokens[at + 1]))
                at += 3
                continue
            if token.type == "list_item_open":
                clause = self._clause_of(tokens, at)
                open_clauses.append(clause)
                pieces.append(self._item_open(clause))
            elif token.type == "list_item_close":
                clause = open_clauses.pop()
                pieces.append(self.writer.beside(clause, self.source.page) + "</li>\n" if clause else "</li>\n")
            else:
                pieces.append(self._piece(tokens, at))
            at += 1
        return pieces

    def _piece(self, tokens: Sequence[Token], at: int) -> str:
        token = tokens[at]
        if token.type in ("fence", "code_block"):
            return block(token)
        if token.type == "table_open":
            return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'
        if token.type == "table_close":
            return "</table></div>\n"
        if token.type == "inline":
            self.section.append(_plain(token))
        reader = self.writer._reader
        return str(reader.renderer.render([token], reader.options, {}))

    def _heading(self, token: Token, inline: Token) -> str:
        text = _plain(inline)
        base = slug(text)
        self.anchors[base] = self.anchors.get(base, 0) + 1
        anchor = base if self.anchors[base] == 1 else f"{base}-{self.anchors[base]}"
        level = int(token.tag[1])
        self._close_section()
        self.headings.append(Heading(level, anchor, text))
        reader = self.writer._reader
        inner = reader.renderer.render([inline], reader.options, {})
        mark = f'<a class="anchor" href="#{anchor}" aria-label="Link to {escape(text)}">#</a>'
        return f'<{token.tag} id="{anchor}">{inner}{mark}</{token.tag}>\n'

    def _clause_of(self, tokens: Sequence[Token], at: int) -> Clause | None:
        """The clause that a list item is, whose id and mark are taken out of its text."""
        inline = tokens[at + 2] if at + 2 < len(tokens) else None
        if inline is None or inline.type != "inline" or not _CLAUSE_ITEM.match(f"- {inline.content}"):
            return None
        children = inline.children or []
        clause = self.writer.clauses.get(children[0].content)
        if clause is None or clause.file != self.source.path.rpartition("/")[2]:
            return None
        inline.children = children[1:]
        inline.children[0].content = inline.children[0].content.lstrip()
        inline.children[-1].content = _MARK.sub("", inline.children[-1].content)
        self.passages.append(Passage(self.writer.where(clause), clause.id, "clause", _plain(inline)))
        return clause

    def _item_open(self, clause: Clause | None) -> str:
        if clause is None:
            return "<li>"
        return f'<li class="clause" id="{clause.id}"><a class="clause-id" href="#{clause.id}">{clause.id}</a>'

    def _place_of(self, name: str) -> str | None:
        clause = self.writer.clauses.get(name)
        return self.writer.where(clause) if clause is not None else None

    def _close_section(self) -> None:
        text = " ".join(self.section)
        self.section = []
        last = self.headings[-1] if self.headings else None
        if text:
            url = f"{self.source.page}#{last.anchor}" if last else self.source.page
            title = f"{self.title}: {last.text}" if last else self.title
            self.passages.append(Passage(url, title, self.source.kind, text))


def _plain(token: Token) -> str:
    return "".join(child.content or ("\n" if "break" in child.type else "") for child in token.children or [])


def meta(passage: Passage) -> Mapping[str, Any]:
    """The passage as the search index has it."""
    return {"u": passage.url, "t": passage.title, "k": passage.kind, "x": passage.text}
