"""A question as it is searched: checked, cut into terms, embedded."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from service.embedding.encoder import Embeddings, Encoder
from service.errors import InvalidQuestionError
from service.index import analyzer

LONGEST_QUESTION = 2000
"""Characters a question may have."""

_MOST_TERMS = 128
"""Different terms of one reading that are searched; a pasted stack trace repeats its packages from there on."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_LINE_CONTROLS = frozenset("\t\n\r")


class Language(StrEnum):
    """What a question is written in, as far as ranking depends on it."""

    CHINESE = "zh"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be searched; `words` and `bigrams` are without repetitions."""

    text: str
    language: Language
    words: tuple[str, ...]
    bigrams: tuple[str, ...]
    embedding: Embeddings

    @classmethod
    def of(cls, question: str, encoder: Encoder) -> Self:
        """Analyze and embed a question.

        :raises InvalidQuestionError: when it is blank, too long, or holds control characters.
        """
        text = checked_question(question)
        return cls(
            text,
            Language.CHINESE if _HAN.search(text) else Language.OTHER,
            tuple(dict.fromkeys(analyzer.words(text)))[:_MOST_TERMS],
            tuple(dict.fromkeys(analyzer.bigrams(text)))[:_MOST_TERMS],
            encoder.encode_queries([text]),
        )


def checked_question(question: str) -> str:
    """The question without blanks around it.

    :raises InvalidQuestionError: when it is blank, too long, or holds control characters or half of a surrogate pair.
    """
    text = question.strip()
    if not text:
        raise InvalidQuestionError("The question is empty; write what you want to know.")
    if len(text) > LONGEST_QUESTION:
        raise InvalidQuestionError(
            f"The question has {len(text)} characters, at most {LONGEST_QUESTION} are read; "
            "keep the message and the first lines of a stack trace."
        )
    for character in text:
        if character not in _LINE_CONTROLS and unicodedata.category(character) in ("Cc", "Cs"):
            raise InvalidQuestionError(
                f"The question holds the control character U+{ord(character):04X}; remove it and ask again."
            )
    return text
