"""Conversations while they go on: in memory at once, and read from the records, which other processes write to as well.

A process knows its own turns before they are written, and those of others once they are. The database is asked for as
long as a few answers take, in a thread of its own; while it does not answer, a conversation goes on from memory.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from service.answering.reply import Status
from service.conversation.turn import MOST_TURNS, Conversation, Turn
from service.errors import RecordsUnavailableError
from service.records.database import Database
from service.records.models import AskRow
from service.records.values import AskRecord

logger = logging.getLogger(__name__)

CAPACITY = 10_000
"""Conversations kept in memory."""

READ_WITHIN_SECONDS = 0.05
TRY_AGAIN_AFTER_SECONDS = 10.0

_READERS = 4
_COLUMNS = (
    AskRow.ask_id,
    AskRow.asked_at,
    AskRow.question,
    AskRow.interpreted_as,
    AskRow.status,
    AskRow.document_id,
    AskRow.step,
    AskRow.choice_ids,
)


class Conversations:
    """Remembers conversations until they have been silent for some time, 0 for none; safe to use from several threads.

    Without a database it knows what this process answered.
    """

    def __init__(self, database: Database | None, silence: timedelta) -> None:
        self._database = database
        self._silence = silence
        self._asks: OrderedDict[str, dict[str, AskRecord]] = OrderedDict()
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="conversations")
        self._next_read = 0.0

    def recall(self, conversation_id: str) -> Conversation:
        """What is known of a conversation; nothing, if it is unknown or was silent for too long. Never raises."""
        with self._lock:
            remembered = {ask_id: ask.turn for ask_id, ask in self._asks.get(conversation_id, {}).items()}
        turns = {**self._read_in_time(conversation_id), **remembered}
        in_order = sorted(turns.values(), key=lambda turn: turn.asked_at)
        return Conversation.of(in_order, datetime.now(UTC), self._silence)

    def remember(self, ask: AskRecord) -> None:
        """Take up what was just answered."""
        if not self._silence:
            return
        with self._lock:
            asks = self._asks.setdefault(ask.conversation_id, {})
            asks[ask.ask_id] = ask
            if len(asks) > MOST_TURNS:
                del asks[next(iter(asks))]
            self._asks.move_to_end(ask.conversation_id)
            self._forget(ask.asked_at - self._silence)

    def close(self) -> None:
        """Stop reading."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _forget(self, before: datetime) -> None:
        while self._asks:
            silent_longest = next(iter(self._asks.values()))
            latest = next(reversed(silent_longest.values()))
            if len(self._asks) <= CAPACITY and latest.asked_at >= before:
                return
            self._asks.popitem(last=False)

    def _read_in_time(self, conversation_id: str) -> Mapping[str, Turn]:
        if self._database is None or time.monotonic() < self._next_read or self._database.missing_file:
            return {}
        try:
            return self._readers.submit(_read, self._database, conversation_id).result(READ_WITHIN_SECONDS)
        except (RecordsUnavailableError, NotInTime) as error:
            self._next_read = time.monotonic() + TRY_AGAIN_AFTER_SECONDS
            logger.warning("Conversations go on from memory: %s", str(error) or "the records did not answer in time")
        except Exception:
            # A question is worth more than what came before it.
            self._next_read = time.monotonic() + TRY_AGAIN_AFTER_SECONDS
            logger.exception("A conversation could not be read")
        return {}


def _read(database: Database, conversation_id: str) -> Mapping[str, Turn]:
    latest = select(*_COLUMNS).where(AskRow.conversation_id == conversation_id)
    with database.begin() as connection:
        rows = connection.execute(latest.order_by(AskRow.asked_at.desc()).limit(MOST_TURNS)).all()
    return {
        row.ask_id: Turn(
            row.asked_at,
            row.question,
            row.interpreted_as,
            Status(row.status),
            row.document_id,
            row.step,
            tuple(row.choice_ids or ()),
        )
        for row in rows
    }
