"""Judged questions in, figures and failures out."""

from dataclasses import dataclass
from pathlib import Path

from service.answering.engine import Engine
from service.evaluation import outcomes as runs
from service.evaluation.comparison import Comparison, compare
from service.evaluation.failures import Failure, find_failures
from service.evaluation.outcomes import Outcome
from service.evaluation.questions import read_questions
from service.evaluation.run import ask_all
from service.evaluation.structure import StructureFigures, measure_structure, read_labels
from service.evaluation.summary import Summary, summarise
from service.index.progress import Progress
from service.index.searchable import Searchable


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A run and what it shows; `structure` and `comparison` are None where there was nothing to compare with."""

    generation: str
    documents: int
    outcomes: tuple[Outcome, ...]
    summary: Summary
    structure: StructureFigures | None
    comparison: Comparison | None
    failures: tuple[Failure, ...]


def evaluate(
    engine: Engine,
    snapshot: Searchable,
    questions: Path,
    *,
    structure: Path | None = None,
    against: Path | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Evaluation:
    """Ask an engine that answers from this snapshot the questions of a file.

    `structure` names a file of labelled documents, `against` a saved run.

    :raises EvaluationError: when a file is not what it must be; files are read before anything is asked.
    """
    asked = read_questions(questions, snapshot)
    labels = None if structure is None else read_labels(structure, snapshot)
    previous = None if against is None else runs.load(against)
    results = ask_all(engine, asked, progress)
    outcomes = tuple(result.outcome for result in results)
    return Evaluation(
        generation=snapshot.generation,
        documents=snapshot.document_count,
        outcomes=outcomes,
        summary=summarise(outcomes, [result.took_ms for result in results]),
        structure=None if labels is None else measure_structure(labels),
        comparison=None if previous is None else compare(previous, outcomes),
        failures=find_failures(results, engine, snapshot, progress),
    )
