"""How likely it is that a document answers the question: a logistic regression over what speaks for it.

What a ranking cannot tell, as the best of ten bad documents comes first too, is told by measures that are absolute: how
near the document is, how much of the question's informative words it holds, how far the rankings agree on it and how
far it stands apart. All of these count for less where the question names software that no document mentions: what is
near is then about something else. `scripts/train_ranking.py` learns the coefficients from several collections, and
stores beside them which.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from service.answering.candidates import PIECES, VECTOR, WORDS, Candidates
from service.answering.query import Language, Query
from service.answering.software import software_in
from service.embedding.unrelated import above
from service.index.searchable import Scores, Searchable

COEFFICIENTS_FILE = Path(__file__).with_name("confidence.json")

NAMES = (
    "coverage",
    "agreement",
    "lead",
    "lead_over_different",
    "pieces",
    "information",
    "names_subject",
    "other_language",
)
"""The share of the question's words, by information, that the document holds; the fused score, its lead over the best
other document's and that over the best of those that say something else, all three times the cosine with the document;
how well its pieces match the question's; how much information the question's words hold; whether it names software that
the collection is about; whether it is in another language than Chinese."""

_CLEAR_LEAD = 0.25
"""A lead that is as good as any larger one, which only tells that the collection is small."""

_COMPARED = 8
"""Of the best documents are compared with each other."""

_ALIKE = 0.585
"""Cosine from which documents may say the same, were it 0 between unrelated texts; .6 with the shipped model."""

_SUBJECT_SHARE = 0.05
"""Of the documents name the software that a collection is about."""

Evidence = npt.NDArray[np.float64]
"""A row a candidate, a column a name."""

_BM25_CEILING = 2.2
"""What BM25 with k1 1.2 multiplies a term's inverse document frequency with at most."""


def evidence(query: Query, candidates: Candidates, scores: Scores, snapshot: Searchable, unrelated: float) -> Evidence:
    """What speaks for each candidate; `scores` are the fused ones, `unrelated` is the model's `unrelated_cosine`."""
    software = software_in(query, snapshot.products)
    names = [name for one in software for name in one]
    # Asked for together, as a server far away may have to be asked.
    frequencies = snapshot.document_frequencies([*query.words, *names])
    information = sum(_weight(frequency, snapshot.document_count) for frequency in frequencies[: len(query.words)])
    # In a small collection something far away can come first in every ranking, and by far.
    near = np.maximum(candidates.measures[:, VECTOR], 0)
    rows = np.zeros((len(scores), len(NAMES)))
    rows[:, 0] = candidates.measures[:, WORDS] / (_BM25_CEILING * information) if information else 0.0
    rows[:, 1] = scores * near
    rows[:, 2] = np.minimum(_lead(scores), _CLEAR_LEAD) * near
    rows[:, 3] = (
        np.minimum(_lead_over_different(scores, candidates, snapshot, above(unrelated, _ALIKE)), _CLEAR_LEAD) * near
    )
    rows[:, 4] = candidates.measures[:, PIECES]
    rows[:, 5] = math.log1p(information)
    if software:
        mentions = _mentions(software, dict(zip(names, frequencies[len(query.words) :], strict=True)), snapshot)
        rows[:, :4] *= sum(count > 0 for count in mentions) / len(mentions)
        rows[:, 6] = max(mentions) >= _SUBJECT_SHARE * snapshot.document_count
    rows[:, 7] = query.language is Language.OTHER
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


def _mentions(software: Sequence[Sequence[str]], frequencies: Mapping[str, int], snapshot: Searchable) -> Sequence[int]:
    """How many documents mention each software by one of its names, or are about a product of that name."""
    products = snapshot.products
    return [max(max(frequencies[name], products.get(name, 0)) for name in names) for names in software]


def _lead(scores: Scores) -> Scores:
    """How far each score is above the best of the others, below 0 for all but the first."""
    if len(scores) < 2:
        return scores
    second, first = np.partition(scores, -2)[-2:]
    leads: Scores = scores - np.where(np.arange(len(scores)) == scores.argmax(), second, first)
    return leads


def _lead_over_different(scores: Scores, candidates: Candidates, snapshot: Searchable, alike: float) -> Scores:
    """How far each score is above the best of those that say something else.

    That is told for the best few, and where all of these say the same, by the last of them.
    """
    if len(scores) < 2:
        return scores
    best = np.argsort(-scores, kind="stable")[:_COMPARED]
    leads: Scores = scores - scores[best[0]]
    embeddings = snapshot.embeddings_at(candidates.rows[best])
    of_best = scores[best]
    others = np.where(embeddings @ embeddings.T < alike, of_best, of_best[-1])
    leads[best] = of_best - others.max(axis=1)
    return leads


def informativeness(terms: Sequence[str], snapshot: Searchable) -> float:
    """The sum of the terms' inverse document frequencies, as tantivy's BM25 has them."""
    return sum(_weight(frequency, snapshot.document_count) for frequency in snapshot.document_frequencies(terms))


def _weight(frequency: int, count: int) -> float:
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
