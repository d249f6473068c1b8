import pytest

from service.errors import DocumentNotFoundError, IndexMismatchError, IndexUnavailableError
from service.index.opening import open_builder, open_index
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document


def test_index_that_was_never_built_is_unavailable(remote: Settings, encoder: HashingEncoder) -> None:
    with pytest.raises(IndexUnavailableError, match="expert-answers index"):
        open_index(remote, encoder)


def test_index_of_another_model_is_refused(remote: Settings, encoder: HashingEncoder) -> None:
    open_builder(remote, encoder).update()
    with pytest.raises(IndexMismatchError, match="hashing-2"):
        open_index(remote, HashingEncoder("hashing-2"))


def test_replica_follows_what_another_published(remote: Settings, encoder: HashingEncoder) -> None:
    open_builder(remote, encoder).update()
    replica = open_index(remote, encoder)
    assert not replica.refresh()
    write_document(remote.knowledge, "new")
    changed = open_builder(remote, encoder).update()
    with pytest.raises(DocumentNotFoundError, match="nacos-new"):
        replica.current().document("nacos-missing-nacos-new")
    assert replica.refresh()
    assert replica.current().generation == changed.generation
    assert replica.current().document("nacos-new").title == "new 的问题"
    rebuilt = open_builder(remote, encoder).update(rebuild=True)
    assert replica.refresh()
    assert replica.current().generation == rebuilt.generation
    assert replica.current().document_count == 5
