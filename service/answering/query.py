"""A question as it is searched: checked, cut into terms, embedded."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from service.embedding.encoder import Embeddings, Encoder
from service.errors import InvalidQuestionError
from service.index import analyzer

LONGEST_QUESTION = 2000
"""Characters a question may have."""

LONG_QUESTION = 150
"""Characters from which a question is a long one: of 80 to 300, the number that gained most in cross-validation."""

_MOST_TERMS = 128
"""Different terms of one reading that are searched; a pasted stack trace repeats its packages from there on."""

_HAN = re.compile(r"[\u3400-\u9fff]")
# All of Unicode's categories Cc and Cs but tabs and line breaks.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Language(StrEnum):
    """What a question is written in, as far as an answer depends on it."""

    CHINESE = "zh"
    OTHER = "other"


class Wording(StrEnum):
    """What a question is worded like, as far as ranking depends on it.

    Long ones, of either language, are pasted messages and stories, most of whose pieces tell nothing.
    """

    CHINESE = Language.CHINESE.value
    OTHER = Language.OTHER.value
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be searched; `words` and `bigrams` are without repetitions."""

    text: str
    language: Language
    words: tuple[str, ...]
    bigrams: tuple[str, ...]
    embedding: Embeddings

    @property
    def wording(self) -> Wording:
        """What it is worded like."""
        return Wording.LONG if len(self.text) >= LONG_QUESTION else Wording(self.language)

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
    control = _CONTROL.search(text)
    if control:
        raise InvalidQuestionError(
            f"The question holds the control character U+{ord(control[0]):04X}; remove it and ask again."
        )
    return text
