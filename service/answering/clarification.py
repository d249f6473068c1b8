"""Asking back: when several documents fit about as well, each about something that the question leaves out.

It is rare. The question must name none of what tells the documents apart, and either no answer to it is sure, or
another product's document fits so well too that choosing for the asker would be a guess. How well each fits is told by
the confidence it would have without other products' documents: a rival takes from the confidence of the first, and
none but the first has much.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from service.answering.query import Language, Query
from service.answering.reply import Choice, Hit
from service.answering.situation import product_name, products_in, situation
from service.documents.model import Document

MOST_CHOICES = 4

_NEAR_SCORE, _LEVEL_SCORE = 0.6, 0.75
"""Share of the first document's score that a rival has where the answer is unsure, and where it would be sure."""

_LEVEL_CONFIDENCE = 0.9
"""Share of the first document's confidence that a rival has where the answer would be sure."""

_LEAST_CONFIDENCE = 0.15
"""Confidence of anything to choose from, however low the threshold is set."""

_LONGEST_REPEATED = 200
"""Characters of a question that a choice says again; of a longer one, a choice is known by its title."""

_SENTENCES = {
    Language.CHINESE: "这几种情况的答案不同，您问的是哪一种？",
    Language.OTHER: "The answer depends on which of these you mean:",
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The confidences from which an answer is sure, and from which it is worth showing."""

    answered: float
    uncertain: float


def find_rivals(
    query: Query,
    hits: Sequence[Hit],
    products: Iterable[str],
    thresholds: Thresholds,
    within_product: Callable[[Hit], float],
) -> list[Hit]:
    """The two to four documents to choose from if the asker must be asked back, else none.

    `hits` are best first; `within_product` tells the confidence one would have without those of other products.
    """
    if not hits:
        return []
    first, is_sure = hits[0], hits[0].confidence >= thresholds.answered
    near = _near(hits, is_sure=is_sure)
    # These end most questions: what each product's documents are worth by themselves takes as long as a search.
    product_is_open = any(hit.product != first.product for hit in near) and not products_in(query.text, products)
    # Documents of one product ask for more certainty that there is something to choose.
    situation_is_open = bool(near) and not is_sure and _is_open(query.text, first.title)
    if not product_is_open and not situation_is_open:
        return []
    rivals = [first, *_rivals(first, near, thresholds, within_product, is_sure=is_sure)]
    of_products = list({hit.product: hit for hit in reversed(rivals)}.values())[::-1]
    if len(of_products) > 1:
        return of_products[:MOST_CHOICES] if product_is_open else []
    apart = _apart(rivals)[:MOST_CHOICES] if situation_is_open else []
    return apart if len(apart) > 1 else []


def choices_of(question: str, documents: Sequence[Document]) -> tuple[Choice, ...]:
    """A choice a document: the question with the product it leaves out, or the title where products do not differ."""
    by_product = len({document.product for document in documents}) == len(documents)
    return tuple(_choice(question, document, by_product=by_product) for document in documents)


def clarification(query: Query) -> str:
    """The sentence that asks back, in the question's language."""
    return _SENTENCES[query.language]


def _near(hits: Sequence[Hit], *, is_sure: bool) -> list[Hit]:
    """Those behind the first whose scores are hardly lower."""
    least_score = (_LEVEL_SCORE if is_sure else _NEAR_SCORE) * hits[0].score
    return [hit for hit in hits[1:] if hit.score >= least_score]


def _rivals(
    first: Hit, near: Iterable[Hit], thresholds: Thresholds, within_product: Callable[[Hit], float], *, is_sure: bool
) -> list[Hit]:
    """Those that the question may as well be about as about the first, if that is worth showing."""
    worth_showing = max(thresholds.uncertain, _LEAST_CONFIDENCE)
    highest = within_product(first)
    if highest < worth_showing:
        return []
    least_confidence = _LEVEL_CONFIDENCE * highest if is_sure else worth_showing
    return [hit for hit in near if within_product(hit) >= least_confidence]


def _is_open(question: str, title: str) -> bool:
    """Whether a title says where it applies, and the question does not."""
    return bool(situation(title)) and not situation(question)


def _apart(rivals: Sequence[Hit]) -> list[Hit]:
    """The first of each situation that a title names."""
    situations = {situation(hit.title): hit for hit in reversed(rivals)}
    return [hit for where, hit in reversed(situations.items()) if where]


def _choice(question: str, document: Document, *, by_product: bool) -> Choice:
    if not by_product or document.product is None or len(question) > _LONGEST_REPEATED:
        return Choice(document.title, document.title, document.product, document.id)
    name = product_name(document.product)
    return Choice(f"{name}: {document.title}", f"{name} {question}", document.product, document.id)
