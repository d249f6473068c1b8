"""Asking every question of an evaluation, as a user would."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.answering.engine import Engine
from service.answering.reply import Hit, Reply
from service.evaluation.metrics import hit, ndcg
from service.evaluation.outcomes import Outcome
from service.evaluation.questions import Question
from service.index.progress import Progress

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Result:
    """A question with the reply it got, how that fared, and the milliseconds it took."""

    question: Question
    reply: Reply
    outcome: Outcome
    took_ms: float


def ask_all(engine: Engine, questions: Sequence[Question], progress: Progress) -> tuple[Result, ...]:
    """Ask the questions one after another, each for its ten closest documents."""
    results = []
    for number, question in enumerate(questions, 1):
        started = time.perf_counter()
        reply = engine.ask(question.text, top_k=_DEPTH)
        took_ms = (time.perf_counter() - started) * 1000
        results.append(Result(question, reply, outcome_of(question, reply), took_ms))
        progress("asking", number, len(questions))
    return tuple(results)


def outcome_of(question: Question, reply: Reply) -> Outcome:
    """How a reply fares: hits are counted in the list as shown, gain with folded near-duplicates put back."""
    shown = _grades(reply.hits, question)
    return Outcome(
        question.id,
        question.judgement,
        question.style,
        question.answerable,
        reply.status,
        reply.confidence,
        hit(shown, 1),
        hit(shown, 5),
        ndcg(_grades(unfolded(reply.hits), question), question.relevant.values()),
    )


def unfolded(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Every document of a list, each shown one followed by the near-duplicates folded under it."""
    for one in hits:
        yield one
        yield from one.similar


def _grades(hits: Iterable[Hit], question: Question) -> list[int]:
    ids = dict.fromkeys(one.document_id for one in hits)
    return [question.relevant.get(document_id, 0) for document_id in ids]
