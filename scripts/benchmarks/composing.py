"""Documents and questions composed from sections of documentation: as many as wanted, the same every time."""

import gzip
import html
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.documents.model import Document

LONGEST_ANSWER = 700
"""Characters of an answer."""

_NEAR = 25
_PASTED = 0.04
_LONGEST_PASTED = 800
_LONGEST_QUESTION = 120
_SENTENCE = re.compile(r"[^。！？!?\n]{8,}")

_FILE = """---
id: "{id}"
title: {title}
date: "{date}"
tags: ["{product}"]
---

## 用户问题 ：
{question}

---------------
## 专家官方解答 ：

{answer}
"""


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    text: str
    product: str


class Composer:
    """Joins sections that lie near each other in one project's documentation into questions with answers."""

    def __init__(self, sections: Path) -> None:
        with gzip.open(sections, "rt", encoding="utf-8") as lines:
            self._sections = [_section(json.loads(line)) for line in lines]

    def documents(self, count: int) -> Iterator[Document]:
        """The first so many documents."""
        return map(self.document, range(count))

    def path(self, number: int) -> str:
        """Where the file of a document lies below the knowledge folder."""
        return f"{self._sections[self._place_of(number)].product}/{number % 10}/{number}.md"

    def document(self, number: int, note: str = "") -> Document:
        """A document, with a note at the end of its answer."""
        chance = random.Random(f"document {number}")
        place = chance.randrange(len(self._sections))
        one, other = self._sections[place], self._near(place, chance)
        asked = chance.choice(_sentences(one.text) or [one.heading])[:_LONGEST_QUESTION]
        answer = "\n\n".join((one.text[: LONGEST_ANSWER // 2], other.heading, other.text))[:LONGEST_ANSWER] + note
        return Document(
            id=document_id(number),
            title=f"{one.heading} {other.heading}",
            question=asked,
            product=one.product,
            tags=(one.product,),
            keywords=(),
            date=f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            category=None,
            path=self.path(number),
            summary=answer[:200],
            causes=(),
            steps=(),
            references=(),
            markdown=answer,
            html=f"<p>{html.escape(answer)}</p>",
            content_hash=f"{number}{note}",
        )

    def write(self, folder: Path, number: int, note: str = "") -> None:
        """Write a document as a file; its text is plain, so that it cannot be taken for another section."""
        document = self.document(number)
        text = _FILE.format(
            id=document.id,
            title=json.dumps(document.title, ensure_ascii=False),
            date=document.date,
            product=document.product,
            question=_plain(document.question),
            answer=f"{_plain(document.markdown)}\n\n{note}",
        )
        path = folder / document.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def questions(self, documents: int, count: int) -> list[str]:
        """What somebody may ask about so many documents: a heading and a sentence, or now and then all of a text."""
        asked = []
        for number in range(count):
            chance = _chance_of_question(number)
            section = self._sections[self._place_of(chance.randrange(documents))]
            if chance.random() < _PASTED:
                asked.append(section.text[:_LONGEST_PASTED])
            else:
                sentence = chance.choice(_sentences(section.text) or [section.text])
                asked.append(f"{section.heading} {sentence}"[:_LONGEST_QUESTION])
        return asked

    def answers(self, documents: int, count: int) -> list[list[int]]:
        """For each of the `questions`, the documents that begin with the section it was made of, by their numbers."""
        numbers: dict[int, list[int]] = {}
        for number in range(documents):
            numbers.setdefault(self._place_of(number), []).append(number)
        asked = (_chance_of_question(number).randrange(documents) for number in range(count))
        return [numbers[self._place_of(number)] for number in asked]

    def _place_of(self, number: int) -> int:
        return random.Random(f"document {number}").randrange(len(self._sections))

    def _near(self, place: int, chance: random.Random) -> _Section:
        near = min(max(place + chance.randint(-_NEAR, _NEAR), 0), len(self._sections) - 1)
        return self._sections[near]


def _chance_of_question(number: int) -> random.Random:
    return random.Random(f"question {number}")


def document_id(number: int) -> str:
    """The id of a document."""
    return f"composed-{number}"


def _section(raw: dict[str, str]) -> _Section:
    return _Section(raw["heading"], raw["text"], raw["source"].split("/")[-1].lower())


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.findall(text)]


def _plain(text: str) -> str:
    """The text without what Markdown takes for a heading, a line or a fence."""
    return re.sub(r"^[\s#=\-*_`~>|]+", "", text, flags=re.MULTILINE)
