"""Weights learned from a few questions that tell what they must come to."""

import numpy as np
import pytest

from scripts.training.ranking import Asked, learn_weights
from service.answering.candidates import NAMES
from service.answering.query import Wording

WORDS, PIECES = NAMES.index("words"), NAMES.index("pieces")


def asked(telling: int, *, given: bool) -> Asked:
    """Two candidates: one ranking prefers the one that answers, every other one has no opinion."""
    features = np.ones((2, len(NAMES)), np.float32)
    features[1, telling] = 0
    # The other of the two is wrong as often as this one is right.
    features[0, WORDS + PIECES - telling] = 0
    return Asked(Wording.CHINESE, features, np.array([1, 0], np.float32), given)


def test_ranking_that_tells_gets_the_weight() -> None:
    weights = learn_weights([asked(PIECES, given=True), asked(PIECES, given=False)])
    assert weights.argmax() == PIECES
    assert weights[PIECES] > 3 * np.delete(weights, PIECES).max()
    assert weights.sum() == pytest.approx(1)


def test_given_questions_count_as_much_as_ours_however_few() -> None:
    weights = learn_weights([asked(WORDS, given=True)] + [asked(PIECES, given=False)] * 20)
    assert weights[WORDS] == pytest.approx(weights[PIECES], abs=0.01)
