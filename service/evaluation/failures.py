"""The questions that went wrong, each with what it takes to see why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.answering.engine import Engine
from service.answering.reply import Hit
from service.evaluation.outcomes import Outcome
from service.evaluation.questions import Question
from service.evaluation.run import Result
from service.index.progress import Progress
from service.index.searchable import Searchable

_LISTED = 5


class Fault(StrEnum):
    """What can go wrong with a question, gravest first."""

    MISSED = "missed"
    NOT_FIRST = "not first"
    REFUSED = "refused"
    NOT_REFUSED = "not refused"

    @property
    def meaning(self) -> str:
        """What it says, in a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Fault.MISSED: "No fully relevant document is among the first five.",
    Fault.NOT_FIRST: "A fully relevant document is among the first five, but not first.",
    Fault.REFUSED: "The question has an answer, but the reply was that there is none.",
    Fault.NOT_REFUSED: "The question has no answer, but the reply was not that there is none.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A document with its grade, None where nobody judged it, and where the ranking has it.

    `rank` counts the documents shown from 1; `folded` says that the document at this rank stands for it as a
    near-duplicate. A document that was no candidate has neither rank, score, confidence nor scores.
    """

    document_id: str
    title: str
    grade: int | None
    rank: int | None = None
    folded: bool = False
    score: float | None = None
    confidence: float | None = None
    scores: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong: the relevant documents, best grade first, and the first five of the reply.

    `candidates` is the number of documents that were ranked.
    """

    question: Question
    outcome: Outcome
    faults: tuple[Fault, ...]
    expected: tuple[Finding, ...]
    got: tuple[Finding, ...]
    candidates: int

    def findings(self) -> list[Finding]:
        """What was got and expected, each document once, as ranked; what was no candidate comes last."""
        once = {finding.document_id: finding for finding in (*self.got, *self.expected)}
        return sorted(once.values(), key=lambda finding: (finding.rank is None, finding.rank, finding.folded))


def find_failures(
    results: Sequence[Result], engine: Engine, snapshot: Searchable, progress: Progress
) -> tuple[Failure, ...]:
    """The failures of a run by their gravest fault, in the order of questions; asks each again for all candidates."""
    failed = [(result, faults) for result in results if (faults := faults_of(result.outcome))]
    failures = []
    for number, (result, faults) in enumerate(failed, 1):
        failures.append(_explain(result, faults, engine, snapshot))
        progress("explaining", number, len(failed))
    order = list(Fault)
    return tuple(sorted(failures, key=lambda failure: order.index(failure.faults[0])))


def faults_of(outcome: Outcome) -> tuple[Fault, ...]:
    """What went wrong, gravest first."""
    if not outcome.answerable:
        return () if outcome.refused else (Fault.NOT_REFUSED,)
    faults = {
        Fault.MISSED: not outcome.hit_at_5,
        Fault.NOT_FIRST: outcome.hit_at_5 and not outcome.hit_at_1,
        Fault.REFUSED: outcome.refused,
    }
    return tuple(fault for fault, holds in faults.items() if holds)


def _explain(result: Result, faults: tuple[Fault, ...], engine: Engine, snapshot: Searchable) -> Failure:
    question = result.question
    everything = engine.ask(question.text, top_k=snapshot.document_count)
    ranked = {finding.document_id: finding for finding in _findings(everything.hits, question)}
    wanted = sorted((item for item in question.relevant.items() if item[1]), key=lambda item: -item[1])
    expected = tuple(
        ranked.get(document_id) or Finding(document_id, snapshot.document(document_id).title, grade)
        for document_id, grade in wanted
    )
    listed = enumerate(result.reply.hits[:_LISTED], 1)
    got = tuple(_finding(shown, question, rank, folded=False) for rank, shown in listed)
    return Failure(question, result.outcome, faults, expected, got, len(ranked))


def _findings(hits: Sequence[Hit], question: Question) -> Iterator[Finding]:
    for rank, shown in enumerate(hits, 1):
        yield _finding(shown, question, rank, folded=False)
        for duplicate in shown.similar:
            yield _finding(duplicate, question, rank, folded=True)


def _finding(hit: Hit, question: Question, rank: int, *, folded: bool) -> Finding:
    grade = question.relevant.get(hit.document_id)
    return Finding(hit.document_id, hit.title, grade, rank, folded, hit.score, hit.confidence, hit.scores)
