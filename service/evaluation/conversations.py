"""Judged conversations: whether each turn is understood with those before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from service.answering.engine import Engine
from service.answering.query import checked_question
from service.answering.reply import Reply, Status
from service.conversation.dialogue import Dialogue
from service.conversation.turn import Conversation, Turn
from service.errors import InvalidQuestionError
from service.evaluation.documents import find_documents
from service.evaluation.files import Line, read_lines
from service.index.progress import Progress
from service.index.searchable import Searchable

_SILENCE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Expected:
    """A turn and what must come of it.

    The turn is `question`, or the choice of the reply before whose document is `pick`. The first result must be one of
    `documents`, the reply's status `status`, where they are given; its step must be `step`. `fresh` says that it must
    be searched as it was typed, as it has nothing to do with what came before.
    """

    question: str | None
    pick: str | None
    documents: tuple[str, ...]
    status: Status | None
    step: int | None
    fresh: bool


@dataclass(frozen=True, slots=True)
class JudgedConversation:
    """Turns in their order; one that is `held_out` was never looked at while the rules were being made."""

    id: str
    held_out: bool
    turns: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn as it went; `reply` is None where there was nothing to pick."""

    question: str
    expected: Expected
    reply: Reply | None

    @property
    def right(self) -> bool:
        """Whether the reply is as it must be."""
        reply, expected = self.reply, self.expected
        if reply is None or reply.step != expected.step:
            return False
        if expected.documents and (not reply.hits or reply.hits[0].document_id not in expected.documents):
            return False
        if expected.status not in (None, reply.status):
            return False
        return not (expected.fresh and reply.interpreted_as)


@dataclass(frozen=True, slots=True)
class ConversationResult:
    """A conversation as it went, up to a turn that could not be asked."""

    conversation: JudgedConversation
    exchanges: tuple[Exchange, ...]

    @property
    def resolved(self) -> bool:
        """Whether every turn after the first was right; how the first fares is the search's doing."""
        return all(exchange.right for exchange in self.exchanges[1:])


@dataclass(frozen=True, slots=True)
class ConversationFigures:
    """Shares of conversations resolved, of those with a right first turn too, and of right first turns."""

    count: int
    resolved: float | None
    right_throughout: float | None
    first_turns: float | None


def read_conversations(path: Path, snapshot: Searchable) -> tuple[JudgedConversation, ...]:
    """The conversations of a file, in its order: one JSON object a line with `id`, `held_out` and `turns`.

    Each turn is an object with the fields of `Expected`.

    :raises EvaluationError: when a line is not of this form, or names a document the index lacks.
    """
    return tuple(_conversation(line, snapshot) for line in read_lines(path))


def converse(
    engine: Engine, conversations: Sequence[JudgedConversation], progress: Progress
) -> tuple[ConversationResult, ...]:
    """Lead the conversations one after another."""
    dialogue = Dialogue(engine)
    results = []
    for number, conversation in enumerate(conversations, 1):
        results.append(ConversationResult(conversation, _lead(dialogue, conversation)))
        progress("conversing", number, len(conversations))
    return tuple(results)


def figures_of(results: Sequence[ConversationResult]) -> ConversationFigures:
    """Sum up conversations."""
    first = [result.exchanges[0].right for result in results]
    resolved = [result.resolved for result in results]
    throughout = [one and other for one, other in zip(first, resolved, strict=True)]
    return ConversationFigures(len(results), _share(resolved), _share(throughout), _share(first))


def _lead(dialogue: Dialogue, conversation: JudgedConversation) -> tuple[Exchange, ...]:
    turns: list[Turn] = []
    exchanges: list[Exchange] = []
    for expected in conversation.turns:
        last = exchanges[-1].reply if exchanges else None
        question = expected.question or _picked(last, expected.pick)
        if question is None:
            exchanges.append(Exchange(f"(picks {expected.pick})", expected, None))
            break
        now = datetime.now(UTC)
        reply = dialogue.ask(question, Conversation.of(turns, now, _SILENCE))
        turns.append(Turn.of(question, reply, now))
        exchanges.append(Exchange(question, expected, reply))
    return tuple(exchanges)


def _picked(reply: Reply | None, document_id: str | None) -> str | None:
    choices = reply.choices if reply else ()
    return next((choice.question for choice in choices if choice.document_id == document_id), None)


def _conversation(line: Line, snapshot: Searchable) -> JudgedConversation:
    turns: list[Any] = line.required("turns", list)
    if len(turns) < 2 or not all(isinstance(turn, dict) for turn in turns):
        raise line.error('"turns" holds no conversation; expected two objects or more.')
    read = tuple(_expected(Line(line.file, line.number, turn), snapshot) for turn in turns)
    return JudgedConversation(line.required("id", str), line.optional("held_out", bool) or False, read)


def _expected(line: Line, snapshot: Searchable) -> Expected:
    question, pick = line.optional("question", str), line.optional("pick", str)
    if (question is None) == (pick is None):
        raise line.error('A turn has a "question" or a "pick", and not both.')
    try:
        text = None if question is None else checked_question(question)
    except InvalidQuestionError as error:
        raise line.error(str(error)) from error
    documents = [str(one) for one in line.optional("documents", list) or ()]
    find_documents(line, documents, snapshot)
    status, step = line.optional("status", str), line.fields.get("step")
    if status is not None and status not in tuple(Status):
        raise line.error(f'"status" is {status!r}; expected one of {", ".join(Status)}.')
    if step is not None and type(step) is not int:
        raise line.error(f'"step" is {step!r}; expected a number.')
    fresh = line.optional("fresh", bool) or False
    return Expected(text, pick, tuple(documents), None if status is None else Status(status), step, fresh)


def _share(truths: Sequence[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None
