import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from service.answering import reranker as module
from service.answering.engine import Engine
from service.answering.reranker import CrossEncoderReranker, open_reranker, rerank, text_of
from service.api.app import create_app
from service.errors import ModelError
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.crossencoders import save_bare_encoder, save_cross_encoder
from tests.encoders import HashingEncoder
from tests.knowledge import TOPICS, write_topics

QUESTION = "实例心跳超时被摘除怎么办"
RANKED = np.array([7, 3, 9, 1, 5, 2, 8, 4, 6], np.int64)


@dataclass
class Clock:
    """A time that moves only when told."""

    now: float = 100.0

    def perf_counter(self) -> float:
        return self.now


@dataclass
class Timed:
    """Prefers large numbers, takes a second a document, and refuses once busy."""

    clock: Clock
    busy_after: int = 100
    batches: list[tuple[str, ...]] = field(default_factory=list)

    def score(self, question: str, texts: Sequence[str], *, patience: float) -> Sequence[float] | None:
        assert patience >= 0
        if len(self.batches) == self.busy_after:
            return None
        self.batches.append(tuple(texts))
        self.clock.now += len(texts)
        return [float(text) for text in texts]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("crossencoder"), preferring="堆积")


@pytest.fixture
def indexed(settings: Settings, encoder: HashingEncoder, folder: Path) -> Settings:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    return settings.model_copy(update={"reranker": str(folder), "reranker_budget_ms": 60_000})


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, [7, 3, 9, 1, 5, 2, 8, 4, 6]),
        (0.5, [7, 3, 9, 1, 5, 2, 8, 4, 6]),
        (3.5, [9, 7, 3, 1, 5, 2, 8, 4, 6]),
        (8.5, [9, 8, 7, 5, 4, 3, 2, 1, 6]),
        (99.0, [9, 8, 7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_rerank_orders_as_far_as_the_budget_goes(clock: Clock, seconds: float, expected: list[int]) -> None:
    assert rerank(RANKED, str, Timed(clock), QUESTION, seconds=seconds).tolist() == expected


def test_rerank_stops_when_the_model_is_busy(clock: Clock) -> None:
    order = rerank(RANKED, str, Timed(clock, busy_after=1), QUESTION, seconds=4)
    assert order.tolist() == [7, 3, 9, 1, 5, 2, 8, 4, 6]
    assert rerank(RANKED, str, Timed(clock, busy_after=0), QUESTION, seconds=4).tolist() == RANKED.tolist()


def test_rerank_reads_one_document_first_and_then_what_fits(clock: Clock) -> None:
    timed = Timed(clock)
    rerank(RANKED, str, timed, QUESTION, seconds=6)
    assert timed.batches == [("7",), ("3", "9", "1", "5", "2")]


def test_rerank_keeps_the_order_of_equal_scores(clock: Clock) -> None:
    assert rerank(RANKED, lambda row: "1", Timed(clock), QUESTION, seconds=9).tolist() == RANKED.tolist()


def test_rerank_of_an_empty_ranking_is_empty(clock: Clock) -> None:
    assert rerank(np.empty(0, np.int64), str, Timed(clock), QUESTION, seconds=9).tolist() == []


def test_open_reranker_without_the_setting_is_none(settings: Settings) -> None:
    assert open_reranker(settings) is None


def test_cross_encoder_scores_what_it_was_taught_to_prefer_highest(folder: Path) -> None:
    texts = [f"{title}\n{answer}" for title, answer in TOPICS.values()]
    scores = CrossEncoderReranker(folder, "tiny").score(QUESTION, texts, patience=60)
    assert scores is not None
    assert int(np.argmax(scores)) == list(TOPICS).index("backlog")


def test_cross_encoder_that_is_busy_gives_none_in_time(folder: Path) -> None:
    reranker = CrossEncoderReranker(folder, "tiny")
    begun, done = threading.Event(), threading.Event()

    class Slow(str):
        __slots__ = ()

        def __len__(self) -> int:
            begun.set()
            done.wait(60)
            return super().__len__()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(reranker.score, Slow(QUESTION), ["文本"], patience=60)
        assert begun.wait(60)
        assert reranker.score(QUESTION, ["文本"], patience=0.01) is None
        done.set()
        assert first.result() is not None
    assert reranker.score(QUESTION, ["文本"], patience=0.01) is not None


def test_cross_encoder_gives_threads_what_it_gives_one(folder: Path) -> None:
    reranker = CrossEncoderReranker(folder, "tiny")
    texts = [f"{title}\n{answer}" for title, answer in TOPICS.values()]
    expected = reranker.score(QUESTION, texts, patience=60)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: reranker.score(QUESTION, texts, patience=60), range(16)))
    assert all(scores == pytest.approx(expected) for scores in found)


def test_ask_has_the_order_of_the_reranker_and_confidence_of_its_own(
    indexed: Settings, encoder: HashingEncoder
) -> None:
    live = LiveIndex.open(indexed, encoder)
    plain = Engine(live, encoder, indexed).ask(QUESTION)
    reranked = Engine(live, encoder, indexed, open_reranker(indexed)).ask(QUESTION)
    assert plain.hits[0].document_id == "nacos-heartbeat"
    assert reranked.hits[0].document_id == "nacos-backlog"
    confidences = {hit.document_id: hit.confidence for hit in plain.hits}
    assert {hit.document_id: hit.confidence for hit in reranked.hits} == pytest.approx(confidences)
    assert reranked.confidence == reranked.hits[0].confidence


@pytest.mark.parametrize("change", [{"reranker_budget_ms": 0}, {"reranker_candidates": 1}])
def test_ask_without_budget_or_rivals_keeps_the_order(
    indexed: Settings, encoder: HashingEncoder, change: dict[str, int]
) -> None:
    live = LiveIndex.open(indexed, encoder)
    plain = Engine(live, encoder, indexed).ask(QUESTION)
    changed = indexed.model_copy(update=change)
    reply = Engine(live, encoder, changed, open_reranker(changed)).ask(QUESTION)
    assert asdict(reply) == asdict(plain)


def test_post_ask_has_the_order_of_the_reranker(indexed: Settings, encoder: HashingEncoder) -> None:
    lenient = indexed.model_copy(update={"uncertain_confidence": 0.0})
    with TestClient(create_app(lenient, encoder=encoder)) as client:
        body = client.post("/ask", json={"question": QUESTION}).json()
    assert body["results"][0]["document_id"] == body["answer"]["document_id"] == "nacos-backlog"
    assert len(body["results"]) == len(TOPICS)


def test_text_of_a_document_says_nothing_twice(indexed: Settings, encoder: HashingEncoder) -> None:
    document = LiveIndex.open(indexed, encoder).current().document("nacos-heartbeat")
    assert text_of(document).count("实例心跳超时被摘除") == 1
    assert document.markdown in text_of(document)


def opened(settings: Settings, folder: Path | str) -> object:
    return open_reranker(settings.model_copy(update={"reranker": str(folder)}))


def test_open_reranker_that_is_nowhere_names_the_setting(settings: Settings) -> None:
    with pytest.raises(ModelError, match=r"no reranker 'nobody/nothing'.*EXPERT_ANSWERS_RERANKER"):
        opened(settings, "nobody/nothing")


def test_open_reranker_of_an_empty_folder_says_what_to_name(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="CrossEncoder.save_pretrained"):
        opened(settings, tmp_path)


def test_open_reranker_of_a_model_that_does_not_score_refuses(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="BertModel"):
        opened(settings, save_bare_encoder(tmp_path / "bare"))


def test_open_reranker_with_several_scores_refuses(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gives 3 scores a document"):
        opened(settings, save_cross_encoder(tmp_path, preferring="堆积", labels=3))
