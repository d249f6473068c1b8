"""Outcomes made up for tests."""

from service.answering.reply import Status
from service.evaluation.outcomes import Outcome


def outcome(
    question_id: str,
    *,
    judgement: str = "as ever",
    style: str | None = None,
    answerable: bool = True,
    status: Status = Status.ANSWERED,
    confidence: float = 0.5,
    hit_at_1: bool = False,
    hit_at_5: bool | None = None,
    ndcg: float | None = 0.0,
) -> Outcome:
    """A wrong answer to an answerable question, but for what is given."""
    reached = hit_at_1 if hit_at_5 is None else hit_at_5
    return Outcome(question_id, judgement, style, answerable, status, confidence, hit_at_1, reached, ndcg)
