import gc
import weakref

import numpy as np
import pytest

from service.errors import DocumentNotFoundError
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics


def test_nearest_documents_are_others(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    snapshot = LiveIndex.open(settings, encoder).current()
    nearest = snapshot.nearest("nacos-login", 2)
    assert len(nearest) == 2
    assert "nacos-login" not in [document.id for document in nearest]
    with pytest.raises(DocumentNotFoundError, match="missing"):
        snapshot.nearest("missing", 2)


def test_snapshot_is_gone_as_soon_as_another_took_its_place(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    live.current().document("nacos-login")
    assert live.current().documents().total == 4
    before = weakref.ref(live.current())
    write_document(settings.knowledge, "new")
    Indexer(settings, encoder).update()
    gc.disable()
    try:
        assert live.refresh()
        assert before() is None
    finally:
        gc.enable()


def test_document_names_what_is_in_its_text_or_its_product(settings: Settings, encoder: HashingEncoder) -> None:
    write_document(settings.knowledge, "login", answer="用 RocketMQ 时也一样。")
    Indexer(settings, encoder).update()
    snapshot = LiveIndex.open(settings, encoder).current()
    rows = np.arange(1)
    found = [snapshot.naming(rows, [name]) for name in ("rocketmq", "nacos", "seata")]
    assert found == [[True], [True], [False]]
    assert snapshot.naming(rows, ["seata", "nacos"]) == [True]
