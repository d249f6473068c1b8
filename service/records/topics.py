"""The different wordings among many questions, each with everybody who used it."""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.records.history import Gap


@dataclass(frozen=True, slots=True)
class Topic:
    """One wording of a question about one product, or about none; `gaps` has the latest first, `text` is that one's."""

    key: str
    text: str
    product: str | None
    gaps: tuple[Gap, ...]

    @property
    def last_asked(self) -> datetime:
        """When it was asked last."""
        return self.gaps[0].asked_at


def read_topics(gaps: Iterable[Gap]) -> list[Topic]:
    """The wordings of `gaps`, which come with the latest first: the most frequent first, then the latest."""
    collected: dict[str, list[Gap]] = {}
    for gap in gaps:
        collected.setdefault(topic_key(gap.question, gap.product), []).append(gap)
    topics = [Topic(key, found[0].question, found[0].product, tuple(found)) for key, found in collected.items()]
    return sorted(topics, key=lambda topic: (-len(topic.gaps), -topic.last_asked.timestamp(), topic.key))


def topic_key(question: str, product: str | None) -> str:
    """Ten hex digits that stay the same when only width, case, spaces and punctuation around a question differ."""
    words = " ".join(unicodedata.normalize("NFKC", question).casefold().split())
    begin, end = 0, len(words)
    while begin < end and not words[begin].isalnum():
        begin += 1
    while begin < end and not words[end - 1].isalnum():
        end -= 1
    bare = words[begin:end] or words
    return hashlib.blake2b(f"{product or ''}\0{bare}".encode(), digest_size=5).hexdigest()
