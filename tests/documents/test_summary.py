"""The summary: starts with what is said, ends where a sentence does."""

import pytest

from tests.documents.builders import answer


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("根据提供的知识内容，心跳仍然支持。", "心跳仍然支持。"),
        ("根据您描述的问题，网络不通。", "网络不通。"),
        ("针对您的问题“a，b（c）”，答案是可以。", "答案是可以。"),
        ("您好，根据已有的知识信息，可以。", "可以。"),
        ("根据 Nacos 官方文档，端口是 8848。", "根据 Nacos 官方文档，端口是 8848。"),
        ("对于集群模式，端口是 8848。", "对于集群模式，端口是 8848。"),
        ("Based on the provided knowledge, the broker is read-only.", "The broker is read-only."),
        (
            "According to the release notes, it is fixed in 2.2.3.",
            "According to the release notes, it is fixed in 2.2.3.",
        ),
        ("2.x 客户端用 gRPC。", "2.x 客户端用 gRPC。"),
        ("### 分析\n\n**结论**\n\n是的。", "是的。"),
        ("1. **甲**：一。\n2. 乙\n3. 丙", "甲：一。乙；丙"),
        ("看 [文档](https://a.org) 的 `a_b` 与 **粗体**。", "看 文档 的 a_b 与 粗体。"),
        ("```\ncode\n```", ""),
    ],
)
def test_summary_starts_where_the_answer_starts(body: str, summary: str) -> None:
    assert answer(body).summary == summary


def test_long_summary_ends_with_a_sentence() -> None:
    summary = answer("这一句有十个字左右。" * 60).summary
    assert 250 < len(summary) <= 300 and summary.endswith("。")


def test_long_sentence_is_cut_with_an_ellipsis() -> None:
    summary = answer("没有句号" * 200).summary
    assert len(summary) == 300 and summary.endswith("…")
