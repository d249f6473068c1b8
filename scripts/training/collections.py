"""Collections to ask: documentation of one product or of several, with questions whose answer they hold or lack."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import numpy as np

from scripts.training.data import Section, TrainingData, Written
from service.answering.query import Language
from service.answering.software import software_names
from service.documents.model import Document
from service.embedding.encoder import Encoder
from service.evaluation.metrics import FULL_GRADE
from service.evaluation.questions import Question
from service.index.fields import Fields

_Item = TypeVar("_Item")

FOLDS = 4
"""How many parts the products and documents are dealt into."""

_OTHER_SUBJECTS = Path(__file__).with_name("written") / "other_subjects.jsonl"
_FEWEST_QUESTIONS = 26
_FEWEST_DOCUMENTS = 25
_SMALL, _LARGE = (60, 160), (300, 1500)
_MIXED_SIZES = (80, 120, 250, 600)
_MIXED = 4
_MOST_MIXED = 5
_MOST_OF_EACH = 150
_MOST_LEFT_OUT, _OF_OTHER_SOFTWARE, _OF_OTHER_SUBJECTS = 80, 50, 20
_PARTS, _PART = 8, (60, 300)
_FAR = "far"
_ALIKE = 0.6
"""A cosine, with the shipped model, from which a document may answer what another one does: of the first results so
near to a right document, judges called 87 of 105 right too; of those a little farther off, 5 of 17."""


class Kind(StrEnum):
    """Whether a collection answers a question, and how far from it the question is where it does not."""

    ANSWERABLE = "answerable"
    LEFT_OUT = "left out"
    OTHER_SOFTWARE = "other software"
    OTHER_SUBJECT = "other subject"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a collection.

    `right` are the ids of the documents that answer it, `doubtful` of those that may; `id` is the same in every
    collection that is asked it.
    """

    id: str
    text: str
    kind: Kind
    right: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The share of the documents asked about that is held, how many are left out and how many questions asked at most.

    `is_judged` says that judges read all first results.
    """

    held: float = 0.5
    left_out: int = 150
    answerable: int = 150
    is_judged: bool = False


_SECTIONS = _Drawing()
_SOME_ANSWERS = _Drawing(left_out=40)
_ALL_ANSWERS = _Drawing(held=0.9, left_out=40, answerable=1000, is_judged=True)


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents about some products, and questions to them.

    `fold` is that of the model to ask with, None for the shipped one; `is_judged` says that all first results were
    judged.
    """

    products: frozenset[str]
    fold: int | None
    documents: tuple[Document, ...]
    asked: tuple[Asked, ...]
    is_judged: bool = False


def fold_of(name: str) -> int:
    """Which fold a product, or a document by its id, belongs to."""
    return sum(name.encode()) % FOLDS


def product_of(source: str) -> str:
    """The product that a repository documents, under its usual name."""
    owner, repository = source.lower().split("/")
    known = software_names(Language.CHINESE)
    names = [repository, *re.split(r"[-.]", f"{repository}-{owner}")]
    return next((name for name in names if name in known), repository)


def parts_of(documents: Sequence[Document], product: str, judged: Sequence[Question]) -> Iterator[Collection]:
    """The collection that questions were judged on, and smaller ones drawn from it, which answer some of them."""
    rng = random.Random(0)
    yield replace(_judged(documents, product, judged), is_judged=True)
    for _ in range(_PARTS):
        yield _judged(rng.sample(documents, min(len(documents), rng.randint(*_PART))), product, judged)


def other_subjects() -> list[str]:
    """Questions and small talk that no collection about software answers."""
    return [json.loads(line)["question"] for line in _OTHER_SUBJECTS.read_text(encoding="utf-8").splitlines()]


class Composer:
    """Composes collections of documents and of documentation that questions were written for."""

    def __init__(self, data: TrainingData, documents: Sequence[Document], encoders: Sequence[Encoder]) -> None:
        """`encoders` has a model for every fold, which has seen no question about its documents and products."""
        self._encoders = encoders
        self._rng = random.Random(0)
        self._documents = {document.id: document for document in documents}
        self._asked_about: dict[int, list[Written]] = defaultdict(list)
        for question in data.document_questions:
            self._asked_about[fold_of(question.target)].append(question)
        self._pages: dict[str, tuple[str, str]] = {}
        self._of_product: dict[str, list[str]] = defaultdict(list)
        for number, section in enumerate(data.sections):
            if section.text:
                document = _document(number, section)
                self._documents[document.id] = document
                self._pages[document.id] = section.source, section.path[0] if section.path else section.heading
                self._of_product[product_of(section.source)].append(document.id)
        self._questions: dict[str, list[Written]] = defaultdict(list)
        for question in data.section_questions:
            self._questions[product_of(data.source_of(question))].append(question)
        self._products = sorted(p for p, asked in self._questions.items() if len(asked) >= _FEWEST_QUESTIONS)
        self._subjects = other_subjects()

    def of_answers(self, product: str) -> Iterator[Collection]:
        """Documents about a product that are answers, as the collections of this service are, few and many."""
        ids = [name for name in self._documents if name not in self._pages]
        for fold in range(FOLDS):
            for sizes in (_SMALL, _LARGE):
                size = self._rng.randint(*sizes)
                yield from self._compose(fold, [product], self._asked_about[fold], ids, size, _SOME_ANSWERS)

    def of_all_answers(self, product: str) -> Iterator[Collection]:
        """All documents about a product but a few, for every fold."""
        ids = [name for name in self._documents if name not in self._pages]
        for fold in range(FOLDS):
            questions = self._asked_about[fold]
            yield from self._compose(fold, [product], questions, ids, len(ids), _ALL_ANSWERS)

    def of_documentation(self) -> Iterator[Collection]:
        """Every product by itself, once among few and once among many sections, and several products together."""
        for product in self._products:
            for sizes in (_SMALL, _LARGE):
                questions, ids = self._questions[product], self._of_product[product]
                yield from self._compose(fold_of(product), [product], questions, ids, self._rng.randint(*sizes))
        for fold in range(FOLDS):
            products = [product for product in self._products if fold_of(product) == fold]
            for _ in range(_MIXED):
                some = self._drawn(products, min(_MOST_MIXED, max(2, len(products) // 2)))
                questions = [question for product in some for question in self._questions[product]]
                ids = [one for product in some for one in self._drawn(self._of_product[product], _MOST_OF_EACH)]
                yield from self._compose(fold, some, questions, ids, self._rng.choice(_MIXED_SIZES))

    def _compose(
        self,
        fold: int,
        products: Sequence[str],
        questions: Sequence[Written],
        ids: Sequence[str],
        size: int,
        drawing: _Drawing = _SECTIONS,
    ) -> Iterator[Collection]:
        """At most one collection: a share of the documents asked about, filled up to `size`, the others left out.

        With those go all that might answer the same.
        """
        targets = self._drawn(sorted({question.target for question in questions}))
        held = int(drawing.held * len(targets))
        kept, left_out = targets[:held][: size * 2 // 3], targets[held:][: drawing.left_out]
        others = self._drawn(sorted(set(ids) - set(targets)))
        chosen = [*kept, *others[: max(0, size - len(kept))]]
        alike = self._alike(fold, chosen, left_out)
        chosen = [one for one, is_alike in zip(chosen, alike, strict=True) if not is_alike.any()]
        kept = [one for one in kept if one in chosen]
        if len(chosen) < _FEWEST_DOCUMENTS or not kept:
            return
        alike = self._alike(fold, chosen, kept)
        doubtful = {one: frozenset(np.array(chosen)[alike[:, column]]) for column, one in enumerate(kept)}
        answerable = [
            Asked(q.text, q.text, Kind.ANSWERABLE, frozenset({q.target}), doubtful[q.target])
            for q in questions
            if q.target in doubtful
        ]
        near = [Asked(q.text, q.text, Kind.LEFT_OUT) for q in questions if q.target in left_out]
        far = [
            Asked(question.text, question.text, Kind.OTHER_SOFTWARE)
            for product in self._products
            if product not in products and fold_of(product) == fold
            for question in self._questions[product]
        ]
        yield Collection(
            frozenset(products),
            fold,
            tuple(self._documents[one] for one in chosen),
            (
                *self._drawn(answerable, drawing.answerable),
                *self._drawn(near, _MOST_LEFT_OUT),
                *self._drawn(far, _OF_OTHER_SOFTWARE),
                *(Asked(text, text, Kind.OTHER_SUBJECT) for text in self._drawn(self._subjects, _OF_OTHER_SUBJECTS)),
            ),
            drawing.is_judged,
        )

    def _alike(self, fold: int, rows: Sequence[str], columns: Sequence[str]) -> np.ndarray:
        """Whether two documents may answer the same: nearly the same ones, and sections of one page."""
        wholes, others = (
            self._encoders[fold].encode_documents([Fields.of(self._documents[one]).whole for one in ids])
            for ids in (rows, columns)
        )
        pages = [[self._pages.get(one, one) == self._pages.get(other, other) for other in columns] for one in rows]
        return np.asarray((wholes @ others.T >= _ALIKE) | np.array(pages))

    def _drawn(self, items: Sequence[_Item], count: int | None = None) -> list[_Item]:
        return self._rng.sample(items, len(items) if count is None else min(count, len(items)))


def _judged(documents: Sequence[Document], product: str, judged: Sequence[Question]) -> Collection:
    held = {document.id for document in documents}
    asked = []
    for question in judged:
        grades = {name: grade for name, grade in question.relevant.items() if grade and name in held}
        right = frozenset(name for name, grade in grades.items() if grade == FULL_GRADE)
        if right:
            asked.append(Asked(question.id, question.text, Kind.ANSWERABLE, right))
        elif not grades:
            kind = Kind.OTHER_SUBJECT if question.style == _FAR else Kind.LEFT_OUT
            asked.append(Asked(question.id, question.text, kind))
    return Collection(frozenset({product}), None, tuple(documents), tuple(asked))


def _document(number: int, section: Section) -> Document:
    return Document(
        id=str(number),
        title=section.heading,
        question=section.headings,
        product=product_of(section.source),
        tags=(),
        keywords=(),
        date=None,
        category=None,
        path=f"{number}.md",
        summary="",
        causes=(),
        steps=(),
        references=(),
        markdown=section.text,
        html="",
        content_hash=str(number),
    )
