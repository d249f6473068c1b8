"""Several documents on one topic shown once: the best stands for the others.

Two documents are alike when they ask the same and answer the same. Embeddings judge both, but not the one word that
makes another question of the same sentence, `enable` for `disable`, `C#` for `C` or `why` for `how`, and answers to
such questions read alike too. So the titles have the last word: where each holds a word that the other lacks, both are
shown. Hiding a different answer is worse than showing two that are alike.
"""

import re
from functools import lru_cache, partial
from operator import itemgetter
from typing import Protocol

import numpy as np

from service.documents.model import Document
from service.embedding.encoder import Embedding, Embeddings, Encoder
from service.embedding.unrelated import above
from service.index import analyzer
from service.index.fields import Fields
from service.index.searchable import Rows

LEAST_WHOLE = 0.78
"""Cosine of whole documents from which their answers may be the same."""

LEAST_MEAN = 0.82
"""Mean of that and the cosine of the questions from which documents may be alike.

Both were chosen on 883 documents about one product by reading their pairs from the nearest down. Of those whose titles
agree, all 38 above both are one question with one answer; the first that differs has a mean of .81.
"""

_KEPT = 4096
"""Titles and questions of documents that are kept as they are compared."""

_FOLDED = 8
"""Documents that are likely to be folded under those shown, and so are read with them."""

_PHRASES = frozenset(
    "的 了 吗 么 呢 是 有 个 在 和 与 及 以及 我 我们 你 请 请问 请教 如何 怎么 怎样 怎么样 怎么办 什么 哪些 哪个 "
    "可以 能 一下 具体 方法 具体方法 详细 步骤 说明 介绍 详解 问题 怎么回事 回事 "
    "a an the is are was to of in on for and or with how what which do does did i we you my can please".split()
)
"""Words of a title that ask, and say nothing of what is asked about."""

_REASONS = frozenset("为什么 为何 why".split())
"""Words of a title that ask for a reason; how to do a thing is another question than why."""

_SYMBOLS = re.compile(r"(?<=[a-z])[#+]+", re.IGNORECASE)
_SYMBOL_NAMES = str.maketrans({"#": "sharp", "+": "plus"})


class Documents(Protocol):
    """What is asked of a `Searchable`."""

    def document_at(self, row: int, /) -> Document:
        """The document in a row."""

    def embeddings_at(self, rows: Rows, /) -> Embeddings:
        """The embeddings of some documents."""


class Folding:
    """Folds by an encoder's embeddings; safe to use from several threads."""

    def __init__(self, encoder: Encoder, unrelated: float) -> None:
        """`unrelated` is the encoder's `unrelated_cosine`."""
        self._least_whole, self._least_mean = above(unrelated, LEAST_WHOLE), above(unrelated, LEAST_MEAN)
        # The cache must not know this: in a cycle with it, it would outlive it until a full collection.
        self._asked = lru_cache(_KEPT)(partial(_embedding_of, encoder))

    def fold(self, ranked: Rows, snapshot: Documents, *, shown: int) -> list[list[int]]:
        """At most `shown` groups of places in the ranking, best first; the first of each stands for the others.

        `ranked` has the rows of documents, best first; it is followed down until there are enough groups.
        """
        groups: list[list[int]] = []
        cosines = np.empty((0, 0), np.float32)
        for place, row in enumerate(ranked.tolist()):
            if len(groups) == shown:
                break
            if place == len(cosines):
                embeddings = snapshot.embeddings_at(ranked[: place + shown + _FOLDED])
                cosines = embeddings @ embeddings.T
            near = ((float(cosines[place, group[0]]), group) for group in groups)
            near_enough = [one for one in near if one[0] >= self._least_whole]
            for cosine, group in sorted(near_enough, key=itemgetter(0), reverse=True):
                if self._is_alike(snapshot.document_at(row), snapshot.document_at(int(ranked[group[0]])), cosine):
                    group.append(place)
                    break
            else:
                groups.append([place])
        return groups

    def _is_alike(self, one: Document, other: Document, cosine: float) -> bool:
        if not _ask_the_same(one, other):
            return False
        asked = float(self._asked(Fields.of(one).asked) @ self._asked(Fields.of(other).asked))
        return (cosine + asked) / 2 >= self._least_mean


def _embedding_of(encoder: Encoder, text: str) -> Embedding:
    embedding: Embedding = encoder.encode_documents([text])[0]
    return embedding


def _ask_the_same(one: Document, other: Document) -> bool:
    if one.product != other.product:
        return False
    words, other_words = _subject(one.title), _subject(other.title)
    if words.isdisjoint(_REASONS) != other_words.isdisjoint(_REASONS):
        return False
    return words <= other_words or other_words <= words


@lru_cache(maxsize=_KEPT)
def _subject(title: str) -> frozenset[str]:
    """The words of a title that say what it is about, `c#` being another than `c`."""
    named = _SYMBOLS.sub(lambda symbols: symbols.group().translate(_SYMBOL_NAMES), title)
    return frozenset(analyzer.words(named)) - _PHRASES
