"""Several rankings into one: a weighted sum of scores, each ranking's divided by its best score for the question.

Dividing by the maximum makes BM25 scores, which have no upper bound and grow with the question's length, comparable
with cosines. The linear combination of normalised scores is that of Bruch, Gai and Ingber, "An Analysis of Fusion
Functions for Hybrid Retrieval" (ACM TOIS 2023), with the maximum in place of the range.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.answering.query import Language


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each ranking counts."""

    words: float
    bigrams: float
    question: float
    title_vector: float
    question_vector: float
    whole_vector: float


WEIGHTS = {
    Language.CHINESE: Weights(1.0, 1.0, 0.5, 0.9, 0.7, 1.6),
    # Chinese documents share nothing but names with a question in another language; meaning has to carry it.
    Language.OTHER: Weights(0.5, 0.0, 0.25, 0.9, 0.7, 1.6),
}

Scores = npt.NDArray[np.float32]


def fuse(lexical: Scores, similarities: Scores, weights: Weights) -> Scores:
    """Fused scores, 0 upward, of candidates.

    `lexical` holds BM25 scores by words, bigrams and the question's words, `similarities` cosines with title, question
    and whole document: both of shape (candidates, 3). A candidate that a ranking does not hold scores 0 in it.
    """
    lexical_weights = np.array([weights.words, weights.bigrams, weights.question], np.float32)
    vector_weights = np.array([weights.title_vector, weights.question_vector, weights.whole_vector], np.float32)
    fused: Scores = _normalised(lexical) @ lexical_weights + _normalised(similarities) @ vector_weights
    return fused


def _normalised(scores: Scores) -> Scores:
    best = scores.max(axis=0, initial=0.0)
    normalised: Scores = np.divide(np.maximum(scores, 0), best, out=np.zeros_like(scores), where=best > 0)
    return normalised
