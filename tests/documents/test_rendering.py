"""HTML: intact where it is meant, harmless everywhere."""

import pytest

from tests.documents.builders import answer


def test_tables_lists_and_code_come_through() -> None:
    html = answer(
        "| 甲 | 乙 |\n|:--|--:|\n| 1<br>2 | `a|b` |\n\n1. 一\n   - 二\n     ```yaml\n     a: 1\n     ```\n"
    ).html
    assert "<table>" in html and "<td>1<br>2</td>" in html
    assert "<ol>" in html and html.index("<ol>") < html.index("<ul>") < html.index('<pre class="highlight">')
    assert '<span class="nt">a</span>' in html and "style" not in html


@pytest.mark.parametrize("language", ["", "no-such-language"])
def test_code_without_a_known_language_is_shown_plain(language: str) -> None:
    html = answer(f"```{language}\nif (a < b) {{}}\n```").html
    assert html == '<pre class="highlight"><code>if (a &lt; b) {}\n</code></pre>'


def test_links_open_without_handing_over_the_page() -> None:
    assert answer("[a](https://a.org)").html == '<p><a href="https://a.org" rel="noopener noreferrer">a</a></p>'


@pytest.mark.parametrize(
    "body",
    [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&#58;alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "<a href='javascript:alert(1)' onclick=x>a</a>",
        "<img src=x onerror=alert(1)>",
        "![a](data:image/png;base64,AAAA)",
        "<script>alert(1)</script>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src=https://a.org></iframe>",
        "<div style='position:fixed' class='modal'>a</div>",
        "<form action=https://a.org><input name=b></form>",
    ],
)
def test_nothing_that_runs_or_covers_the_page_comes_through(body: str) -> None:
    html = answer(f"前 {body} 后\n\n{body}\n").html.lower()
    for harmful in (
        "<script",
        "onerror",
        "onclick",
        "href=",
        "src=",
        "style",
        "<iframe",
        "class",
        "<form",
        "<input",
        "<svg",
    ):
        assert harmful not in html.replace("[a](javascript", ""), html


def test_placeholder_in_angle_brackets_is_text() -> None:
    assert answer("设置 <your-ip> 与 List<String>。").html == "<p>设置 &lt;your-ip&gt; 与 List&lt;String&gt;。</p>"


def test_font_wrapper_leaves_its_text() -> None:
    assert answer('很 <font color="red">重要</font>').html == "<p>很 重要</p>"


def test_relative_link_is_resolved_or_has_no_address() -> None:
    assert 'href="https://a.org/doc/b.md"' in answer("[a](b.md)", site_url="https://a.org/doc").html
    assert "href" not in answer("[a](b.md)").html


def test_bold_text_before_chinese_is_bold() -> None:
    assert answer("**原因：**配置错误").html == "<p><strong>原因：</strong>配置错误</p>"


def test_parts_have_html_of_their_own() -> None:
    step = answer(
        "### 解决步骤\n1. **改配置**：<script>x</script>见 [页](https://a.org)。\n   ```xml\n   <a/>\n   ```\n"
    ).steps[0]
    assert "script" not in step.html and 'rel="noopener noreferrer"' in step.html and "改配置" not in step.html
    assert step.markdown.endswith("```xml\n<a/>\n```")
