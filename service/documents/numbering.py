"""The numbers people put before headings, steps and causes, in Chinese and English."""

import re

_DIGITS = r"(?:\d{1,3}|[一二三四五六七八九十百]{1,4}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]|(?<![A-Za-z])[IVX]{1,4}(?![A-Za-z]))"
_STEP = re.compile(
    rf"\s*(?:步骤\s*{_DIGITS}|第\s*{_DIGITS}\s*步|step\s*(?:\d{{1,3}}|one|two|three|four|five|six|seven|eight|nine|ten)\b)"
    r"\s*[:：.、,，)）\-–—]*\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"\s*(?:[(（【]\s*{_DIGITS}\s*[)）】]|{_DIGITS}\s*[.．、)）](?!\d|[xX](?![A-Za-z]))|{_DIGITS}\s*[:：](?!\d)|[①-⑳❶-❿⑴-⒇⒈-⒛]"
    r"|\d{1,2}(?:\.\d{1,2}){1,2}\.?(?=\s+(?!版|及|以|和|或|之|version|and|or))|[一二三四五六七八九十]\s+)\s*"
)
_MOST_NUMBERS = 3


def strip_number(text: str) -> str:
    """`text` without the number, or numbers, in front of it: "1. 步骤一：检查" is "检查"."""
    for _ in range(_MOST_NUMBERS):
        match = _STEP.match(text) or _NUMBER.match(text)
        if match is None or match.end() == len(text):
            break
        text = text[match.end() :]
    return text.strip()


def is_numbered(text: str) -> bool:
    """Whether `text` carries a number in front of it."""
    return _STEP.match(text) is not None or _NUMBER.match(text) is not None


def is_step(text: str) -> bool:
    """Whether the number in front of `text` calls it a step."""
    return _STEP.match(text) is not None
