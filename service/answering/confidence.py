"""How likely it is that a document answers the question: a logistic regression over what speaks for it.

What a ranking cannot tell, as the best of ten bad documents comes first too, is told by measures that are absolute: how
near the document is, how much of the question's informative words it holds, how far the rankings agree on it and how
far it stands apart. `scripts/train_ranking.py` learns the coefficients and stores beside them what from.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from service.answering.candidates import Candidates
from service.answering.query import Language, Query
from service.index.searchable import Searchable

COEFFICIENTS_FILE = Path(__file__).with_name("confidence.json")

NAMES = (
    "whole_similarity",
    "question_similarity",
    "coverage",
    "coverage_other_language",
    "agreement",
    "margin",
    "unknown_words",
    "other_language",
)
"""Cosine with the document and with its question; the share of the question's words, by information, that the document
holds, for Chinese questions and for others; the fused score and its lead over the best other document's, both times the
cosine with the document; the share of the question's words that no document holds; whether the question is in another
language."""

_CLEAR_LEAD = 0.15
"""A lead that is as good as any larger one, which only tells that the collection is small."""

Evidence = npt.NDArray[np.float64]
"""A row a candidate, a column a name."""

_BM25_CEILING = 2.2
"""What BM25 with k1 1.2 multiplies a term's inverse document frequency with at most."""


def evidence(query: Query, candidates: Candidates, scores: npt.NDArray[np.float32], snapshot: Searchable) -> Evidence:
    """What speaks for each candidate; `scores` are the fused ones."""
    known, unknown = informativeness(query.words, snapshot)
    ceiling = _BM25_CEILING * (known + unknown)
    coverage = candidates.lexical[:, 0] / ceiling if ceiling else np.zeros(len(scores))
    is_other = float(query.language is Language.OTHER)
    rows = np.zeros((len(scores), len(NAMES)))
    rows[:, 0] = candidates.similarities[:, 2]
    rows[:, 1] = candidates.similarities[:, 1]
    rows[:, 2] = coverage * (1 - is_other)
    rows[:, 3] = coverage * is_other
    # In a small collection something far away can come first in every ranking, and by far.
    near = np.maximum(candidates.similarities[:, 2], 0)
    rows[:, 4] = scores * near
    rows[:, 5] = np.minimum(_lead(scores), _CLEAR_LEAD) * near
    rows[:, 6] = unknown / (known + unknown) if known + unknown else 0.0
    rows[:, 7] = is_other
    return rows


def probability(rows: Evidence) -> npt.NDArray[np.float64]:
    """The probability of each row of evidence that its document answers the question."""
    bias, coefficients = learned_coefficients()
    likely: npt.NDArray[np.float64] = 1 / (1 + np.exp(-(rows @ coefficients + bias)))
    return likely


@cache
def learned_coefficients() -> tuple[float, npt.NDArray[np.float64]]:
    """The shipped bias and coefficients, in the order of `NAMES`."""
    stored: Mapping[str, Mapping[str, float]] = orjson.loads(COEFFICIENTS_FILE.read_bytes())
    return float(stored["coefficients"]["bias"]), np.array([stored["coefficients"][name] for name in NAMES])


def _lead(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How far each score is above the best of the others, below 0 for all but the first."""
    if len(scores) < 2:
        return scores
    second, first = np.partition(scores, -2)[-2:]
    leads: npt.NDArray[np.float32] = scores - np.where(np.arange(len(scores)) == scores.argmax(), second, first)
    return leads


def informativeness(terms: Sequence[str], snapshot: Searchable) -> tuple[float, float]:
    """The sums of the inverse document frequencies, as tantivy's BM25 has them, of known and of unknown terms."""
    count = snapshot.document_count
    known = unknown = 0.0
    for frequency in snapshot.document_frequencies(terms):
        weight = math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
        if frequency:
            known += weight
        else:
            unknown += weight
    return known, unknown
