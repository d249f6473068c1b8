from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from service.answering.duplicates import fold, unrelated_cosine
from service.documents.model import Document
from service.embedding.encoder import Embeddings
from service.embedding.opening import open_encoder
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document

SAME = (1.0, 1.0)
"""Cosines, with the first document, of question and whole document."""


def document(title: str, product: str = "nacos") -> Document:
    return Document(
        id=title,
        title=title,
        question=title,
        product=product,
        tags=(),
        keywords=(),
        date=None,
        category=None,
        path=f"{title}.md",
        summary="",
        causes=(),
        steps=(),
        references=(),
        markdown="",
        html="",
        content_hash="",
    )


def folded(
    titles: Sequence[str],
    cosines: Sequence[tuple[float, float]],
    *,
    shown: int = 5,
    products: Sequence[str] = (),
    unrelated: float = 0.0,
) -> list[list[int]]:
    """Fold documents in rank order; each is as near to the first as `cosines` say, and unlike every other."""
    documents = [document(*about) for about in zip(titles, products or ["nacos"] * len(titles), strict=True)]
    embeddings = np.zeros((len(titles), 3, len(titles) + 1), np.float32)
    for place, (asked, whole) in enumerate(cosines):
        for field, cosine in ((1, asked), (2, whole)):
            embeddings[place, field, 0] = cosine
            embeddings[place, field, place + 1] = (1 - cosine**2) ** 0.5
    return fold(np.arange(len(titles)), embeddings.__getitem__, documents.__getitem__, shown=shown, unrelated=unrelated)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("nacos 如何修改密码？", "nacos修改密码"),
        ("Nacos raft日志太大怎么清理", "raft日志太大怎么清理"),
        ("How to change the log level", "Change the log level in production"),
    ],
)
def test_fold_takes_titles_that_agree_for_the_same_question(title: str, other: str) -> None:
    assert folded([title, other], [SAME, (0.9, 0.9)]) == [[0, 1]]


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("nacos 怎么开启鉴权", "nacos 怎么关闭鉴权"),
        ("nacos 搭建本地单机配置中心", "nacos 搭建本地集群配置中心"),
        ("nacos c# 客户端下载", "nacos c 客户端下载"),
        ("C++ client", "C client"),
        ("nacos 2.2.3 支持 jdk 17 吗", "nacos 2.3.2 支持 jdk 17 吗"),
        ("How to enable authentication", "How to disable authentication"),
    ],
)
def test_fold_shows_both_where_each_title_has_a_word_of_its_own(title: str, other: str) -> None:
    assert folded([title, other], [SAME, (0.99, 0.99)]) == [[0], [1]]


@pytest.mark.parametrize("cosines", [(0.99, 0.77), (0.74, 0.86), (0.40, 0.98)])
def test_fold_shows_both_where_question_or_answer_differs(cosines: tuple[float, float]) -> None:
    assert folded(["修改密码", "修改密码"], [SAME, cosines]) == [[0], [1]]


def test_fold_shows_both_products() -> None:
    assert folded(["超时", "超时"], [SAME, SAME], products=["nacos", "dubbo"]) == [[0], [1]]


def test_fold_measures_from_what_the_model_gives_unrelated_texts() -> None:
    titles, cosines = ["超时", "超时"], [SAME, (0.95, 0.95)]
    assert folded(titles, cosines, unrelated=0.5) == [[0, 1]]
    assert folded(titles, cosines, unrelated=0.75) == [[0], [1]]


def test_fold_keeps_the_order_of_the_ranking() -> None:
    titles = ["超时", "超时 甲", "登录", "超时 乙", "心跳"]
    cosines = [SAME, (0.9, 0.9), (0.1, 0.1), (0.9, 0.9), (0.2, 0.2)]
    assert folded(titles, cosines) == [[0, 1, 3], [2], [4]]


def test_fold_looks_further_down_to_fill_the_list() -> None:
    titles = [*["超时"] * 10, "登录", "心跳", "堆积"]
    cosines = [*[SAME] * 10, (0.1, 0.1), (0.2, 0.2), (0.1, 0.2)]
    assert folded(titles, cosines, shown=3) == [list(range(10)), [10], [11]]


@pytest.mark.parametrize("shown", [1, 2, 3, 50])
def test_fold_shows_as_many_as_there_are_at_most(shown: int) -> None:
    assert folded(["甲", "乙"], [SAME, (0.5, 0.5)], shown=shown) == [[0], [1]][:shown]


def test_fold_of_an_empty_ranking_is_empty() -> None:
    nothing: npt.NDArray[np.int64] = np.empty(0, np.int64)
    assert fold(nothing, np.empty((0, 3, 8), np.float32).__getitem__, lambda row: document(str(row)), shown=5) == []


def test_unrelated_cosine_is_near_zero_for_the_shipped_model() -> None:
    assert unrelated_cosine(open_encoder()) < 0.1


def test_unrelated_cosine_is_that_of_a_model_with_one_direction_in_common() -> None:
    class Narrow(HashingEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Embeddings:
            rows = np.eye(len(texts), len(texts) + 1, 1, np.float32) + np.eye(1, len(texts) + 1, dtype=np.float32)
            halves: Embeddings = rows * np.float32(0.5**0.5)
            return halves

    assert unrelated_cosine(Narrow()) == pytest.approx(0.5)


def test_shipped_model_tells_the_same_answer_from_another(tmp_path: Path) -> None:
    settings = Settings(knowledge=tmp_path / "knowledge", data=tmp_path / "data")
    change = "登录控制台，打开权限控制下的用户列表，找到要修改密码的用户，点修改，输入新密码后保存，再用新密码登录。"
    rules = "密码至少八位，包含字母与数字，由管理员在安全策略里规定，九十天过期一次，过期前一周发邮件提醒。"
    for name, title, answer in (
        ("change", "如何修改用户密码", change),
        ("again", "nacos 怎么修改用户密码？", f"修改密码的步骤如下：{change}"),
        ("rules", "修改用户密码的规则", rules),
    ):
        write_document(settings.knowledge, name, title=title, answer=answer)
    encoder = open_encoder()
    Indexer(settings, encoder).update()
    snapshot = LiveIndex.open(settings, encoder).current()
    groups = fold(np.arange(3), snapshot.embeddings_at, snapshot.document_at, shown=3)
    assert sorted(sorted(snapshot.document_at(row).id for row in group) for group in groups) == [
        ["nacos-again", "nacos-change"],
        ["nacos-rules"],
    ]
