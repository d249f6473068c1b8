"""Whether the steps and causes taken out of documents are those that a person listed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.documents.model import Document
from service.evaluation.documents import find_documents
from service.evaluation.files import Line, read_lines
from service.evaluation.metrics import title_f1
from service.index.searchable import Searchable


@dataclass(frozen=True, slots=True)
class Label:
    """A document, and the titles that its steps and causes ought to have."""

    document: Document
    steps: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StructureFigures:
    """F1 of the titles of steps and of causes, averaged over the documents."""

    documents: int
    steps_f1: float
    causes_f1: float


def read_labels(path: Path, snapshot: Searchable) -> tuple[Label, ...]:
    """The labels of a file: a line has `id`, `steps` as objects with a `title`, and `causes` as titles.

    :raises EvaluationError: when a line is not of this form, or names a document the index lacks.
    """
    return tuple(_label(line, snapshot) for line in read_lines(path))


def measure_structure(labels: tuple[Label, ...]) -> StructureFigures:
    """Compare at least one label with its document."""
    steps = [title_f1([step.title for step in label.document.steps], label.steps) for label in labels]
    causes = [title_f1([cause.title for cause in label.document.causes], label.causes) for label in labels]
    return StructureFigures(len(labels), sum(steps) / len(labels), sum(causes) / len(labels))


def _label(line: Line, snapshot: Searchable) -> Label:
    (document,) = find_documents(line, [line.required("id", str)], snapshot)
    steps = [step.get("title") if isinstance(step, dict) else None for step in line.required("steps", list)]
    return Label(document, _titles(line, "steps", steps), _titles(line, "causes", line.required("causes", list)))


def _titles(line: Line, name: str, titles: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(title, str) for title in titles):
        form = 'objects with a "title"' if name == "steps" else "titles"
        raise line.error(f'"{name}" holds something else than {form}; correct the line.')
    return tuple(titles)
