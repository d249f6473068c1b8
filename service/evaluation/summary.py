"""The figures of a run: how good the ranking is, and how far its confidence can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.answering.reply import Status
from service.evaluation.metrics import Bin, auroc, calibration_error, quantile, reliability
from service.evaluation.outcomes import METRICS, Outcome, by_style

FAR = "far"
"""The style of unanswerable questions that are about something else altogether."""


@dataclass(frozen=True, slots=True)
class StyleFigures:
    """The answerable questions of one style: how many there are, and the mean of each of METRICS."""

    count: int
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run amounts to; a figure is None where there is nothing to take it from.

    `auroc` tells questions with an answer from those without by confidence, `auroc_far` only counts those of FAR among
    the latter, `auroc_correct` tells right first results from wrong ones. `ece` is the calibration error of `bins`.
    `answered` is the share of answerable questions not refused, `clarified` that of those the asker was asked back,
    `refused` that of the others refused.
    """

    styles: Mapping[str, StyleFigures]
    auroc: float | None
    auroc_far: float | None
    auroc_correct: float | None
    ece: float
    answered: float | None
    clarified: float | None
    refused: float | None
    p50_ms: float
    p99_ms: float
    bins: tuple[Bin, ...]


def summarise(outcomes: Sequence[Outcome], took_ms: Sequence[float]) -> Summary:
    """Sum up the outcomes of at least one question and the milliseconds each took."""
    answerable = [outcome for outcome in outcomes if outcome.answerable]
    others = [outcome for outcome in outcomes if not outcome.answerable]
    far = [*answerable, *(outcome for outcome in others if outcome.style == FAR)]
    confidences, right = _confidences(outcomes), [outcome.hit_at_1 for outcome in outcomes]
    bins = reliability(confidences, right)
    return Summary(
        styles={style: _figures(of_style) for style, of_style in by_style(outcomes).items()},
        auroc=auroc(confidences, [outcome.answerable for outcome in outcomes]),
        auroc_far=auroc(_confidences(far), [outcome.answerable for outcome in far]),
        auroc_correct=auroc(confidences, right),
        ece=calibration_error(bins),
        answered=_share([not outcome.refused for outcome in answerable]),
        clarified=_share([outcome.status is Status.CLARIFY for outcome in answerable]),
        refused=_share([outcome.refused for outcome in others]),
        p50_ms=quantile(took_ms, 0.5),
        p99_ms=quantile(took_ms, 0.99),
        bins=bins,
    )


def _figures(outcomes: Sequence[Outcome]) -> StyleFigures:
    sums = [sum(column) for column in zip(*(outcome.measures for outcome in outcomes), strict=True)]
    return StyleFigures(len(outcomes), {name: total / len(outcomes) for name, total in zip(METRICS, sums, strict=True)})


def _confidences(outcomes: Sequence[Outcome]) -> list[float]:
    return [outcome.confidence for outcome in outcomes]


def _share(truths: Sequence[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None
