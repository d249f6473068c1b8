"""An evaluation as one HTML file that needs nothing else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.evaluation.evaluation import Evaluation
from service.evaluation.failures import Failure, Fault, Finding
from service.evaluation.outcomes import METRICS
from service.evaluation.wording import count, figures, place, verdict


def render(evaluation: Evaluation) -> str:
    """Fill the page, escaping every value."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    comparison = evaluation.comparison
    return environment.get_template("evaluation.html").render(
        evaluation=evaluation,
        metrics=METRICS,
        figures=list(figures(evaluation)),
        remarks=[] if comparison is None else list(verdict(comparison)),
        failures=_by_fault(evaluation.failures),
        best_of=_best_of,
        count=count,
        place=place,
    )


def _by_fault(failures: Sequence[Failure]) -> Mapping[Fault, Sequence[Failure]]:
    grouped: dict[Fault, list[Failure]] = defaultdict(list)
    for failure in failures:
        grouped[failure.faults[0]].append(failure)
    return grouped


def _best_of(findings: Sequence[Finding]) -> dict[str, float]:
    """The highest score in each ranking that any of the documents has."""
    best: dict[str, float] = {}
    for finding in findings:
        for name, score in (finding.scores or {}).items():
            best[name] = max(score, best.get(name, score))
    return best
