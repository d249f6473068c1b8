"""Records for tests, with whatever a test does not care about filled in."""

import itertools
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from service.answering.reply import Status
from service.records.values import AskRecord, FeedbackRecord, Rating

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)

_numbers = itertools.count(1)


def ask_record(
    question: str = "控制台登录报 403",
    *,
    ask_id: str | None = None,
    asked_at: datetime = NOW,
    product: str | None = None,
    status: Status = Status.ANSWERED,
    conversation_id: str = "conversation",
    interpreted_as: str | None = None,
    step: int | None = None,
    choice_ids: tuple[str, ...] = (),
) -> AskRecord:
    """A question that was answered just now."""
    return AskRecord(
        ask_id=ask_id or f"ask-{next(_numbers)}",
        conversation_id=conversation_id,
        asked_at=asked_at,
        question=question,
        product=product,
        status=status,
        confidence=0.5,
        document_id=None if status is Status.NO_ANSWER else "nacos-login",
        generation="1",
        result_ids=("nacos-login", "nacos-backlog"),
        interpreted_as=interpreted_as,
        step=step,
        choice_ids=choice_ids,
    )


def feedback_record(
    ask: AskRecord | str,
    rating: Rating = Rating.DOWN,
    *,
    reason: str | None = None,
    comment: str | None = None,
    given_at: datetime | None = None,
) -> FeedbackRecord:
    """What was said of an answer, at once."""
    ask_id, moment = (ask, NOW) if isinstance(ask, str) else (ask.ask_id, ask.asked_at)
    return FeedbackRecord(ask_id, rating, reason, comment, given_at or moment)


def damage_records(path: Path) -> None:
    """Turn over the first page of the questions, and of each of their indexes, in an SQLite file nobody has open."""
    with closing(sqlite3.connect(path)) as connection:
        pages = connection.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'asks'").fetchall()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    for (page,) in pages:
        for place in range((page - 1) * size, page * size):
            content[place] ^= 0xFF
    path.write_bytes(content)
