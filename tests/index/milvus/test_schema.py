import numpy as np

from service.index import vectors
from service.index.fields import Fields
from service.index.lexical import LexicalEntry
from service.index.milvus.schema import (
    EMBEDDINGS,
    candidate_query,
    document_of,
    field_queries,
    row_of,
    token,
    tokens,
)
from tests.documents.builders import answer


def test_row_gives_document_back() -> None:
    long = answer("配置 config\n\n" * 30_000)
    row = row_of(7, long, LexicalEntry.of(7, Fields.of(long)), np.zeros((3, 4), np.float32), b"")
    assert document_of(row) == long
    assert all(len(row[name].encode()) <= 65_535 for name in ("words", "bigrams", "question"))


def test_tokens_keep_words_apart_in_letters() -> None:
    assert token("nacos.core.auth") == token("nacos.core.auth") != token("nacos.core")
    first, second = tokens(["配置", "2.2.0"]).split()
    assert first.isascii() and first.isalpha() and first.islower() and len(first) == len(second) == 7


def test_queries_give_weighted_sum_and_similarities_of_fields() -> None:
    random = np.random.default_rng(5)
    embeddings, query = random.standard_normal((3, 8), np.float32), random.standard_normal((1, 8), np.float32)
    stored = row_of(1, answer("一个解答"), LexicalEntry(1, "", "", ""), embeddings, b"")[EMBEDDINGS]
    similarities = embeddings @ query[0]
    assert np.allclose(field_queries(query) @ stored, similarities, atol=1e-5)
    assert np.isclose(candidate_query(query) @ stored, similarities @ vectors.CANDIDATE_WEIGHTS, atol=1e-4)
