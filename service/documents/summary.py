"""The first thing an expert would say: the beginning of the answer in plain text.

Answers like to begin with what they are based on ("根据您提供的信息，", "Based on the provided knowledge,"). Such a
clause is dropped when it names the asker or what was provided; "根据 Nacos 官方文档，" says something and stays.
"""

import re
from collections.abc import Iterable, Iterator

from service.documents.blocks import Block, is_cjk, walk
from service.documents.numbering import strip_number
from service.documents.outline import role_label
from service.documents.titles import is_label

LONGEST_SUMMARY = 300
_LONGEST_CLEARING = 160

_CLAUSE_ENDS = frozenset("，,：:。.！!；;？?")
_BRACKETS = {"(": ")", "（": "）", "[": "]", "【": "】", "「": "」", "《": "》", "“": "”", "{": "}", '"': '"'}
_NO_SPACE_AFTER = frozenset("。：；，！？、（“「")

_CLEARING = (
    # What the answer is based on: a preposition, then who asked or gave, then what was asked or given.
    r"(?:根据|基于|按照|依据|结合|参考|针对|关于|鉴于|对于|就|从).*?"
    r"(?:您|你|用户|提供|已有|已知|现有|给定|给出|上述|掌握|我们|我|目前|当前|这个|该|此|知识)"
    r".*?(?:知识|信息|内容|资料|描述|问题|情况|疑问|需求|场景|经验|提到|提出|提及|询问|咨询|报错|日志|现象|背景).*",
    # That an answer follows.
    r"(?:首先|那么|现在|下面|接下来|因此)?[，,]?(?:让)?(?:我们|我|下面|以下|这里)(?:可以|来|将|会|是|先)?.{0,12}?"
    r"(?:分析|解答|回答|解析|详细解释)(?:和.{2,4}|并.{2,4}|与.{2,4})?(?:如下|一下|您的问题|问题|问题的原因|这个问题)?",
    r"回答(?:内容)?(?:如下|要有条理)?|分步骤",
    r"(?:您好|你好|亲爱的|尊敬的).{0,10}",
    r"(?:based on|according to|regarding|with regard to|concerning|given|as per|in (?:response|answer) to|from|about)\b"
    r".*\b(?:provided|provide|your|you|available|existing|knowledge|above)\b.*",
    r"(?:hello|hi|dear|thank you|thanks|great question|good question|sure|certainly|of course)\b.{0,60}",
)
_IS_CLEARING = re.compile("|".join(f"(?:{pattern})" for pattern in _CLEARING), re.IGNORECASE | re.DOTALL)
_SENTENCE_END = re.compile(r"[。！？!?；;]|\.(?=\s)")


def summarise(blocks: Iterable[Block]) -> str:
    """At most 300 characters from the answer's first statement on, cut at the end of a sentence where one is near."""
    text = ""
    for piece in _pieces(blocks):
        text = _join(text, piece) if text else _drop_clearing(piece)
        if len(text) > LONGEST_SUMMARY:
            break
    return _cut(text)


def _pieces(blocks: Iterable[Block]) -> Iterator[str]:
    """The text of paragraphs, those of lists and quotes among them, in order, without those that stand for headings."""
    for block in blocks:
        if not is_label(block) and not (block.inline and role_label(block) == strip_number(block.text.strip(" :："))):
            yield from (text for inner in walk([block]) if inner.kind == "paragraph" if (text := _one_line(inner)))


def _one_line(block: Block) -> str:
    return " ".join(" ".join(strip_number(line).split()) for line in block.text.split("\n")).strip()


def _drop_clearing(text: str) -> str:
    """`text` without the clauses in front that only clear the throat."""
    rest = text
    while (end := _clause_end(rest)) and _IS_CLEARING.fullmatch(rest, 0, end):
        # "Based on the provided knowledge, the client …" goes on in lower case.
        capital = rest[:end].isascii()
        rest = rest[end + 1 :].lstrip()
        rest = rest[:1].upper() + rest[1:] if capital else rest
    return rest


def _clause_end(text: str) -> int | None:
    """Where the first clause ends: at a mark outside of brackets and quotes."""
    closing: list[str] = []
    for index, character in enumerate(text[:_LONGEST_CLEARING]):
        if closing and character == closing[-1]:
            closing.pop()
        elif character in _BRACKETS:
            closing.append(_BRACKETS[character])
        elif not closing and character in _CLAUSE_ENDS:
            following = text[index + 1 : index + 2]
            # A full stop or colon inside "2.2.3" or "8848:8848" ends nothing.
            if not character.isascii() or not following or following.isspace():
                return index
    return None


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
