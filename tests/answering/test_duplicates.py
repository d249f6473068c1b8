from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from service.answering.duplicates import Folding
from service.documents.model import Document
from service.embedding.encoder import Embeddings
from service.embedding.opening import open_encoder
from service.embedding.unrelated import unrelated_cosine
from service.index.fields import Fields
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.searchable import Rows
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document

MOST = 20
"""Documents that are folded at most."""

SAME = (1.0, 1.0)
"""Cosines, with the first document, of question and whole document."""


def document(title: str, product: str = "nacos", number: int = 0) -> Document:
    return Document(
        id=title,
        title=title,
        question=str(number),
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
    about = zip(titles, products or ["nacos"] * len(titles), range(len(titles)), strict=True)
    asked, whole = (
        [_apart(place, cosine) for place, cosine in enumerate(column)] for column in zip(*cosines, strict=True)
    )
    documents = [document(*one) for one in about]
    encoder = Fixed({Fields.of(one).asked: at for one, at in zip(documents, asked, strict=True)})
    return Folding(encoder, unrelated).fold(np.arange(len(titles)), Listed(documents, whole), shown=shown)


def _apart(place: int, cosine: float) -> Embeddings:
    embedding = np.zeros(MOST + 1, np.float32)
    embedding[0], embedding[place + 1] = cosine, (1 - cosine**2) ** 0.5
    return embedding


class Fixed(HashingEncoder):
    """Gives texts the embeddings that it is told."""

    def __init__(self, embeddings: Mapping[str, Embeddings]) -> None:
        self._embeddings = embeddings

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        return np.array([self._embeddings[text] for text in texts])


class Listed:
    """The documents of a snapshot, as far as folding asks for them."""

    def __init__(self, documents: Sequence[Document], embeddings: Sequence[Embeddings]) -> None:
        self.document_at = documents.__getitem__
        self._embeddings = embeddings

    def embeddings_at(self, rows: Rows) -> Embeddings:
        return np.array([self._embeddings[row] for row in rows.tolist()])


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
    assert Folding(Fixed({}), 0.0).fold(np.empty(0, np.int64), Listed([], []), shown=5) == []


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
    groups = Folding(encoder, unrelated_cosine(encoder)).fold(np.arange(3), snapshot, shown=3)
    assert sorted(sorted(snapshot.document_at(row).id for row in group) for group in groups) == [
        ["nacos-again", "nacos-change"],
        ["nacos-rules"],
    ]
