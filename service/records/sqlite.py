"""What SQLite alone needs: its settings, and a look at whether its file is whole."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

LOOK_WITHIN_SECONDS = 5.0
_STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def set_pragmas(connection: sqlite3.Connection, _: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own connection record
    """Have a new connection wait for nobody's reading, and keep foreign keys."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that its file is damaged, or is none of its files."""
    # An extended code has the plain one in its lowest byte.
    reason = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(reason, sqlite3.Error) and getattr(reason, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def first_damage(connection: Connection) -> str | None:
    """The first thing that is wrong with the file, None where a few seconds find nothing."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    deadline = time.monotonic() + LOOK_WITHIN_SECONDS
    driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
            raise
        return None
    finally:
        driver.set_progress_handler(None, 0)
    return None if found == "ok" else found.splitlines()[-1]
