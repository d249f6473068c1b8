"""What is cut for a list of results, against the plain way to choose it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.answering.snippet import LONGEST_SNIPPET, MOST_TERMS, _sentences, snippet, telling
from service.documents.model import Document

DOCUMENT = Document("id", "", "", None, (), (), None, None, "", "概要。", (), (), (), "", "", "")


def test_snippet_begins_with_the_sentence_that_holds_the_terms() -> None:
    document = replace(DOCUMENT, markdown="先看日志。\n\n1. **检查端口**：`9848` 要放通。\n\n再重启。")
    assert snippet(document, ("端口", "9848")) == "检查端口：9848 要放通。 再重启。"


def test_snippet_without_any_term_is_the_summary() -> None:
    assert snippet(replace(DOCUMENT, markdown="先看日志。"), ("端口",)) == "概要。"


def test_snippet_is_cut() -> None:
    document = replace(DOCUMENT, markdown="端口" * 200)
    assert len(snippet(document, ("端口",))) == LONGEST_SNIPPET


def test_rarest_terms_that_some_document_holds_are_looked_for() -> None:
    assert telling(("怎么", "端口", "x", "9848", "没有"), (800, 40, 3, 12, 0)) == ("9848", "端口", "怎么")
    terms = [f"t{number}" for number in range(100)]
    assert telling(terms, range(100, 0, -1)) == tuple(terms[: -MOST_TERMS - 1 : -1])


@given(
    st.text("ab İ。！\n端口", max_size=80),
    st.lists(st.text("abi端口", min_size=2, max_size=3), unique=True, max_size=6),
)
def test_best_sentence_is_the_one_that_comparing_all_finds(markdown: str, terms: list[str]) -> None:
    sentences = _sentences(markdown)
    lowered = [text.lower() for text in sentences.texts]
    relevances = [sum(len(term) for term in terms if term in text) / (20 + len(text)) for text in lowered]
    best = max(range(len(lowered)), key=relevances.__getitem__, default=None)
    expected = None if best is None or not relevances[best] else best
    assert sentences.most_relevant(terms) == expected
