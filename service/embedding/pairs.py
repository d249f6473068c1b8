"""Pairs of texts that belong together, which is what an embedding model is trained from, and their order."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SENTENCE_END = re.compile(r"(?<=[。！？；.!?;])\s*|\n+")
_SHORTEST_SENTENCE = 7


@dataclass(frozen=True, slots=True)
class Pair:
    """An anchor and its positive; pairs of one `topic` never meet in a batch, where they would count as negatives."""

    anchor: str
    positive: str
    topic: str


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that are long enough to say something."""
    return [part for part in _SENTENCE_END.split(text) if len(part) >= _SHORTEST_SENTENCE]


def batched(pairs: Sequence[Pair], size: int, rng: random.Random) -> list[Pair]:
    """Shuffle pairs so that every `size` in a row have different topics; an incomplete last batch is dropped."""
    waiting = list(pairs)
    rng.shuffle(waiting)
    ordered: list[Pair] = []
    while len(waiting) >= size:
        batch: list[Pair] = []
        topics: set[str] = set()
        postponed: list[Pair] = []
        position = 0
        while position < len(waiting) and len(batch) < size:
            pair = waiting[position]
            position += 1
            if pair.topic in topics:
                postponed.append(pair)
            else:
                topics.add(pair.topic)
                batch.append(pair)
        if len(batch) < size:
            break
        ordered.extend(batch)
        waiting = postponed + waiting[position:]
    return ordered
