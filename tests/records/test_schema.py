import multiprocessing
import tomllib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.engine import URL

from service.errors import RecordsUnavailableError
from service.records.database import Database
from service.records.models import AskRow, Base
from service.records.schema import MIGRATIONS, known_versions
from service.records.store import Store
from tests.records.builders import ask_record

BEFORE_MIGRATIONS = """
CREATE TABLE asks (
    ask_id VARCHAR(32) NOT NULL, conversation_id VARCHAR(64) NOT NULL, asked_at {moment} NOT NULL,
    question TEXT NOT NULL, product TEXT, status VARCHAR(16) NOT NULL, confidence FLOAT NOT NULL, document_id TEXT,
    generation TEXT NOT NULL, result_ids JSON NOT NULL, CONSTRAINT pk_asks PRIMARY KEY (ask_id)
);
CREATE INDEX ix_asks_asked_at ON asks (asked_at);
CREATE INDEX ix_asks_conversation_id ON asks (conversation_id);
CREATE INDEX ix_asks_status ON asks (status);
CREATE TABLE feedback (
    ask_id VARCHAR(32) NOT NULL, rating VARCHAR(8) NOT NULL, reason TEXT, comment TEXT, given_at {moment} NOT NULL,
    CONSTRAINT pk_feedback PRIMARY KEY (ask_id),
    CONSTRAINT fk_feedback_ask_id_asks FOREIGN KEY(ask_id) REFERENCES asks (ask_id) ON DELETE CASCADE
);
CREATE INDEX ix_feedback_given_at ON feedback (given_at);
CREATE INDEX ix_feedback_rating ON feedback (rating);
INSERT INTO asks VALUES ('old', 'c', '2026-01-02 03:04:05', '老问题', NULL, 'no_answer', 0.1, NULL, '1', '["x"]');
INSERT INTO feedback VALUES ('old', 'down', 'outdated', NULL, '2026-01-02 03:04:06')
"""


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))


def make_tables_of_before(url: URL, statements: int | None = None) -> None:
    if url.database and url.get_backend_name() == "sqlite":
        Path(url.database).parent.mkdir()
    engine = create_engine(url)
    moment = "DATETIME" if url.get_backend_name() == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    with engine.begin() as connection:
        for statement in BEFORE_MIGRATIONS.format(moment=moment).split(";")[:statements]:
            connection.execute(text(statement))
    engine.dispose()


def write_one(url: URL, ask_id: str) -> None:
    store = Store(Database(url))
    store.add_asks([ask_record(ask_id=ask_id)])
    store.close()


def test_migrations_make_the_tables_of_the_models(database: Database) -> None:
    with database.begin() as connection:
        assert differences(connection) == []


def test_tables_of_before_are_taken_over_with_their_rows(url: URL, database: Database) -> None:
    make_tables_of_before(url)
    Store(database).add_asks([ask_record(ask_id="new")])
    with database.begin() as connection:
        assert sorted(connection.scalars(select(AskRow.ask_id))) == ["new", "old"]
        assert connection.scalar(text("SELECT reason FROM feedback")) == "outdated"
        assert differences(connection) == []


def test_tables_half_made_are_finished(url: URL, database: Database) -> None:
    make_tables_of_before(url, statements=2)
    with database.begin() as connection:
        assert differences(connection) == []


def test_migrations_run_once(url: URL, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write_one(url, "first")
    monkeypatch.setattr("alembic.command.upgrade", None)
    Store(database).add_asks([ask_record()])


def test_tables_of_a_newer_release_are_refused(url: URL, database: Database) -> None:
    write_one(url, "first")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(RecordsUnavailableError, match="version 9999.*newer release"), database.begin():
        pass


def test_processes_that_start_at_once_all_write(url: URL, database: Database) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        pool.starmap(write_one, [(url, f"{number}") for number in range(8)], chunksize=1)
    with database.begin() as connection:
        assert sorted(connection.scalars(select(AskRow.ask_id))) == [f"{number}" for number in range(8)]


def test_migration_that_fails_leaves_the_tables_as_they_were(
    url: URL, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tables_of_before(url, statements=4)
    engine = create_engine(url)
    with engine.begin() as connection:
        # In the way of the second migration, after the first has run.
        connection.execute(text("CREATE INDEX ix_feedback_given_at_rating ON asks (asked_at)"))
    with pytest.raises(RecordsUnavailableError), database.begin():
        pass
    with engine.connect() as connection:
        assert not inspect(connection).has_table("feedback")
        assert not inspect(connection).has_table("alembic_version")
    engine.dispose()


def test_files_are_named_after_the_versions_they_lead_to() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert known_versions() == tuple(script.revision for script in scripts)[::-1]


def test_migrations_are_shipped() -> None:
    project = tomllib.loads((MIGRATIONS.parents[2] / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [MIGRATIONS.parents[1].name]
    assert (MIGRATIONS / "env.py").is_file()
