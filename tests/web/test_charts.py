from service.web.charts import stack


def test_columns_are_stacked_from_the_bottom_up_to_the_highest() -> None:
    chart = stack(("a", "b"), [(1, 1), (0, 4), (0, 0)])
    assert (chart.width, chart.top) == (3, 4)
    first, second, third = chart.columns
    assert [(bar.kind, bar.y, bar.height) for bar in first] == [("a", 75, 25), ("b", 50, 25)]
    assert [(bar.kind, bar.y, bar.height) for bar in second] == [("b", 0, 100)]
    assert third == ()


def test_bars_stay_in_their_columns() -> None:
    chart = stack(("a",), [(count,) for count in range(1, 30)])
    for x, (bar,) in enumerate(chart.columns):
        assert x < bar.x < bar.x + bar.width < x + 1
        assert abs(bar.y + bar.height - chart.height) < 0.02


def test_nothing_is_an_empty_chart() -> None:
    assert stack(("a",), []).columns == ()
    assert stack(("a",), [(0,)]).columns == ((),)
