"""What a model says of texts without anything in common, from which its cosines are measured."""

from itertools import pairwise

from service.embedding.encoder import Encoder

_TEXTS = (
    "附近有什么好吃的餐馆",
    "The recipe needs two eggs and a cup of flour.",
    "数据库连接池耗尽了",
    "The patient was given antibiotics for ten days.",
    "球队在加时赛输掉了决赛",
    "How do I renew my passport?",
    "春天适合种哪些花",
    "The train leaves from platform nine.",
)


def unrelated_cosine(encoder: Encoder) -> float:
    """The mean cosine that a model gives texts without anything in common, 0 upward.

    Near 0 for static models, .7 and more for some transformers; measured from it, one threshold fits all.
    """
    embeddings = encoder.encode_queries(_TEXTS)
    cosines = [float(one @ other) for one, other in pairwise(embeddings)]
    return min(max(sum(cosines) / len(cosines), 0.0), 0.99)


def above(unrelated: float, cosine: float) -> float:
    """The cosine of a model, by its `unrelated_cosine`, that says what `cosine` says where unrelated texts have 0."""
    return unrelated + (1 - unrelated) * cosine
