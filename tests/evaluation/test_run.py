import pytest

from service.answering.reply import Hit, Reply, Status
from service.evaluation.questions import Question
from service.evaluation.run import ask_all, outcome_of, unfolded
from tests.evaluation.opened import Opened, silent


def found(document_id: str, *similar: str) -> Hit:
    fields = ("title", None, 1.0, 0.5, "snippet", {"words": 1.0})
    return Hit(document_id, *fields, similar=tuple(Hit(one, *fields) for one in similar))


def reply(*hits: Hit, status: Status = Status.ANSWERED) -> Reply:
    return Reply("generation", status, 0.5, None, hits)


def question(relevant: dict[str, int], *, answerable: bool = True) -> Question:
    return Question("q", "登录", None, relevant, answerable)


def test_outcome_counts_hits_as_shown_and_gain_with_folded_put_back() -> None:
    fared = outcome_of(question({"b": 2}), reply(found("a", "b"), found("c")))
    assert (fared.hit_at_1, fared.hit_at_5) == (False, False)
    assert fared.ndcg == pytest.approx(0.6309, abs=1e-4)


def test_outcome_counts_a_document_once() -> None:
    fared = outcome_of(question({"b": 2}), reply(found("a", "a"), found("a"), found("b")))
    assert fared.ndcg == pytest.approx(0.6309, abs=1e-4)


def test_outcome_of_a_question_without_relevant_documents_has_no_ndcg() -> None:
    assert outcome_of(question({}, answerable=False), reply(found("a"))).ndcg is None


def test_outcome_of_an_empty_reply_is_a_miss() -> None:
    fared = outcome_of(question({"a": 2}), reply(status=Status.NO_ANSWER))
    assert (fared.hit_at_1, fared.hit_at_5, fared.ndcg, fared.refused) == (False, False, 0, True)


def test_unfolded_puts_each_near_duplicate_after_its_document() -> None:
    assert [one.document_id for one in unfolded([found("a", "b", "c"), found("d")])] == ["a", "b", "c", "d"]


def test_ask_all_asks_in_order_and_reports_progress(opened: Opened) -> None:
    steps: list[tuple[str, int, int]] = []
    asked = [question({"nacos-login": 2}), Question("r", "消息堆积怎么办", None, {"nacos-backlog": 2}, True)]
    results = ask_all(opened.engine, asked, lambda *step: steps.append(step))
    assert [result.outcome.id for result in results] == ["q", "r"]
    assert results[1].outcome.hit_at_1
    assert steps == [("asking", 1, 2), ("asking", 2, 2)]
    assert ask_all(opened.engine, [], silent) == ()
