"""Bar charts as rectangles in a box whose width counts columns and whose height is 100."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100
_GAP = 0.18


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle; `kind` names its colour."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars: one tuple of them a column, those with nothing to show left out; `top` is the highest column."""

    columns: tuple[tuple[Bar, ...], ...]
    top: int

    @property
    def width(self) -> int:
        """The width of the box."""
        return len(self.columns)

    @property
    def height(self) -> int:
        """The height of the box."""
        return HEIGHT


def stack(kinds: Sequence[str], columns: Sequence[Sequence[int]]) -> Chart:
    """Draw columns of counts, one a kind, the first kind at the bottom."""
    top = max((sum(column) for column in columns), default=0)
    return Chart(tuple(_column(x, kinds, column, top) for x, column in enumerate(columns)), top)


def _column(x: int, kinds: Sequence[str], counts: Sequence[int], top: int) -> tuple[Bar, ...]:
    bars = []
    below = 0
    for kind, count in zip(kinds, counts, strict=True):
        if count:
            height = round(HEIGHT * count / top, 2)
            below += count
            y = round(HEIGHT * (top - below) / top, 2)
            bars.append(Bar(round(x + _GAP / 2, 2), y, 1 - _GAP, height, kind))
    return tuple(bars)
