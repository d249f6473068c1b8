from datetime import timedelta

import pytest
from sqlalchemy import select

from service.errors import AskNotFoundError
from service.records.database import Database
from service.records.models import AskRow, FeedbackRow
from service.records.store import Store
from service.records.values import Rating
from tests.records.builders import NOW, ask_record, feedback_record


def ask_ids(database: Database) -> list[str]:
    with database.begin() as connection:
        return list(connection.scalars(select(AskRow.ask_id).order_by(AskRow.ask_id)))


def ratings(database: Database) -> list[tuple[str, str, str | None]]:
    columns = (FeedbackRow.ask_id, FeedbackRow.rating, FeedbackRow.comment)
    with database.begin() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(select(*columns).order_by(FeedbackRow.ask_id))]


def test_ask_is_read_back_as_it_was_written(store: Store, database: Database) -> None:
    ask = ask_record("日志：\n\tat com.example.Main 😀 'quoted' \\ %s", product="nacos")
    store.add_asks([ask])
    with database.begin() as connection:
        row = connection.execute(select(AskRow)).mappings().one()
    assert row["question"] == ask.question
    assert row["asked_at"] == NOW
    assert row["result_ids"] == ["nacos-login", "nacos-backlog"]
    assert (row["product"], row["status"], row["confidence"]) == ("nacos", "answered", 0.5)


def test_moment_of_another_zone_is_the_same_moment(store: Store, database: Database) -> None:
    store.add_asks([ask_record(asked_at=NOW.astimezone())])
    with database.begin() as connection:
        assert connection.scalar(select(AskRow.asked_at)) == NOW


def test_asks_are_written_all_or_none(store: Store, database: Database) -> None:
    same = ask_record(ask_id="same")
    with pytest.raises(Exception, match="same|UNIQUE|duplicate"):
        store.add_asks([ask_record(ask_id="first"), same, same])
    assert ask_ids(database) == []


def test_last_feedback_replaces_the_first(store: Store, database: Database) -> None:
    ask = ask_record(ask_id="a")
    store.add_asks([ask])
    store.put_feedback(feedback_record(ask, comment="no"))
    store.put_feedback(feedback_record(ask, Rating.UP))
    assert ratings(database) == [("a", "up", None)]


def test_feedback_on_an_unknown_question_names_it(store: Store, database: Database) -> None:
    with pytest.raises(AskNotFoundError, match="'nowhere'"):
        store.put_feedback(feedback_record("nowhere"))
    assert ratings(database) == []


def test_delete_before_takes_the_oldest_with_their_feedback(store: Store, database: Database) -> None:
    asks = [ask_record(ask_id=f"{age}", asked_at=NOW - timedelta(days=age)) for age in (5, 1, 4, 2, 3)]
    store.add_asks(asks)
    for ask in asks:
        store.put_feedback(feedback_record(ask))
    assert store.delete_before(NOW - timedelta(days=2), limit=2) == 2
    assert ask_ids(database) == ["1", "2", "3"]
    assert store.delete_before(NOW - timedelta(days=2), limit=2) == 1
    assert store.delete_before(NOW - timedelta(days=2), limit=2) == 0
    assert [ask_id for ask_id, _, _ in ratings(database)] == ["1", "2"]
