import gc
import weakref

from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics


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
