"""The database of the records: SQLite in the data folder, or whatever SQLAlchemy URL is set."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Self

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.errors import RecordsUnavailableError, SettingsError
from service.extras import install
from service.records import schema, sqlite
from service.settings import Settings

DATABASE_FILE = "records.db"
BUSY_TIMEOUT_SECONDS = 2.0
"""How long a write waits for another process's; feedback is waited for, so this is what its sender waits at worst."""
CONNECT_WITHIN_SECONDS = 5
MEND = "Restore the file from a copy, or move it away with its -wal and -shm files; a new one is made then."

_OF_A_STATEMENT = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
_OF_THE_DATABASE = (DBAPIError, PoolTimeoutError, OSError)


class Database:
    """Opens transactions, from any thread.

    The tables are made or brought up to date before the first of them, so a database that is down delays nobody's
    start.
    """

    def __init__(self, url: URL, *, private: bool = False) -> None:
        """`private` says that a file that is made is for its owner only."""
        self._private = private
        self._engine = _make_engine(url)
        self.file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
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
        if self.file is None:
            return None
        try:
            return None if self.file.exists() else self.file
        except PermissionError:
            # Nobody can tell from here; opening it says why.
            return None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction, committed at the end of the block.

        :raises RecordsUnavailableError: when the database does not answer now, and may later.
        """
        try:
            self._prepare()
            with self._engine.begin() as connection:
                yield connection
        except _OF_A_STATEMENT:
            raise
        except _OF_THE_DATABASE as error:
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

    def damage(self) -> str | None:
        """What is wrong with its file; None where a short look finds nothing, or a server has it.

        :raises RecordsUnavailableError: when it does not answer.
        """
        if self.file is None:
            return None
        try:
            with self._engine.connect() as connection:
                return sqlite.first_damage(connection)
        except SQLAlchemyError as error:
            if sqlite.is_damage(error):
                return _reason(error)
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
        if self.file is None:
            return nullcontext()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self.file}.lock", timeout=BUSY_TIMEOUT_SECONDS)

    def _keep_private(self) -> None:
        # SQLite gives the files beside it the rights of this one.
        if self._private and (file := self.missing_file):
            file.touch(0o600)

    def _unavailable(self, error: Exception) -> RecordsUnavailableError:
        self._engine.dispose()
        self._prepared = False
        if sqlite.is_damage(error):
            told = f"The database of the records, {self.file}, is damaged: {_reason(error)}. {MEND}"
            return RecordsUnavailableError(told)
        return RecordsUnavailableError(f"The database of the records does not answer: {_reason(error)}")


def _reason(error: Exception) -> str:
    """The driver's own words: SQLAlchemy's would repeat the statement over several lines."""
    return str(error.orig if isinstance(error, DBAPIError) else error)


def _make_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        if url.get_driver_name().startswith("psycopg") and "connect_timeout" not in url.query:
            # Without it, a server that has gone is waited for as long as the network likes.
            url = url.update_query_dict({"connect_timeout": str(CONNECT_WITHIN_SECONDS)})
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", sqlite.set_pragmas)
    return engine
