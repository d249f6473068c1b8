"""The tables of the records: what was asked, what was answered, and what the asker thought of it.

Nothing here identifies a person: no address, no user agent, no name; only the words that were typed.
A change here needs a migration in `migrations/versions`.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Float, ForeignKey, Index, Integer, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any zone into UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Name the zone of what comes back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of the tables; constraints get predictable names, so that a migration can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class AskRow(Base):
    """One question and the answer it got; `result_ids` are the documents shown, best first.

    `interpreted_as` is the question as it was searched, where a conversation made it another than was typed, `step` the
    step of the answer that it was about, `choice_ids` the documents that the asker was asked to choose from.
    """

    __tablename__ = "asks"
    __table_args__ = (
        Index("ix_asks_asked_at_status", "asked_at", "status"),
        Index("ix_asks_conversation_id_asked_at", "conversation_id", "asked_at"),
    )

    ask_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    question: Mapped[str] = mapped_column(Text)
    product: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float] = mapped_column(Float)
    document_id: Mapped[str | None] = mapped_column(Text)
    generation: Mapped[str] = mapped_column(Text)
    result_ids: Mapped[list[Any]] = mapped_column(JSON)
    interpreted_as: Mapped[str | None] = mapped_column(Text)
    step: Mapped[int | None] = mapped_column(Integer)
    choice_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class FeedbackRow(Base):
    """What the asker said of an answer; the last word counts."""

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_given_at_rating", "given_at", "rating"),)

    ask_id: Mapped[str] = mapped_column(ForeignKey("asks.ask_id", ondelete="CASCADE"), primary_key=True)
    rating: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
