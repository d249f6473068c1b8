"""The database of the records: SQLite in the data folder, or whatever SQLAlchemy URL is set."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.errors import RecordsUnavailableError, SettingsError
from service.extras import install
from service.records import schema
from service.settings import Settings

DATABASE_FILE = "records.db"
BUSY_TIMEOUT_SECONDS = 2.0
"""How long a write waits for another process's; feedback is waited for, so this is what its sender waits at worst."""
CONNECT_WITHIN_SECONDS = 5

_TRANSIENT = (OperationalError, InterfaceError, PoolTimeoutError, OSError)


class Database:
    """Opens transactions, from any thread.

    The tables are made or brought up to date before the first of them, so a database that is down delays nobody's
    start.
    """

    def __init__(self, url: URL, *, private: bool = False) -> None:
        """`private` says that a file that is made is for its owner only."""
        self._private = private
        self._engine = _make_engine(url)
        self._file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        self._preparing = threading.Lock()
        self._prepared = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Name the database of the settings; it is opened at the first transaction.

        :raises SettingsError: when the URL is none, or its driver is not installed.
        """
        if settings.database_url is None:
            return cls(URL.create("sqlite", database=str(settings.data / DATABASE_FILE)), private=True)
        try:
            return cls(make_url(settings.database_url))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            # The URL itself may hold a password, so the message does not repeat it.
            raise SettingsError(
                "EXPERT_ANSWERS_DATABASE_URL is not an SQLAlchemy URL whose driver is installed "
                f"({type(error).__name__}); write it like postgresql+psycopg://user:password@host/database, "
                f"for which {install('postgresql')} brings the driver."
            ) from error

    @property
    def missing_file(self) -> Path | None:
        """The file that the first transaction would make, None where there is one or the database is on a server."""
        return self._file if self._file is not None and not self._file.exists() else None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction, committed at the end of the block.

        :raises RecordsUnavailableError: when the database does not answer now, and may later.
        """
        try:
            self._prepare()
            with self._engine.begin() as connection:
                yield connection
        except _TRANSIENT as error:
            raise self._unavailable(error) from error

    def version(self) -> str | None:
        """The version of its tables, as they are; None while there are none.

        :raises RecordsUnavailableError: when it does not answer.
        """
        try:
            with self._engine.connect() as connection:
                return schema.version_of(connection)
        except SQLAlchemyError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self._preparing:
            if self._prepared and self.missing_file:
                # Open connections would go on writing into the deleted file, without an error.
                self._engine.dispose()
                self._prepared = False
            if self._prepared:
                return
            try:
                with self._alone():
                    self._keep_private()
                    schema.upgrade(self._engine)
            except SQLAlchemyError as error:
                raise self._unavailable(error) from error
            self._prepared = True

    def _alone(self) -> AbstractContextManager[object]:
        """Keep other processes from opening a new file: SQLite fails at once, not waits, while two switch it to WAL."""
        if self._file is None:
            return nullcontext()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self._file}.lock", timeout=BUSY_TIMEOUT_SECONDS)

    def _keep_private(self) -> None:
        # SQLite gives the files beside it the rights of this one.
        if self._private and (file := self.missing_file):
            file.touch(0o600)

    def _unavailable(self, error: Exception) -> RecordsUnavailableError:
        self._engine.dispose()
        self._prepared = False
        # The driver's own words: SQLAlchemy's would repeat the statement over several lines.
        reason = error.orig if isinstance(error, DBAPIError) else error
        return RecordsUnavailableError(f"The database of the records does not answer: {reason}")


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        if url.get_driver_name().startswith("psycopg") and "connect_timeout" not in url.query:
            # Without it, a server that has gone is waited for as long as the network likes.
            url = url.update_query_dict({"connect_timeout": str(CONNECT_WITHIN_SECONDS)})
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own connection record
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
