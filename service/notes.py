"""What is noted about the request at hand, by whoever learns it, for its line in the log, its metrics and its trace.

It is reached through a context variable, which follows a request into threads, so that nobody hands it around; where
there is no request, as on the command line, noting does nothing.
"""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field

CLIENT_GONE = 499
"""The status noted when the client left before the reply; nobody sees it but who reads logs, metrics and traces."""
DEPARTED = "expert_answers.departed"
"""Under this name, the server says in a request's scope that the client has left before it had its reply."""


@dataclass(slots=True)
class Note:
    """A request's name, when it came by `time.perf_counter`, facts for its line in the log, and its stages so far.

    `laps` has the stages in order, each with the moment of its end.
    """

    request_id: str
    started: float
    facts: dict[str, object] = field(default_factory=dict)
    laps: list[tuple[str, float]] = field(default_factory=list)


current: ContextVar[Note | None] = ContextVar("note", default=None)


def note(**facts: object) -> None:
    """Add to what the log says of the request."""
    if (at_hand := current.get()) is not None:
        at_hand.facts.update(facts)


def lap(stage: str) -> None:
    """End a stage of the request; the next one begins."""
    if (at_hand := current.get()) is not None:
        at_hand.laps.append((stage, time.perf_counter()))
