"""What is known of each candidate for a question, as numbers that mean the same for every question and collection."""

import numpy as np
import numpy.typing as npt

from service.answering.candidates import Measures

Features = npt.NDArray[np.float32]
"""One row a candidate, one column a name of `candidates.NAMES`."""


def relative_features(measures: Measures) -> Features:
    """Every measure divided by its best value among the candidates: 0..1, whatever the question's length."""
    features: Features = np.maximum(measures, 0)
    best = features.max(axis=0, initial=0.0)
    # What no candidate has stays 0.
    best[best == 0] = 1
    features /= best
    return features
