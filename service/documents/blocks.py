"""Markdown as a tree of blocks over markdown-it's token stream, which stays the one parse of a document.

Blocks are parsed for the whole file, inline content only where it is wanted: half of a file is boilerplate.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore, text_join
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

# Inline parsing is quadratic on hostile brackets; no paragraph that a person wrote is as long as this.
LONGEST_INLINE = 10_000

_CONTAINERS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "bullets",
    "ordered_list_open": "numbers",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "table_open": "table",
}
_LEAVES = {"fence": "code", "code_block": "code", "hr": "rule", "html_block": "html"}
_CLOSERS = frozenset(name.replace("_open", "_close") for name in _CONTAINERS)

# Elements of HTML; anything else in angle brackets ("<your-ip>", "<T>") is text somebody forgot to quote.
_HTML_TAG = re.compile(
    r"<(?:!|\?|/?(?:a|abbr|article|aside|audio|b|base|big|blockquote|body|br|button|canvas|center|cite|code|col|colgroup"
    r"|dd|del|details|dfn|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head"
    r"|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|mark|math|meta|nav|noscript|object|ol|option"
    r"|p|param|pre|q|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody"
    r"|td|template|textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video)(?=[\s/>]|$))",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Block:
    """One block: `tokens` are all it spans, `lines` its source, from 0, end excluded.

    `kind` is a value of the two tables above; `inline` is the text of a heading or paragraph, `level` a heading's.
    """

    kind: str
    lines: tuple[int, int]
    tokens: list[Token]
    children: list["Block"] = field(default_factory=list)
    inline: Token | None = None
    level: int = 0

    @property
    def text(self) -> str:
        """What a heading or paragraph shows, without markup; needs its inline content parsed."""
        return plain_text(self.inline.children) if self.inline else ""


def parse_blocks(text: str) -> list[Block]:
    """The top-level blocks of `text`, without inline content."""
    return _build(markdown().parse(text))


def parse_inlines(blocks: Iterable[Block]) -> None:
    """Parse the inline content of `blocks` in place; what is parsed already stays."""
    parser = markdown()
    state = StateCore("", parser, {})
    for token in (token for block in blocks for token in block.tokens if token.type == "inline" and not token.children):
        token.children = []
        if len(token.content) > LONGEST_INLINE:
            token.children.append(Token("text", "", 0, content=token.content))
            continue
        parser.inline.parse(token.content, parser, state.env, token.children)
        state.tokens.append(token)
    text_join(state)


def shown_text(source: str) -> str:
    """The text that the inline Markdown `source` shows."""
    inline = Token("inline", "", 0, content=source)
    parse_inlines([Block("paragraph", (0, 0), [inline], inline=inline)])
    return plain_text(inline.children)


def plain_text(tokens: Iterable[Token] | None) -> str:
    """The text that inline tokens show, without any markup; line breaks stay."""
    return "".join(_shown(tokens or ()))


def is_html(source: str) -> bool:
    """Whether `source` starts with a tag of HTML, a comment or a declaration."""
    return _HTML_TAG.match(source) is not None


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """`blocks` and everything below them, in the order of the source."""
    for block in blocks:
        yield block
        yield from walk(block.children)


@cache
def markdown() -> MarkdownIt:
    """The one parser: CommonMark with tables and strikethrough; inline content is left to `parse_inlines`."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # Text underlined with dashes is text above a separator here, never a heading.
    parser.disable(["lheading", "inline", "text_join"])
    parser.inline.ruler.at("emphasis", _emphasis)
    return parser


def _shown(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "code_inline"):
            yield token.content
        elif token.type == "html_inline":
            if not is_html(token.content):
                yield token.content
            elif token.content.lower().startswith("<br"):
                yield "\n"
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "image":
            yield plain_text(token.children)


def _build(tokens: list[Token]) -> list[Block]:
    top: list[Block] = []
    siblings = top
    stack: list[tuple[list[Block], Block, int]] = []
    for index, token in enumerate(tokens):
        if token.type in _LEAVES:
            siblings.append(Block(_LEAVES[token.type], _lines(token), [token]))
        elif token.type in _CONTAINERS:
            level = int(token.tag[1]) if token.type == "heading_open" else 0
            block = Block(_CONTAINERS[token.type], _lines(token), [], level=level)
            siblings.append(block)
            stack.append((siblings, block, index))
            siblings = block.children
        elif token.type in _CLOSERS:
            siblings, block, first = stack.pop()
            block.tokens = tokens[first : index + 1]
        elif token.type == "inline" and stack[-1][1].kind in ("heading", "paragraph"):
            stack[-1][1].inline = token
    return top


def _lines(token: Token) -> tuple[int, int]:
    first, end = token.map or (0, 0)
    return first, end


def _emphasis(state: StateInline, silent: bool) -> bool:
    """markdown-it's own rule, but `**原因：**配置` is bold: Chinese has no spaces to tell a mark's sides apart."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(state.pos, marker == "*")
    end = state.pos + scanned.length
    can_open, can_close = scanned.can_open, scanned.can_close
    if marker == "*" and not (can_open and can_close):
        before = state.src[state.pos - 1] if state.pos else " "
        after = state.src[end] if end < state.posMax else " "
        can_open = can_open or (is_cjk(before) and not after.isspace())
        can_close = can_close or (is_cjk(after) and not before.isspace())
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        token = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord(marker), scanned.length, token, -1, can_open, can_close))
    state.pos = end
    return True


def is_cjk(character: str) -> bool:
    """Whether a character belongs to a script written without spaces, or to its punctuation."""
    return "\u2e80" <= character <= "\ud7af" or "\uf900" <= character <= "\ufaff" or character >= "\uff00"
