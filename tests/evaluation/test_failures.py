import pytest

from service.answering.candidates import NAMES
from service.answering.reply import Status
from service.evaluation.failures import Failure, Fault, faults_of, find_failures
from service.evaluation.outcomes import Outcome
from service.evaluation.questions import Question
from service.evaluation.run import ask_all
from tests.evaluation.opened import Opened, silent
from tests.evaluation.outcomes import outcome


def failures_of(opened: Opened, *questions: Question) -> tuple[Failure, ...]:
    return find_failures(ask_all(opened.engine, questions, silent), opened.engine, opened.snapshot, silent)


@pytest.mark.parametrize(
    ("fared", "faults"),
    [
        (outcome("a", hit_at_1=True), ()),
        (outcome("a", hit_at_5=True), (Fault.NOT_FIRST,)),
        (outcome("a"), (Fault.MISSED,)),
        (outcome("a", hit_at_1=True, status=Status.UNCERTAIN), ()),
        (outcome("a", hit_at_1=True, status=Status.NO_ANSWER), (Fault.REFUSED,)),
        (outcome("a", status=Status.NO_ANSWER), (Fault.MISSED, Fault.REFUSED)),
        (outcome("a", answerable=False), (Fault.NOT_REFUSED,)),
        (outcome("a", answerable=False, status=Status.NO_ANSWER), ()),
    ],
)
def test_faults_of_an_outcome(fared: Outcome, faults: tuple[Fault, ...]) -> None:
    assert faults_of(fared) == faults


def test_every_fault_has_a_meaning() -> None:
    assert len({fault.meaning for fault in Fault}) == len(Fault)


def test_failure_has_expected_and_got_with_scores_by_ranking(opened: Opened) -> None:
    question = Question("q", "控制台登录报 403", None, {"nacos-backlog": 2, "nacos-login": 0}, True)
    (failure,) = failures_of(opened, question)
    assert failure.faults[0] is Fault.NOT_FIRST
    first = failure.got[0]
    assert (first.document_id, first.title, first.grade, first.rank) == ("nacos-login", "控制台登录报 403", 0, 1)
    (expected,) = failure.expected
    assert (expected.title, expected.grade) == ("消息堆积怎么办", 2)
    assert expected.rank is not None and expected.rank > 1
    for finding in (first, expected):
        assert finding.scores is not None and tuple(finding.scores) == NAMES
    assert [finding.document_id for finding in failure.findings()].count("nacos-backlog") == 1


def test_failure_says_when_a_document_was_no_candidate(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.answering.candidates.DEPTH", 1)
    question = Question("q", "控制台登录报 403", None, {"dubbo-timeout": 2, "nacos-login": 1}, True)
    (failure,) = failures_of(opened, question)
    assert [finding.grade for finding in failure.expected] == [2, 1]
    missing = failure.expected[0]
    assert (missing.title, missing.rank, missing.score, missing.scores) == ("Dubbo call times out", None, None, None)
    assert failure.candidates < 4
    assert failure.findings()[-1] == missing


def test_failures_come_gravest_first_then_in_order(opened: Opened) -> None:
    right = Question("right", "消息堆积怎么办", None, {"nacos-backlog": 2}, True)
    late = Question("late", "消息堆积怎么办", None, {"nacos-login": 2}, True)
    unjudged = Question("missed", "消息堆积怎么办", None, {"nacos-login": 1}, True)
    failures = failures_of(opened, right, late, unjudged)
    assert [failure.question.id for failure in failures] == ["missed", "late"]
