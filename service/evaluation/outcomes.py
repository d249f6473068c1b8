"""What became of each question, and a run's outcomes kept in a file to compare later runs with.

The file has ids, digests and figures only, one question a line, so that it can be committed and its changes be read.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from service.answering.reply import Status
from service.errors import EvaluationError
from service.evaluation.files import read_text, write_text
from service.evaluation.questions import ALL

METRICS = ("hit@1", "hit@5", "ndcg@10")
"""The measures of the ranking, in the order of `Outcome.measures`."""

_FORMAT = "expert-answers evaluation 1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question fared; `judgement` is a digest of the question and what was judged for it.

    `hit_at_1` and `hit_at_5` say whether a fully relevant document is first, or among the first five; `ndcg` is None
    where no document is relevant.
    """

    id: str
    judgement: str
    style: str | None
    answerable: bool
    status: Status
    confidence: float
    hit_at_1: bool
    hit_at_5: bool
    ndcg: float | None

    @property
    def refused(self) -> bool:
        """Whether the reply was that there is no answer."""
        return self.status is Status.NO_ANSWER

    @property
    def measures(self) -> tuple[float, float, float]:
        """The measures of METRICS, each 0..1."""
        return float(self.hit_at_1), float(self.hit_at_5), self.ndcg or 0.0


def by_style(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """The answerable questions' outcomes under ALL, then under each style by its name."""
    styles: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.answerable:
            styles[ALL].append(outcome)
            if outcome.style is not None:
                styles[outcome.style].append(outcome)
    return {style: styles[style] for style in sorted(styles, key=lambda style: (style != ALL, style))}


def save(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write a run.

    :raises EvaluationError: when the file cannot be written.
    """
    lines = ",\n".join(json.dumps(_fields(outcome), ensure_ascii=False) for outcome in outcomes)
    write_text(path, f'{{"format": {json.dumps(_FORMAT)}, "questions": [\n{lines}\n]}}\n')


def load(path: Path) -> tuple[Outcome, ...]:
    """Read a run.

    :raises EvaluationError: when the file cannot be read or holds anything else.
    """
    remedy = "save a run with `expert-answers evaluate --save FILE` and name that file."
    try:
        saved = orjson.loads(read_text(path))
    except orjson.JSONDecodeError as error:
        raise EvaluationError(f"{path}:{error.lineno}: is not JSON ({error.msg}); {remedy}") from error
    if not isinstance(saved, dict) or saved.get("format") != _FORMAT or not isinstance(saved.get("questions"), list):
        raise EvaluationError(f"{path}: is no saved run of this version (format {_FORMAT!r}); {remedy}")
    outcomes = {}
    for number, fields in enumerate(saved["questions"], 1):
        try:
            outcome = _outcome(fields)
        except (KeyError, TypeError, ValueError) as error:
            raise EvaluationError(
                f"{path}: question {number} is not as a run saves it ({error!r}); {remedy}"
            ) from error
        if outcome.id in outcomes:
            raise EvaluationError(f"{path}: question {number} repeats the id {outcome.id!r}; {remedy}")
        outcomes[outcome.id] = outcome
    return tuple(outcomes.values())


def _fields(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "judgement": outcome.judgement,
        "style": outcome.style,
        "answerable": outcome.answerable,
        "status": outcome.status,
        "confidence": round(outcome.confidence, 4),
        **dict(zip(METRICS, (outcome.hit_at_1, outcome.hit_at_5, outcome.ndcg), strict=True)),
    }


def _outcome(fields: dict[str, Any]) -> Outcome:
    hit_at_1, hit_at_5, ndcg = (fields[name] for name in METRICS)
    outcome = Outcome(
        fields["id"],
        fields["judgement"],
        fields["style"],
        fields["answerable"],
        Status(fields["status"]),
        _share(fields["confidence"]),
        hit_at_1,
        hit_at_5,
        None if ndcg is None else _share(ndcg),
    )
    texts = (outcome.id, outcome.judgement, outcome.style or "")
    truths = (outcome.answerable, outcome.hit_at_1, outcome.hit_at_5)
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(truth, bool) for truth in truths):
        raise TypeError("a field is of another type")
    return outcome


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is no number from 0 to 1")
    return float(value)
