"""How sure an answer is, from how near it is in absolute terms.

Not yet a probability: a logistic curve with hand-set coefficients over two measures, monotone in each. It separates
better from worse matches and gives the thresholds of the settings something to cut.
"""

import math

_SIMILARITY_WEIGHT, _COVERAGE_WEIGHT, _BIAS = 9.0, 4.0, -5.5


def monotone_confidence(similarity: float, coverage: float) -> float:
    """A number in 0..1 that grows with the nearest field's cosine and with the share of the question's words matched.

    `coverage` is the BM25 score as a share of the highest that any document could reach for the question.
    """
    return 1 / (1 + math.exp(-(_SIMILARITY_WEIGHT * similarity + _COVERAGE_WEIGHT * coverage + _BIAS)))
