"""What the asking stage of the training sees, and its teacher."""

import random

from scripts.training.data import Section, TrainingData, Translation, Written
from scripts.training.pairs import asking_pairs, teaching_pairs
from service.index.fields import Fields

DATA = TrainingData(
    sections=(Section("限流", ("网关",), "按来源限流。", "zh", "a/b"), Section("", (), "", "", "")),
    translations=(Translation("心跳", "heartbeat", "a/b"), Translation("空的", " ", "a/b")),
    document_questions=(
        Written("登录报 403", "colloquial", "login", given=True),
        Written("403 forbidden after login", "english", "login", given=False),
    ),
    section_questions=(
        Written("怎么限制来源", "colloquial", "0", given=False),
        Written("limit by origin", "english", "0", given=False),
    ),
    documents={"login": Fields("登录", "为什么 403", "", "检查令牌")},
)


def test_questions_meet_their_documents_and_what_was_read_is_rehearsed() -> None:
    pairs = asking_pairs(DATA, random.Random(0), rehearsed=10, translated=10, related=1)
    found = [(pair.anchor, pair.positive) for pair in pairs]
    assert ("登录报 403", "登录\n为什么 403\n\n检查令牌") in found
    assert ("怎么限制来源", "网关 限流\n按来源限流。") in found
    assert ("网关 限流", "按来源限流。") in found
    assert {("心跳", "heartbeat"), ("heartbeat", "心跳")} & set(found)
    assert all(pair.anchor.strip() and pair.positive.strip() for pair in pairs)


def test_translations_are_rehearsed_both_ways_in_turn() -> None:
    drawn = {
        (pair.anchor, pair.positive)
        for seed in range(20)
        for pair in asking_pairs(DATA, random.Random(seed), rehearsed=0, translated=2, related=0)
        if pair.topic.startswith("t")
    }
    assert drawn == {("心跳", "heartbeat"), ("heartbeat", "心跳")}


def test_share_of_the_questions_about_one_text_meet_each_other() -> None:
    questions = {question.text for question in (*DATA.document_questions, *DATA.section_questions)}
    met = {
        (pair.topic, frozenset({pair.anchor, pair.positive}))
        for seed in range(20)
        for pair in asking_pairs(DATA, random.Random(seed), rehearsed=0, translated=0, related=0.5)
        if {pair.anchor, pair.positive} <= questions
    }
    assert met == {
        ("dlogin", frozenset(question.text for question in DATA.document_questions)),
        ("s0", frozenset(question.text for question in DATA.section_questions)),
    }


def test_teacher_sees_questions_with_what_answers_them_and_some_translations() -> None:
    pairs = teaching_pairs(DATA, random.Random(0), translated=10)
    questions = [question.text for question in (*DATA.document_questions, *DATA.section_questions)]
    assert [pair.anchor for pair in pairs[:-1]] == questions
    assert {pair.positive for pair in pairs[:-1]} == {"登录\n为什么 403\n\n检查令牌", "网关 限流\n按来源限流。"}
    assert {pairs[-1].anchor, pairs[-1].positive} == {"心跳", "heartbeat"}
