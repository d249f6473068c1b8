"""What one file gives: every field of its document, or the problems that keep it out."""

import hashlib

import pytest

from service.documents.model import Severity
from service.documents.parser import LARGEST_FILE, parse_document
from tests.documents.builders import CHINESE, codes, document, parse


def test_document_has_everything_that_the_file_says() -> None:
    parsed = document(CHINESE)
    assert (parsed.id, parsed.title, parsed.product) == ("rmq-7", "消费堆积一直增长", "rocketmq")
    assert (parsed.date, parsed.category, parsed.path) == ("2025-03-01", "expertConsultation", "product/a.md")
    assert (parsed.tags, parsed.keywords) == (("rocketmq", "堆积"), ("消费组",))
    assert parsed.question == "消费堆积一直增长，消费者却很空闲，为什么？"
    assert parsed.content_hash == hashlib.sha256(CHINESE.encode()).hexdigest()
    assert [cause.title for cause in parsed.causes] == ["消费者多于队列", "订阅关系不一致"]
    assert [step.title for step in parsed.steps] == ["查看队列分配", "统一订阅关系"]
    assert [reference.title for reference in parsed.references] == ["消费进度", "如何扩容队列？", "订阅关系 一致性"]


def test_boilerplate_reaches_no_part_of_the_document() -> None:
    parsed = document(CHINESE)
    shown = [parsed.question, parsed.markdown, parsed.html, parsed.summary, *(r.title for r in parsed.references)]
    for boilerplate in ("-----", "font", "反馈", "差评", "本内容由专家审阅", "答疑服务说明"):
        assert not any(boilerplate in text for text in shown), boilerplate


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_endings_and_byte_order_mark_change_nothing(newline: str, mark: str) -> None:
    plain, other = document(CHINESE), document(mark + CHINESE.replace("\n", newline))
    assert (other.steps, other.markdown, other.references) == (plain.steps, plain.markdown, plain.references)


@pytest.mark.parametrize(
    ("question", "answer", "references"),
    [
        ("## Question", "## Answer", "## References"),
        ("## User question:", "## Expert's answer:", "## See also"),
        ("### 用户问题:", "### 专家官方解答：", "### 参考链接"),
        ("## <font color='red'>用户问题 ：</font>", "## **专家解答**", "## 参考资料 ："),
        ("## 一、用户问题", "## 二、专家回答", "## 三、相关链接"),
    ],
)
def test_sections_are_known_by_many_headings(question: str, answer: str, references: str) -> None:
    parsed = document(
        f"---\nid: a\ntitle: t\n---\n{question}\nwhy?\n{answer}\nbecause\n{references}\n- [d](https://d.org)\n"
    )
    assert (parsed.question, parsed.markdown) == ("why?", "because")
    assert [reference.url for reference in parsed.references] == ["https://d.org"]


def test_sections_stand_in_any_order() -> None:
    parsed = document("## 答疑服务说明\nx\n## References\n- [d](https://d.org)\n## Answer\nyes\n## Question\nwhy?\n")
    assert (parsed.question, parsed.markdown, len(parsed.references)) == ("why?", "yes", 1)


def test_heading_inside_the_answer_is_no_section() -> None:
    parsed = document("## Question\nwhy?\n## Answer\nfirst\n### Question\nsecond\n# unfenced comment\nthird\n")
    assert parsed.question == "why?"
    assert parsed.markdown == "first\n### Question\nsecond\n# unfenced comment\nthird"


def test_headings_and_rules_in_code_are_code() -> None:
    parsed = document("## Question\nwhy?\n## Answer\n```yaml\n---\n## References\na: 1\n---\n```\nend\n")
    assert parsed.markdown == "```yaml\n---\n## References\na: 1\n---\n```\nend"
    assert parsed.references == ()


def test_text_right_above_dashes_is_no_heading() -> None:
    assert document("## Question\nwhy?\n---\n## Answer\nyes\n").question == "why?"


def test_missing_keys_have_stand_ins() -> None:
    parsed = parse("## 用户问题\nseata 怎么部署？\n日志如下\n## 解答\n看文档。\n", path="seata/how to.md")
    assert parsed.document is not None
    assert (parsed.document.id, parsed.document.title) == ("how to", "seata 怎么部署？")
    assert (parsed.document.product, parsed.document.date, parsed.document.tags) == ("seata", None, ())
    assert codes(parsed) == [(1, "missing-id")]
    assert parsed.problems[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("title", "path", "key", "product"),
    [
        ("启动失败 nacos-opensource", "other/a.md", "", "nacos"),
        ("启动失败", "Nacos/deep/a.md", "", "nacos"),
        ("启动失败", "a.md", "product: seata\n", "seata"),
        ("启动失败", "a.md", "", None),
    ],
)
def test_product_comes_from_mark_folder_or_key(title: str, path: str, key: str, product: str | None) -> None:
    parsed = document(f"---\nid: a\ntitle: {title}\n{key}---\n## 问题\nq\n## 解答\na\n", path)
    assert (parsed.title, parsed.product) == ("启动失败", product)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nid: a\ntitle: t\n---\n## 问题\nq\n", (6, "no-answer")),
        ("---\nid: a\ntitle: t\n---\n## 解答\n\n---\n## 问题\nq\n", (5, "no-answer")),
        ("---\nid: a\ntitle: t\n---\n## 解答\n\n### 原因\n\n### 步骤\n", (5, "no-answer")),
        ("---\nid: a\n---\n## 解答\nyes\n", (1, "no-question")),
        ("---\nid: a\ntitle: one: two\n---\n## 解答\nyes\n", (3, "broken-frontmatter")),
        ("---\nid: a\n## 解答\nyes\n", (1, "broken-frontmatter")),
        ("---\n- a\n- b\n---\n## 解答\nyes\n", (2, "broken-frontmatter")),
        ("---\ntitle: t\nid: a/b\n---\n## 解答\nyes\n", (3, "invalid-id")),
        ("---\ntitle: t\nid: .\n---\n## 解答\nyes\n", (3, "invalid-id")),
        ("---\ntitle: t\nid: '..'\n---\n## 解答\nyes\n", (3, "invalid-id")),
    ],
)
def test_fault_keeps_the_file_out_and_names_its_line(text: str, expected: tuple[int, str]) -> None:
    parsed = parse(text)
    assert parsed.document is None
    assert codes(parsed) == [expected]
    assert parsed.problems[0].severity is Severity.ERROR
    assert parsed.problems[0].message and parsed.problems[0].remedy


def test_bytes_that_are_not_utf8_are_named_with_their_line() -> None:
    parsed = parse_document("## 解答\n第二行\n第三行".encode() + b"\xff\xfe", path="a.md", site_url=None)
    assert codes(parsed) == [(3, "not-utf8")]


def test_file_beyond_the_limit_is_not_parsed() -> None:
    parsed = parse_document(b"a" * (LARGEST_FILE + 1), path="a.md", site_url=None)
    assert codes(parsed) == [(1, "too-large")]


def test_date_that_is_none_is_left_out_with_a_warning() -> None:
    parsed = parse("---\nid: a\ntitle: t\ndate: yesterday\n---\n## 解答\nyes\n")
    assert codes(parsed) == [(4, "invalid-date")]
    assert parsed.document is not None and parsed.document.date is None


def test_control_characters_are_dropped() -> None:
    parsed = document("---\nid: a\ntitle: t\n---\n## 解答\na\x00b\x1b[31mc\n")
    assert parsed.markdown == "ab[31mc"
