"""The part of a document that bears on a question, for a list of results."""

import re
from collections.abc import Sequence

from service.documents.model import Document

LONGEST_SNIPPET = 160

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*|\n")
_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[`*#>|]+|^\s*(?:[-+]|\d+[.)])\s+", re.MULTILINE)


def snippet(document: Document, terms: Sequence[str]) -> str:
    """Plain text of at most 160 characters: the sentences with most of the terms, else the summary."""
    text = _MARKS.sub(lambda mark: mark.group(1) or "", document.markdown)
    sentences = [sentence for part in _SENTENCE.findall(text) if (sentence := " ".join(part.split()))]
    lowered = [sentence.lower() for sentence in sentences]
    wanted = {term for term in terms if len(term) > 1}
    weights = [sum(len(term) for term in wanted if term in sentence) / (20 + len(sentence)) for sentence in lowered]
    best = max(range(len(sentences)), key=weights.__getitem__, default=None)
    if best is None or not weights[best]:
        return _cut(document.summary)
    return _cut(" ".join(sentences[best : best + 3]))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SNIPPET else text[: LONGEST_SNIPPET - 1] + "…"
