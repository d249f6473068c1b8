"""An answer as an editor sees it: headings with what is below them, and lists with what leads into them.

Authors write headings as "### 解决步骤", "**解决步骤**" and "解决步骤：", and lists as Markdown lists, as lines with
numbers and as paragraphs with bold lead-ins. Here they are all the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from markdown_it.token import Token

from service.documents.blocks import Block, plain_text
from service.documents.numbering import is_numbered, is_step, strip_number
from service.documents.roles import heading_role, is_generic, without_brackets
from service.documents.titles import Titled, is_label, read_title

_LABEL_LEVEL = 7
LISTS = ("numbers", "bullets")
_LOOSE = ("code", "table")
_LONGEST_LABEL = 20


@dataclass(slots=True, eq=False)
class Node:
    """A heading (none for the whole answer), the blocks directly below it, and the headings below it.

    `everything` has all blocks below the heading, in order, those of the headings below it included.
    """

    text: str
    level: float
    line: int
    blocks: list[Block] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    everything: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """One item of a list: its title, and the blocks below the paragraph that the title stands in."""

    titled: Titled
    line: int
    numbered: bool
    marked_as_step: bool
    is_link: bool
    blocks: list[Block] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.titled.title

    @property
    def is_open(self) -> bool:
        """Whether the entry ends with a colon, and so leads into what follows it."""
        last = self.blocks[-1] if self.blocks else None
        while last is not None and last.children:
            last = last.children[-1]
        text = last.text if last is not None else self.titled.text
        return text.rstrip().endswith((":", "：")) or (self.titled.explicit and not text and last is None)


@dataclass(slots=True)
class Run:
    """A list: the text of the paragraph that leads into it, and its entries, which may be paragraphs themselves.

    `torn` tells that code or a table, which the author did not indent, stood between its entries.
    """

    lead: str
    entries: list[Entry]
    ordered: bool
    of_paragraphs: bool
    torn: bool = False

    @property
    def is_explicit(self) -> bool:
        """Whether the author marked the titles of most entries, by bold type or a colon."""
        return most(entry.titled.explicit for entry in self.entries)


def read_outline(blocks: Sequence[Block]) -> Node:
    """The tree of headings of `blocks`."""
    root = Node("", 0, blocks[0].lines[0] if blocks else 0)
    path = [root]
    for index, block in enumerate(blocks):
        is_heading = block.kind == "heading" or (is_label(block) and index + 1 < len(blocks))
        text = block.text if is_heading else role_label(block)
        if text:
            level = block.level or _label_level(text, path)
            while path[-1].level >= level:
                path.pop()
            node = Node(" ".join(text.split()).rstrip(" :："), level, block.lines[0])
            path[-1].children.append(node)
            path.append(node)
        elif path[-1].level == _LABEL_LEVEL and _follows_list(block, path[-1].blocks):
            # A label in a line of its own speaks for one list; the next belongs to the heading above it.
            path.pop()
        # A heading belongs to those above it; a paragraph that begins with one also to itself.
        for above in path[:-1] if is_heading and text else path:
            above.everything.append(block)
        if not is_heading:
            path[-1].blocks.append(block)
    return root


def read_runs(blocks: Sequence[Block], lead: str = "") -> list[Run]:
    """The lists among `blocks`, in order; `lead` leads into what they start with."""
    runs: list[Run] = []
    open_run: Run | None = None
    between: list[Block] = []
    for index, block in enumerate(blocks):
        own_lead, entries = ("", []) if _leads(block, blocks[index + 1 : index + 2]) else _entries(block)
        if not entries:
            between.append(block)
            continue
        if open_run is not None and _continues(open_run, block, between):
            open_run.entries[-1].blocks.extend(between)
            open_run.torn = open_run.torn or any(b.kind in _LOOSE for b in between)
            open_run.entries.extend(entries)
        else:
            before = between[-1] if between else None
            text = before.text if before is not None and before.kind == "paragraph" else ""
            before_it = own_lead or text or (lead if not between else "")
            ordered = block.kind == "numbers" or entries[0].numbered
            open_run = Run(before_it, entries, ordered, block.kind == "paragraph")
            runs.append(open_run)
        between = []
    if open_run is not None:
        open_run.entries[-1].blocks.extend(_tail(open_run, between))
    return runs


def most(answers: Iterable[bool]) -> bool:
    """Whether three of five `answers`, or more, are yes."""
    values = list(answers)
    return sum(values) * 5 >= len(values) * 3


def _tail(run: Run, after: list[Block]) -> list[Block]:
    """Of the blocks after a list those that belong to its last entry, as those between do to the others.

    These are code and lists after paragraphs, and code that the author forgot to indent.
    """
    if run.of_paragraphs:
        return [block for block in after if block.kind != "paragraph"]
    is_open = run.torn or run.entries[-1].is_open
    return list(takewhile(lambda block: block.kind in _LOOSE, after)) if is_open else []


def _follows_list(block: Block, blocks: Sequence[Block]) -> bool:
    return block.kind in LISTS and bool(blocks) and blocks[-1].kind in LISTS


def _leads(block: Block, following: Sequence[Block]) -> bool:
    """Whether a paragraph, be it bold at its beginning, leads into the list below it."""
    is_list = bool(following) and following[0].kind in LISTS
    return is_list and block.kind == "paragraph" and block.text.rstrip().endswith((":", "："))


def _label_level(text: str, path: Sequence[Node]) -> float:
    """The rank of a heading in bold: below all others, but a step may have headings of the next level below it."""
    if not is_step(text):
        return _LABEL_LEVEL
    headings = [node.level for node in path if node.level < _LABEL_LEVEL]
    return next((level for level in headings if level % 1), headings[-1] + 0.5)


def role_label(block: Block) -> str:
    """The words of a heading that a paragraph begins with: "**解释**：…", a line "解决步骤：", a line "一、原因"."""
    if block.kind != "paragraph" or block.inline is None or not block.inline.children:
        return ""
    if block.inline.children[0].type == "strong_open":
        titled = read_title(block.inline.children, block.inline.content)
        label = titled.title if titled.explicit else ""
    else:
        first, colon, rest = block.text.strip().replace("：", ":").partition(":")
        is_line = not rest or rest.startswith("\n")
        label = strip_number(first) if is_line and (colon or is_numbered(first)) else ""
    label = without_brackets(label)
    is_heading = 0 < len(label) <= _LONGEST_LABEL and heading_role(label) is not None and is_generic(label)
    return label if is_heading else ""


def _entries(block: Block) -> tuple[str, list[Entry]]:
    """The entries of a list, or of a paragraph of numbered lines or with a bold lead-in, and what is before them."""
    if block.kind in LISTS:
        return "", list(_items(block))
    if block.kind != "paragraph" or block.inline is None or not block.inline.children:
        return "", []
    lead, lines = _numbered_lines(block.inline, role_label(block))
    if lines:
        return lead, [_entry(tokens, text, block.lines[0] + line, True, []) for line, tokens, text in lines]
    if block.inline.children[0].type == "strong_open" and not role_label(block):
        entry = _entry(block.inline.children, block.inline.content, block.lines[0], False, [])
        if entry.titled.explicit and entry.titled.text:
            return "", [entry]
    return "", []


def _items(block: Block) -> Iterator[Entry]:
    for item in block.children:
        first = item.children[0] if item.children else None
        if first is not None and first.inline is not None:
            ordered = block.kind == "numbers"
            yield _entry(first.inline.children or [], first.inline.content, item.lines[0], ordered, item.children[1:])


def _entry(tokens: list[Token], source: str, line: int, numbered: bool, blocks: list[Block]) -> Entry:
    text = plain_text(tokens)
    return Entry(
        read_title(tokens, source), line, numbered or is_numbered(text), is_step(text), _is_link(tokens), list(blocks)
    )


def _is_link(tokens: list[Token]) -> bool:
    """Whether the tokens are a link, or several, and no other words."""
    depth, outside = 0, ""
    for token in tokens:
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        outside += plain_text([token]) if not depth else ""
    return any(token.type == "link_open" for token in tokens) and not any(map(str.isalnum, outside))


def _numbered_lines(inline: Token, label: str) -> tuple[str, list[tuple[int, list[Token], str]]]:
    """The lines of a paragraph that start with a number, each with those up to the next, and the text before them.

    After such text, or after the paragraph's `label`, one line alone is no list.
    """
    lead: list[str] = []
    lines: list[tuple[int, list[Token], str]] = []
    sources = inline.content.split("\n")
    for offset, part in enumerate(_split(inline.children or [])):
        text = plain_text(part)
        source = sources[offset] if offset < len(sources) else ""
        is_entry = is_numbered(text) and strip_number(text) != text.strip()
        if is_entry and not (label and offset == 0):
            lines.append((offset, part, source))
        elif not lines:
            lead.append(text)
        else:
            first, tokens, above = lines[-1]
            lines[-1] = (first, [*tokens, Token("softbreak", "br", 0), *part], f"{above}\n{source}")
    return ("\n".join(lead), lines) if len(lines) > bool(lead) else ("", [])


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak") and token.level == 0:
            yield line
            line = []
        else:
            line.append(token)
    yield line


def _continues(run: Run, block: Block, between: list[Block]) -> bool:
    """Whether a list goes on with an earlier one: its numbers do, or both are of paragraphs."""
    if block.kind == "numbers":
        start = int(block.tokens[0].attrs.get("start", 1) or 1)
        if start == 1 and run.ordered and len(block.children) == 1 and len(run.entries) == 1:
            # Every item numbered 1, torn apart by code that is not indented.
            return bool(between) and all(b.kind in _LOOSE for b in between)
        return run.ordered and start > 1 and start == len(run.entries) + 1
    if block.kind == "paragraph":
        numbered = is_numbered(block.text)
        return run.of_paragraphs and run.ordered == numbered and not (numbered and _restarts(block.text))
    return False


def _restarts(text: str) -> bool:
    return text.lstrip(" (（【[").startswith(("1", "一", "①")) and not text.lstrip(" (（【[")[1:2].isdigit()
