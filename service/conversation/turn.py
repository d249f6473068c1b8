"""What is known of a conversation when its next question comes: values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from service.answering.reply import Reply, Status

LONGEST_TOPIC = 200
"""Characters of earlier questions that are searched together with the next one."""

MOST_TURNS = 12
"""Latest questions of a conversation that matter to the next one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it; `choice_ids` are the documents offered to choose from.

    `interpreted_as` is the question as it was searched, None where that is as it was typed.
    """

    asked_at: datetime
    question: str
    interpreted_as: str | None
    status: Status
    document_id: str | None
    step: int | None
    choice_ids: tuple[str, ...]

    @classmethod
    def of(cls, question: str, reply: Reply, asked_at: datetime) -> Self:
        """What a reply leaves behind."""
        return cls(
            asked_at,
            question,
            reply.interpreted_as,
            reply.status,
            reply.document.id if reply.document else None,
            reply.step,
            tuple(choice.document_id for choice in reply.choices),
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns about the present topic, oldest first; without one, the next question stands by itself."""

    turns: tuple[Turn, ...] = ()

    @classmethod
    def of(cls, turns: Sequence[Turn], now: datetime, silence: timedelta) -> Self:
        """Those of a conversation's turns, oldest first, that matter at a moment: none after that much silence."""
        topic: list[Turn] = []
        later = now
        for turn in reversed(turns[-MOST_TURNS:]):
            if not silence or later - turn.asked_at > silence:
                break
            topic.insert(0, turn)
            later = turn.asked_at
            if turn.interpreted_as is None:
                break
        return cls(tuple(topic))

    @property
    def last(self) -> Turn:
        """The latest turn; there must be one."""
        return self.turns[-1]

    @property
    def topic(self) -> str:
        """What was asked, as the next question is to be understood with it."""
        # The turn about a step was searched with the step's title, which is no part of what was asked.
        asked = next((turn for turn in reversed(self.turns) if turn.step is None), self.turns[0])
        for text in (asked.interpreted_as, asked.question, self.turns[0].question):
            if text is not None and len(text) <= LONGEST_TOPIC:
                return text
        return self.turns[0].question[:LONGEST_TOPIC]

    @property
    def shown_ids(self) -> frozenset[str]:
        """The documents that were shown as the answer."""
        return frozenset(turn.document_id for turn in self.turns if turn.document_id is not None)
