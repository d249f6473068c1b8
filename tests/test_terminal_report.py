import pytest

from service.terminal_report import sparkline


@pytest.mark.parametrize(
    ("counts", "line"),
    [((), ""), ((0, 0), "  "), ((1,), "█"), ((0, 1, 8), " ▁█"), ((1, 1000), "▁█"), ((3, 5, 6), "▄▇█")],
)
def test_sparkline_shows_whatever_is_not_zero(counts: tuple[int, ...], line: str) -> None:
    assert sparkline(counts) == line
