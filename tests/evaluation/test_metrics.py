"""The measures against values worked out by hand, and against another implementation on anything."""

import math
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.evaluation.metrics import auroc, calibration_error, hit, ndcg, quantile, reliability, title_f1

_ANYTHING = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Coarse, so that ties and the edges of bins come up.
_CONFIDENCES = st.one_of(st.floats(0, 1), st.integers(0, 20).map(lambda twentieth: twentieth / 20))
_PREDICTIONS = st.lists(st.tuples(_CONFIDENCES, st.booleans()), min_size=1, max_size=60)
_GRADES = st.lists(st.integers(0, 2), max_size=15)
_TITLES = st.lists(
    st.one_of(
        st.sampled_from(
            ["", "检查网络", "步骤1：检查网络", "第二步、检查网络连接", "1. `Restart`", "**restart**", "重启。"]
        ),
        st.text("步骤第一二12.、:： `*#ab检查ＡＢ", max_size=16),
        st.text(max_size=8),
    ),
    max_size=6,
)


def test_hit_looks_no_deeper_than_asked_and_for_full_grades_only() -> None:
    assert hit([1, 2], 2)
    assert not hit([1, 2], 1)
    assert not hit([1, 1], 5)
    assert not hit([], 1)


def test_ndcg_weighs_grades_and_positions() -> None:
    assert ndcg([2, 1], [1, 2]) == pytest.approx(1)
    assert ndcg([0, 2], [2, 1]) == pytest.approx((3 / math.log2(3)) / (3 + 1 / math.log2(3)))
    assert ndcg([0] * 10 + [2], [2]) == 0


def test_ndcg_without_a_relevant_document_is_none() -> None:
    assert ndcg([0, 0], [0]) is None
    assert ndcg([], []) is None


def test_auroc_counts_ties_half() -> None:
    assert auroc([0.9, 0.1], [True, False]) == 1
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert auroc([0.8, 0.4, 0.4, 0.2], [True, True, False, False]) == pytest.approx(3.5 / 4)


def test_auroc_of_one_class_is_none() -> None:
    assert auroc([0.1, 0.2], [True, True]) is None
    assert auroc([], []) is None


def test_reliability_leaves_out_empty_bins_and_keeps_one_in_the_last() -> None:
    low, high = reliability([0.25, 0.35, 1.0], [True, False, True], bins=2)
    assert (low.low, low.high, low.count, low.share_right) == (0, 0.5, 2, 0.5)
    assert low.confidence == pytest.approx(0.3)
    assert (high.low, high.count, high.confidence, high.share_right) == (0.5, 1, 1, 1)
    assert calibration_error((low, high)) == pytest.approx(0.2 * 2 / 3)


def test_calibration_error_of_nothing_is_zero() -> None:
    assert calibration_error(reliability([], [])) == 0


def test_quantile_is_one_of_the_values() -> None:
    assert [quantile([3, 1, 2, 4], share) for share in (0, 0.5, 0.99)] == [1, 3, 4]


def test_title_f1_ignores_numbering_width_and_marks() -> None:
    assert title_f1(["步骤一：**检查 网络**"], ["检查网络。"]) == 1
    assert title_f1(["Ａ"], ["a"]) == 1


def test_title_f1_matches_each_title_once() -> None:
    assert title_f1(["重启", "重启"], ["重启"]) == pytest.approx(2 / 3)
    assert title_f1([], []) == 1
    assert title_f1(["重启"], []) == 0


@_ANYTHING
@given(_PREDICTIONS)
def test_confidence_measures_are_those_of_another_implementation(
    bench: ModuleType, predictions: list[tuple[float, bool]]
) -> None:
    scores, labels = [score for score, _ in predictions], [label for _, label in predictions]
    expected = bench.auroc(scores, labels)
    assert auroc(scores, labels) == (None if expected is None else pytest.approx(expected))
    assert calibration_error(reliability(scores, labels)) == pytest.approx(bench.calibration_error(scores, labels))


@_ANYTHING
@given(_GRADES, _GRADES)
def test_ndcg_is_that_of_another_implementation(bench: ModuleType, grades: list[int], judged: list[int]) -> None:
    expected = bench.ndcg(grades, judged)
    assert ndcg(grades, judged) == (None if expected is None else pytest.approx(expected))


@_ANYTHING
@given(_TITLES, _TITLES)
def test_title_f1_is_that_of_another_implementation(bench: ModuleType, found: list[str], wanted: list[str]) -> None:
    assert title_f1(found, wanted) == pytest.approx(bench.title_f1(found, wanted))
