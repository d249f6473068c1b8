"""What a heading, or the words that lead into a list, say about what follows: causes, actions, or mere explanation.

The noun that decides stands last in a Chinese phrase ("分析问题原因", "步骤解释") and mostly in an English one
("Troubleshooting steps"), so of all the words known here the last one decides. A lead points at its noun instead, with
"以下", "如下" or "following".
"""

import re
import unicodedata
from enum import Enum

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
_ACTIONS = (
    r"(?:步骤|操作|流程|思路|方案|建议)(?:概述|概览|简述|总结|解析|指南)?|步操作|几步|解决|排查|处理|修复|措施|方法"
    r"|对策|策略|实施|应对|做法|指南|指导|教程|办法|方式|手段|途径|行动|执行|如何|怎么|方向|尝试|清单|诊断|恢复"
    r"|\bsteps?\b|\bsolutions?\b|\bsolv\w+|\bresolv\w+|\bresolutions?\b|\bfix(?:es|ing)?\b|\bremed\w+|\bprocedures?\b"
    r"|\binstructions?\b|\bworkarounds?\b|\bmitigat\w+|\bhow to\b|\btroubleshoot\w*|\brecommend\w*|\bwhat to do\b"
    r"|\bactions?\b|^check\b|\bplease check\b|\bdiagnos\w+|\btry\b|\bfollow\b|\boptions?\b|\bapproach\w*|\bmethods?\b"
    r"|\bways? (?:to|of)\b|\bmeasures?\b|\bdo the following\b|\bproceed\b|\bguides?\b|\bto do\b|\brecover\w*"
    r"|\brepair\w*|\bensure\b|\bverify\b|\bchecklist\b|\bsuggest\w*"
)
# Words about the answer itself; whatever stands in front of them, nothing below them is to be done.
_COMMENTARY = (
    r"解释|说明|注意|总结|结论|小结|综上|参考|链接|资源|资料|依据|示例|例子|样例|例如|补充|提示|备注|附录|常见问题|背景|概述|概览"
    r"|简介|介绍|前提"
    r"|\bnotes?\b|\bexplanations?\b|\bexplained\b|\bsummary\b|\bconclusions?\b|\bcaveats?\b|\breferences?\b|\bbackground\b"
    r"|\boverview\b|\bexamples?\b|\bfurther\b|\blinks?\b|\bwarnings?\b|\btips?\b"
    r"|\bremarks?\b|\bwhy (?:it|this|that|they) works?\b|\bhow (?:it|this) works\b|\bfaq\b|\bprerequisites?\b"
    r"|\bsee also\b|\bappendix\b|\blimitations?\b|\badditional\b"
)
_ROLE_WORDS = (
    (Role.CAUSES, re.compile(_CAUSES, re.IGNORECASE)),
    (Role.ACTIONS, re.compile(_ACTIONS, re.IGNORECASE)),
    (Role.EXPLANATION, re.compile(_COMMENTARY, re.IGNORECASE)),
)
# Analysis of a problem tells causes, as far as it lists any.
_ANALYSIS = re.compile(
    r"(?:问题|故障|现象|错误|异常)的?(?:分析|定位)|^分析(?:问题|故障|错误|异常)?$|\banalysis\b|\bdiagnosis\b",
    re.IGNORECASE,
)
# "说明" explains in "解释说明" and instructs in "操作步骤说明".
_INSTRUCTIONS = re.compile(r"(?:具体|详细)?(?:操作|使用|配置|部署|安装|实施)?(?:步骤|操作|使用)说明")
_CONJUNCTION = re.compile(r"以及|[与和及并或/&、,;+]|\band\b|\bor\b", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
# What a heading may hold beside its role's words and still name no matter of its own.
_FILLERS = re.compile(
    r"如下|以下|下面|具体|详细|可能|主要|常见|推荐|最终|相关|问题|故障|分析|原因|给出|提供|进行|您|你|我们|可以|的|是|及其|几个|几种"
    r"|探索|设计|详解|实现|可执行|通用|一般|根本|直接|快速|完整|进一步|额外|其他|其它|重要|关键|技术|背后|简述|为|何|工作|事项|要点|内容|部分"
    r"|\b(?:the|a|an|of|for|this|these|following|possible|common|likely|detailed|main|root|typical|quick|suggested|here|are|is"
    r"|problem|issue|analysis|in|detail|as|below|general|important|most|your|our|it|works?|some|other|final|proposed|to|do"
    r"|what|s|be|can|we|you)\b",
    re.IGNORECASE,
)
_ALTERNATIVE = re.compile(
    r"(?:方法|方案|方式|情况|情形|场景|选项|途径|策略|办法)\s*(?:\d+|[一二三四五六七八九十]+|[a-f](?![a-z]))"
    r"|\b(?:option|method|approach|alternative|case|scenario|solution|way)\s*(?:\d+|[a-f]\b|one\b|two\b|three\b|four\b)"
    r"|^(?:针对|对于|如果|若|(?:for|if|when|on|using|with|via)\b)",
    re.IGNORECASE,
)
_LEAD_CAUSE_ENDING = re.compile(r"(?:造成|导致|引起|引发|所致|触发)的?$")
_POINTER = re.compile(r"以下|下列|下面|这些|这几|(?:the )?following\b|\bthese\b", re.IGNORECASE)
_POINTER_IS = re.compile(
    r"(?:以下|下列|下面)(?:内容)?(?:就)?[是为]|\b(?:here|below|following|these) (?:is|are)\b", re.IGNORECASE
)
_SENTENCE_BREAK = re.compile(r"[。！？!?；;\n]|\.\s")
_CLAUSE_BREAK = re.compile(r"[,，:]")
# "If that did not help, consider these:" goes on with what to do.
_STILL = re.compile(
    r"(?:如果|若|假如).*(?:未能|仍|无法|不能|依旧|依然|没有)|\bif\b.*\b(?:still|not|persists?|continues?)\b",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"(?:原理|区别|优势|优点|特点|特性|差异|好处|含义)[^,]{0,8}(?:基于|包括|有|体现|如下|分为|在于|是|依赖)"
    r"|\b(?:differences?|advantages?|features?)\b",
    re.IGNORECASE,
)


def heading_role(text: str) -> Role | None:
    """The role a heading gives to what is below it; None when it names a matter instead."""
    folded = _fold(text)
    if _INSTRUCTIONS.fullmatch(folded):
        return Role.ACTIONS
    roles = [_last_role(part) for part in _CONJUNCTION.split(folded) if part.strip()]
    if not roles:
        return None
    if roles[0] is Role.EXPLANATION:
        return Role.EXPLANATION
    for role in (Role.ACTIONS, Role.CAUSES, Role.EXPLANATION):
        if role in roles:
            return role
    return Role.CAUSES if _ANALYSIS.search(folded) else None


def is_generic(text: str) -> bool:
    """Whether a heading names nothing but its role: "解决步骤" does, "网络问题处理" does not."""
    rest = _fold(text)
    for _, words in _ROLE_WORDS:
        rest = words.sub(" ", rest)
    rest = _CONJUNCTION.sub(" ", _FILLERS.sub(" ", rest))
    return not any(map(str.isalnum, rest))


def is_alternative(text: str) -> bool:
    """Whether a heading names one of several ways or cases rather than one action."""
    return _ALTERNATIVE.search(strip_number(unicodedata.normalize("NFKC", text).strip().lower())) is not None


def lead_role(text: str) -> Role | None:
    """The role that a paragraph gives to the list it leads into; its last sentence decides."""
    folded = unicodedata.normalize("NFKC", text).strip().rstrip(":. 。")
    sentences = [sentence for sentence in _SENTENCE_BREAK.split(folded) if sentence.strip()]
    if not sentences:
        return None
    sentence = _BRACKETED.sub("", sentences[-1]).strip(" :,")
    clauses = [clause for clause in _CLAUSE_BREAK.split(sentence) if clause.strip()] or [""]
    clause = next((clause for clause in reversed(clauses) if _POINTER.search(clause)), clauses[-1])
    if _LEAD_CAUSE_ENDING.search(clauses[-1]):
        return Role.CAUSES
    return _pointed_role(clause, sentence) or (Role.ACTIONS if _STILL.search(sentence) else None)


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
    return _first_role(named.rpartition("的")[2]) or _first_role(named) or _last_role(clause[: pointer.start()])


def _joint_role(text: str) -> Role | None:
    """The role of "A and B": where either is to be done, the whole is."""
    roles = [_last_role(part) for part in _CONJUNCTION.split(text) if part.strip()]
    return next((role for role in (Role.ACTIONS, *reversed(roles)) if role in roles and role is not None), None)


def _last_role(text: str) -> Role | None:
    """The role of the word that ends last; of two that end together the longer one counts."""
    found = [(match.end(), match.end() - match.start(), index, role) for index, role, match in _matches(text)]
    return max(found)[3] if found else None


def _first_role(text: str) -> Role | None:
    """The role of the first word, unless what follows "and" is to be done."""
    parts = _CONJUNCTION.split(text)
    if any(_last_role(part) is Role.ACTIONS for part in parts[1:]):
        return Role.ACTIONS
    found = [(match.start(), index, role) for index, role, match in _matches(text)]
    return min(found)[2] if found else None


def _matches(text: str) -> list[tuple[int, Role, re.Match[str]]]:
    return [(index, role, match) for index, (role, words) in enumerate(_ROLE_WORDS) for match in words.finditer(text)]


def _fold(text: str) -> str:
    folded = strip_number(unicodedata.normalize("NFKC", text).strip()).strip(" :。.")
    return _BRACKETED.sub("", folded).strip(" :")
