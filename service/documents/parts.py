"""The body of a step or a cause, as Markdown and as HTML."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from service.documents.blocks import Block
from service.documents.outline import Entry, Node
from service.documents.rendering import render


@dataclass(frozen=True, slots=True)
class Part:
    """A titled part of an answer; `line` counts from 0.

    `bare` says that the author announced a body, with bold type, a colon or a heading, and wrote none.
    """

    group: str | None
    title: str
    markdown: str
    html: str
    line: int
    bare: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What parts are cut out of: the lines of the file, and the site its relative links belong to."""

    lines: Sequence[str]
    site_url: str | None

    def entry(self, entry: Entry, group: str | None) -> Part:
        """The part that a list's entry is."""
        own = entry.titled.source.strip()
        markdown = "\n\n".join(text for text in (own, self._text(entry.blocks)) if text)
        tokens = [*_paragraph(entry.titled.tokens), *(token for block in entry.blocks for token in block.tokens)]
        return Part(
            group,
            entry.title,
            markdown,
            render(tokens, self.site_url),
            entry.line,
            entry.titled.explicit and not markdown,
        )

    def node(self, node: Node, title: str, group: str | None) -> Part:
        """The part that a heading with everything below it is."""
        tokens = [token for block in node.everything for token in block.tokens]
        markdown = self._text(node.everything)
        return Part(group, title, markdown, render(tokens, self.site_url), node.line, not markdown)

    def _text(self, blocks: Sequence[Block]) -> str:
        if not blocks:
            return ""
        text = "\n".join(self.lines[blocks[0].lines[0] : blocks[-1].lines[1]])
        return textwrap.dedent(text).strip("\n").rstrip()


def _paragraph(children: list[Token]) -> list[Token]:
    if not children:
        return []
    inline = Token("inline", "", 0, children=children)
    return [Token("paragraph_open", "p", 1, block=True), inline, Token("paragraph_close", "p", -1, block=True)]
