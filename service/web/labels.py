"""The words of the server-rendered pages, in the two languages they speak."""

import re
from dataclasses import dataclass

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Labels:
    """What a page says besides the documents themselves."""

    language: str
    site: str
    ask: str
    ask_placeholder: str
    browse: str
    question: str
    answer: str
    references: str
    related: str
    all_products: str
    products: str
    tags: str
    clear_tag: str
    none: str
    earlier: str
    later: str
    page_of: str
    total: str
    not_found: str
    not_found_text: str
    skip: str


CHINESE = Labels(
    language="zh-CN",
    site="专家答疑",
    ask="提问",
    ask_placeholder="描述您遇到的问题…",
    browse="全部文档",
    question="用户问题",
    answer="专家解答",
    references="参考链接",
    related="相关文档",
    all_products="全部产品",
    products="产品",
    tags="标签",
    clear_tag="不限标签",
    none="没有符合条件的文档。",
    earlier="上一页",
    later="下一页",
    page_of="第 {page} 页，共 {pages} 页",
    total="共 {total} 篇文档",
    not_found="没有这篇文档",
    not_found_text="它可能已被移走或改名。可以直接提问，或浏览全部文档。",
    skip="跳到正文",
)
ENGLISH = Labels(
    language="en",
    site="Expert Answers",
    ask="Ask",
    ask_placeholder="Describe your problem…",
    browse="All documents",
    question="Question",
    answer="Expert answer",
    references="References",
    related="Related documents",
    all_products="All products",
    products="Products",
    tags="Tags",
    clear_tag="Any tag",
    none="No document matches.",
    earlier="Previous page",
    later="Next page",
    page_of="Page {page} of {pages}",
    total="{total} documents",
    not_found="There is no such document",
    not_found_text="It may have been moved or renamed. Ask a question, or browse all documents.",
    skip="Skip to the content",
)


def labels_for_text(text: str) -> Labels:
    """The language a document is written in."""
    return CHINESE if _CHINESE.search(text) else ENGLISH


def labels_for_reader(accept_language: str) -> Labels:
    """The language a browser asks for first; Chinese, that of most documents, when it does not say."""
    first = accept_language.split(",")[0].strip().lower()
    return CHINESE if not first or first == "*" or first.startswith("zh") else ENGLISH


def language_of(text: str) -> str:
    """The language tag of a piece of text, for readers that speak aloud."""
    return labels_for_text(text).language
