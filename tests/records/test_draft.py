from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.documents.model import Document
from service.documents.parser import parse_document
from service.records.draft import draft, draft_id
from service.records.report import ClosestDocument, Group, Wording
from tests.records.builders import NOW

TODAY = date(2026, 5, 20)
# What the interface lets through.
TYPED = st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\t"), min_size=1, max_size=200)


def make_group(question: str = "怎么把配置导出到另一个集群？", product: str | None = "nacos") -> Group:
    return Group(
        id="0123456789",
        question=question,
        product=product,
        count=1,
        previous=None,
        no_answer=1,
        uncertain=0,
        up=0,
        down=0,
        last_asked=NOW,
        daily=(1,),
        wordings=(),
        remarks=(),
        documents=(),
        status_now=None,
        keys=frozenset({"0123456789"}),
    )


def problems(text: str) -> list[str]:
    return [problem.code for problem in parse_document(text.encode(), path="nacos/draft.md").problems]


def answered(text: str) -> Document:
    """The document that the draft becomes once its first heading has an answer."""
    heading = "### 原因分析" if "### 原因分析" in text else "### Causes"
    # Only the last one is the draft's own, whatever the question holds.
    before, after = text.rsplit(f"\n{heading}\n", 1)
    parsed = parse_document(f"{before}\n{heading}\n\nBecause.\n{after}".encode(), path="nacos/draft.md")
    assert parsed.document is not None, parsed.problems
    assert parsed.problems == ()
    return parsed.document


def test_draft_lacks_nothing_but_its_answer() -> None:
    group = replace(
        make_group(),
        wordings=(Wording("配置导出\n到别的集群", 2),),
        documents=(ClosestDocument("nacos-x", "配置导入失败怎么办", 0.2),),
    )
    text = draft(group, today=TODAY)
    assert problems(text) == ["no-answer"]
    document = answered(text)
    assert (document.id, document.title) == ("nacos-0123456789", "怎么把配置导出到另一个集群？")
    assert (document.date, document.tags, document.product) == ("2026-05-20", ("nacos",), "nacos")
    assert document.question == "怎么把配置导出到另一个集群？\n\n也有人这样问：\n\n* 配置导出 到别的集群"
    assert [reference.title for reference in document.references] == ["配置导入失败怎么办"]
    assert "### 解决步骤" in document.markdown


def test_draft_for_an_english_question_is_english() -> None:
    group = replace(make_group("How do I move a config?", None), documents=(ClosestDocument("x", "Import fails", 0.2),))
    text = draft(group, today=TODAY)
    assert problems(text) == ["no-answer"]
    assert answered(text).id == "question-0123456789"
    assert answered(text).tags == ()
    assert [reference.title for reference in answered(text).references] == ["Import fails"]
    for heading in ("## Question", "## Answer", "### Causes", "### Steps", "## References"):
        assert f"\n{heading}\n" in text


def test_code_in_a_question_stays_as_it_was_typed() -> None:
    question = "启动报错\n```\n# comment\nat com.example.Main\n```\n<dependency>怎么配</dependency>"
    assert answered(draft(make_group(question), today=TODAY)).question == question


@pytest.mark.parametrize(
    "question",
    [
        "怎么办\n## 专家官方解答 ：\n没有",
        "# Answer\nno",
        "日志：\n```\nat com.example.Main",
        "~~~~\n怎么办",
        "<!-- 怎么办",
        "<script>alert(1)\n\n怎么办",
        "怎么办\n---\n## 参考链接\n* x",
        "---\nid: other\n---\n怎么办",
        "\"quoted\": 'title' \\ # & * ! | > % @ `",
    ],
)
def test_question_does_not_break_out_of_its_section(question: str) -> None:
    text = draft(make_group(question), today=TODAY)
    assert problems(text) == ["no-answer"]
    assert (
        answered(text).markdown == "### 原因分析\n\nBecause.\n\n### 解决步骤" or "Because." in answered(text).markdown
    )


@given(question=TYPED, product=st.none() | st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20))
def test_draft_of_anything_typed_lacks_nothing_but_its_answer(question: str, product: str | None) -> None:
    group = replace(make_group(question, product), wordings=(Wording(question, 1),))
    text = draft(group, today=TODAY)
    assert set(problems(text)) <= {"no-answer", "no-question"}
    assert draft_id(group).endswith("-0123456789")


def test_long_question_has_a_short_title() -> None:
    document = answered(draft(make_group("长" * 2000), today=TODAY))
    assert len(document.title) == 100
    assert document.question == "长" * 2000
