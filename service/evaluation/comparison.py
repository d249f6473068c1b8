"""One run against another on the same questions: what changed, and whether chance could have done it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.errors import EvaluationError
from service.evaluation.outcomes import METRICS, Outcome, by_style
from service.evaluation.questions import ALL

RESAMPLES = 10_000
_SEED = 20260101
_TAIL_PERCENT = 2.5
# Resamples are drawn in blocks of about this many questions, so that memory does not grow with their number.
_BLOCK = 1 << 20
# Beyond these decimals, the mathematics libraries of two machines may differ.
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure's mean in the old and in the new run, and the 95 % interval of new - old."""

    old: float
    new: float
    low: float
    high: float

    @property
    def change(self) -> float:
        """New - old."""
        return self.new - self.old

    @property
    def better(self) -> bool:
        """Whether it rose beyond chance: the interval lies wholly above 0."""
        return self.low > 0

    @property
    def worse(self) -> bool:
        """Whether it fell beyond chance: the interval lies wholly below 0."""
        return self.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences by style and by name in METRICS, over the `pairs` answerable questions that both runs have.

    Ids of questions: `gained` are those whose first result is right in the new run only, `lost` in the old one only;
    `only_old` and `only_new` are in one run only, `rejudged` are not what they were, and none of these is counted.
    """

    pairs: int
    styles: Mapping[str, Mapping[str, Difference]]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    rejudged: tuple[str, ...]

    @property
    def worse(self) -> tuple[str, ...]:
        """The measures that fell beyond chance over all questions."""
        return tuple(name for name, difference in self.styles[ALL].items() if difference.worse)


def compare(old: Sequence[Outcome], new: Sequence[Outcome]) -> Comparison:
    """Compare two runs, with a paired bootstrap over questions.

    :raises EvaluationError: when they have no answerable question in common.
    """
    before, after = ({outcome.id: outcome for outcome in outcomes} for outcomes in (old, new))
    both = [name for name in after if name in before]
    paired = [name for name in both if before[name].judgement == after[name].judgement]
    styles = by_style(after[name] for name in paired)
    if not styles:
        raise EvaluationError(
            f"The runs have no answerable question in common: {len(both)} ids are in both, "
            f"{len(both) - len(paired)} of them with another question or judgement; compare runs of the same questions."
        )
    asked = [outcome.id for outcome in styles[ALL]]
    return Comparison(
        pairs=len(asked),
        styles={
            style: _differences([before[outcome.id] for outcome in outcomes], outcomes)
            for style, outcomes in styles.items()
        },
        gained=tuple(name for name in asked if after[name].hit_at_1 and not before[name].hit_at_1),
        lost=tuple(name for name in asked if before[name].hit_at_1 and not after[name].hit_at_1),
        only_old=tuple(name for name in before if name not in after),
        only_new=tuple(name for name in after if name not in before),
        rejudged=tuple(name for name in both if before[name].judgement != after[name].judgement),
    )


def bootstrap_means(values: npt.NDArray[np.float64], resamples: int = RESAMPLES) -> npt.NDArray[np.float64]:
    """Column means of samples drawn from the rows with replacement, of shape (resamples, columns); always the same.

    Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13; for paired questions Sakai, "Evaluating
    evaluation metrics based on the bootstrap" (SIGIR 2006). A few rows make intervals of it too narrow.
    """
    generator = np.random.default_rng(_SEED)
    rows = len(values)
    block = max(1, _BLOCK // rows)
    sizes = [min(block, resamples - drawn) for drawn in range(0, resamples, block)]
    return np.concatenate([values[generator.integers(rows, size=(size, rows))].mean(axis=1) for size in sizes])


def _differences(old: Sequence[Outcome], new: Sequence[Outcome]) -> dict[str, Difference]:
    before, after = (np.array([outcome.measures for outcome in outcomes]) for outcomes in (old, new))
    means = bootstrap_means(np.round(after - before, _DECIMALS))
    low, high = np.percentile(means, (_TAIL_PERCENT, 100 - _TAIL_PERCENT), axis=0)
    columns = zip(before.mean(axis=0), after.mean(axis=0), low, high, strict=True)
    return {name: Difference(*map(float, column)) for name, column in zip(METRICS, columns, strict=True)}
