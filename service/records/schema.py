"""Brings the tables of the records to the form that this release works with.

The migrations are shipped with the code and run by it, all of them in one transaction behind the database's own lock:
of several processes that start at once, one does the work and the others find it done, and a process that is killed
meanwhile leaves the tables as they were.
"""

import threading
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, column, func, inspect, select, table

from service.errors import RecordsUnavailableError

MIGRATIONS = Path(__file__).with_name("migrations")

_VERSIONS = table("alembic_version", column("version_num"))
_ADVISORY_LOCK = 20_817_311
"""Any number, as long as every process locks the same."""

# Alembic hands its context to the migrations through a global.
_one_at_a_time = threading.Lock()


def upgrade(engine: Engine) -> None:
    """Run the migrations that the database has not seen yet; tables of before the first one are taken over.

    :raises RecordsUnavailableError: when a newer release has brought the database further than this one knows.
    :raises SQLAlchemyError: when the database does not let the tables be made or changed.
    """
    with _one_at_a_time:
        with engine.connect() as connection:
            if _is_current(connection):
                return
        with engine.begin() as connection:
            _take_turn(connection)
            if not _is_current(connection):
                _migrate(connection)


def _migrate(connection: Connection) -> None:
    # Ten megabytes that a process needs once after a new release.
    from alembic import command
    from alembic.config import Config

    config = Config()
    # A percent sign would begin a variable of the configuration.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def version_of(connection: Connection) -> str | None:
    """The version of the tables, None before there are any or where they are of before the first migration."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    version: str | None = connection.scalar(select(_VERSIONS.c.version_num))
    return version


def _is_current(connection: Connection) -> bool:
    version = version_of(connection)
    known = known_versions()
    if version is not None and version not in known:
        raise RecordsUnavailableError(
            f"The database of the records has version {version} of its tables, made by a newer release; this one knows "
            f"{', '.join(known)}. Run the newer release, or set EXPERT_ANSWERS_DATABASE_URL to another database."
        )
    return version == known[-1]


@cache
def known_versions() -> tuple[str, ...]:
    """The versions of the tables, the newest last, by the names of the migrations' files: `v<version>_<what>.py`."""
    return tuple(sorted(path.name.split("_")[0][1:] for path in (MIGRATIONS / "versions").glob("v*_*.py")))


def _take_turn(connection: Connection) -> None:
    """Wait until no other process migrates; the end of the transaction lets the next one go on."""
    match connection.dialect.name:
        case "sqlite":
            # sqlite3 would begin a transaction before a change of rows only, not of tables.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        case "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
