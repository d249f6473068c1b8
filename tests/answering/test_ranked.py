from service.answering.engine import Engine
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document


def test_document_like_another_product_leads(settings: Settings, encoder: HashingEncoder) -> None:
    for product, name in (("nacos", "login"), ("seata", "login"), ("seata", "backlog")):
        write_document(settings.knowledge, name, product=product)
    Indexer(settings, encoder).update()
    engine = Engine(LiveIndex.open(settings, encoder), encoder, settings)
    ranked = engine.rank("消息堆积怎么办", product="seata")
    leaders = [
        led.first.id
        for led in (
            ranked,
            ranked.led_by_nearest_to("nacos-login", 0),
            ranked.led_by_nearest_to("nacos-login", 1),
            ranked.led_by_nearest_to("nacos-gone", 0),
        )
        if led.first
    ]
    assert leaders == ["seata-backlog", "seata-login", "seata-backlog", "seata-backlog"]
