"""References: read from their section, resolved over the whole collection."""

from dataclasses import replace

import pytest

from service.documents.model import Reference
from service.documents.references import resolve_references, title_key
from tests.documents.builders import answer, document, parse


def read(lines: str, site_url: str | None = None) -> tuple[Reference, ...]:
    return document(f"## 问题\nq\n## 解答\na\n## 参考链接 ：\n{lines}\n", site_url=site_url).references


@pytest.mark.parametrize(
    "line",
    ["* 专家经验：甲 乙", " *专家经验:甲 乙", "- 专家经验 ： 甲 乙", "专家经验：甲 乙", "1. Expert experience: 甲 乙"],
)
def test_title_of_another_document_is_read_in_every_spelling(line: str) -> None:
    assert read(line) == (Reference("甲 乙"),)


@pytest.mark.parametrize(
    ("line", "site_url", "expected"),
    [
        ("* [甲](https://a.org/x)", None, Reference("甲", "https://a.org/x")),
        ("* 见 [甲 `b`](https://a.org) 一节", None, Reference("甲 b", "https://a.org")),
        ("* <https://a.org>", None, Reference("https://a.org", "https://a.org")),
        ("* https://a.org/x", None, Reference("https://a.org/x", "https://a.org/x")),
        ("* [甲](../tunnel.md)", None, Reference("甲", None)),
        ("* [甲](../tunnel.md)", "https://a.org/doc", Reference("甲", "https://a.org/tunnel.md")),
        ("* [甲](b.md)", "https://a.org/doc/", Reference("甲", "https://a.org/doc/b.md")),
        ("* [甲](http://dead.corp/x)", None, Reference("甲", "http://dead.corp/x")),
        ("* [甲](mailto:a@b.org)", None, Reference("甲", "mailto:a@b.org")),
        ("* [甲](HTTPS://a.org)", None, Reference("甲", "HTTPS://a.org")),
    ],
)
def test_link_is_read_with_its_address(line: str, site_url: str | None, expected: Reference) -> None:
    assert read(line, site_url) == (expected,)


@pytest.mark.parametrize(
    "href",
    [
        "ms-msdt:/id",
        "MS-MSDT:/id",
        "search-ms:query=x",
        "intent://x#Intent;end",
        "blob:https://a.org/x",
        "view-source:https://a.org",
        "filesystem:https://a.org/x",
    ],
)
@pytest.mark.parametrize("site_url", [None, "https://a.org/doc/"])
def test_link_that_may_start_a_program_is_mere_text(href: str, site_url: str | None) -> None:
    assert read(f"* [甲]({href})\n* <{href}>", site_url) == (Reference("甲"), Reference(href))


def test_title_without_end_is_cut() -> None:
    (reference,) = read("* " + "日志" * 10_000)
    assert len(reference.title) == 300
    assert reference.title.endswith("…")


def test_malformed_links_are_text() -> None:
    assert read("* [$1]]\n* [甲](javascript:alert(1))\n* [乙](http://[x)")[0] == Reference("[$1]]")


def test_repeated_reference_is_kept_once_and_announcement_is_none() -> None:
    assert read("相关文档：\n* 专家经验：甲\n* 专家经验：甲\n") == (Reference("甲"),)


def test_lines_of_references_are_those_of_the_file() -> None:
    parsed = parse("## 问题\nq\n## 解答\na\n## 参考链接\n\n* [甲](https://a.org)\n *专家经验：乙\n")
    assert parsed.reference_lines == (7, 8)


def test_title_resolves_whatever_its_spaces_case_width_and_marks() -> None:
    target = replace(answer("x", title="Nacos 如何 关闭鉴权？ nacos-opensource"), id="t")
    asking = replace(
        answer("x"), id="a", references=(Reference("nacos如何关闭ＡＵＴＨ"), Reference("NACOS 如何关闭鉴权?"))
    )
    resolved = resolve_references((asking, target))[0]
    assert [reference.document_id for reference in resolved.references] == [None, "t"]


def test_title_resolves_to_own_product_then_smallest_id_and_never_to_itself() -> None:
    def named(identifier: str, product: str) -> object:
        return replace(answer("x", title="同名"), id=identifier, product=product, references=(Reference("同名"),))

    documents = [named("a", "nacos"), named("c", "seata"), named("d", "seata"), named("b", "nacos")]
    resolved = resolve_references(documents)  # type: ignore[arg-type]
    assert [document.references[0].document_id for document in resolved] == ["b", "d", "c", "a"]


def test_long_title_resolves_to_a_document_whose_title_was_cut() -> None:
    full = "启动时报错 org.example.FooException cannot open the configured data directory"
    target = replace(answer("x", title=full[:40]), id="t", question="别的问题")
    asking = replace(answer("x"), id="a", references=(Reference(full),))
    assert resolve_references((asking, target))[0].references[0].document_id == "t"


def test_resolution_can_be_repeated_when_a_document_has_gone() -> None:
    target = replace(answer("x", title="目标"), id="t")
    asking = replace(answer("x"), id="a", references=(Reference("目标"), Reference("页", "https://a.org")))
    once = resolve_references((asking, target))
    assert resolve_references(once) == once
    assert resolve_references(once[:1])[0].references == asking.references


def test_title_key_of_a_mark_alone_is_empty() -> None:
    assert title_key("nacos-opensource ？") == ""
