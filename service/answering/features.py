"""What is known of each candidate for a question, as numbers that mean the same for every question and collection."""

import numpy as np
import numpy.typing as npt

from service.answering.candidates import Candidates

NAMES = ("words", "bigrams", "question", "title_vector", "question_vector", "whole_vector", "pieces")
"""BM25 by words, by bigrams and by the question field's words, then the cosines with title, question and document, and
how well the question's pieces are matched by the document's."""

Features = npt.NDArray[np.float32]
"""One row a candidate, one column a name."""


def relative_features(candidates: Candidates) -> Features:
    """Every measure divided by its best value among the candidates: 0..1, whatever the question's length."""
    features: Features = np.hstack([candidates.lexical, candidates.similarities, candidates.pieces[:, None]])
    np.maximum(features, 0, out=features)
    best = features.max(axis=0, initial=0.0)
    # What no candidate has stays 0.
    best[best == 0] = 1
    features /= best
    return features
