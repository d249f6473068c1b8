"""Clearing of the throat: what answers say before, and between, the things they have to say.

They like to begin with what they are based on ("根据您提供的信息，", "Based on the provided knowledge,"). Such a
clause is dropped when it names the asker or what was provided; "根据 Nacos 官方文档，" says something and stays.
"""

import re

_LONGEST_CLAUSE = 160

CLAUSE_MARKS = "，,：:。.！!；;？?"
_PAUSES = frozenset("，,")
_BRACKETS = {"(": ")", "（": "）", "[": "]", "【": "】", "「": "」", "《": "》", "“": "”", "{": "}", '"': '"'}

# What somebody was told to work from, rather than what the answer says.
_SOURCE = (
    r".{0,8}?(?:根据|基于|依据|按照|结合|依托|参考|从).{0,4}?"
    r"(?:提供|已有|现有|已知|给定|给出|掌握|了解|上述|第\s*\d+\s*篇|\{+知识\}+)"
    r"(?:.{0,16}?知识.{0,16}|.{0,4}?(?:信息|资料|参考内容).{0,10})"
    r"|(?:(?:these|the) (?:steps|points) are )?(?:based on|according to|given) (?:the |all )?"
    r"(?:provided|given|available|existing|supplied) (?:\w+ )?"
    r"(?:knowledge|information|content|context|documents?|materials?)(?: base)?"
)
_MENTION = re.compile(
    r"知识|信息|资料|参考|\bknowledge\b|\binformation\b|\bcon(?:tent|text)\b|\b(?:documents?|materials?)\b",
    re.IGNORECASE,
)
_CLEARING = (
    _SOURCE,
    # What the answer is based on: a preposition, then who asked or gave, then what was asked or given.
    r"(?:根据|基于|按照|依据|结合|参考|针对|关于|鉴于|对于|就|从).*?"
    r"(?:您|你|用户|提供|已有|已知|现有|给定|给出|上述|掌握|我们|我|目前|当前|这个|该|此|知识|第\s*\d+\s*篇)"
    r".*?(?:知识|信息|内容|资料|描述|问题|情况|疑问|需求|场景|经验|提到|提出|提及|询问|咨询|报错|日志|现象|背景).*",
    # That an answer follows.
    r"(?:那么|现在|下面|接下来|因此)?(?:让)?(?:我们|我|下面|以下|这里)(?:可以|来|将|会|是|先|尝试|就)*.{0,12}?"
    r"(?:分析|解答|回答|解析|详细解释)(?:原因|问题)?(?:(?:和|并|与|以及|及).{2,14})?"
    r"(?:如下|一下|您的问题|(?:这个|该|此|您遇到的|你遇到的)?问题|问题的原因|您的疑问)?",
    r"(?:问题|原因|具体)*(?:分析|解答|回答|解析)(?:问题)?(?:原因)?(?:(?:和|与|并|及).{2,6}?)?(?:如下)?"
    r"|(?:the |problem )?(?:analysis|answer)",
    r"回答(?:内容)?(?:如下|要有条理)?|分步骤|在(?:回答|解答).*(?:问题|疑问).*(?:之)?前",
    r"(?:您好|你好|亲爱的|尊敬的|好的).{0,10}",
    r"(?:based on|according to|regarding|with regard to|concerning|given|as per|in (?:response|answer) to|from|about)\b"
    r".*\b(?:provided|provide|your|you|available|existing|knowledge|above)\b.*",
    r"(?:hello|hi|dear|thank you|thanks|great question|good question|sure|certainly|of course)\b.{0,60}",
)
_IS_SOURCE = re.compile(_SOURCE, re.IGNORECASE)
_IS_CLEARING = re.compile("|".join(f"(?:{pattern})" for pattern in _CLEARING), re.IGNORECASE | re.DOTALL)
# The question told again; a sentence of its own says nothing else.
_RESTATED = re.compile(r"(?:看起来|似乎)?(?:您|你)(?:是)?(?:想要?|希望|需要)(?:了解|知道|询问|咨询).*", re.DOTALL)
_OPENING = re.compile(r"(?:首先[，,])?")
# "虽然提供的知识中没有…，但": that something was not among what was provided, where the answer goes on regardless.
_CONCESSION = re.compile(
    r".{0,6}(?:虽然|尽管).*(?:提供的|给定的|给出的|现有的|已有的)(?:知识|参考|资料|信息).*(?:未|没有|不|缺)"
    r".*|.{0,6}(?:虽然|尽管).*(?:未|没有|不|缺).*(?:提供的|给定的|给出的|现有的|已有的)(?:知识|参考|资料|信息).*"
)
# "要部署 Nacos，我们可以依据提供的知识进行分析。": a sentence that begins so says nothing without its end.
_PREMISE = re.compile(
    r"要|为了|关于|对于|针对|当|如果|若|遇到|in order to\b|to\b|when\b|if\b|regarding\b", re.IGNORECASE
)
_THOUGH = re.compile(r"\s*但(?:是)?[，,]?")


def drop_clearing(text: str) -> str:
    """`text` without the clauses in front that only clear the throat."""
    rest = text
    while True:
        opening = _OPENING.match(rest)
        start = opening.end() if opening else 0
        end = _clause_end(rest, start)
        if end is None or not _clears(rest, start, end):
            return rest
        rest = _after(rest[:end], rest[end + 1 :])


def drop_sources(text: str) -> str:
    """`text` without the clauses, wherever they stand, that are about what somebody was told to work from."""
    if _MENTION.search(text) is None:
        return text
    kept: list[str] = []
    start = 0
    while (end := _clause_end(text, start)) is not None:
        clause, mark, start = text[start:end], text[end], end + 1
        if mark in _PAUSES and _CONCESSION.fullmatch(clause):
            though = _THOUGH.match(text, start)
            start = though.end() if though else start
        elif not _IS_SOURCE.fullmatch(clause.lstrip()):
            kept.append(clause + mark)
        elif not kept or kept[-1][-1] not in _PAUSES:
            space = clause[: len(clause) - len(clause.lstrip())]
            text = text[:start] + space + _after(clause, text[start:])
        elif mark not in _PAUSES:
            _end_sentence(kept, clause, mark)
    return ("".join(kept) + text[start:]).strip()


def _end_sentence(kept: list[str], clause: str, mark: str) -> None:
    """End a sentence in `kept` whose last `clause` only says that an answer follows."""
    first = next((i for i in range(len(kept) - 1, 0, -1) if kept[i - 1][-1] not in _PAUSES), 0)
    if mark in "：:":
        kept[-1] = kept[-1][:-1] + mark
    elif _PREMISE.match(kept[first].lstrip()):
        del kept[first:]
    else:
        kept.append(clause + mark)


def _after(clause: str, rest: str) -> str:
    """`rest` as it reads without the `clause` in front of it: "…, the client is old" begins with a capital then."""
    rest = rest.lstrip()
    return rest[:1].upper() + rest[1:] if clause.isascii() else rest


def _clears(text: str, start: int, end: int) -> bool:
    restated = text[end] not in _PAUSES and _RESTATED.fullmatch(text, start, end)
    return bool(restated) or _IS_CLEARING.fullmatch(text, start, end) is not None


def _clause_end(text: str, start: int) -> int | None:
    """Where the clause that begins at `start` ends: at a mark outside of brackets and quotes."""
    closing: list[str] = []
    for index in range(start, min(len(text), start + _LONGEST_CLAUSE)):
        character = text[index]
        if closing and character == closing[-1]:
            closing.pop()
        elif character in _BRACKETS:
            closing.append(_BRACKETS[character])
        elif not closing and character in CLAUSE_MARKS:
            following = text[index + 1 : index + 2]
            # A full stop or colon inside "2.2.3" or "8848:8848" ends nothing.
            if not character.isascii() or not following or following.isspace():
                return index
    return None
