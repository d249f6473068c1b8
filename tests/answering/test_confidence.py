"""What speaks for a document, with the shipped model."""

import numpy as np
import pytest

from service.answering.candidates import Candidates
from service.answering.confidence import NAMES, evidence
from service.answering.fusion import fuse
from service.answering.matching import look_closely
from service.answering.query import Query
from service.embedding.opening import open_encoder
from service.embedding.unrelated import unrelated_cosine
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.knowledge import write_document

QUESTION = "心跳超时以后实例被摘除怎么办"
ANSWER = "调大 `preserved.heart.beat.timeout`，再检查客户端与服务端之间的网络。"


def best_of(settings: Settings) -> dict[str, float]:
    """The evidence for the first result."""
    encoder = open_encoder()
    Indexer(settings, encoder).update()
    snapshot, query = LiveIndex.open(settings, encoder).current(), Query.of(QUESTION, encoder)
    candidates = look_closely(Candidates.find(query, snapshot, None), query, snapshot, encoder)
    scores = fuse(candidates, query)
    rows = evidence(query, candidates, scores, snapshot, unrelated_cosine(encoder))
    assert np.isfinite(rows).all()
    return dict(zip(NAMES, rows[scores.argmax()].tolist(), strict=True))


def test_document_that_another_repeats_leads_over_what_is_different(settings: Settings) -> None:
    for name in ("login", "backlog", "timeout"):
        write_document(settings.knowledge, name)
    write_document(settings.knowledge, "beat", title="心跳超时，实例被摘除", answer=ANSWER)
    alone = best_of(settings)
    assert alone["lead_over_different"] == pytest.approx(alone["lead"])
    write_document(settings.knowledge, "again", title="心跳超时后实例被摘除了", answer=ANSWER)
    repeated = best_of(settings)
    assert repeated["lead"] < alone["lead"] / 4
    assert repeated["lead_over_different"] > alone["lead_over_different"] / 2


def test_only_document_of_all_has_evidence(settings: Settings) -> None:
    write_document(settings.knowledge, "beat", title="心跳超时，实例被摘除", answer=ANSWER)
    only = best_of(settings)
    assert only["lead_over_different"] == only["lead"] > 0
