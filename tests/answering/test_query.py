"""A question as it is searched: what it is worded like, and the weights that there are for that."""

import pytest

from service.answering.fusion import learned_weights
from service.answering.query import LONG_QUESTION, Query, Wording
from service.embedding.encoder import Encoder
from service.embedding.opening import open_encoder


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("nacos 注册不上", Wording.CHINESE),
        ("Why is my instance not registered?", Wording.OTHER),
        ("注册不上，日志如下：" + "java.net.ConnectException: Connection refused\n" * 5, Wording.LONG),
        ("Connection refused: nacos-0.nacos-headless " * 5, Wording.LONG),
        ("  " + "服" * (LONG_QUESTION - 1) + "  ", Wording.CHINESE),
        ("服" * LONG_QUESTION, Wording.LONG),
    ],
)
def test_long_questions_are_worded_alike_in_every_language(text: str, wording: Wording, encoder: Encoder) -> None:
    assert Query.of(text, encoder).wording is wording


def test_every_wording_has_weights_that_add_up_to_one() -> None:
    for wording in Wording:
        weights = learned_weights()[wording]
        assert (weights >= 0).all()
        assert weights.sum() == pytest.approx(1)
