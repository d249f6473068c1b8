from datetime import timedelta

import pytest

from service.records.history import Gap
from service.records.topics import read_topics, topic_key
from tests.records.builders import NOW


def gap(question: str, minutes_ago: int, product: str | None = None) -> Gap:
    moment = NOW - timedelta(minutes=minutes_ago)
    return Gap(f"{minutes_ago}", moment, question, product, "no_answer", None, None, None)


@pytest.mark.parametrize("other", [" 登录报403 ", "登录报403？", "登录报４０３", "登录报403。。。", "「登录报403」"])
def test_key_is_that_of_the_bare_words(other: str) -> None:
    assert topic_key(other, None) == topic_key("登录报403", None)


@pytest.mark.parametrize(
    ("question", "product"), [("登录报404", None), ("登录报403", "nacos"), ("", None), ("？", None)]
)
def test_key_tells_questions_and_products_apart(question: str, product: str | None) -> None:
    assert topic_key(question, product) != topic_key("登录报403", None)


def test_topics_come_with_the_most_frequent_first_then_the_latest() -> None:
    gaps = [gap("a", 1), gap("B", 2), gap("c", 3), gap("b?", 4), gap("B", 5, "nacos")]
    topics = read_topics(gaps)
    assert [(topic.text, topic.product, len(topic.gaps)) for topic in topics] == [
        ("B", None, 2),
        ("a", None, 1),
        ("c", None, 1),
        ("B", "nacos", 1),
    ]
    assert topics[0].last_asked == NOW - timedelta(minutes=2)
