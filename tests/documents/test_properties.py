"""Whatever is in a file, the parser answers, and its HTML is harmless."""

from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.documents.blocks import LONGEST_INLINE
from service.documents.model import Parsed, Severity
from service.documents.parser import parse_document

_FRAGMENTS = st.sampled_from(
    [
        "---\n", "id: a\n", "title: t\n", "## 用户问题 ：\n", "## 解答\n", "## Answer\n", "## 参考链接\n",
        "### 解决步骤\n", "### 原因分析\n", "1. **甲**：乙\n", "2. 丙\n", "   - 丁\n", "- ", "> ", "```java\n",
        "```\n", "| a | b |\n|--|--|\n| c |\n", "**", "*", "_", "`", "[", "](", ")", "![", "<", ">",
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "<a href='java\tscript:alert(1)'>", "[x]: javascript:alert(1)\n\n[x]", "<style>", "<!--", "-->",
        "<![CDATA[", "&#106;avascript:", "data:text/html,x", "专家经验：", "* ", "步骤一：", "第一步，", "1、",
        "：", ":", "\n", "\n\n", "    ", "\t", "\r\n", "\\", "\x00", "\u2028", "\ufeff", "￥", "😀", "以下步骤：\n",
        "可能的原因：\n",
    ]
)  # fmt: skip
_MARKDOWN = st.lists(st.one_of(_FRAGMENTS, st.text(max_size=12)), max_size=60).map("".join)
_QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class _Audit(HTMLParser):
    """Fails on every element, attribute and address that could run, load or cover anything."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "form",
            "input",
            "svg",
            "math",
            "base",
            "link",
            "meta",
        }
        for name, value in attrs:
            assert not name.startswith("on") and name not in {"style", "id", "srcdoc", "formaction"}
            if name in {"href", "src"}:
                assert (value or "").split(":", 1)[0] in {"http", "https", "mailto"}


def audit(parsed: Parsed) -> None:
    document = parsed.document
    if document is None:
        assert any(problem.severity is Severity.ERROR for problem in parsed.problems)
        return
    assert document.id and document.title and document.question
    assert len(document.summary) <= 300
    assert len(parsed.reference_lines) == len(document.references)
    for html in (document.html, *(step.html for step in document.steps), *(cause.html for cause in document.causes)):
        checker = _Audit()
        checker.feed(html)
        checker.close()
    for step in document.steps:
        assert step.title and step.number >= 1


@_QUICK
@given(st.binary(max_size=400))
def test_any_bytes_give_a_document_or_an_error(raw: bytes) -> None:
    audit(parse_document(raw, path="a/b.md", site_url=None))


@_QUICK
@given(_MARKDOWN, st.sampled_from([None, "https://example.org/docs/"]))
def test_any_markdown_gives_harmless_parts(text: str, site_url: str | None) -> None:
    audit(parse_document(text.encode(), path="a/b.md", site_url=site_url))
    framed = f"---\nid: a\ntitle: t\n---\n## 问题\nq\n## 解答\n### 解决步骤\n{text}\n"
    audit(parse_document(framed.encode(), path="a/b.md", site_url=site_url))


@_QUICK
@given(_MARKDOWN)
def test_problem_lines_lie_within_the_file(text: str) -> None:
    parsed = parse_document(text.encode(), path="a.md", site_url=None)
    for problem in (*parsed.problems, *parsed.advice):
        assert 1 <= problem.line <= max(1, text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1)
        assert problem.file == "a.md" and problem.message and problem.remedy


def test_hostile_input_is_answered_in_time() -> None:
    size = 60_000
    for fragment in (
        "[",
        "![",
        "> ",
        "- ",
        "**a*",
        "`",
        "<a ",
        "|a",
        "1、a\n\n",
        "步骤1",
        "根据您",
        "<!--",
        "(",
        "**原因**\n\n",
    ):
        text = "---\nid: a\ntitle: t\n---\n## 解答\n### 解决步骤\n" + fragment * (size // len(fragment))
        audit(parse_document(text.encode(), path="a.md", site_url=None))


def test_paragraph_beyond_the_limit_is_shown_as_text() -> None:
    parsed = parse_document(f"## 解答\n**b** {'x' * LONGEST_INLINE}".encode(), path="a.md", site_url=None)
    assert parsed.document is None or "**b**" in parsed.document.html
