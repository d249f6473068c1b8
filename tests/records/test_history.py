from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from service.answering.reply import Status
from service.records.database import Database
from service.records.history import History, Period
from service.records.store import Store
from service.records.values import Rating
from tests.records.builders import NOW, ask_record, feedback_record

WEEK = Period.of_days(7, NOW)


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def test_period_ends_now_and_compares_with_as_long_a_time() -> None:
    period = Period.of_days(3, datetime(2026, 5, 20, 1, 0, tzinfo=timezone(timedelta(hours=8))))
    assert period.since == datetime(2026, 5, 17, tzinfo=UTC)
    assert period.until == datetime(2026, 5, 19, 17, tzinfo=UTC)
    assert period.days == (date(2026, 5, 17), date(2026, 5, 18), date(2026, 5, 19))
    assert period.before == Period(datetime(2026, 5, 14, tzinfo=UTC), datetime(2026, 5, 16, 17, tzinfo=UTC))


def test_empty_database_has_no_history(history: History) -> None:
    assert history.oldest() is None
    assert history.answers_by_day(WEEK) == {}
    assert history.votes_by_day(WEEK) == {}
    assert history.gaps(WEEK, limit=10) == []


def test_answers_are_counted_by_utc_day_and_status(store: Store, history: History) -> None:
    store.add_asks(
        [
            ask_record(asked_at=datetime(2026, 5, 18, 23, 59, 59, 999_999, UTC), status=Status.NO_ANSWER),
            ask_record(asked_at=datetime(2026, 5, 19, 0, 0, tzinfo=UTC)),
            ask_record(asked_at=datetime(2026, 5, 19, 0, 30, tzinfo=timezone(timedelta(hours=8)))),
            ask_record(asked_at=NOW),
            ask_record(asked_at=WEEK.since - timedelta(seconds=1)),
        ]
    )
    period = Period(WEEK.since, NOW)
    assert history.answers_by_day(period) == {
        date(2026, 5, 18): {"no_answer": 1, "answered": 1},
        date(2026, 5, 19): {"answered": 1},
    }
    assert history.oldest() == WEEK.since - timedelta(seconds=1)


def test_votes_are_counted_by_the_day_they_were_given(store: Store, history: History) -> None:
    asks = [ask_record() for _ in range(4)]
    store.add_asks(asks)
    for ask, rating, day in zip(asks, (Rating.UP, Rating.DOWN, Rating.DOWN, Rating.UP), (18, 18, 18, 1), strict=True):
        store.put_feedback(feedback_record(ask, rating, given_at=datetime(2026, 5, day, tzinfo=UTC)))
    assert history.votes_by_day(WEEK) == {date(2026, 5, 18): {"up": 1, "down": 2}}


def test_gaps_are_what_was_not_answered_or_voted_down(store: Store, history: History) -> None:
    moments = [NOW - timedelta(minutes=minute) for minute in range(1, 8)]
    statuses = [Status.ANSWERED, Status.ANSWERED, Status.ANSWERED, *([Status.UNCERTAIN] * 2), *([Status.NO_ANSWER] * 2)]
    asks = [
        ask_record(ask_id=str(number), asked_at=moment, status=status)
        for number, (moment, status) in enumerate(zip(moments, statuses, strict=True))
    ]
    store.add_asks(asks)
    store.put_feedback(feedback_record(asks[1], Rating.DOWN, reason="outdated", comment="旧了"))
    store.put_feedback(feedback_record(asks[2], Rating.UP))
    store.put_feedback(feedback_record(asks[5], Rating.DOWN))
    found = history.gaps(WEEK, limit=10)
    assert [gap.ask_id for gap in found] == ["1", "3", "4", "5", "6"]
    assert (found[0].status, found[0].rating, found[0].reason, found[0].comment) == (
        "answered",
        "down",
        "outdated",
        "旧了",
    )
    assert found[1].rating is None
    assert found[1].asked_at == moments[3]


def test_gaps_are_the_latest_when_there_are_too_many(store: Store, history: History) -> None:
    for minute in range(5):
        store.add_asks(
            [ask_record(ask_id=str(minute), asked_at=NOW - timedelta(minutes=minute + 1), status=Status.NO_ANSWER)]
        )
    assert [gap.ask_id for gap in history.gaps(WEEK, limit=2)] == ["0", "1"]


def test_gaps_lie_in_the_period(store: Store, history: History) -> None:
    for moment in (WEEK.until, WEEK.since - timedelta(microseconds=1)):
        store.add_asks([ask_record(asked_at=moment, status=Status.NO_ANSWER)])
        ask = ask_record(asked_at=moment)
        store.add_asks([ask])
        store.put_feedback(feedback_record(ask, given_at=NOW - timedelta(hours=1)))
    assert history.gaps(WEEK, limit=10) == []
