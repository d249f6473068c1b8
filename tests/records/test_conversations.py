import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from service.errors import RecordsUnavailableError
from service.records import conversations as module
from service.records.conversations import Conversations
from service.records.database import Database
from service.records.store import Store
from service.records.values import AskRecord
from tests.records.builders import ask_record

SILENCE = timedelta(minutes=30)


def asked(ask_id: str, *, ago: float = 0, interpreted_as: str | None = None) -> AskRecord:
    moment = datetime.now(UTC) - timedelta(minutes=ago)
    return ask_record(ask_id=ask_id, asked_at=moment, question=f"question {ask_id}", interpreted_as=interpreted_as)


def questions(conversations: Conversations, conversation_id: str = "conversation") -> list[str]:
    return [turn.question for turn in conversations.recall(conversation_id).turns]


@pytest.fixture
def conversations(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversations]:
    # The first transaction makes the tables.
    monkeypatch.setattr(module, "READ_WITHIN_SECONDS", 30)
    opened = Conversations(database, SILENCE)
    yield opened
    opened.close()


def test_conversation_is_known_before_it_is_written(conversations: Conversations) -> None:
    conversations.remember(asked("1"))
    assert questions(conversations) == ["question 1"]
    assert questions(conversations, "other") == []


def test_turns_of_another_process_are_read_in_their_order(conversations: Conversations, database: Database) -> None:
    conversations.remember(asked("3", interpreted_as="c"))
    turn = asked("2", ago=1, interpreted_as="b")
    Store(database).add_asks([asked("1", ago=2), turn])
    assert questions(conversations) == ["question 1", "question 2", "question 3"]
    assert conversations.recall("conversation").turns[1] == turn.turn


def test_step_and_choices_are_kept(conversations: Conversations, database: Database) -> None:
    Store(database).add_asks([ask_record(ask_id="1", asked_at=datetime.now(UTC), step=2, choice_ids=("a", "b"))])
    turn = conversations.recall("conversation").last
    assert (turn.step, turn.choice_ids) == (2, ("a", "b"))


def test_conversation_that_was_silent_is_forgotten(conversations: Conversations, database: Database) -> None:
    conversations.remember(asked("1", ago=31))
    Store(database).add_asks([asked("2", ago=40)])
    assert questions(conversations) == []


def test_zero_minutes_remember_nothing() -> None:
    conversations = Conversations(None, timedelta(0))
    conversations.remember(asked("1"))
    assert questions(conversations) == []
    conversations.close()


def test_without_records_memory_is_enough() -> None:
    conversations = Conversations(None, SILENCE)
    conversations.remember(asked("1"))
    assert questions(conversations) == ["question 1"]
    conversations.close()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CAPACITY", 2)
    conversations = Conversations(None, SILENCE)
    for number in range(3):
        conversations.remember(ask_record(ask_id="a", conversation_id=f"{number}", asked_at=datetime.now(UTC)))
    assert [len(questions(conversations, f"{number}")) for number in range(3)] == [0, 1, 1]
    conversations.close()


def test_database_that_is_down_leaves_memory_and_is_left_alone(url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    class Down(Database):
        @property
        def missing_file(self) -> None:
            return None

        @contextmanager
        def begin(self) -> Iterator[Connection]:
            tries.append(1)
            raise RecordsUnavailableError("down")
            yield

    conversations = Conversations(Down(url), SILENCE)
    conversations.remember(asked("1"))
    assert questions(conversations) == questions(conversations) == ["question 1"]
    assert len(tries) == 1
    conversations.close()


def test_database_that_does_not_answer_is_not_waited_for(url: URL) -> None:
    end = threading.Event()

    class Slow(Database):
        @property
        def missing_file(self) -> None:
            return None

        @contextmanager
        def begin(self) -> Iterator[Connection]:
            end.wait(60)
            raise RecordsUnavailableError("gone at last")
            yield

    conversations = Conversations(Slow(url), SILENCE)
    conversations.remember(asked("1"))
    assert questions(conversations) == ["question 1"]
    end.set()
    conversations.close()
