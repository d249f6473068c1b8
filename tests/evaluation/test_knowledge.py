"""Questions to the starter collection, small as most are: those it answers and, near and far, those it does not."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from service.answering.engine import Engine
from service.answering.reply import Status
from service.embedding.opening import open_encoder
from service.evaluation.questions import read_questions
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
QUESTIONS = Path(__file__).with_name("knowledge_questions.jsonl")
ANSWERABLE = "answerable"


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[Status, float]]:
    """The share of each status among the questions that are answerable, and among those of each style that are not."""
    settings = Settings(knowledge=KNOWLEDGE, data=tmp_path_factory.mktemp("knowledge"))
    encoder = open_encoder()
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    engine = Engine(live, encoder, settings)
    statuses: dict[str, Counter[Status]] = defaultdict(Counter)
    for question in read_questions(QUESTIONS, live.current()):
        style = ANSWERABLE if question.answerable else question.style or ""
        statuses[style][engine.ask(question.text).status] += 1
    return {
        style: {status: counted[status] / counted.total() for status in Status} for style, counted in statuses.items()
    }


def test_answerable_questions_are_not_refused(shares: dict[str, dict[Status, float]]) -> None:
    assert shares[ANSWERABLE][Status.NO_ANSWER] <= 0.1


def test_questions_about_sibling_software_are_refused(shares: dict[str, dict[Status, float]]) -> None:
    assert shares["sibling"][Status.NO_ANSWER] >= 0.65
    assert shares["sibling"][Status.ANSWERED] <= 0.2


def test_uncovered_topics_are_not_all_answered_confidently(shares: dict[str, dict[Status, float]]) -> None:
    assert shares["near"][Status.ANSWERED] <= 0.75


@pytest.mark.parametrize("style", ["far", "smalltalk", "gibberish"])
def test_other_subjects_are_refused(shares: dict[str, dict[Status, float]], style: str) -> None:
    assert shares[style][Status.NO_ANSWER] >= 0.75
    assert shares[style][Status.ANSWERED] == 0
