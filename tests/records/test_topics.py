from datetime import timedelta

import pytest

from service.records.history import Gap
from service.records.topics import bare_words, read_topics
from tests.records.builders import NOW


def gap(question: str, minutes_ago: int, product: str | None = None) -> Gap:
    moment = NOW - timedelta(minutes=minutes_ago)
    return Gap(f"{minutes_ago}", moment, question, product, "no_answer", None, None, None)


@pytest.mark.parametrize("other", [" 登录报403 ", "登录报403？", "登录报４０３", "登录报403。。。", "「登录报403」"])
def test_words_are_the_same_whatever_is_around_them(other: str) -> None:
    assert bare_words(other) == "登录报403"


@pytest.mark.parametrize(("question", "words"), [("？！", "?!"), ("Why  IS\nit?", "why is it"), ("C++ (x)", "c++ (x")])
def test_words_keep_what_is_between_them(question: str, words: str) -> None:
    assert bare_words(question) == words


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
    assert len({topic.key for topic in topics}) == 4
