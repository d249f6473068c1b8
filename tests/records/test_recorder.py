import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL

from service.errors import AskNotFoundError, RecordsUnavailableError
from service.records import database as database_module
from service.records import recorder as recorder_module
from service.records import retention as retention_module
from service.records.database import Database
from service.records.models import AskRow
from service.records.recorder import Loss, Recorder
from service.records.store import Store
from service.records.values import AskRecord, Rating
from tests.records.builders import ask_record, feedback_record

PATIENCE_SECONDS = 10


class GatedStore(Store):
    """A store whose writes wait until its gate is opened."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.reached, self.opened = threading.Event(), threading.Event()

    def add_asks(self, asks: Sequence[AskRecord]) -> None:
        self.reached.set()
        assert self.opened.wait(PATIENCE_SECONDS)
        super().add_asks(asks)


@pytest.fixture
def losses() -> list[tuple[Loss, int]]:
    return []


@pytest.fixture
def recorder(store: Store, losses: list[tuple[Loss, int]]) -> Iterator[Recorder]:
    recorder = Recorder(store, on_loss=lambda loss, count: losses.append((loss, count)))
    yield recorder
    recorder.close()


@pytest.fixture
def locked(sqlite_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """The SQLite database, held by somebody else until rolled back; waiting for it is short."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    database = Database(sqlite_url)
    with database.begin():
        pass
    database.close()
    holder = sqlite3.connect(str(sqlite_url.database), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    yield holder
    holder.close()


def ask_ids(database: Database) -> set[str]:
    with database.begin() as connection:
        return set(connection.scalars(select(AskRow.ask_id)))


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_ask_is_written_soon(recorder: Recorder, database: Database) -> None:
    recorder.add(ask_record(ask_id="a"))
    wait_for(lambda: ask_ids(database) == {"a"})
    assert recorder.pending == 0


def test_feedback_may_come_before_its_question_is_written(recorder: Recorder, database: Database) -> None:
    ask = ask_record(ask_id="a")
    recorder.add(ask)
    recorder.store_feedback(feedback_record(ask, Rating.UP)).result(PATIENCE_SECONDS)
    assert ask_ids(database) == {"a"}


def test_feedback_on_an_unknown_question_fails_alone(recorder: Recorder) -> None:
    ask = ask_record()
    recorder.add(ask)
    unknown, known = recorder.store_feedback(feedback_record("b")), recorder.store_feedback(feedback_record(ask))
    with pytest.raises(AskNotFoundError):
        unknown.result(PATIENCE_SECONDS)
    known.result(PATIENCE_SECONDS)


def test_full_queue_drops_and_counts(database: Database, losses: list[tuple[Loss, int]]) -> None:
    store = GatedStore(database)
    recorder = Recorder(store, capacity=3, on_loss=lambda loss, count: losses.append((loss, count)))
    recorder.add(ask_record(ask_id="being written"))
    assert store.reached.wait(PATIENCE_SECONDS)
    for ask_id in ("waits", "waits too", "lost"):
        recorder.add(ask_record(ask_id=ask_id))
    assert losses == [(Loss.QUEUE_FULL, 1)]
    assert recorder.pending == 3
    store.opened.set()
    recorder.close()
    assert ask_ids(database) == {"being written", "waits", "waits too"}


def test_records_wait_while_the_database_is_locked(
    locked: sqlite3.Connection, sqlite_url: URL, losses: list[tuple[Loss, int]]
) -> None:
    database = Database(sqlite_url)
    recorder = Recorder(Store(database), on_loss=lambda loss, count: losses.append((loss, count)))
    asks = [ask_record(ask_id=str(number)) for number in range(3)]
    for ask in asks:
        recorder.add(ask)
    with pytest.raises(RecordsUnavailableError, match="locked"):
        recorder.store_feedback(feedback_record(asks[0])).result(PATIENCE_SECONDS)
    assert recorder.pending == 3
    locked.execute("ROLLBACK")
    recorder.store_feedback(feedback_record(asks[0])).result(PATIENCE_SECONDS)
    assert ask_ids(database) == {"0", "1", "2"}
    assert losses == []
    recorder.close()


def test_closing_writes_what_waits(store: Store, database: Database) -> None:
    recorder = Recorder(store)
    for number in range(2 * recorder_module.BATCH + 1):
        recorder.add(ask_record(ask_id=str(number)))
    recorder.close()
    assert len(ask_ids(database)) == 2 * recorder_module.BATCH + 1


def test_closing_counts_what_could_not_be_written(
    locked: sqlite3.Connection, sqlite_url: URL, losses: list[tuple[Loss, int]]
) -> None:
    recorder = Recorder(Store(Database(sqlite_url)), on_loss=lambda loss, count: losses.append((loss, count)))
    recorder.add(ask_record())
    recorder.add(ask_record())
    recorder.close()
    assert losses == [(Loss.CLOSED, 2)]


def test_closed_recorder_takes_nothing_more(store: Store, losses: list[tuple[Loss, int]]) -> None:
    recorder = Recorder(store, on_loss=lambda loss, count: losses.append((loss, count)))
    recorder.close()
    recorder.add(ask_record())
    with pytest.raises(RecordsUnavailableError):
        recorder.store_feedback(feedback_record("a")).result(PATIENCE_SECONDS)
    assert [count for _, count in losses] == [1]


def test_record_that_is_refused_does_not_stop_later_ones(
    recorder: Recorder, database: Database, losses: list[tuple[Loss, int]]
) -> None:
    for ask_id in ("a", "a", "b"):
        recorder.add(ask_record(ask_id=ask_id))
        wait_for(lambda: recorder.pending == 0)
        recorder.store_feedback(feedback_record("a")).result(PATIENCE_SECONDS)
    assert ask_ids(database) == {"a", "b"}
    assert losses == [(Loss.REFUSED, 1)]


def test_old_records_are_deleted_from_the_start_and_new_ones_written(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "BATCH", 2)
    now = datetime.now(UTC)
    store.add_asks([ask_record(ask_id=f"old {n}", asked_at=now - timedelta(days=31 + n)) for n in range(5)])
    store.add_asks([ask_record(ask_id="young", asked_at=now - timedelta(days=29))])
    recorder = Recorder(store, keep_days=30)
    recorder.add(ask_record(ask_id="new", asked_at=now))
    wait_for(lambda: ask_ids(database) == {"young", "new"})
    recorder.close()


def test_old_records_are_deleted_again_later(store: Store, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "DELETE_EVERY_SECONDS", 0.05)
    recorder = Recorder(store, keep_days=30)
    store.add_asks([ask_record(asked_at=datetime.now(UTC) - timedelta(days=31))])
    wait_for(lambda: not ask_ids(database))
    store.add_asks([ask_record(asked_at=datetime.now(UTC) - timedelta(days=31))])
    wait_for(lambda: not ask_ids(database))
    recorder.close()


def test_records_are_kept_for_ever_with_0_days(recorder: Recorder, store: Store, database: Database) -> None:
    store.add_asks([ask_record(ask_id="old", asked_at=datetime(2001, 1, 1, tzinfo=UTC))])
    recorder.add(ask_record(ask_id="new"))
    wait_for(lambda: ask_ids(database) == {"old", "new"})


def test_deleting_waits_for_a_locked_database(
    locked: sqlite3.Connection, sqlite_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "TRY_AGAIN_AFTER_SECONDS", 0.05)
    locked.execute(
        "INSERT INTO asks VALUES ('old','c','2001-01-01','q',NULL,'answered',1,NULL,'1','[]',NULL,NULL,NULL)"
    )
    database = Database(sqlite_url)
    recorder = Recorder(Store(database), keep_days=30)
    time.sleep(0.5)
    locked.execute("COMMIT")
    wait_for(lambda: not ask_ids(database))
    recorder.close()
