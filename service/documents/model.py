"""What a Q&A document is once parsed: values only, no behaviour, no knowledge of files or indexes."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason the answer gives for the problem."""

    title: str
    markdown: str
    html: str


@dataclass(frozen=True, slots=True)
class Step:
    """One action the answer tells the reader to take.

    `number` counts from 1 within its `group`; `group` names the alternative or heading it belongs to, None without one.
    `markdown` and `html` hold the step's whole body: its sub-points, code and commands, without the title's number.
    """

    number: int
    group: str | None
    title: str
    markdown: str
    html: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Something to read next: a web page (`url`), a document of this collection (`document_id`), or a bare title."""

    title: str
    url: str | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One expert answer with everything that is shown of it, ready-made.

    `path` is relative to the knowledge folder, with "/" between its parts. `date` is as written (ISO, YYYY-MM-DD).
    `summary` is plain text, at most 300 characters. `markdown` and `html` are the whole answer without boilerplate;
    every `html` is safe to insert in a page. `content_hash` is the SHA-256 of the file, in hex.
    """

    id: str
    title: str
    question: str
    product: str | None
    tags: tuple[str, ...]
    keywords: tuple[str, ...]
    date: str | None
    category: str | None
    path: str
    summary: str
    causes: tuple[Cause, ...]
    steps: tuple[Step, ...]
    references: tuple[Reference, ...]
    markdown: str
    html: str
    content_hash: str


class Severity(StrEnum):
    """How much a problem costs: an error keeps the file out of the collection, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one file, and how to mend it.

    `file` is relative to the knowledge folder; `line` counts from 1; `code` is stable and lower-case-with-dashes.
    """

    file: str
    line: int
    code: str
    severity: Severity
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What reading one file gave: its document, or None and the errors that keep it out.

    `advice` holds the warnings that only `check` reports: they cost the reader something, the document nothing.
    `reference_lines` has the line of each of the document's references, in their order.
    """

    document: Document | None
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    reference_lines: tuple[int, ...] = ()
