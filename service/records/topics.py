"""The different wordings among many questions, each with everybody who used it."""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.records.history import Gap


@dataclass(frozen=True, slots=True)
class Topic:
    """One wording of a question about one product, or about none; `gaps` has the latest first, `text` is that one's.

    `words` is what all their texts have in common; `key` names the topic in ten hex digits.
    """

    key: str
    words: str
    text: str
    product: str | None
    gaps: tuple[Gap, ...]

    @property
    def last_asked(self) -> datetime:
        """When it was asked last."""
        return self.gaps[0].asked_at


def read_topics(gaps: Iterable[Gap]) -> list[Topic]:
    """The wordings of `gaps`, which come with the latest first: the most frequent first, then the latest."""
    collected: dict[tuple[str, str | None], list[Gap]] = {}
    for gap in gaps:
        collected.setdefault((bare_words(gap.question), gap.product), []).append(gap)
    topics = [
        Topic(_key(words, product), words, found[0].question, product, tuple(found))
        for (words, product), found in collected.items()
    ]
    return sorted(topics, key=lambda topic: (-len(topic.gaps), -topic.last_asked.timestamp(), topic.key))


def bare_words(question: str) -> str:
    """The question without differences of width and case, of white space, and of punctuation around it."""
    words = " ".join(unicodedata.normalize("NFKC", question).casefold().split())
    begin, end = 0, len(words)
    while begin < end and not words[begin].isalnum():
        begin += 1
    while begin < end and not words[end - 1].isalnum():
        end -= 1
    return words[begin:end] or words


def _key(words: str, product: str | None) -> str:
    return hashlib.blake2b(f"{product or ''}\0{words}".encode(), digest_size=5).hexdigest()
