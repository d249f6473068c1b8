"""The first thing an expert would say: the beginning of the answer in plain text."""

import re
from collections.abc import Iterable, Iterator

from service.documents.blocks import Block, is_cjk, plain_text, walk
from service.documents.clearing import CLAUSE_MARKS, drop_clearing, drop_sources
from service.documents.numbering import strip_number
from service.documents.outline import role_label
from service.documents.titles import is_label

LONGEST_SUMMARY = 300

_NO_SPACE_AFTER = frozenset("。：；，！？、（“「")
# Marks within code end no clause: they are put out of the way, into characters for private use.
_HIDDEN = {ord(mark): 0xE000 + index for index, mark in enumerate(CLAUSE_MARKS)}
_SHOWN = {hidden: mark for mark, hidden in _HIDDEN.items()}
_SENTENCE_END = re.compile(r"[。！？!?；;]|\.(?=\s)")


def summarise(blocks: Iterable[Block]) -> str:
    """At most 300 characters from the answer's first statement on, cut at the end of a sentence where one is near."""
    text = ""
    for piece in _pieces(blocks):
        said = drop_sources(piece if text else drop_clearing(piece))
        text = _join(text, said) if text and said else text or said
        if len(text) > LONGEST_SUMMARY:
            break
    return _cut(text.translate(_SHOWN))


def _pieces(blocks: Iterable[Block]) -> Iterator[str]:
    """The text of paragraphs, those of lists and quotes among them, in order, without those that stand for headings."""
    for block in blocks:
        if not is_label(block) and not (block.inline and role_label(block) == strip_number(block.text.strip(" :："))):
            yield from (text for inner in walk([block]) if inner.kind == "paragraph" if (text := _one_line(inner)))


def _one_line(block: Block) -> str:
    children = block.inline.children if block.inline else None
    text = plain_text(
        token.copy(content=token.content.translate(_HIDDEN)) if token.type == "code_inline" else token
        for token in children or ()
    )
    return " ".join(" ".join(strip_number(line).split()) for line in text.split("\n")).strip()


def _join(text: str, piece: str) -> str:
    if text[-1].isalnum():
        text += "；" if is_cjk(text[-1]) else ";"
    return text + ("" if text[-1] in _NO_SPACE_AFTER else " ") + piece


def _cut(text: str) -> str:
    if len(text) <= LONGEST_SUMMARY:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, LONGEST_SUMMARY)]
    if ends and ends[-1] >= LONGEST_SUMMARY // 2:
        return text[: ends[-1]].rstrip()
    return text[: LONGEST_SUMMARY - 1].rstrip() + "…"
