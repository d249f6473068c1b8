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
    rivals = _rivals(hits, thresholds, within_product)
    of_products = list({hit.product: hit for hit in reversed(rivals)}.values())[::-1]
    if len(of_products) > 1:
        return [] if products_in(query.text, products) else of_products[:MOST_CHOICES]
    # Documents of one product ask for more certainty that there is something to choose.
    if len(rivals) < 2 or rivals[0].confidence >= thresholds.answered:
        return []
    apart = _apart(query.text, rivals)[:MOST_CHOICES]
    return apart if len(apart) > 1 else []


def choices_of(question: str, documents: Sequence[Document]) -> tuple[Choice, ...]:
    """A choice a document: the question with the product it leaves out, or the title where products do not differ."""
    by_product = len({document.product for document in documents}) == len(documents)
    return tuple(_choice(question, document, by_product=by_product) for document in documents)


def clarification(query: Query) -> str:
    """The sentence that asks back, in the question's language."""
    return _SENTENCES[query.language]


def _rivals(hits: Sequence[Hit], thresholds: Thresholds, within_product: Callable[[Hit], float]) -> list[Hit]:
    """The first document, if it is worth showing, and those that the question may as well be about."""
    if not hits:
        return []
    first = hits[0]
    sure = first.confidence >= thresholds.answered
    least_score = (_LEVEL_SCORE if sure else _NEAR_SCORE) * first.score
    near = [hit for hit in hits[1:] if hit.score >= least_score]
    worth_showing = max(thresholds.uncertain, _LEAST_CONFIDENCE)
    if not near or (highest := within_product(first)) < worth_showing:
        return []
    least_confidence = _LEVEL_CONFIDENCE * highest if sure else worth_showing
    return [first, *(hit for hit in near if within_product(hit) >= least_confidence)]


def _apart(question: str, rivals: Sequence[Hit]) -> list[Hit]:
    """Those whose titles say where each applies, if the question does not; none where the first does not say so."""
    situations = {situation(hit.title): hit for hit in reversed(rivals)}
    if situation(question) or not situation(rivals[0].title):
        return []
    return [hit for where, hit in reversed(situations.items()) if where]


def _choice(question: str, document: Document, *, by_product: bool) -> Choice:
    if not by_product or document.product is None or len(question) > _LONGEST_REPEATED:
        return Choice(document.title, document.title, document.product, document.id)
    name = product_name(document.product)
    return Choice(f"{name}: {document.title}", f"{name} {question}", document.product, document.id)
