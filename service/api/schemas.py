"""What goes over the wire: the requests as they are checked, the replies as they are described in OpenAPI."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from service.answering.reply import Status
from service.api import examples
from service.documents.model import Severity
from service.records.values import Rating

MAX_TEXT = 2_000
# Lone surrogates are half characters: JSON can spell them, but neither UTF-8 nor a database can hold them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# The same for readers of the description, in the words of ECMA-262; half characters are none there.
_SPOKEN = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
_TEXT, _NO_BLANK = f"^{_SPOKEN}*$", rf"^{_SPOKEN}*[^\s\x00-\x1f\x7f-\x9f]{_SPOKEN}*$"


def _without_controls(value: str) -> str:
    found = _CONTROL.search(value)
    if found:
        raise PydanticCustomError(
            "control_character",
            "holds the control character U+{code} at position {position}; remove it (line breaks and tabs may stay)",
            {"code": f"{ord(found[0]):04X}", "position": found.start() + 1},
        )
    return value


def _stripped(value: str) -> str:
    return value.strip()


def _not_blank(value: str) -> str:
    if not value:
        raise PydanticCustomError("blank", "is empty; write what you want to know")
    return value


def _not_too_long(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise PydanticCustomError(
            "too_long",
            "has {length} characters, of which {limit} are read; shorten it to the message and what led to it",
            {"length": len(value), "limit": MAX_TEXT},
        )
    return value


# The order matters: white space at the ends is no reason to refuse a question, but a control character there is one.
Question = Annotated[
    str,
    AfterValidator(_without_controls),
    AfterValidator(_stripped),
    AfterValidator(_not_blank),
    AfterValidator(_not_too_long),
    Field(json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT, "pattern": _NO_BLANK}),
]
Comment = Annotated[
    str,
    AfterValidator(_without_controls),
    AfterValidator(_stripped),
    AfterValidator(_not_too_long),
    Field(json_schema_extra={"maxLength": MAX_TEXT, "pattern": _TEXT}),
]
Line = Annotated[
    str,
    AfterValidator(_without_controls),
    StringConstraints(max_length=200),
    Field(json_schema_extra={"pattern": _TEXT}),
]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class _Request(BaseModel):
    """Nothing is coerced: a number is no string, and "5" is no number."""

    model_config = ConfigDict(strict=True)


class AskRequest(_Request):
    """A question in the asker's own words."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [examples.ASK_REQUEST]})

    question: Question = Field(description="The question, in any language; logs and stack traces may be part of it.")
    top_k: int = Field(
        default=5,
        ge=1,
        le=20,
        description="How many documents `results` lists at most, not counting those folded under them.",
    )
    product: Line | None = Field(default=None, description="Search this product's documents only; null for all.")
    conversation_id: Name | None = Field(
        default=None,
        description="The conversation that this question goes on with, from an earlier reply; null starts one.",
    )


class DocumentFeedbackRequest(_Request):
    """What a reader thought of a document."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [examples.DOCUMENT_FEEDBACK_REQUEST]})

    # JSON has no enums, so the two words are taken as what they are.
    rating: Rating = Field(strict=False, description="Whether the answer helped.")
    reason: Line | None = Field(default=None, description="Why, in a word or two, for example `outdated`.")
    comment: Comment | None = Field(default=None, description="Anything else, in the asker's own words.")


class FeedbackRequest(DocumentFeedbackRequest):
    """What the asker thought of an answer."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [examples.FEEDBACK_REQUEST]})

    ask_id: Name = Field(description="The `ask_id` that came with the answer.")


class ReindexRequest(_Request):
    """How to take in what changed."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"rebuild": False}]})

    rebuild: bool = Field(default=False, description="Read and encode every document again, changed or not.")


class CauseBody(BaseModel):
    """One reason for the problem."""

    title: str
    markdown: str
    html: str = Field(description="Safe to insert in a page.")


class StepBody(BaseModel):
    """One action to take."""

    number: int = Field(description="Counts from 1 within its group.")
    group: str | None = Field(description="The alternative or heading this step belongs to.")
    title: str
    markdown: str = Field(description="The body of the step: sub-points, code and commands.")
    html: str = Field(description="Safe to insert in a page.")


class ReferenceBody(BaseModel):
    """Something to read next: a web page, a document of this collection, or a bare title."""

    title: str
    url: str | None = None
    document_id: str | None = None


class DocumentBody(BaseModel):
    """An expert's answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DOCUMENT]})

    document_id: str
    title: str
    question: str = Field(description="The question as a user once asked it.")
    product: str | None
    tags: list[str]
    date: str | None = Field(description="When it was written, YYYY-MM-DD.")
    summary: str = Field(description="The first thing an expert would say, plain text, at most 300 characters.")
    causes: list[CauseBody]
    steps: list[StepBody] = Field(description="In the order to take them; empty when the answer only explains.")
    references: list[ReferenceBody]
    markdown: str = Field(description="The whole answer.")
    html: str = Field(description="The whole answer, safe to insert in a page.")
    url: str = Field(description="The document's own page on this service.")


class SimilarBody(BaseModel):
    """A document that was found, but asks and answers the same as a better one."""

    document_id: str
    title: str
    product: str | None
    score: float = Field(
        description="Higher is closer; comparable within one reply only. A reranker may have put another order."
    )
    confidence: Share = Field(description="Probability that this document answers the question.")
    snippet: str = Field(description="What the document says, plain text.")
    url: str = Field(description="The document's own page on this service.")


class ResultBody(SimilarBody):
    """One document that was found."""

    similar: list[SimilarBody] = Field(
        description="Documents that ask and answer the same, which this one, the best of them, stands for."
    )


class ChoiceBody(BaseModel):
    """What the asker may have meant."""

    label: str = Field(description="What to show.")
    question: str = Field(description="What to ask next, in the same conversation, to have it answered.")
    product: str | None
    document_id: str | None = Field(description="The document that then answers.")


class AskResponse(BaseModel):
    """The answer, and the documents closest to the question."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [examples.ASK_RESPONSE, examples.FOLLOW_UP_RESPONSE, examples.CLARIFY_RESPONSE]}
    )

    ask_id: str = Field(description="Names this question and its answer in feedback.")
    conversation_id: str = Field(description="Send it with the next question to go on with this conversation.")
    status: Status = Field(description="How far the answer can be trusted.")
    confidence: Share = Field(description="Probability that the first result answers the question.")
    answer: DocumentBody | None = Field(
        description="The document of the first result; null with `no_answer` and `clarify`."
    )
    results: list[ResultBody] = Field(description="Best first, also with `no_answer`.")
    clarification: str | None = Field(description="With `clarify`, the sentence that asks back.")
    choices: list[ChoiceBody] = Field(description="With `clarify`, two to four things that may be meant; else empty.")
    interpreted_as: str | None = Field(
        description="The question as it was searched, with what the conversation adds to it; null: as it was sent."
    )
    step: int | None = Field(
        description="The step of `answer` that was asked about, counted from 1 through all of `answer.steps`."
    )
    takes_feedback: bool = Field(description="Whether `POST /feedback` is of use: false where no records are kept.")
    took_ms: float = Field(ge=0, description="How long the search took, in milliseconds.")


class EntryBody(BaseModel):
    """A document in a list."""

    document_id: str
    title: str
    product: str | None
    tags: list[str]
    date: str | None
    summary: str
    url: str


class DocumentList(BaseModel):
    """One page of the documents."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DOCUMENT_LIST]})

    total: int = Field(description="How many documents match, on all pages.")
    page: int
    page_size: int
    documents: list[EntryBody]


class FeedbackResponse(BaseModel):
    """The feedback as it is stored."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FEEDBACK_RESPONSE]})

    ask_id: str
    rating: Rating
    reason: str | None
    comment: str | None


class ProblemBody(BaseModel):
    """Something wrong with one file, and how to mend it."""

    file: str = Field(description="Relative to the knowledge folder.")
    line: int
    code: str
    severity: Severity = Field(description="An error keeps the file out of the collection, a warning does not.")
    message: str
    remedy: str


class ReindexResponse(BaseModel):
    """What an update of the index did."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REINDEX_RESPONSE]})

    generation: str = Field(description="The generation of the index that is published now.")
    published: bool = Field(description="False when nothing had changed.")
    added: int
    changed: int
    removed: int
    unchanged: int
    problems: list[ProblemBody]
    seconds: float


class HealthResponse(BaseModel):
    """The process is alive."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: str


class ReadyResponse(BaseModel):
    """Questions are answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.READY]})

    status: str
    generation: str
    published_at: datetime
    documents: int
    products: dict[str, int] = Field(description="How many documents each product has.")


class ErrorDetail(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable, for programs.")
    message: str = Field(description="A sentence a person can act on.")
    details: list[ErrorDetail] = Field(description="The fields at fault, when there are any.")


class ErrorResponse(BaseModel):
    """The form of every reply that is not a success."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ERROR]})

    error: ErrorBody
