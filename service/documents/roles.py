"""What a heading, or the words that lead into a list, say about what follows: causes, actions, or mere explanation.

The noun that decides stands last in a Chinese phrase ("分析问题原因", "步骤解释") and mostly in an English one
("Troubleshooting steps"), so of all the words known here the last one decides. A lead points at its noun instead, with
"以下", "如下" or "following".
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

from service.documents.numbering import strip_number


class Role(Enum):
    """What a part of an answer is for."""

    CAUSES = "causes"
    ACTIONS = "actions"
    EXPLANATION = "explanation"


_CAUSES = (
    r"原因|根因|成因|起因|诱因|因素|为什么|根源"
    r"|\b(?:root )?causes?\b|caused by\b|\breasons?\b|\bwhy\b|\bculprits?\b|\bdue to\b|源于|由于|因为"
)
# Nouns that name a list of actions, and verbs that can stand for such a noun: "排查", "Troubleshooting".
_ACTION_NOUNS = (
    r"(?:步骤|操作|流程|思路|方案|建议)(?:概述|概览|简述|总结|解析|指南)?|步操作|几步|措施|方法|对策|策略|做法|指南|指导|教程|办法"
    r"|方式|手段|途径|行动|方向|清单"
    r"|\bsteps?\b|\bsolutions?\b|\bresolutions?\b|\bremed(?:y|ies)\b|\bprocedures?\b|\binstructions?\b|\bworkarounds?\b"
    r"|\bmitigations?\b|\brecommendations?\b|\bactions?\b|\boptions?\b|\bapproach(?:es)?\b|\bmethods?\b"
    r"|\bways\b|\bway (?:to|of)\b|\bmeasures?\b|\bguides?\b|\bchecklist\b|\bsuggestions?\b|\bfix(?:es)?\b"
)
_ACTION_VERBS = (
    r"解决|排查|处理|修复|实施|应对|执行|诊断|恢复|如何|怎么"
    r"|\bsolv\w+|\bresolv\w+|\bfixing\b|\bremedying\b|\bmitigat(?:e|ing)\b|\bhow to\b|\btroubleshoot\w*|\bdiagnos\w+"
    r"|\bwhat to do\b|\brecover\w*|\brepair\w*"
)
# Verbs that lead into a list of actions, and name none.
_LEADING_VERBS = (
    r"尝试|^check\b|\bplease check\b|\btry\b|\bfollow\b|\bdo the following\b|\bproceed\b|\bensure\b|\bverify\b"
    r"|\brecommend\w*|\bsuggest\w*"
)
# Words about the answer itself; whatever stands in front of them, nothing below them is to be done.
_COMMENTARY = (
    r"解释|说明|注意|总结|结论|小结|综上|参考|链接|资源|资料|依据|示例|例子|样例|例如|补充|提示|备注|附录|附注|^常见问题|背景|概述|概览"
    r"|简介|介绍|前提|描述|现象(?!的?分析)"
    r"|\bnotes?\b|\bexplanations?\b|\bexplained\b|\bsummary\b|\bconclusions?\b|\bcaveats?\b|\breferences?\b|\bbackground\b"
    r"|\boverview\b|\bexamples?\b|\bfurther\b|\blinks?\b|\bwarnings?\b|\btips?\b|\bsymptoms?\b|\bgood to know\b"
    r"|\blimits?\b|\bremarks?\b|\bwhy (?:it|this|that|they) works?\b|\bhow (?:it|this) works\b|\bfaq\b"
    r"|\bprerequisites?\b|\bsee also\b|\bappendix\b|\blimitations?\b|\badditional\b"
)


def _words(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_NOUNS = _words(_ACTION_NOUNS)
_STEPS = _words(r"步骤(?:建议|概述|概览|指南|说明|操作|如下)*$|\bsteps$")
_HEADING_ACTIONS = _words(f"{_ACTION_NOUNS}|{_ACTION_VERBS}")
_HEADING_WORDS = (
    (Role.CAUSES, _words(_CAUSES)),
    (Role.ACTIONS, _HEADING_ACTIONS),
    (Role.EXPLANATION, _words(_COMMENTARY)),
)
_LEAD_WORDS = (
    (Role.CAUSES, _words(_CAUSES)),
    (Role.ACTIONS, _words(f"{_ACTION_NOUNS}|{_ACTION_VERBS}|{_LEADING_VERBS}")),
    (Role.EXPLANATION, _words(_COMMENTARY)),
)
# Analysis of a problem tells causes, as far as it lists any.
_ANALYSIS = _words(
    r"(?:问题|故障|现象|错误|异常)的?(?:分析|定位)|^分析(?:问题|故障|错误|异常)?$|\banalysis\b|\bdiagnosis\b",
)
# "说明" explains in "解释说明" and instructs in "操作步骤说明".
_INSTRUCTIONS = re.compile(r"(?:具体|详细)?(?:操作|使用|配置|部署|安装|实施)?(?:步骤|操作|使用)说明")
_CONJUNCTION = _words(r"以及|[与和及并或/&、,;+]|\band\b|\bor\b")
_BRACKETED = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
# What a heading may hold beside its role's words and still name no matter of its own.
_FILLERS = _words(
    r"如下|以下|下面|具体|详细|可能|潜在|主要|常见|推荐|最终|相关|问题|故障|分析|原因|给出|提供|进行|采取|应用|您|你|我们|可以|的|是|及其|几个|几种"
    r"|探索|设计|详解|实现|可执行|通用|一般|根本|直接|快速|完整|进一步|额外|其他|其它|重要|关键|技术|背后|简述|为|何|工作|事项|要点|内容|部分"
    r"|\b(?:the|a|an|of|for|this|these|following|possible|common|likely|detailed|main|root|typical|quick|suggested|here|are|is"
    r"|problem|issue|analysis|in|detail|as|below|general|important|most|your|our|it|works?|some|other|final|proposed|to|do"
    r"|what|s|be|can|we|you)\b",
)
_NUMERAL = r"(?:\d+|[一二三四五六七八九十]+|[a-f](?![a-z]))"
_NUMERAL_EN = r"(?:\d+|[a-f]\b|one\b|two\b|three\b|four\b)"
_WAY = _words(
    rf"(?:方法|方案|方式|选项|途径|策略|办法)\s*{_NUMERAL}"
    rf"|\b(?:option|method|approach|alternative|solution|workaround|way)\s*{_NUMERAL_EN}"
)
_CASE = _words(
    rf"(?:情况|情形|场景)\s*{_NUMERAL}|\b(?:case|scenario)\s*{_NUMERAL_EN}"
    r"|^(?:针对|对于|如果|若|(?:for|if|when|on|using|with|via)\b)"
)
_LEAD_CAUSE_ENDING = re.compile(r"(?:造成|导致|引起|引发|所致|触发)的?$")
_POINTER = _words(r"以下|下列|下面|这些|这几|(?:the )?following\b|\bthese\b")
_POINTER_IS = _words(r"(?:以下|下列|下面)(?:内容)?(?:就)?[是为]|\b(?:here|below|following|these) (?:is|are)\b")
# "这些步骤基于…": the noun right behind the pointer is what follows, unless it only describes another.
_POINTED_NOUN = _words(rf"\s*(?:几个|几种|两个|两种|具体|详细|通用|简单|基本|建议)*(?:{_ACTION_NOUNS})(?!的|失败)")
_SENTENCE_BREAK = re.compile(r"[。！？!?；;\n]|\.\s")
_CLAUSE_BREAK = re.compile(r"[,，:]")
# "… 还有其他原因，包括但不限于：": what follows was named before.
_CONNECTIVE = _words(
    r"(?:主要|通常)?(?:包括|包含|有)?(?:但不限于|如下|以下几点|以下几种)?|例如|比如|分别[是为]"
    r"|including(?: but not limited to)?|such as|namely"
)
# "If that did not help, consider these:" goes on with what to do.
_STILL = _words(
    r"(?:如果|若|假如).*(?:未能|仍|无法|不能|依旧|依然|没有)|\bif\b.*\b(?:still|not|persists?|continues?)\b",
)
_DEFINED = _words(
    r"(?:原理|区别|优势|优点|特点|特性|差异|好处|含义)[^,]{0,8}(?:基于|包括|有|体现|如下|分为|在于|是|依赖)"
    r"|\b(?:differences?|advantages?|features?)\b",
)
# What is compared, depends on something, works by itself, or is asked back is not to be done.
_EXPLAINED = _words(
    r"选型|对比|比较|权衡|取决于|解决(?:以下|下列).{0,4}(?:问题|痛点|挑战)|(?:工作|运作|运行)的?$"
    r"|\bdepends? on\b|\bcompar\w+"
    r"|我(?:还)?(?:需要|想)(?:先|您|你)?(?:一些|额外|更多|确认|了解|澄清|知道)|(?:需要|请)(?:您|你)?(?:先)?(?:提供|告知|补充|澄清)"
    r"|\b(?:could|can|would) you\b|\bplease (?:provide|share|tell us)\b|\bwe need (?:to know|more)\b",
)
_GUESS = _words(r"可能|\b(?:may|might|could|possibl[ey]|likely|probabl[ey])\b")
_CLOSING = _words(r"(?:注意事项|总结|小结|结论)$|\b(?:notes|summary|conclusion)$")
_PLAN = _words(r"步骤|操作|措施|建议|\bsteps?\b|\bactions?\b|\brecommend\w*")
_CONCLUSION = _words(
    r"^(?:综上|总之|总的来说|总而言之|总结|简而言之|in (?:summary|conclusion|short)\b|to sum up\b|overall\b)"
)


# Titles are looked at from several sides, and the same headings stand in many documents.
@lru_cache(maxsize=4096)
def heading_role(text: str) -> Role | None:
    """The role a heading gives to what is below it; None when it names a matter instead."""
    folded = _fold(text)
    if _INSTRUCTIONS.fullmatch(folded):
        return Role.ACTIONS
    roles = [_last_role(part, _HEADING_WORDS) for part in _CONJUNCTION.split(folded) if part.strip()]
    if not roles:
        return None
    if roles[0] is Role.EXPLANATION:
        return Role.EXPLANATION
    for role in (Role.ACTIONS, Role.CAUSES, Role.EXPLANATION):
        if role in roles:
            return role
    return Role.CAUSES if _ANALYSIS.search(folded) else None


@lru_cache(maxsize=4096)
def is_generic(text: str) -> bool:
    """Whether a heading names nothing but its role: "解决步骤" does, "网络问题处理" does not."""
    rest = _fold(text)
    for _, words in _HEADING_WORDS:
        rest = words.sub(" ", rest)
    rest = _CONJUNCTION.sub(" ", _FILLERS.sub(" ", rest))
    return not any(map(str.isalnum, rest))


def is_section(text: str) -> bool:
    """Whether a title names a part of an answer: "解决步骤" does, "修复" and "Fix the cause" are to be done."""
    role = heading_role(text)
    if role is None or not is_generic(text):
        return False
    if role is Role.ACTIONS:
        return _NOUNS.search(_fold(text)) is not None
    return role is Role.EXPLANATION or _HEADING_ACTIONS.search(_fold(text)) is None


def names_steps(text: str) -> bool:
    """Whether a heading announces the steps of the answer, whatever they are for: "升级步骤"."""
    return heading_role(text) is Role.ACTIONS and (is_generic(text) or _STEPS.search(_fold(text)) is not None)


def are_sections(titles: Iterable[str]) -> bool:
    """Whether the titles of one list are, half of them or more, the parts of an answer."""
    found = [is_section(title) for title in titles]
    return any(found) and sum(found) * 2 >= len(found)


def is_closing(text: str) -> bool:
    """Whether a heading ends with a word for what comes after the answer: "端口配置注意事项"."""
    return _CLOSING.search(_fold(text)) is not None


def leads_to_steps(text: str) -> bool:
    """Whether a paragraph, or a title, ends with the word for the steps that follow."""
    return _STEPS.search(_last_sentence(text)) is not None


def is_way(text: str) -> bool:
    """Whether a heading names one of several ways to do something."""
    return _WAY.search(_unnumbered(text)) is not None


def is_alternative(text: str) -> bool:
    """Whether a heading names one of several ways or cases rather than one action."""
    return is_way(text) or _CASE.search(_unnumbered(text)) is not None


def lead_role(text: str) -> Role | None:
    """The role that a paragraph gives to the list it leads into; its last sentence decides."""
    sentence = _last_sentence(text)
    if not sentence:
        return None
    clauses = [clause for clause in _CLAUSE_BREAK.split(sentence) if clause.strip()] or [""]
    if len(clauses) > 1 and _CONNECTIVE.fullmatch(clauses[-1].strip()):
        clauses.pop()
    clause = next((clause for clause in reversed(clauses) if _POINTER.search(clause)), clauses[-1])
    if _LEAD_CAUSE_ENDING.search(clauses[-1]):
        return Role.CAUSES
    if _EXPLAINED.search(sentence) or (_CONCLUSION.search(sentence) and not _PLAN.search(clause)):
        return Role.EXPLANATION
    return _pointed_role(clause, sentence) or (Role.ACTIONS if _STILL.search(sentence) else None)


def is_guess(text: str) -> bool:
    """Whether a paragraph leads into what may be the case."""
    return _GUESS.search(_last_sentence(text)) is not None


def _last_sentence(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().rstrip(":. 。")
    sentences = [sentence for sentence in _SENTENCE_BREAK.split(folded) if sentence.strip()]
    return _BRACKETED.sub("", sentences[-1]).strip(" :,") if sentences else ""


def _pointed_role(clause: str, sentence: str) -> Role | None:
    pointer = _POINTER.search(clause)
    if pointer is None:
        return _joint_role(sentence if sentence.isascii() else clause)
    if _DEFINED.search(clause, 0, pointer.start()):
        return Role.EXPLANATION
    if _POINTER_IS.search(clause):
        return _joint_role(clause)
    # "以下几个可能导致操作失败的原因": what "的" leads up to counts before the words that describe it.
    named = clause[pointer.end() :]
    if _POINTED_NOUN.match(named):
        return Role.ACTIONS
    return _first_role(named.rpartition("的")[2]) or _first_role(named) or _last_role(clause[: pointer.start()])


def _joint_role(text: str) -> Role | None:
    """The role of "A and B": where either is to be done, the whole is."""
    roles = [_last_role(part) for part in _CONJUNCTION.split(text) if part.strip()]
    return next((role for role in (Role.ACTIONS, *reversed(roles)) if role in roles and role is not None), None)


_Words = tuple[tuple[Role, re.Pattern[str]], ...]


def _last_role(text: str, known: _Words = _LEAD_WORDS) -> Role | None:
    """The role of the word that ends last; of two that end together the longer one counts."""
    found = [(match.end(), match.end() - match.start(), index, role) for index, role, match in _matches(text, known)]
    return max(found)[3] if found else None


def _first_role(text: str) -> Role | None:
    """The role of the first word, unless what follows "and" is to be done."""
    parts = _CONJUNCTION.split(text)
    if any(_last_role(part) is Role.ACTIONS for part in parts[1:]):
        return Role.ACTIONS
    found = [(match.start(), index, role) for index, role, match in _matches(text, _LEAD_WORDS)]
    return min(found)[2] if found else None


def _matches(text: str, known: _Words) -> list[tuple[int, Role, re.Match[str]]]:
    return [(index, role, match) for index, (role, words) in enumerate(known) for match in words.finditer(text)]


def without_brackets(text: str) -> str:
    """`text` without what it has in brackets."""
    return _BRACKETED.sub("", unicodedata.normalize("NFKC", text)).strip()


def _fold(text: str) -> str:
    return without_brackets(strip_number(text.strip()).strip(" :：。.")).strip(" :")


def _unnumbered(text: str) -> str:
    return strip_number(unicodedata.normalize("NFKC", text).strip().lower())
