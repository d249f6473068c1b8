"""What a question gets back, before HTTP or a terminal gives it a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.documents.model import Document


class Status(StrEnum):
    """How far the first result can be trusted."""

    ANSWERED = "answered"
    UNCERTAIN = "uncertain"
    NO_ANSWER = "no_answer"
    CLARIFY = "clarify"


@dataclass(frozen=True, slots=True)
class Hit:
    """One document of the ranking.

    `score` is the fused score (0 upward, comparable within one reply only; a reranker's order may be
    another); `confidence` lies in 0..1; `snippet` is
    plain text. `scores` has the measure of each ranking by the names of `candidates.NAMES`, for those who work on the
    ranking; 0 in a lexical ranking that does not hold the document. `similar` has the documents it stands for, which
    ask and answer the same, best first; theirs is empty.
    """

    document_id: str
    title: str
    product: str | None
    score: float
    confidence: float
    snippet: str
    scores: Mapping[str, float]
    similar: tuple["Hit", ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What the asker may have meant; `question`, asked next in the same conversation, gets `document_id`."""

    label: str
    question: str
    product: str | None
    document_id: str


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """The ranking for one question, best first; `document` is the first hit's, None with `NO_ANSWER` and `CLARIFY`.

    A reply is equal to itself only, and may be given again to the same question.
    `generation` names the index that gave it. With `CLARIFY`, `clarification` is the sentence that asks back and
    `choices` has two to four things to choose from. `interpreted_as` is the question as it was searched, where that is
    not as it was typed; `step` the number of the document's step that was asked about, from 1 through all its steps.
    """

    generation: str
    status: Status
    confidence: float
    document: Document | None
    hits: tuple[Hit, ...]
    clarification: str | None = None
    choices: tuple[Choice, ...] = ()
    interpreted_as: str | None = None
    step: int | None = None
