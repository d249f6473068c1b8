"""What is written into the records, and what is deleted from them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import AskNotFoundError
from service.records.database import Database
from service.records.models import AskRow, FeedbackRow
from service.records.values import AskRecord, FeedbackRecord


class Store:
    """Writes records; every method raises RecordsUnavailableError when the database does not take it now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_asks(self, asks: Sequence[AskRecord]) -> None:
        """Write questions and their answers, all or none."""
        rows = [_ask_values(ask) for ask in asks]
        with self._database.begin() as connection:
            connection.execute(insert(AskRow), rows)

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
