"""How figures and verdicts are told to a person, the same in a terminal and on a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.evaluation.comparison import Comparison
from service.evaluation.evaluation import Evaluation
from service.evaluation.failures import Finding
from service.evaluation.questions import ALL


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run, ready to be read."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on a comparison; `tone` is `better`, `worse` or `neutral`."""

    text: str
    tone: str = "neutral"


def figures(evaluation: Evaluation) -> Iterator[Figure]:
    """Every figure that is not by style."""
    summary, structure = evaluation.summary, evaluation.structure
    yield Figure("auroc", _share(summary.auroc), "questions with an answer are the more confident ones")
    yield Figure("auroc_far", _share(summary.auroc_far), "the same, against questions about something else only")
    yield Figure("auroc_correct", _share(summary.auroc_correct), "right first results are the more confident ones")
    yield Figure("ece", _share(summary.ece), "mean gap between confidence and the share that is right")
    yield Figure("answered", _share(summary.answered), "of the questions with an answer, not refused")
    yield Figure("clarified", _share(summary.clarified), "of the questions with an answer, asked back")
    yield Figure("refused", _share(summary.refused), "of the questions without an answer, refused")
    if structure is not None:
        labelled = count(structure.documents, "labelled document")
        yield Figure("steps_f1", _share(structure.steps_f1), f"titles of the steps of {labelled}")
        yield Figure("causes_f1", _share(structure.causes_f1), f"titles of the causes of {labelled}")
    yield Figure("p50", f"{summary.p50_ms:.2f} ms", "half of the questions took less, in this process")
    yield Figure("p99", f"{summary.p99_ms:.2f} ms", "all but one in a hundred took less")


def verdict(comparison: Comparison) -> Iterator[Remark]:
    """What a comparison says, then the questions that are not in it or changed sides."""
    differences = comparison.styles[ALL].items()
    for name, difference in differences:
        change = f"{name} {difference.old:.3f} -> {difference.new:.3f}"
        if difference.better:
            yield Remark(f"{change}: better, beyond chance.", "better")
        elif difference.worse:
            yield Remark(f"{change}: worse, beyond chance.", "worse")
        else:
            yield Remark(f"{change}: no difference beyond chance.")
    yield Remark(f"Compared over {count(comparison.pairs, 'answerable question')} that both runs have.")
    yield from _named("First result right now, not before", comparison.gained)
    yield from _named("First result right before, not now", comparison.lost)
    yield from _named("In the old run only, not compared", comparison.only_old)
    yield from _named("In the new run only, not compared", comparison.only_new)
    yield from _named("Asked or judged in another way since, not compared", comparison.rejudged)


def place(finding: Finding, candidates: int) -> str:
    """Where the ranking has a document."""
    if finding.rank is None:
        return f"not among the {candidates} candidates"
    return f"folded under rank {finding.rank}" if finding.folded else f"rank {finding.rank}"


def count(number: int, noun: str) -> str:
    """A number of things: 1 question, 2 questions."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _named(label: str, ids: Sequence[str]) -> Iterator[Remark]:
    if ids:
        yield Remark(f"{label} ({len(ids)}): {', '.join(ids)}")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
