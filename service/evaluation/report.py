"""An evaluation as JSON: the figures by the names they are known by, the calibration, the comparison, the failures."""

from dataclasses import asdict
from typing import Any

from service.evaluation.comparison import Comparison, Difference
from service.evaluation.evaluation import Evaluation
from service.evaluation.failures import Failure
from service.evaluation.summary import Summary


def report(evaluation: Evaluation) -> dict[str, Any]:
    """What `--json` prints."""
    structure, comparison = evaluation.structure, evaluation.comparison
    return {
        **_figures(evaluation.summary),
        **({} if structure is None else asdict(structure)),
        "reliability": [asdict(one) for one in evaluation.summary.bins],
        "comparison": None if comparison is None else _comparison(comparison),
        "failures": [_failure(failure) for failure in evaluation.failures],
    }


def _figures(summary: Summary) -> dict[str, Any]:
    return {
        "styles": {
            style: {"n": figures.count, **{name: round(mean, 4) for name, mean in figures.means.items()}}
            for style, figures in summary.styles.items()
        },
        "auroc": summary.auroc,
        "auroc_far": summary.auroc_far,
        "auroc_correct": summary.auroc_correct,
        "ece": summary.ece,
        "answered": summary.answered,
        "clarified": summary.clarified,
        "refused": summary.refused,
        "latency_ms": {"p50": summary.p50_ms, "p99": summary.p99_ms},
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    styles = {
        style: {name: _difference(difference) for name, difference in differences.items()}
        for style, differences in comparison.styles.items()
    }
    return asdict(comparison) | {"styles": styles, "worse": comparison.worse}


def _difference(difference: Difference) -> dict[str, Any]:
    return asdict(difference) | {"change": difference.change, "better": difference.better, "worse": difference.worse}


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "id": failure.question.id,
        "style": failure.question.style,
        "question": failure.question.text,
        "answerable": failure.question.answerable,
        "faults": failure.faults,
        "status": failure.outcome.status,
        "confidence": failure.outcome.confidence,
        "candidates": failure.candidates,
        "expected": [asdict(finding) for finding in failure.expected],
        "got": [asdict(finding) for finding in failure.got],
    }
