"""The parts of a document that training and measuring set against each other."""

import re

from service.documents.model import Document
from service.embedding.pairs import sentences

_BLANK_LINES = re.compile(r"\n\s*\n")
_PASSAGE = 300
_SHORTEST_PASSAGE = 60


def asked(document: Document) -> str:
    """What its user asked: the question, after the title where it does not repeat that."""
    if document.title.strip() in document.question:
        return document.question
    return f"{document.title}\n{document.question}"


def after_opening(document: Document) -> str:
    """The answer without its first paragraph, in which experts say the question again; short answers stay whole."""
    paragraphs = [paragraph for paragraph in _BLANK_LINES.split(document.markdown) if paragraph.strip()]
    return "\n\n".join(paragraphs[1:]) if len(paragraphs) > 2 else document.markdown


def passages(document: Document) -> list[str]:
    """The answer in pieces of about 300 characters, cut between sentences."""
    found, current = [], ""
    for sentence in sentences(document.markdown):
        current = f"{current}\n{sentence}" if current else sentence
        if len(current) >= _PASSAGE:
            found.append(current)
            current = ""
    return [*found, current] if len(current) >= _SHORTEST_PASSAGE else found
