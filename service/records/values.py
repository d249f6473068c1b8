"""What is handed over to be kept: plain values, cheap to make while somebody waits for an answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.answering.reply import Status
from service.conversation.turn import Turn


class Rating(StrEnum):
    """Whether the answer helped."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class AskRecord:
    """A question and what was answered; `result_ids` are the documents shown, best first.

    `interpreted_as`, `step` and `choice_ids` are those of the conversation's `Turn`.
    """

    ask_id: str
    conversation_id: str
    asked_at: datetime
    question: str
    product: str | None
    status: Status
    confidence: float
    document_id: str | None
    generation: str
    result_ids: tuple[str, ...]
    interpreted_as: str | None = None
    step: int | None = None
    choice_ids: tuple[str, ...] = ()

    @property
    def turn(self) -> Turn:
        """What the next question of the conversation needs of it."""
        return Turn(
            self.asked_at,
            self.question,
            self.interpreted_as,
            self.status,
            self.document_id,
            self.step,
            self.choice_ids,
        )


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """What the asker says of an answer."""

    ask_id: str
    rating: Rating
    reason: str | None
    comment: str | None
    given_at: datetime
