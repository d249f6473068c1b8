"""The part of a document that bears on a question, for a list of results."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.documents.model import Document

LONGEST_SNIPPET = 160

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*|\n")
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[`*#>|]+|^\s*(?:[-+]|\d+[.)])\s+", re.MULTILINE)


def snippet(document: Document, terms: Sequence[str]) -> str:
    """Plain text of at most 160 characters: the sentences with most of the terms, else the summary."""
    sentences = _sentences(document.markdown)
    wanted = {term for term in terms if len(term) > 1}
    best = max(sentences, key=lambda sentence: sentence.relevance(wanted), default=None)
    if best is None or not best.relevance(wanted):
        return _cut(document.summary)
    return _cut(" ".join(sentence.text for sentence in sentences[best.position : best.position + 3]))


@dataclass(frozen=True, slots=True)
class _Sentence:
    position: int
    text: str
    lowered: str

    def relevance(self, wanted: Iterable[str]) -> float:
        """The length of the terms it holds against its own, damped so that no shred of a sentence wins."""
        lowered = self.lowered
        # A list, as this runs thousands of times a question, and a generator takes half as long again.
        return sum([len(term) for term in wanted if term in lowered]) / (20 + len(lowered))


@lru_cache(maxsize=2048)
def _sentences(markdown: str) -> tuple[_Sentence, ...]:
    text = _MARKS.sub(lambda mark: mark.group(1) or "", markdown)
    sentences = [sentence for part in _SENTENCE.findall(text) if (sentence := " ".join(part.split()))]
    return tuple(_Sentence(i, sentence, sentence.lower()) for i, sentence in enumerate(sentences))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SNIPPET else text[: LONGEST_SNIPPET - 1] + "…"
