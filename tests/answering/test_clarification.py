from typing import Any

import numpy as np
import pytest

from service.answering.clarification import Thresholds, choices_of, clarification, find_rivals
from service.answering.query import Language, Query
from service.answering.reply import Hit
from service.documents.model import Document

THRESHOLDS = Thresholds(answered=0.5, uncertain=0.17)
PRODUCTS = ("dubbo", "nacos", "rocketmq")


def query(text: str, language: Language = Language.CHINESE) -> Query:
    return Query(text, language, (), (), np.zeros((1, 2), np.float32))


def hit(name: str, product: str | None, score: float, confidence: float, title: str | None = None) -> Hit:
    return Hit(name, title or name, product, score, confidence, "", {})


def document(product: str) -> Document:
    none: tuple[Any, ...] = ()
    title = f"{product} title"
    return Document(product, title, "", product, none, none, None, None, "", "", none, none, none, "", "", "")


def rivals(text: str, *hits: Hit) -> list[str]:
    return [one.document_id for one in find_rivals(query(text), hits, PRODUCTS, THRESHOLDS, confidence)]


def confidence(hit: Hit) -> float:
    return hit.confidence


def test_close_documents_about_different_products_are_asked_for() -> None:
    found = [hit("a", "dubbo", 0.9, 0.4), hit("b", "dubbo", 0.8, 0.4), hit("c", "nacos", 0.7, 0.3)]
    assert rivals("容器里注册的地址不对", *found) == ["a", "c"]


def test_question_that_names_a_product_is_not_asked_back() -> None:
    assert rivals("Dubbo 的地址不对", hit("a", "dubbo", 0.9, 0.4), hit("c", "nacos", 0.8, 0.4)) == []


@pytest.mark.parametrize(("score", "confidence", "asked"), [(0.8, 0.95, True), (0.6, 0.95, False), (0.8, 0.7, False)])
def test_sure_answer_gives_way_to_its_equal_only(score: float, confidence: float, asked: bool) -> None:
    found = rivals("优雅下线", hit("a", "dubbo", 1.0, 0.98), hit("b", "nacos", score, confidence))
    assert found == (["a", "b"] if asked else [])


def test_nothing_worth_showing_is_no_choice() -> None:
    assert rivals("你好", hit("a", "dubbo", 0.9, 0.1), hit("b", "nacos", 0.9, 0.4)) == []
    assert rivals("你好") == []
    assert (
        find_rivals(query("?"), [hit("a", "x", 0, 0.1), hit("b", "y", 0, 0.1)], (), Thresholds(0.5, 0), confidence)
        == []
    )


@pytest.mark.parametrize(("within_product", "asked"), [(0.66, True), (0.4, False)])
def test_rivals_are_compared_as_if_the_others_were_not_there(within_product: float, asked: bool) -> None:
    found = [hit("a", "dubbo", 1.0, 0.6), hit("b", "nacos", 0.95, 0.1)]
    confidences = {"a": 0.7, "b": within_product}
    rivals = find_rivals(query("优雅下线"), found, PRODUCTS, THRESHOLDS, lambda one: confidences[one.document_id])
    assert rivals == (found if asked else [])


def test_confidences_are_not_worked_out_where_nothing_can_be_asked_back() -> None:
    def unexpected(hit: Hit) -> float:
        raise AssertionError(hit)

    def ask_back(text: str, *hits: Hit) -> list[Hit]:
        return find_rivals(query(text), hits, PRODUCTS, THRESHOLDS, unexpected)

    sure = [hit(name, "nacos", 0.9, 0.9, "2.x 升级") for name in "ab"]
    assert ask_back("怎么升级", *sure) == []
    assert ask_back("Nacos 优雅下线", hit("a", "dubbo", 0.9, 0.9), hit("b", "nacos", 0.9, 0.9)) == []
    assert ask_back("优雅下线", hit("a", "dubbo", 0.9, 0.9), hit("b", "nacos", 0.1, 0.9)) == []


def test_situations_of_one_product_are_asked_for() -> None:
    found = (
        hit("a", "nacos", 0.9, 0.4, "1.4 升级到 2.x"),
        hit("b", "nacos", 0.8, 0.3, "2.x 升级到 3.x"),
        hit("c", "nacos", 0.8, 0.3, "升级之后报错"),
    )
    assert rivals("怎么升级", *found) == ["a", "b"]
    assert rivals("怎么从 1.4 升级", *found) == []
    sure = (hit("a", "nacos", 0.9, 0.9, "1.4 升级到 2.x"), hit("b", "nacos", 0.9, 0.9, "2.x 升级到 3.x"))
    assert rivals("怎么升级", *sure) == []


def test_at_most_four_are_asked_for() -> None:
    assert len(rivals("地址不对", *(hit(str(i), str(i), 0.9, 0.4) for i in range(6)))) == 4


def test_long_question_is_not_said_again() -> None:
    documents = [document(name) for name in ("dubbo", "nacos")]
    assert [choice.question for choice in choices_of("地址不对", documents)] == ["dubbo 地址不对", "nacos 地址不对"]
    assert [choice.question for choice in choices_of("x" * 2000, documents)] == ["dubbo title", "nacos title"]


def test_question_back_is_in_the_language_of_the_question() -> None:
    assert clarification(query("地址不对")) != clarification(query("wrong address", Language.OTHER))
