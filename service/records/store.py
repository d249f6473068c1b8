"""What is written into the records, and what is deleted from them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain

import orjson
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import AskNotFoundError
from service.records.database import Database
from service.records.models import AskRow, FeedbackRow
from service.records.values import AskRecord, FeedbackRecord

_COLUMNS = tuple(column.name for column in AskRow.__table__.columns)
_TOGETHER = 50
_VALUES = f"({', '.join('?' * len(_COLUMNS))})"
_INSERT = f"INSERT INTO asks ({', '.join(_COLUMNS)}) VALUES {_VALUES}"
_INSERT_TOGETHER = f"{_INSERT}{f', {_VALUES}' * (_TOGETHER - 1)}"


class Store:
    """Writes records; every method raises RecordsUnavailableError when the database does not take it now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_asks(self, asks: Sequence[AskRecord]) -> None:
        """Write questions and their answers, all or none."""
        with self._database.begin() as connection:
            if connection.dialect.name == "sqlite":
                _insert_into_sqlite(connection, [_sqlite_row(ask) for ask in asks])
            else:
                connection.execute(insert(AskRow), [_ask_values(ask) for ask in asks])

    def put_feedback(self, feedback: FeedbackRecord) -> None:
        """Write what was said of an answer, over what was said before.

        :raises AskNotFoundError: when no such question is recorded.
        """
        try:
            self._write_feedback(feedback)
        except IntegrityError:
            # Another process wrote the first feedback on this answer between our reading and our writing.
            self._write_feedback(feedback)

    def delete_before(self, moment: datetime, *, limit: int) -> int:
        """Delete up to `limit` of the questions asked before a moment, with their feedback; how many there were."""
        old = select(AskRow.ask_id).where(AskRow.asked_at < moment).order_by(AskRow.asked_at).limit(limit)
        with self._database.begin() as connection:
            return connection.execute(delete(AskRow).where(AskRow.ask_id.in_(old))).rowcount

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _write_feedback(self, feedback: FeedbackRecord) -> None:
        key = feedback.ask_id
        said = {
            "rating": feedback.rating.value,
            "reason": feedback.reason,
            "comment": feedback.comment,
            "given_at": feedback.given_at,
        }
        with self._database.begin() as connection:
            if connection.scalar(select(AskRow.ask_id).where(AskRow.ask_id == key)) is None:
                raise AskNotFoundError(f"No question has the ask_id {key!r}; send the one that came with the answer.")
            if not connection.execute(update(FeedbackRow).where(FeedbackRow.ask_id == key).values(said)).rowcount:
                connection.execute(insert(FeedbackRow).values(ask_id=key, **said))


def _ask_values(ask: AskRecord) -> dict[str, object]:
    return {
        "ask_id": ask.ask_id,
        "conversation_id": ask.conversation_id,
        "asked_at": ask.asked_at,
        "question": ask.question,
        "product": ask.product,
        "status": ask.status.value,
        "confidence": ask.confidence,
        "document_id": ask.document_id,
        "generation": ask.generation,
        "result_ids": list(ask.result_ids),
        "interpreted_as": ask.interpreted_as,
        "step": ask.step,
        "choice_ids": list(ask.choice_ids) or None,
    }


def _insert_into_sqlite(connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows, many in one statement: after each, the thread that writes waits for the one that answers."""
    alone = len(rows) % _TOGETHER
    for begin in range(alone, len(rows), _TOGETHER):
        connection.exec_driver_sql(_INSERT_TOGETHER, tuple(chain.from_iterable(rows[begin : begin + _TOGETHER])))
    if alone:
        connection.exec_driver_sql(_INSERT, list(rows[:alone]))


def _sqlite_row(ask: AskRecord) -> tuple[object, ...]:
    """What SQLAlchemy would make of `_ask_values` for SQLite, in the order of the columns, in a third of the time.

    The thread that writes shares the interpreter with the one that answers.
    """
    return (
        ask.ask_id,
        ask.conversation_id,
        ask.asked_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        ask.question,
        ask.product,
        ask.status.value,
        ask.confidence,
        ask.document_id,
        ask.generation,
        orjson.dumps(ask.result_ids).decode(),
        ask.interpreted_as,
        ask.step,
        orjson.dumps(ask.choice_ids).decode() if ask.choice_ids else None,
    )
