"""The four training files and the documents the written questions ask about, as values."""

import gzip
import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from service.documents.collection import load
from service.index.fields import Fields

log = logging.getLogger(__name__)

_Row = TypeVar("_Row")

_WRITTEN = Path(__file__).with_name("written")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of open documentation; `path` holds the headings above it, outermost first."""

    heading: str
    path: tuple[str, ...]
    text: str
    language: str
    source: str

    @property
    def headings(self) -> str:
        """Its heading after those above it."""
        return " ".join([*(above for above in self.path if above != self.heading), self.heading])

    @property
    def whole(self) -> str:
        """What is embedded when a section is searched like a document."""
        return f"{self.headings}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Translation:
    """The same heading or paragraph in both languages."""

    chinese: str
    english: str
    source: str


@dataclass(frozen=True, slots=True)
class Written:
    """A question written for one document (its id) or one section (its line number, as text).

    `given` ones came with the data; all others are ours, by other people, and far more.
    """

    text: str
    style: str
    target: str
    given: bool


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Everything a model is trained from; `documents` holds the texts of the documents asked about, by id."""

    sections: tuple[Section, ...]
    translations: tuple[Translation, ...]
    document_questions: tuple[Written, ...]
    section_questions: tuple[Written, ...]
    documents: Mapping[str, Fields]

    def without(self, held_out: "HeldOut") -> "TrainingData":
        """All that a model measured on `held_out` may be trained from."""
        return TrainingData(
            # Sections keep their numbers, which the questions name; an empty one yields no pair.
            tuple(_EMPTY if s.source in held_out.sources else s for s in self.sections),
            tuple(t for t in self.translations if t.source not in held_out.sources),
            tuple(q for q in self.document_questions if q.target not in held_out.document_ids),
            tuple(q for q in self.section_questions if self.source_of(q) not in held_out.sources),
            self.documents,
        )

    def without_documents(self, ids: Collection[str]) -> "TrainingData":
        """All but the questions about some documents."""
        return replace(self, document_questions=tuple(q for q in self.document_questions if q.target not in ids))

    def given_questions(self) -> "TrainingData":
        """All but our own questions."""
        return replace(
            self,
            document_questions=tuple(q for q in self.document_questions if q.given),
            section_questions=tuple(q for q in self.section_questions if q.given),
        )

    def source_of(self, question: Written) -> str:
        """The repository of the section that a section question asks about."""
        return self.sections[int(question.target)].source


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a model is measured on, kept from it in training: whole documents, and all of some repositories."""

    document_ids: frozenset[str]
    sources: frozenset[str]


_EMPTY = Section("", (), "", "", "")


def read_training_data(folder: Path, corpus: Path) -> TrainingData:
    """Read the training files and, of the documents in `corpus`, those that questions were written for.

    The questions are those of `folder` and those beside this module, which name the same documents and sections.
    """
    document_questions = tuple(
        question for place in (folder, _WRITTEN) for question in _questions(place / "questions.jsonl", "document_id")
    )
    wanted = {question.target for question in document_questions}
    documents = {d.id: Fields.of(d) for d in load(corpus).documents if d.id in wanted}
    missing = wanted - documents.keys()
    if missing:
        log.warning("%d documents with questions are not in %s, %s among them", len(missing), corpus, min(missing))
    return TrainingData(
        sections=tuple(_read(folder / "sections.jsonl.gz", _section)),
        translations=tuple(_read(folder / "parallel.jsonl.gz", _translation)),
        document_questions=tuple(question for question in document_questions if question.target in documents),
        section_questions=tuple(
            question for place in (folder, _WRITTEN) for question in _questions(place / "section_questions.jsonl", "n")
        ),
        documents=documents,
    )


def _section(row: dict[str, Any]) -> Section:
    return Section(row["heading"], tuple(row["path"]), row["text"], row["lang"], row["source"])


def _translation(row: dict[str, Any]) -> Translation:
    return Translation(row["zh"], row["en"], row["source"])


def _questions(path: Path, target: str) -> Iterator[Written]:
    given = path.parent != _WRITTEN
    return _read(path, lambda row: Written(row["question"], row["style"], str(row[target]), given))


def _read(path: Path, parse: Callable[[dict[str, Any]], _Row]) -> Iterator[_Row]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        for line in lines:
            yield parse(json.loads(line))
