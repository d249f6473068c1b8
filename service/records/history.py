"""What the records say of a period; every question to them is bounded and served by an index.

Days are those of UTC, in every database alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.orm import InstrumentedAttribute

from service.answering.reply import Status
from service.records.database import Database
from service.records.models import AskRow, FeedbackRow
from service.records.values import Rating

_UNSURE = (Status.NO_ANSWER.value, Status.UNCERTAIN.value)
_GAP = (
    AskRow.ask_id,
    AskRow.asked_at,
    # A follow-up says nothing by itself.
    func.coalesce(AskRow.interpreted_as, AskRow.question),
    AskRow.product,
    AskRow.status,
    FeedbackRow.rating,
    FeedbackRow.reason,
    FeedbackRow.comment,
)
_SAME_ASK = AskRow.ask_id == FeedbackRow.ask_id


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on, up to but without another."""

    since: datetime
    until: datetime

    @classmethod
    def of_days(cls, days: int, now: datetime) -> Self:
        """Today so far and the days before it, `days` in all."""
        now = now.astimezone(UTC)
        first = now.date() - timedelta(days=days - 1)
        return cls(datetime.combine(first, time.min, UTC), now)

    @property
    def days(self) -> tuple[date, ...]:
        """The days it touches, in their order."""
        first, last = self.since.date(), self.until.date()
        return tuple(first + timedelta(days=day) for day in range((last - first).days + 1))

    @property
    def before(self) -> "Period":
        """As many days before it, up to the same time of the day, so that the two compare."""
        length = timedelta(days=len(self.days))
        return Period(self.since - length, self.until - length)


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that was not answered to the asker's content; `rating` is None where nobody said so."""

    ask_id: str
    asked_at: datetime
    question: str
    product: str | None
    status: str
    rating: str | None
    reason: str | None
    comment: str | None


class History:
    """Reads the records; every method raises RecordsUnavailableError when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def oldest(self) -> datetime | None:
        """When the first question that is still kept was asked."""
        with self._database.begin() as connection:
            return connection.scalar(select(AskRow.asked_at).order_by(AskRow.asked_at).limit(1))

    def answers_by_day(self, period: Period) -> Mapping[date, Mapping[str, int]]:
        """How many questions of each day got an answer of each status."""
        return self._count_by_day(AskRow.status, AskRow.asked_at, period)

    def votes_by_day(self, period: Period) -> Mapping[date, Mapping[str, int]]:
        """How many votes up and down were given on each day."""
        return self._count_by_day(FeedbackRow.rating, FeedbackRow.given_at, period)

    def gaps(self, period: Period, *, limit: int) -> list[Gap]:
        """The latest questions, up to `limit`, that had no answer, an uncertain one, or one that was voted down."""
        within = (AskRow.asked_at >= period.since, AskRow.asked_at < period.until)
        asked = select(*_GAP).where(*within).order_by(AskRow.asked_at.desc(), AskRow.ask_id).limit(limit)
        unsure = asked.outerjoin_from(AskRow, FeedbackRow, _SAME_ASK).where(AskRow.status.in_(_UNSURE))
        # Nobody votes before the question is asked, and there are fewer votes than questions to look through.
        voted_down = asked.join_from(FeedbackRow, AskRow, _SAME_ASK).where(
            FeedbackRow.rating == Rating.DOWN.value, FeedbackRow.given_at >= period.since
        )
        with self._database.begin() as connection:
            rows = [*connection.execute(unsure), *connection.execute(voted_down)]
        found = {row.ask_id: Gap(*row) for row in rows}
        return sorted(found.values(), key=lambda gap: (gap.asked_at, gap.ask_id), reverse=True)[:limit]

    def _count_by_day(
        self, counted: InstrumentedAttribute[str], moment: InstrumentedAttribute[datetime], period: Period
    ) -> Mapping[date, Mapping[str, int]]:
        counts: dict[date, dict[str, int]] = {}
        with self._database.begin() as connection:
            day = _utc_day(moment, connection)
            within = (moment >= period.since, moment < period.until)
            rows = select(day, counted, func.count()).where(*within).group_by(day, counted)
            for name, value, count in connection.execute(rows):
                # SQLite gives days as texts.
                counts.setdefault(date.fromisoformat(str(name)), {})[value] = count
        return counts


def _utc_day(moment: InstrumentedAttribute[datetime], connection: Connection) -> ColumnElement[Any]:
    """The day of a moment; SQLite has moments in UTC, PostgreSQL shows them in the zone of the connection."""
    if connection.dialect.name == "postgresql":
        return func.date(func.timezone("UTC", moment))
    return func.date(moment)
