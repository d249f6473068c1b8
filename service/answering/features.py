"""What is known of each candidate for a question, as numbers that mean the same for every question and collection."""

import numpy as np

from service.answering.candidates import Measures


def relative_features(measures: Measures) -> Measures:
    """Every measure divided by its best value among the candidates: 0..1, whatever the question's length."""
    features: Measures = np.maximum(measures, 0)
    best = features.max(axis=0, initial=0.0)
    # What no candidate has stays 0.
    best[best == 0] = 1
    features /= best
    return features
