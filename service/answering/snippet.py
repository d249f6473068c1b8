"""The part of a document that bears on a question, for a list of results."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Self

from service.documents.model import Document

LONGEST_SNIPPET = 160

MOST_TERMS = 12
"""Terms that are looked for: a pasted stack trace has a hundred, most of which tell nothing."""

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*|\n")
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[`*#>|]+|^\s*(?:[-+]|\d+[.)])\s+", re.MULTILINE)
_DAMPING = 20


def snippet(document: Document, terms: Sequence[str]) -> str:
    """Plain text of at most 160 characters: the sentences with most of the terms, else the summary."""
    sentences = _sentences(document.markdown)
    best = sentences.most_relevant(terms)
    if best is None:
        return _cut(document.summary)
    return _cut(" ".join(sentences.texts[best : best + 3]))


def telling(terms: Sequence[str], frequencies: Sequence[int]) -> tuple[str, ...]:
    """The terms to look for: of those of more than one character that any document holds, the rarest `MOST_TERMS`.

    `frequencies` has how many documents hold each term.
    """
    held = [(count, term) for count, term in zip(frequencies, terms, strict=True) if count and len(term) > 1]
    return tuple(term for _, term in sorted(held)[:MOST_TERMS])


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The sentences of a text, and all of them in lower case, a line each, with the place where each ends.

    `weights` are their lengths, damped, so that no shred of a sentence wins.
    """

    texts: tuple[str, ...]
    lowered: str
    ends: tuple[int, ...]
    weights: tuple[int, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Prepare them for being searched."""
        lowered = [text.lower() for text in texts]
        ends = tuple(accumulate(len(text) + 1 for text in lowered))
        return cls(tuple(texts), "\n".join(lowered), ends, tuple(_DAMPING + len(text) for text in lowered))

    def most_relevant(self, wanted: Iterable[str]) -> int | None:
        """The sentence with the most of the terms, by length, against its weight; None where there is no term."""
        # Local names, as this runs hundreds of times a question.
        ends, find = self.ends, self.lowered.find
        held: dict[int, int] = {}
        # Terms hold no line break, so none is found across two sentences.
        for term in wanted:
            length = len(term)
            place = find(term)
            while place >= 0:
                sentence = bisect_right(ends, place)
                held[sentence] = held.get(sentence, 0) + length
                place = find(term, ends[sentence])
        # The first of several that are as good.
        return min(held, key=lambda sentence: (-held[sentence] / self.weights[sentence], sentence), default=None)


@lru_cache(maxsize=2048)
def _sentences(markdown: str) -> _Sentences:
    text = _MARKS.sub(lambda mark: mark.group(1) or "", markdown)
    return _Sentences.of([sentence for part in _SENTENCE.findall(text) if (sentence := " ".join(part.split()))])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SNIPPET else text[: LONGEST_SNIPPET - 1] + "…"
