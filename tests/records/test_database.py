"""The file of the records, as others on the machine see it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.records.database import DATABASE_FILE, Database
from service.records.store import Store
from service.settings import Settings
from tests.records.builders import ask_record


@pytest.fixture
def _lenient_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(folder: Path) -> dict[str, str]:
    """Who may do what with each file of the database."""
    return {path.name: stat.filemode(path.stat().st_mode) for path in folder.glob(f"{DATABASE_FILE}*")}


@pytest.mark.usefixtures("_lenient_umask")
def test_questions_that_people_asked_are_for_the_owner_of_the_file(tmp_path: Path) -> None:
    database = Database.from_settings(Settings(data=tmp_path))
    Store(database).add_asks([ask_record()])
    found = rights(tmp_path)
    database.close()
    found.pop(f"{DATABASE_FILE}.lock", None)
    assert found == dict.fromkeys((DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"), "-rw-------")
    (tmp_path / DATABASE_FILE).chmod(0o640)
    again = Database.from_settings(Settings(data=tmp_path))
    Store(again).add_asks([ask_record()])
    again.close()
    assert rights(tmp_path)[DATABASE_FILE] == "-rw-r-----"


@pytest.mark.usefixtures("_lenient_umask")
def test_file_that_was_deleted_comes_back_for_its_owner(tmp_path: Path) -> None:
    database = Database.from_settings(Settings(data=tmp_path))
    Store(database).add_asks([ask_record()])
    for path in tmp_path.glob(f"{DATABASE_FILE}*"):
        path.unlink()
    Store(database).add_asks([ask_record()])
    found = rights(tmp_path)[DATABASE_FILE]
    database.close()
    assert found == "-rw-------"
