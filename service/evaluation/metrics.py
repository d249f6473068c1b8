"""The measures of an evaluation, each a pure function of what was found and what was judged.

A grade says how far a document answers a question: 2 fully, 1 in part, 0 not at all.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

FULL_GRADE = 2
"""The grade of a document that answers the question by itself."""

_NUMERAL = "[0-9一二三四五六七八九十]+"
_NUMBERING = re.compile(rf"\s*(?:步骤\s*{_NUMERAL}|第{_NUMERAL}步|{_NUMERAL}\s*[.、)])\s*[:.、]?")
_UNSPOKEN = re.compile(r"[\s`*_#:。;,\"'“”‘’]+")
_TITLE_PREFIX = 12


def hit(grades: Sequence[int], depth: int) -> bool:
    """Whether a fully relevant document is among the first `depth`: success at k (Manning, Raghavan and Schütze,
    "Introduction to Information Retrieval", 2008, chapter 8)."""
    return FULL_GRADE in grades[:depth]


def ndcg(grades: Sequence[int], judged: Iterable[int], depth: int = 10) -> float | None:
    """Normalised discounted cumulative gain of a ranking, 0..1; None where no judged document has a grade above 0.

    The sum of (2^grade - 1) / log2(position + 1) over the first `depth` positions, divided by that of the best possible
    order of all judged documents: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (ACM TOIS
    2002), with the exponential gain of Burges et al., "Learning to rank using gradient descent" (ICML 2005).
    """
    ideal = _discounted_gain(sorted(judged, reverse=True)[:depth])
    return _discounted_gain(grades[:depth]) / ideal if ideal else None


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """The probability that a positive scores above a negative, ties counting half; None without one of either.

    The area under the ROC curve, as the Mann-Whitney U statistic over the number of pairs: Hanley and McNeil, "The
    meaning and use of the area under a receiver operating characteristic (ROC) curve" (Radiology 1982).
    """
    positive = np.asarray(labels, np.bool_)
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    _, places, counts = np.unique(np.asarray(scores, np.float64), return_inverse=True, return_counts=True)
    # Ranks from 1, equal scores sharing the mean of theirs.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    wins = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(wins / (positives * negatives))


@dataclass(frozen=True, slots=True)
class Bin:
    """The `count` predictions from `low` to below `high`: their mean confidence, and the share that came true."""

    low: float
    high: float
    count: int
    confidence: float
    share_right: float


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> tuple[Bin, ...]:
    """Predictions in 0..1 by bins of equal width, empty ones left out; 1 belongs to the last.

    The reliability diagram of Guo et al., "On calibration of modern neural networks" (ICML 2017).
    """
    predicted, outcome = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    places = np.minimum((predicted * bins).astype(np.int64), bins - 1)
    held = [(place, places == place) for place in range(bins)]
    return tuple(
        Bin(
            place / bins,
            (place + 1) / bins,
            int(inside.sum()),
            float(predicted[inside].mean()),
            float(outcome[inside].mean()),
        )
        for place, inside in held
        if inside.any()
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the gap between confidence and outcome, averaged over predictions; 0 without any.

    Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning" (AAAI 2015).
    """
    total = sum(one.count for one in bins)
    return sum(abs(one.confidence - one.share_right) * one.count for one in bins) / total if total else 0.0


def quantile(values: Iterable[float], share: float) -> float:
    """The least value that is greater than or equal to a share, below 1, of at least one value (no interpolation)."""
    ascending = sorted(values)
    return ascending[int(len(ascending) * share)]


def title_f1(found: Iterable[str], wanted: Iterable[str]) -> float:
    """F1 of the titles extracted from a document against those a person listed; 1 where both are empty.

    The harmonic mean of precision and recall (van Rijsbergen, "Information Retrieval", 1979, chapter 7). Titles match,
    each once, when one begins with the first 12 characters of the other; numbering, white space, punctuation, width and
    case make no difference.
    """
    left, expected = [_spoken(title) for title in found], [_spoken(title) for title in wanted]
    total, matched = len(left) + len(expected), 0
    if not total:
        return 1.0
    for title in expected:
        place = next((i for i, other in enumerate(left) if _same_title(title, other)), None)
        if place is not None:
            del left[place]
            matched += 1
    return 2 * matched / total


def _discounted_gain(grades: Sequence[int]) -> float:
    gains = 2.0 ** np.asarray(grades, np.float64) - 1
    return float(gains @ (1 / np.log2(np.arange(len(grades)) + 2)))


def _same_title(one: str, other: str) -> bool:
    if not one or not other:
        return False
    return one.startswith(other[:_TITLE_PREFIX]) or other.startswith(one[:_TITLE_PREFIX])


def _spoken(title: str) -> str:
    normal = unicodedata.normalize("NFKC", title)
    numbering = _NUMBERING.match(normal)
    return _UNSPOKEN.sub("", normal[numbering.end() :] if numbering else normal).lower()
