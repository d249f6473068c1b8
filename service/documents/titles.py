"""Where the title of a step or a cause ends and its body begins.

A title is a bold lead-in ("**检查配置**：…"), the words before a colon, or else the first sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from service.documents.blocks import Block, plain_text
from service.documents.numbering import is_numbered, strip_number

LONGEST_TITLE = 80
# Words before a colon are a title as long as they are not a sentence of their own.
_LONGEST_NAME = 40
_LONGEST_LABEL = 60
_SHORTEST_CUT = 20
# Beyond this a text is no title, whatever it begins with.
_LONGEST_SENTENCE = 1_000

_AFTER_LEAD_IN = re.compile(
    r"\s*(?:(?P<note>[(（][^()（）\n]{1,40}[)）])\s*)?(?:(?P<mark>[:：。.；;]|[-–—]+(?=\s))\s*|$|\n)"
)
_COLON = re.compile(r"：|:(?=\s|$)")
_SENTENCE = re.compile(r"[。！？；!?;]|\.(?=\s|$)")
_LINE_END = re.compile(r"\n")
_COMMA = re.compile(r"[，,、]")
_OPENING, _CLOSING = frozenset("(（[【“"), frozenset(")）]】”")
_EDGES = " \t\n:：。.；;，,、!！*_#-–—"


@dataclass(slots=True)
class Titled:
    """A title, and what follows it in its paragraph, as inline tokens and as source.

    `explicit` tells whether the author marked the title as one, by bold type or a colon.
    """

    title: str
    explicit: bool
    tokens: list[Token] = field(default_factory=list)
    source: str = ""

    @property
    def text(self) -> str:
        """What follows the title, without markup."""
        return plain_text(self.tokens).strip()


def read_title(tokens: Sequence[Token], source: str) -> Titled:
    """Split the inline `tokens` of a paragraph, or of one of its lines, whose source is `source`."""
    tokens, source = _without_number(_without_leading_space(tokens), source)
    return _bold_title(tokens, source) or _named_title(tokens, source) or _sentence_title(tokens, source)


def clean_title(text: str) -> str:
    """A title as it is shown: in one line, without number and punctuation around it, of bounded length."""
    text = strip_number(" ".join(text[:_LONGEST_SENTENCE].split()).strip(_EDGES)).strip(_EDGES)
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def is_label(block: Block) -> bool:
    """Whether a paragraph is nothing but bold words, and so stands for a heading."""
    if block.kind != "paragraph" or block.inline is None:
        return False
    tokens = [token for token in block.inline.children or () if token.content.strip(" :：") or token.nesting]
    if not tokens or tokens[0].type != "strong_open" or tokens[-1].type != "strong_close":
        return False
    return sum(token.type == "strong_open" for token in tokens) == 1 and len(block.text) <= _LONGEST_LABEL


def _bold_title(tokens: list[Token], source: str) -> Titled | None:
    if not tokens or tokens[0].type != "strong_open":
        return None
    end = next((index for index, token in enumerate(tokens) if token.type == "strong_close"), 0)
    bold = plain_text(tokens[1:end])
    rest = tokens[end + 1 :]
    marked = is_numbered(bold) or bold.rstrip().endswith((":", "：", ".", "。", "!", "！"))
    following = plain_text(rest)
    match = _AFTER_LEAD_IN.match(following)
    if not marked and match is None:
        return None
    note = (match["note"] if match else None) or ""
    title = clean_title(bold + note)
    rest = _drop_characters(rest, match.end() if match else 0) or []
    rest_source = _source_after_bold(source, tokens[0].markup)
    if not any(map(str.isalnum, title)) or _is_bare_number(bold):
        # "**步骤1：** 检查配置。": the bold words are the number alone.
        return read_title(rest, rest_source) if rest else None
    skipped = _AFTER_LEAD_IN.match(rest_source)
    return Titled(title, True, rest, (rest_source[skipped.end() :] if skipped else rest_source).strip())


def _named_title(tokens: list[Token], source: str) -> Titled | None:
    text, prose = plain_text(tokens), _prose(tokens)
    match = _COLON.search(prose)
    if match is None or _SENTENCE.search(prose, 0, match.start()) or "\n" in text[: match.start()].strip():
        return None
    title = clean_title(text[: match.start()])
    if not title or len(title) > (LONGEST_TITLE if title.isascii() else _LONGEST_NAME):
        return None
    return Titled(title, True, *_after(tokens, source, text, match.end(), _COLON))


def _sentence_title(tokens: list[Token], source: str) -> Titled:
    text = plain_text(tokens)
    first_line = text.partition("\n")[0].rstrip()
    if len(first_line) < min(len(text), _LONGEST_NAME) and not first_line.endswith((",", "，", "、")):
        # A short line of its own is a title; prose wrapped by an editor has longer ones.
        return Titled(clean_title(first_line), False, *_after(tokens, source, text, len(first_line), _LINE_END))
    match = _SENTENCE.search(_prose(tokens))
    end = match.end() if match else len(text)
    sentence = clean_title(text[:end])
    if len(sentence) <= (LONGEST_TITLE if sentence.isascii() else _LONGEST_LABEL):
        return Titled(sentence, False, *_after(tokens, source, text, end, _SENTENCE))
    # The title is cut from the middle of a sentence, which the body then has whole.
    cut = _cut(_prose(tokens))
    return Titled(clean_title(text[:cut]) if cut else sentence, False, list(tokens), source)


def _cut(text: str) -> int:
    """Where a long sentence can be cut: at a comma outside of brackets, not too early and not too late; or 0."""
    depth, best = 0, 0
    for index, character in enumerate(text[:LONGEST_TITLE]):
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth <= 0 and _COMMA.match(character) and (index <= _LONGEST_LABEL or best < _SHORTEST_CUT):
            best = index
    return best


def _without_number(tokens: list[Token], source: str) -> tuple[list[Token], str]:
    """The tokens and the source without the number in front, which is no part of a title: "步骤一：**检查**"."""
    if not tokens or tokens[0].type != "text":
        return tokens, source
    content = tokens[0].content
    if _is_bare_number(content) and len(tokens) > 1:
        length = len(content)
    else:
        length = len(content.rstrip()) - len(strip_number(content))
    if not length or not source.startswith(content[:length]):
        return tokens, source
    return _drop_characters(tokens, length) or tokens, source[length:].lstrip()


def _prose(tokens: Sequence[Token]) -> str:
    """The shown text with what is code blotted out, character by character: a colon in code ends no title."""
    return plain_text([t.copy(content="_" * len(t.content)) if t.type == "code_inline" else t for t in tokens])


def _after(tokens: list[Token], source: str, text: str, end: int, mark: re.Pattern[str]) -> tuple[list[Token], str]:
    """What follows the first `end` characters of the shown text, as tokens and as source.

    Everything, where the title would lose code or a link, which a body has to hold, or cannot be cut off cleanly.
    """
    rest = _drop_characters(tokens, end)
    match = mark.search(source)
    shown = mark.search(text)
    if rest is None or match is None or shown is None or source.count("`", 0, match.end()) % 2:
        return (list(tokens), source.strip()) if rest is None or text[end:].strip() or _has_markup(tokens) else ([], "")
    if _has_markup(tokens[: len(tokens) - len(rest)]):
        return list(tokens), source.strip()
    return rest, source[match.end() :].strip()


def _has_markup(tokens: Sequence[Token]) -> bool:
    return any(token.type in ("code_inline", "link_open", "image") for token in tokens)


def _drop_characters(tokens: Sequence[Token], count: int) -> list[Token] | None:
    """The tokens after the first `count` shown characters; None if these end within bold text or a link."""
    depth = 0
    for index, token in enumerate(tokens):
        shown = len(plain_text([token]))
        if count <= 0 and depth == 0 and token.nesting >= 0:
            return _without_leading_space(tokens[index:])
        depth += token.nesting
        if shown > count >= 0 and shown:
            if depth or token.type != "text":
                return None
            return _without_leading_space([token.copy(content=token.content[count:]), *tokens[index + 1 :]])
        count -= shown
    return [] if depth == 0 else None


def _without_leading_space(tokens: Sequence[Token]) -> list[Token]:
    rest = list(tokens)
    while rest and (
        rest[0].type in ("softbreak", "hardbreak") or (rest[0].type == "text" and not rest[0].content.strip())
    ):
        rest.pop(0)
    if rest and rest[0].type == "text" and rest[0].content[0].isspace():
        rest[0] = rest[0].copy(content=rest[0].content.lstrip())
    return rest


def _source_after_bold(source: str, markup: str) -> str:
    start = source.find(markup) + len(markup)
    end = source.find(markup, start)
    # Stars within code do not close anything.
    while end >= 0 and source.count("`", start, end) % 2:
        end = source.find(markup, end + 1)
    return source[end + len(markup) :] if end >= 0 else source


def _is_bare_number(text: str) -> bool:
    text = text.strip().rstrip(":：.、 ")
    return bool(text) and strip_number(text + "：x") == "x"
