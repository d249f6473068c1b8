import pytest

from service.answering.reply import Status
from service.evaluation.summary import summarise
from tests.evaluation.outcomes import outcome


def test_summary_of_answerable_and_other_questions() -> None:
    run = [
        outcome("a", style="typo", hit_at_1=True, ndcg=1.0, confidence=0.9),
        outcome("b", style="long", hit_at_5=True, ndcg=0.5, confidence=0.3, status=Status.NO_ANSWER),
        outcome("c", style="far", answerable=False, confidence=0.1, status=Status.NO_ANSWER),
        outcome("d", style="near", answerable=False, confidence=0.5),
    ]
    summary = summarise(run, [4.0, 1.0, 3.0, 2.0])
    assert summary.styles["all"].count == 2
    assert summary.styles["all"].means == {"hit@1": 0.5, "hit@5": 1.0, "ndcg@10": 0.75}
    assert set(summary.styles) == {"all", "typo", "long"}
    assert (summary.auroc, summary.auroc_far, summary.auroc_correct) == (0.75, 1.0, 1.0)
    assert (summary.answered, summary.clarified, summary.refused) == (0.5, 0.0, 0.5)
    assert summary.ece == pytest.approx((0.1 + 0.3 + 0.1 + 0.5) / 4)
    assert (summary.p50_ms, summary.p99_ms) == (3, 4)


def test_summary_of_unanswerable_questions_only_has_no_figures_for_the_others() -> None:
    summary = summarise([outcome("a", answerable=False)], [1.0])
    assert summary.styles == {}
    assert (summary.auroc, summary.auroc_far, summary.answered, summary.refused) == (None, None, None, 0)
