"""What is looked at closely, with the shipped model and with one that matches no pieces."""

import numpy as np
import pytest

from service.answering.candidates import PIECES, VECTOR, Candidates
from service.answering.fusion import fuse
from service.answering.matching import FARTHEST_BEHIND, MOST_LIKELY, look_closely
from service.answering.query import Query
from service.embedding.encoder import Encoder
from service.embedding.opening import open_encoder
from service.index.fields import Fields
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.snapshot import Snapshot
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics

QUESTION = "控制台登录报 403"


def snapshot_of(settings: Settings, encoder: Encoder) -> Snapshot:
    write_topics(settings.knowledge)
    for number in range(2 * MOST_LIKELY):
        write_document(settings.knowledge, f"topic{number}", title=f"第 {number} 种登录超时")
    Indexer(settings, encoder).update()
    return LiveIndex.open(settings, encoder).current()


def likely(candidates: Candidates, query: Query) -> np.ndarray:
    scores = fuse(candidates, query)
    near = np.flatnonzero(scores >= scores.max() - FARTHEST_BEHIND)
    return near[np.argsort(-scores[near], kind="stable")[:MOST_LIKELY]]


def test_pieces_of_the_likeliest_are_matched(settings: Settings) -> None:
    encoder = open_encoder()
    snapshot, query = snapshot_of(settings, encoder), Query.of(QUESTION, encoder)
    found = Candidates.find(query, snapshot, None)
    looked = look_closely(found, query, snapshot, encoder)
    rows = likely(found, query)
    assert len(rows) < MOST_LIKELY
    texts = [Fields.of(snapshot.document_at(int(row))).whole for row in found.rows[rows]]
    matches = encoder.match(QUESTION, encoder.pieces(texts))
    assert matches is not None
    np.testing.assert_allclose(looked.measures[rows, PIECES], matches, atol=1e-6)
    assert not np.delete(looked.measures[:, PIECES], rows).any()
    assert (looked.rows == found.rows).all()


def test_many_that_are_as_likely_are_not_all_looked_at(settings: Settings) -> None:
    encoder = open_encoder()
    snapshot, query = snapshot_of(settings, encoder), Query.of("登录超时", encoder)
    looked = look_closely(Candidates.find(query, snapshot, None), query, snapshot, encoder)
    assert np.count_nonzero(looked.measures[:, PIECES]) == MOST_LIKELY


def test_pieces_are_kept_by_an_update_and_made_anew_for_what_changed(settings: Settings) -> None:
    encoder = open_encoder()
    snapshot_of(settings, encoder)
    write_document(settings.knowledge, "topic0", title="心跳超时以后实例被摘除")
    next(settings.knowledge.rglob("topic1.md")).unlink()
    Indexer(settings, encoder).update()
    snapshot = LiveIndex.open(settings, encoder).current()
    texts = [Fields.of(document).whole for document in snapshot.read_all()]
    assert snapshot.pieces(np.arange(snapshot.document_count)) == encoder.pieces(texts)


def test_cosines_stand_in_where_pieces_are_not_matched(settings: Settings, encoder: HashingEncoder) -> None:
    snapshot, query = snapshot_of(settings, encoder), Query.of(QUESTION, encoder)
    found = Candidates.find(query, snapshot, None)
    looked = look_closely(found, query, snapshot, encoder)
    rows = likely(found, query)
    assert looked.measures[rows, PIECES].tolist() == found.measures[rows, VECTOR].tolist()


@pytest.mark.parametrize("question", ["", "🤷"])
def test_question_without_known_pieces_matches_nothing(question: str) -> None:
    encoder = open_encoder()
    matches = encoder.match(question, encoder.pieces(["登录超时"]))
    assert matches is not None
    assert matches.tolist() == [0]


@pytest.mark.parametrize(
    ("question", "is_matched"),
    [
        (QUESTION, True),
        (f"nacos {QUESTION}", True),
        (f"Spring Cloud Alibaba {QUESTION}", False),
        (f"sca 用 nacos，{QUESTION}", True),
        (f"mysql {QUESTION}", True),
    ],
)
def test_document_that_has_nothing_to_do_with_the_products_that_are_named_matches_nothing(
    question: str, is_matched: bool, settings: Settings
) -> None:
    write_document(settings.knowledge, "login")
    mentioning = write_document(
        settings.knowledge, "mentioning", title=QUESTION, answer="Spring-Cloud-Alibaba 也一样。"
    )
    write_document(settings.knowledge, "timeout", product="spring-cloud-alibaba")
    encoder = open_encoder()
    Indexer(settings, encoder).update()
    snapshot, query = LiveIndex.open(settings, encoder).current(), Query.of(question, encoder)
    looked = look_closely(Candidates.find(query, snapshot, None), query, snapshot, encoder)
    matches = {
        snapshot.document_at(int(row)).id: pieces
        for row, pieces in zip(looked.rows, looked.measures[:, PIECES], strict=True)
    }
    assert bool(matches["nacos-login"]) is is_matched
    assert matches[f"nacos-{mentioning.stem}"] > 0
