"""Candidates, against a plain way to find them."""

import numpy as np
import pytest

from service.answering.candidates import DEPTH, VECTOR, Candidates
from service.answering.query import Query
from service.index import lexical
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.snapshot import Snapshot
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics

QUESTIONS = ("控制台登录报 403", "the call times out", "实例心跳 timeout", "zzz")


@pytest.fixture
def snapshot(settings: Settings, encoder: HashingEncoder) -> Snapshot:
    write_topics(settings.knowledge)
    for number in range(30):
        write_document(settings.knowledge, f"topic{number}", title=f"第 {number} 种登录超时", product=f"p{number % 3}")
    Indexer(settings, encoder).update()
    return LiveIndex.open(settings, encoder).current()


@pytest.mark.parametrize("product", [None, "nacos", "p1"])
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("depth", [5, DEPTH])
def test_candidates_are_what_their_rankings_hold(
    snapshot: Snapshot,
    encoder: HashingEncoder,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    product: str | None,
    depth: int,
) -> None:
    monkeypatch.setattr("service.answering.candidates.DEPTH", depth)
    query = Query.of(question, encoder)
    candidates = Candidates.find(query, snapshot, product)
    products = [snapshot.document_at(row).product for row in range(snapshot.document_count)]
    keys = snapshot.keys.tolist()
    wanted = {key for key, belongs in zip(keys, products, strict=True) if product in (None, belongs)}
    searches = ((lexical.WORDS, query.words), (lexical.BIGRAMS, query.bigrams), (lexical.QUESTION, query.words))
    scores: list[dict[int, float]] = []
    for field, terms in searches:
        ranking = snapshot.lexical.search(field, terms, snapshot.document_count)
        scored = [
            pair for pair in zip(ranking.keys.tolist(), ranking.scores.tolist(), strict=True) if pair[0] in wanted
        ]
        scores.append(dict(scored[:depth]))
    nearest = [keys[row] for row in snapshot.vectors.search(query.embedding, snapshot.document_count).tolist()]
    found = {key for ranking in scores for key in ranking}
    found |= set([key for key in nearest if key in wanted][:depth])
    assert [keys[row] for row in candidates.rows] == sorted(found)
    assert candidates.measures[:, :VECTOR].tolist() == [
        [ranking.get(key, 0.0) for ranking in scores] for key in sorted(found)
    ]
    expected = snapshot.vectors.embeddings_at(candidates.rows) @ query.embedding[0]
    np.testing.assert_allclose(candidates.measures[:, VECTOR], expected, atol=1e-6)
