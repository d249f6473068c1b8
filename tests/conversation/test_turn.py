from datetime import UTC, datetime, timedelta

from service.answering.reply import Status
from service.conversation.turn import LONGEST_TOPIC, Conversation, Turn

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SILENCE = timedelta(minutes=30)


def turn(minutes_ago: float, question: str, interpreted_as: str | None = None, step: int | None = None) -> Turn:
    document_id = f"about {question}"
    asked_at = NOW - timedelta(minutes=minutes_ago)
    return Turn(asked_at, question, interpreted_as, Status.ANSWERED, document_id, step, ())


def test_topic_begins_with_the_last_question_that_stood_by_itself() -> None:
    turns = [turn(9, "old"), turn(8, "new"), turn(7, "more", "new more")]
    conversation = Conversation.of(turns, NOW, SILENCE)
    assert [one.question for one in conversation.turns] == ["new", "more"]
    assert conversation.topic == "new more"
    assert conversation.shown_ids == {"about new", "about more"}


def test_silence_ends_a_conversation() -> None:
    assert Conversation.of([turn(31, "a")], NOW, SILENCE).turns == ()
    between = [turn(50, "a"), turn(10, "b", "a b")]
    assert [one.question for one in Conversation.of(between, NOW, SILENCE).turns] == ["b"]
    assert Conversation.of([turn(0, "a")], NOW, timedelta(0)).turns == ()


def test_step_is_no_part_of_the_topic() -> None:
    turns = [turn(3, "a"), turn(2, "step 1", "a title", step=1)]
    assert Conversation.of(turns, NOW, SILENCE).topic == "a"


def test_topic_is_cut_where_the_question_is_long() -> None:
    turns = [turn(3, "x" * 1000), turn(2, "y", "x" * 1000 + " y")]
    assert len(Conversation.of(turns[:1], NOW, SILENCE).topic) == LONGEST_TOPIC
    assert Conversation.of(turns, NOW, SILENCE).topic == "y"
