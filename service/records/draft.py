"""The beginning of a document that answers a group of questions: all but the answer."""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from textwrap import indent

from markdown_it import MarkdownIt

from service.documents.parser import as_read, parse_document
from service.records.report import Group

_HAN = re.compile(r"[\u3400-\u9fff]")
# What, at the beginning of a line, could swallow or end the section that the line stands in: headings, underlines of
# headings, code and HTML.
_LEADING = re.compile(r"^( {0,3})(?=#|```|~~~|<|(?:=+|-+)[ \t]*$)", re.MULTILINE)
_UNFIT_FOR_AN_ID = re.compile(r"[/\\?#%\s]+")
_LONGEST_TITLE = 100
_LONGEST_WORDING = 200


@dataclass(frozen=True, slots=True)
class _Headings:
    question: str
    also: str
    answer: str
    causes: str
    steps: str
    references: str
    experience: str


_CHINESE = _Headings(
    "用户问题 ：", "也有人这样问：", "专家官方解答 ：", "原因分析", "解决步骤", "参考链接 ：", "专家经验："
)
_ENGLISH = _Headings("Question", "Also asked as:", "Answer", "Causes", "Steps", "References", "Expert experience: ")


def draft_id(group: Group) -> str:
    """The id of the document to be."""
    return f"{_UNFIT_FOR_AN_ID.sub('-', group.product or 'question')}-{group.id}"


def draft(group: Group, *, today: date) -> str:
    """A file in the form of the collection, in the language of the question; only its answer is missing.

    Until that is written, the file is a document without an answer, which is reported and not indexed, whatever people
    asked: their Markdown is escaped where it would swallow or end its section, and shown as code where that is not
    enough.
    """
    typed = as_read(group.question).strip()
    for question in (typed, _LEADING.sub(r"\1\\", typed)):
        if _is_contained(question) and _lacks_answer(text := _write(group, question, today)):
            return text
    return _write(group, indent(typed, "    "), today)


def _write(group: Group, question: str, today: date) -> str:
    words = _CHINESE if _HAN.search(group.question) else _ENGLISH
    front = {
        "id": draft_id(group),
        "title": _title(group.question),
        "date": today.isoformat(),
        "tags": [group.product] if group.product else [],
    }
    return "\n".join(
        (
            "---",
            # JSON is YAML, quotes and all.
            *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()),
            "---",
            f"\n## {words.question}",
            question,
            *_other_wordings(group, words),
            f"\n---\n## {words.answer}",
            f"\n### {words.causes}",
            f"\n### {words.steps}",
            f"\n---\n## {words.references}",
            *(f"* {words.experience}{_line(document.title)}" for document in group.documents),
            "",
        )
    )


def _title(question: str) -> str:
    first = next((line for text in question.splitlines() if (line := _line(text))), "")
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1] + "…"


def _other_wordings(group: Group, words: _Headings) -> list[str]:
    lines = [f"* {_line(wording.text)[:_LONGEST_WORDING]}" for wording in group.wordings]
    return [f"\n{words.also}\n", *lines] if lines else []


def _line(text: str) -> str:
    """A text in one line, without characters that YAML refuses."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _is_contained(question: str) -> bool:
    """Whether a question neither swallows what stands below it nor has headings that could end its section.

    Headings may be underlined: they are none to the service, but they are to whoever reads the file elsewhere.
    """
    headings = [
        token
        for token in _commonmark().parse(f"{question}\n\n# end")
        if token.type == "heading_open" and token.level == 0
    ]
    return len(headings) == 1 and headings[0].map == [question.count("\n") + 2, question.count("\n") + 3]


@cache
def _commonmark() -> MarkdownIt:
    return MarkdownIt("commonmark").disable(["inline", "text_join"])


def _lacks_answer(text: str) -> bool:
    return parse_document(text.encode(), path="draft.md").document is None
