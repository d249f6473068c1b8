"""Several documents on one topic shown once: the best stands for the others.

Two documents are alike when they ask the same and answer the same. Embeddings judge both, but not the one word that
makes another question of the same sentence, `enable` for `disable`, `C#` for `C` or `why` for `how`, and answers to
such questions read alike too. So the titles have the last word: where each holds a word that the other lacks, both are
shown. Hiding a different answer is worse than showing two that are alike.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from service.documents.model import Document
from service.embedding.encoder import Embeddings, Encoder
from service.index import analyzer
from service.index.vectors import FIELDS, WHOLE

LEAST_WHOLE = 0.78
"""Cosine of whole documents from which their answers may be the same."""

LEAST_MEAN = 0.82
"""Mean of that and the cosine of the questions from which documents may be alike.

Both were chosen on 883 documents about one product by reading their pairs from the nearest down. Of those whose titles
agree, all 38 above both are one question with one answer; the first that differs has a mean of .81.
"""

_QUESTION = FIELDS.index("question")

_UNRELATED = (
    "附近有什么好吃的餐馆",
    "The recipe needs two eggs and a cup of flour.",
    "数据库连接池耗尽了",
    "The patient was given antibiotics for ten days.",
    "球队在加时赛输掉了决赛",
    "How do I renew my passport?",
    "春天适合种哪些花",
    "The train leaves from platform nine.",
)

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


def unrelated_cosine(encoder: Encoder) -> float:
    """The mean cosine that a model gives texts without anything in common, 0 upward.

    Near 0 for static models, .7 and more for some transformers; measured from it, one threshold fits all.
    """
    embeddings = encoder.encode_queries(_UNRELATED)
    cosines = [float(one @ other) for one, other in pairwise(embeddings)]
    return min(max(sum(cosines) / len(cosines), 0.0), 0.99)


def fold(
    ranked: npt.NDArray[np.int64],
    embeddings_at: Callable[[int], Embeddings],
    document_at: Callable[[int], Document],
    *,
    shown: int,
    unrelated: float = 0.0,
) -> list[list[int]]:
    """At most `shown` groups of places in the ranking, best first; the first of each group stands for the others.

    `ranked` has the rows of documents, best first; it is followed down until there are enough groups. `embeddings_at`
    gives a row's, one a field of `vectors.FIELDS`. `unrelated` is the model's `unrelated_cosine`.
    """
    groups: list[list[int]] = []
    if not len(ranked):
        return groups
    dimension = embeddings_at(int(ranked[0])).shape[1]
    asked, whole = np.empty((2, min(shown, len(ranked)), dimension), np.float32)
    least_whole, least_mean = (unrelated + (1 - unrelated) * least for least in (LEAST_WHOLE, LEAST_MEAN))
    for place, row in enumerate(ranked.tolist()):
        count = len(groups)
        if count == shown:
            break
        embeddings = embeddings_at(row)
        asked[count], whole[count] = embeddings[_QUESTION], embeddings[WHOLE]
        for near in _near(asked[: count + 1], whole[: count + 1], least_whole, least_mean):
            if _ask_the_same(document_at(row), document_at(int(ranked[groups[near][0]]))):
                groups[near].append(place)
                break
        else:
            groups.append([place])
    return groups


def _near(asked: Embeddings, whole: Embeddings, least_whole: float, least_mean: float) -> list[int]:
    """The rows that are near the last one, nearest first."""
    of_whole = whole[:-1] @ whole[-1]
    if of_whole.max(initial=0.0) < least_whole:
        return []
    means = (of_whole + asked[:-1] @ asked[-1]) / 2
    near = np.flatnonzero((of_whole >= least_whole) & (means >= least_mean))
    found: list[int] = near[np.argsort(-means[near], kind="stable")].tolist()
    return found


def _ask_the_same(one: Document, other: Document) -> bool:
    if one.product != other.product:
        return False
    words, other_words = _subject(one.title), _subject(other.title)
    if words.isdisjoint(_REASONS) != other_words.isdisjoint(_REASONS):
        return False
    return words <= other_words or other_words <= words


@lru_cache(maxsize=4096)
def _subject(title: str) -> frozenset[str]:
    """The words of a title that say what it is about, `c#` being another than `c`."""
    named = _SYMBOLS.sub(lambda symbols: symbols.group().translate(_SYMBOL_NAMES), title)
    return frozenset(analyzer.words(named)) - _PHRASES
