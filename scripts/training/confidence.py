"""The coefficients of the confidence, learned from judged questions and from questions about other software."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from service.answering.candidates import Candidates
from service.answering.confidence import NAMES, evidence
from service.answering.fusion import fuse, learned_weights
from service.answering.query import Query
from service.embedding.encoder import Encoder
from service.evaluation.metrics import FULL_GRADE, auroc, calibration_error, reliability
from service.evaluation.questions import Question
from service.index import record
from service.index.snapshot import Snapshot

_FOLDS = 5
_INVERSE_PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Rows:
    """The evidence for each question's first result, whether that answers it, and how much the question weighs.

    The judged questions come first, as `judged` lists them.
    """

    judged: Sequence[Question]
    evidence: np.ndarray
    right: np.ndarray
    weights: np.ndarray


def gather(judged: Sequence[Question], other: Sequence[str], encoder: Encoder, snapshot: Snapshot) -> Rows:
    """Ask every question; those about other software weigh, together, as much as the unanswerable judged ones."""
    rows = np.zeros((len(judged) + len(other), len(NAMES)))
    right = np.zeros(len(rows), bool)
    for number, question in enumerate([*(one.text for one in judged), *other]):
        query = Query.of(question, encoder)
        candidates = Candidates.find(query, snapshot, None)
        scores = fuse(candidates, learned_weights()[query.language])
        best = int(np.argmax(scores))
        rows[number] = evidence(query, candidates, scores, snapshot)[best]
        if number < len(judged):
            full = {record.key_of(name) for name, grade in judged[number].relevant.items() if grade == FULL_GRADE}
            right[number] = int(snapshot.keys[candidates.rows[best]]) in full
    refusable = sum(not one.answerable for one in judged)
    weights = np.r_[np.ones(len(judged)), np.full(len(other), refusable / max(len(other), 1))]
    return Rows(judged, rows, right, weights)


def learn(rows: Rows, among: np.ndarray | None = None) -> tuple[float, np.ndarray]:
    """Bias and coefficients by penalised logistic regression on standardised evidence, of all rows or those `among`."""
    among = np.ones(len(rows.right), bool) if among is None else among
    mean, deviation = rows.evidence[among].mean(0), rows.evidence[among].std(0) + 1e-9
    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=1000)
    model.fit((rows.evidence[among] - mean) / deviation, rows.right[among], rows.weights[among])
    coefficients = model.coef_[0] / deviation
    return float(model.intercept_[0] - coefficients @ mean), coefficients


def cross_validated(rows: Rows) -> np.ndarray:
    """The confidence of each judged question, learned from questions that share no right document with it."""
    folds = _folds(rows.judged)
    likely = np.zeros(len(rows.judged))
    for fold in range(_FOLDS):
        inside = np.flatnonzero(folds == fold)
        among = np.r_[folds != fold, np.ones(len(rows.right) - len(folds), bool)]
        bias, coefficients = learn(rows, among)
        likely[inside] = 1 / (1 + np.exp(-(rows.evidence[inside] @ coefficients + bias)))
    return likely


def describe(rows: Rows, likely: np.ndarray) -> dict[str, float]:
    """What the confidence tells of the judged questions, and the thresholds that keep 95 and 97 % of the answerable."""
    answerable = np.array([one.answerable for one in rows.judged])
    far = answerable | np.array([one.style == "far" for one in rows.judged])
    right = rows.right[: len(rows.judged)]
    report = {
        "auroc": auroc(likely.tolist(), answerable.tolist()),
        "auroc_far": auroc(likely[far].tolist(), answerable[far].tolist()),
        "auroc_correct": auroc(likely.tolist(), right.tolist()),
        "ece": calibration_error(reliability(likely.tolist(), right.tolist())),
    }
    for kept in (95, 97):
        threshold = float(np.quantile(likely[answerable], 1 - kept / 100))
        report[f"threshold_{kept}"] = threshold
        report[f"refused_{kept}"] = float((likely[~answerable] < threshold).mean())
    return {name: round(value, 4) for name, value in report.items() if value is not None}


def _folds(judged: Sequence[Question]) -> np.ndarray:
    """A fold for every question; those that share a right document are in one."""
    groups = list(range(len(judged)))
    seen: dict[str, int] = {}
    for number, question in enumerate(judged):
        for name in (name for name, grade in question.relevant.items() if grade == FULL_GRADE):
            other = groups[seen.setdefault(name, number)]
            groups = [other if group == groups[number] else group for group in groups]
    names = sorted(set(groups))
    dealt = dict(zip(np.random.default_rng(0).permutation(names).tolist(), range(len(names)), strict=True))
    return np.array([dealt[group] % _FOLDS for group in groups])
