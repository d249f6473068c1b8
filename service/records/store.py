"""The database of the records: SQLite in the data folder, or whatever SQLAlchemy URL is set."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from service.errors import AskNotFoundError, RecordsUnavailableError, SettingsError
from service.records.models import AskRow, Base, FeedbackRow
from service.records.values import AskRecord, FeedbackRecord
from service.settings import Settings

DATABASE_FILE = "records.db"
BUSY_TIMEOUT_SECONDS = 2.0
"""How long a write waits for another process's; feedback is waited for, so this is what its sender waits at worst."""

_TRANSIENT = (OperationalError, InterfaceError, PoolTimeoutError, OSError)


class Store:
    """Writes records; the tables are made at the first write, so a database that is down delays nobody's start."""

    def __init__(self, url: URL) -> None:
        self._engine = _make_engine(url)
        self._file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        self._prepared = False

    @classmethod
    def from_settings(cls, settings: Settings) -> "Store":
        """Make the store that the settings name.

        :raises SettingsError: when the URL is none, or its driver is not installed.
        """
        if settings.database_url is None:
            return cls(URL.create("sqlite", database=str(settings.data / DATABASE_FILE)))
        try:
            return cls(make_url(settings.database_url))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            # The URL itself may hold a password, so the message does not repeat it.
            raise SettingsError(
                "EXPERT_ANSWERS_DATABASE_URL is not an SQLAlchemy URL whose driver is installed "
                f"({type(error).__name__}); write it like postgresql+psycopg://user:password@host/database"
            ) from error

    def add_asks(self, asks: Sequence[AskRecord]) -> None:
        """Write questions and their answers, all or none.

        :raises RecordsUnavailableError: when the database does not take them now, and may later.
        """
        rows = [_ask_values(ask) for ask in asks]
        try:
            self._prepare()
            with self._engine.begin() as connection:
                connection.execute(insert(AskRow), rows)
        except _TRANSIENT as error:
            raise self._unavailable(error) from error

    def put_feedback(self, feedback: FeedbackRecord) -> None:
        """Write what was said of an answer, over what was said before.

        :raises AskNotFoundError: when no such question is recorded.
        :raises RecordsUnavailableError: when the database does not take it.
        """
        try:
            self._prepare()
            try:
                self._merge_feedback(feedback)
            except IntegrityError:
                # Another process wrote the first feedback on this answer between our reading and our writing.
                self._merge_feedback(feedback)
        except _TRANSIENT as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _merge_feedback(self, feedback: FeedbackRecord) -> None:
        with Session(self._engine) as session, session.begin():
            if session.get(AskRow, feedback.ask_id) is None:
                raise AskNotFoundError(
                    f"No question has the ask_id {feedback.ask_id!r}; send the one that came with the answer."
                )
            session.merge(
                FeedbackRow(
                    ask_id=feedback.ask_id,
                    rating=feedback.rating.value,
                    reason=feedback.reason,
                    comment=feedback.comment,
                    given_at=feedback.given_at,
                )
            )

    def _prepare(self) -> None:
        if self._file is not None and self._prepared and not self._file.exists():
            # Open connections would go on writing into the deleted file, without an error.
            self._engine.dispose()
            self._prepared = False
        if self._prepared:
            return
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            Base.metadata.create_all(self._engine)
        except SQLAlchemyError:
            # Several workers start at once: whoever lost the race finds the tables made at the second look.
            Base.metadata.create_all(self._engine)
        self._prepared = True

    def _unavailable(self, error: Exception) -> RecordsUnavailableError:
        self._engine.dispose()
        self._prepared = False
        # The driver's own words: SQLAlchemy's would repeat the statement over several lines.
        reason = error.orig if isinstance(error, DBAPIError) else error
        return RecordsUnavailableError(f"The database of the records does not answer: {reason}")


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
    }


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own connection record
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
