"""Empty databases: SQLite, and PostgreSQL where its server is installed."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from service.records.database import Database
from service.records.store import Store
from tests.records.postgresql import create_database, find_server_programs, running_server, user_to_run_as


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    programs, user = find_server_programs(), user_to_run_as()
    if programs is None:
        pytest.skip("no PostgreSQL server: apt-get install postgresql")
    if user is None:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    with running_server(programs, user) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> URL:
    return URL.create("sqlite", database=str(tmp_path / "data" / "records.db"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> URL:
    """Run the test on every kind of database."""
    if request.param == "postgresql":
        return create_database(request.getfixturevalue("postgresql_server"), uuid.uuid4().hex)
    url: URL = request.getfixturevalue("sqlite_url")
    return url


@pytest.fixture
def database(url: URL) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)
