"""The coefficients of the confidence, learned from what several collections answer and do not."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from scripts.training.collections import Asked, Collection, Kind
from scripts.training.judgements import Judgements, fingerprint
from scripts.training.ranking import indexed
from service.answering.candidates import Candidates
from service.answering.confidence import evidence
from service.answering.fusion import fuse
from service.answering.matching import look_closely
from service.answering.query import Query
from service.embedding.encoder import Encoder
from service.embedding.unrelated import unrelated_cosine
from service.evaluation.metrics import FULL_GRADE, auroc
from service.index.snapshot import Snapshot

log = logging.getLogger(__name__)

_FOLDS = 5
_INVERSE_PENALTY = 1.0
_WEIGHTS: Mapping[Kind, float] = {
    Kind.ANSWERABLE: 1.0,
    Kind.LEFT_OUT: 0.2,
    Kind.OTHER_SOFTWARE: 0.08,
    Kind.OTHER_SUBJECT: 0.12,
}
"""What all questions of a kind weigh in a collection: more than one in four has no answer, as it would do more harm to
answer it than it does good to answer another."""
_JUDGED_WEIGHT, _READ_WEIGHT = 20.0, 10.0
"""What the judged collection weighs, and those of given questions whose first results judges read, there being several
of these. The others are labelled by what their questions were written for."""
_NEVER_ANSWERED = {Kind.OTHER_SOFTWARE, Kind.OTHER_SUBJECT}
_KEPT = 95
_BINS = 10


@dataclass(frozen=True, slots=True)
class Rows:
    """A row a question and collection: the evidence for the first result, and whether that answers the question.

    `collections` has the number of each row's collection, `products` what each collection is about, and `is_judged`
    which collections' first results were all judged.
    """

    evidence: np.ndarray
    right: np.ndarray
    kinds: np.ndarray
    ids: np.ndarray
    collections: np.ndarray
    products: Sequence[frozenset[str]]
    is_judged: np.ndarray
    weights: np.ndarray

    @property
    def answerable(self) -> np.ndarray:
        """Which rows are of questions that their collection answers."""
        return np.asarray(self.kinds == Kind.ANSWERABLE)

    def about(self, products: frozenset[str]) -> np.ndarray:
        """Which rows are of collections that are about any of these products."""
        about = np.array([bool(one & products) for one in self.products])
        return np.asarray(about[self.collections])


def gather(
    collections: Sequence[Collection], shipped: Encoder, encoders: Sequence[Encoder], judgements: Judgements
) -> Rows:
    """Index every collection and ask it; answers of which it is doubtful whether they are right are left out.

    What was judged is not doubtful. A question that is answered although what it was written for is left out is as
    answerable as any.
    """
    found: list[tuple[np.ndarray, bool, Kind, str, int]] = []
    unread = 0
    for number, collection in enumerate(collections):
        encoder = shipped if collection.fold is None else encoders[collection.fold]
        unrelated = unrelated_cosine(encoder)
        with indexed(collection.documents, encoder) as snapshot:
            for one in collection.asked:
                first, row = _first(one.text, encoder, unrelated, snapshot)
                grade = judgements.get((fingerprint(one.text), first))
                is_right = _is_right(one, first, grade)
                if is_right is not None:
                    found.append((row, is_right, Kind.ANSWERABLE if is_right else one.kind, one.id, number))
                # The questions of the shipped model's collections come with their judgements.
                if collection.is_judged and collection.fold is not None and one.kind not in _NEVER_ANSWERED:
                    unread += grade is None and first not in one.right
    log.info("%d first results should have been judged and were not", unread)
    rows, right, kinds, ids, numbers = (np.array(column) for column in zip(*found, strict=True))
    products = [collection.products for collection in collections]
    is_judged = np.array([collection.is_judged for collection in collections])
    return Rows(rows, right, kinds, ids, numbers, products, is_judged, _weigh(kinds, numbers, collections))


def learn(rows: Rows, among: np.ndarray | None = None) -> tuple[float, np.ndarray]:
    """Bias and coefficients by penalised logistic regression on standardised evidence, of all rows or those `among`."""
    among = np.ones(len(rows.right), bool) if among is None else among
    mean, deviation = rows.evidence[among].mean(0), rows.evidence[among].std(0) + 1e-9
    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=1000)
    model.fit((rows.evidence[among] - mean) / deviation, rows.right[among], rows.weights[among])
    coefficients = model.coef_[0] / deviation
    return float(model.intercept_[0] - coefficients @ mean), coefficients


def cross_validated(rows: Rows, collections: Sequence[Collection]) -> np.ndarray:
    """The confidence of each row, learned from rows that share nothing with it.

    For the judged collections, and the parts of one, that is no right document; for the others, no product.
    """
    likely = np.zeros(len(rows.right))
    is_by_document = [one.is_judged or one.fold is None for one in collections]
    folds = _folds(
        [asked for one, is_one in zip(collections, is_by_document, strict=True) if is_one for asked in one.asked]
    )
    fold_of_row = np.array([folds.get(one, -1) for one in rows.ids])
    by_document = np.array(is_by_document)[rows.collections]
    for fold in range(_FOLDS):
        _predict(rows, likely, by_document & (fold_of_row == fold), fold_of_row != fold)
    for number, products in enumerate(rows.products):
        if not is_by_document[number]:
            _predict(rows, likely, rows.collections == number, ~rows.about(products))
    return likely


def describe(rows: Rows, likely: np.ndarray, among: np.ndarray) -> dict[str, float]:
    """What the confidence of some rows tells, and the threshold that keeps 95 % of the answerable."""
    answerable, right, likely = rows.answerable[among], rows.right[among], likely[among]
    far = answerable | (rows.kinds[among] != Kind.LEFT_OUT)
    threshold = float(np.quantile(likely[answerable], 1 - _KEPT / 100))
    # These questions are there as often as they are asked; of the others, so many of each kind were drawn.
    weights = np.ones(len(likely)) if rows.is_judged[rows.collections[among]].all() else rows.weights[among]
    report = {
        "auroc": auroc(likely.tolist(), answerable.tolist()),
        "auroc_far": auroc(likely[far].tolist(), answerable[far].tolist()),
        "auroc_correct": auroc(likely.tolist(), right.tolist()),
        "ece": _calibration_error(likely, right, weights),
        f"threshold_{_KEPT}": threshold,
        f"refused_{_KEPT}": float((likely[~answerable] < threshold).mean()),
    }
    return {name: round(value, 4) for name, value in report.items() if value is not None}


def _weigh(kinds: np.ndarray, numbers: np.ndarray, collections: Sequence[Collection]) -> np.ndarray:
    """What each row weighs: a collection as much as another, of whatever size, and the judged ones more."""
    weights = np.zeros(len(kinds))
    for number, collection in enumerate(collections):
        of_collection = 1.0
        if collection.is_judged:
            of_collection = _JUDGED_WEIGHT if collection.fold is None else _READ_WEIGHT
        for kind, weight in _WEIGHTS.items():
            among = (kinds == kind) & (numbers == number)
            weights[among] = of_collection * weight / max(among.sum(), 1)
    normalised: np.ndarray = weights / weights.mean()
    return normalised


def _calibration_error(likely: np.ndarray, right: np.ndarray, weights: np.ndarray) -> float:
    """The expected calibration error as of `evaluate`, were every question asked as often as it weighs."""
    bins = np.minimum((likely * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights * (likely - right), _BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def _is_right(one: Asked, first: str, grade: int | None) -> bool | None:
    """Whether the first result answers the question, None where that is doubtful."""
    if first in one.right:
        return True
    if grade is not None:
        return grade == FULL_GRADE
    return None if first in one.doubtful else False


def _first(question: str, encoder: Encoder, unrelated: float, snapshot: Snapshot) -> tuple[str, np.ndarray]:
    query = Query.of(question, encoder)
    candidates = look_closely(Candidates.find(query, snapshot, None), query, snapshot, encoder)
    scores = fuse(candidates, query)
    best = int(np.argmax(scores))
    row = evidence(query, candidates, scores, snapshot, unrelated)[best]
    return snapshot.document_at(int(candidates.rows[best])).id, row


def _predict(rows: Rows, likely: np.ndarray, inside: np.ndarray, among: np.ndarray) -> None:
    bias, coefficients = learn(rows, among)
    likely[inside] = 1 / (1 + np.exp(-(rows.evidence[inside] @ coefficients + bias)))


def _folds(judged: Sequence[Asked]) -> dict[str, int]:
    """A fold for every question, by its id; those that share a right document are in one."""
    groups = list(range(len(judged)))
    seen: dict[str, int] = {}
    for number, question in enumerate(judged):
        for name in (question.id, *question.right):
            other = groups[seen.setdefault(name, number)]
            groups = [other if group == groups[number] else group for group in groups]
    names = sorted(set(groups))
    dealt = dict(zip(np.random.default_rng(0).permutation(names).tolist(), range(len(names)), strict=True))
    return {question.id: dealt[group] % _FOLDS for question, group in zip(judged, groups, strict=True)}
