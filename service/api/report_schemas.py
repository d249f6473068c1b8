"""The report as it goes over the wire."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from service.records.report import Report


class _Body(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FiguresBody(_Body):
    """Counts of one day or one period."""

    questions: int
    answered: int
    uncertain: int
    no_answer: int
    up: int = Field(description="Votes up that were given then.")
    down: int = Field(description="Votes down that were given then.")


class DayBody(_Body):
    """The counts of one day of UTC."""

    date: date
    figures: FiguresBody


class WordingBody(_Body):
    """One way in which a question was put."""

    text: str
    count: int


class RemarkBody(_Body):
    """What people said with their votes."""

    rating: str
    reason: str | None
    comment: str | None
    count: int


class ClosestDocumentBody(_Body):
    """A document that comes nearest to a question today."""

    document_id: str
    title: str
    confidence: float


class GroupBody(_Body):
    """Questions that mean the same and were not answered to their askers' content."""

    id: str = Field(description="Names the group in `GET /admin/drafts/{group_id}`.")
    question: str = Field(description="The most typical of the questions.")
    product: str | None
    count: int = Field(description="How often it was asked in the period.")
    previous: int | None = Field(description="How often in the period before; null where no records reach back to it.")
    no_answer: int
    uncertain: int
    up: int
    down: int
    last_asked: datetime
    daily: list[int] = Field(description="How often it was asked on each day of the report.")
    wordings: list[WordingBody] = Field(description="Other ways in which it was put, the most frequent first.")
    remarks: list[RemarkBody]
    documents: list[ClosestDocumentBody] = Field(description="Best first.")
    status_now: str | None = Field(description="How it would be answered today; null without an index.")


class ReportBody(_Body):
    """How questions were answered in a period, and those that were not, by topic."""

    days: int
    since: datetime
    until: datetime
    figures: FiguresBody
    before: FiguresBody | None = Field(description="As long a time before; null where no records reach back to it.")
    daily: list[DayBody]
    groups: list[GroupBody] = Field(description="The most frequent first; the first hundred.")
    groups_in_all: int
    complete: bool = Field(description="False when there were more questions than are grouped.")

    @classmethod
    def of(cls, report: Report) -> Self:
        """The body that tells a report."""
        return cls.model_validate(report)
