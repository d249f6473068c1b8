"""Several rankings into one: a weighted sum of scores, each ranking's divided by its best score for the question.

Dividing by the maximum makes BM25 scores, which have no upper bound and grow with the question's length, comparable
with cosines. The linear combination of normalised scores is that of Bruch, Gai and Ingber, "An Analysis of Fusion
Functions for Hybrid Retrieval" (ACM TOIS 2023), with the maximum in place of the range. The weights, one set a wording
of the question, are learned by `scripts/train_ranking.py`, which says beside them what from.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from service.answering.candidates import NAMES, Candidates
from service.answering.features import relative_features
from service.answering.query import Query, Wording

WEIGHTS_FILE = Path(__file__).with_name("ranking.json")

Weights = npt.NDArray[np.float32]
"""How much each ranking of `candidates.NAMES` counts, in their order; they add up to 1."""


def fuse(candidates: Candidates, query: Query) -> npt.NDArray[np.float32]:
    """Fused scores of candidates by the weights for such a question, 0..1: 1 for one that every ranking has at its top.

    A candidate that a ranking does not hold scores 0 in it.
    """
    fused: npt.NDArray[np.float32] = relative_features(candidates.measures) @ learned_weights()[query.wording]
    return fused


@cache
def learned_weights() -> Mapping[Wording, Weights]:
    """The shipped weights by wording."""
    stored = orjson.loads(WEIGHTS_FILE.read_bytes())["weights"]
    # As they are stored, rounded, they may add up to a little more.
    return {wording: _shares([stored[wording][name] for name in NAMES]) for wording in Wording}


def _shares(weights: Sequence[float]) -> Weights:
    return np.array(weights, np.float32) / np.float32(sum(weights))
