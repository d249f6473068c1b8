"""What a team reads to learn what to write next: how questions were answered, and those that were not, by topic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from service.answering.reply import Status
from service.errors import GroupNotFoundError


@dataclass(frozen=True, slots=True)
class Figures:
    """How many questions were asked, got an answer of each status, and were voted up and down."""

    questions: int = 0
    answered: int = 0
    uncertain: int = 0
    no_answer: int = 0
    up: int = 0
    down: int = 0

    @classmethod
    def total(cls, parts: Iterable["Figures"]) -> "Figures":
        """The sum of several."""
        rows = [(p.questions, p.answered, p.uncertain, p.no_answer, p.up, p.down) for p in parts]
        return cls(*map(sum, zip(*rows, strict=True)))


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of one day."""

    date: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which a question was put, and how often."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What `count` people said with a vote; at least one of `reason` and `comment` is there."""

    rating: str
    reason: str | None
    comment: str | None
    count: int


@dataclass(frozen=True, slots=True)
class ClosestDocument:
    """A document that comes nearest to a question today; `confidence` lies in 0..1."""

    document_id: str
    title: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean the same and were not answered to their askers' content.

    `question` is the most typical of them, `product` the one that most were about, `wordings` the other questions, the
    most frequent first; `previous` is their count in the period before, None where no records reach back to it. `daily`
    has one count for every day of the report. `status_now` tells how the question would be answered today, None without
    an index. `keys` name the group: one a wording, so that it is found again when another one has become the most
    typical.
    """

    id: str
    question: str
    product: str | None
    count: int
    previous: int | None
    no_answer: int
    uncertain: int
    up: int
    down: int
    last_asked: datetime
    daily: tuple[int, ...]
    wordings: tuple[Wording, ...]
    remarks: tuple[Remark, ...]
    documents: tuple[ClosestDocument, ...]
    status_now: str | None
    keys: frozenset[str]

    @property
    def answered_since(self) -> bool:
        """Whether there is an answer by now, which nobody has voted down."""
        return self.status_now == Status.ANSWERED and not self.down


@dataclass(frozen=True, slots=True)
class Report:
    """A period of `days` days, today so far included, and the one before it, None where no records reach back to it.

    `groups` has the most frequent first and is cut; `groups_in_all` counts them all. `complete` is false when there
    were more questions to group than a report looks at, so that the oldest or rarest are left out.
    """

    days: int
    since: datetime
    until: datetime
    figures: Figures
    before: Figures | None
    daily: tuple[Day, ...]
    groups: tuple[Group, ...]
    groups_in_all: int
    complete: bool

    def group(self, group_id: str) -> Group:
        """The group of this id.

        :raises GroupNotFoundError: when there is none, or not any more.
        """
        for group in self.groups:
            if group_id in group.keys:
                return group
        raise GroupNotFoundError(
            f"No group of questions of the last {self.days} days has the id {group_id!r}; "
            "make a new report, which lists those there are."
        )
