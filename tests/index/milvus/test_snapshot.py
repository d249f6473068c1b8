import numpy as np
import pytest

from service.answering.engine import Engine
from service.errors import DocumentNotFoundError, IndexUnreachableError
from service.index.opening import open_builder, open_index
from service.index.searchable import Searchable
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document

ODD = 'o"d'
"""A product that cannot stand in a filter as it is."""


@pytest.fixture
def snapshot(remote: Settings, encoder: HashingEncoder) -> Searchable:
    open_builder(remote, encoder).update()
    return open_index(remote, encoder).current()


def test_question_for_product_finds_its_documents_only(remote: Settings, encoder: HashingEncoder) -> None:
    path = write_document(remote.knowledge, "odd", title="心跳也会超时", product="odd")
    path.parent.rename(remote.knowledge / ODD)
    open_builder(remote, encoder).update()
    engine = Engine(open_index(remote, encoder), encoder, remote)
    assert [hit.product for hit in engine.ask("心跳超时", product=ODD).hits] == [ODD]
    assert {hit.product for hit in engine.ask("心跳超时", product="nacos").hits} == {"nacos"}


def test_question_without_words_is_answered(remote: Settings, encoder: HashingEncoder, snapshot: Searchable) -> None:
    assert Engine(open_index(remote, encoder), encoder, remote).ask("？！").hits


def test_document_that_is_not_there_is_told(snapshot: Searchable) -> None:
    assert snapshot.row_of("nothing") is None
    with pytest.raises(DocumentNotFoundError, match="nothing"):
        snapshot.document("nothing")
    with pytest.raises(IndexUnreachableError, match="removed"):
        snapshot.document_at(5)


def test_similarity_to_document_that_was_removed_is_0(snapshot: Searchable, encoder: HashingEncoder) -> None:
    row = snapshot.row_of("nacos-login")
    assert row is not None
    question = encoder.encode_queries(["控制台登录报 403"])
    found = snapshot.similarities(question, np.array([5, row], np.int64))
    assert found[0] == 0
    assert np.allclose(found[1], snapshot.embeddings_at(np.array([row])) @ question[0], atol=1e-5)


def test_document_that_was_removed_names_nothing(snapshot: Searchable) -> None:
    row = snapshot.row_of("nacos-login")
    assert row is not None
    assert snapshot.naming(np.array([5, row], np.int64), ["nacos"]) == [False, True]


def test_list_is_paged_and_filtered(snapshot: Searchable) -> None:
    page = snapshot.documents(product="nacos", page=2, page_size=2)
    assert (page.total, [entry.id for entry in page.entries]) == (3, ["nacos-login"])
    assert snapshot.documents(tag="dubbo").total == 1
