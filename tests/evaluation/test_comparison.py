import numpy as np
import pytest

from service.errors import EvaluationError
from service.evaluation import comparison
from service.evaluation.comparison import bootstrap_means, compare
from service.evaluation.outcomes import Outcome
from tests.evaluation.outcomes import outcome


def run(hits: int, of: int = 40) -> list[Outcome]:
    """So many questions, of which the first are answered right."""
    return [outcome(str(i), hit_at_1=i < hits, ndcg=float(i < hits)) for i in range(of)]


def test_compare_a_run_with_itself_finds_nothing() -> None:
    compared = compare(run(20), run(20))
    assert compared.pairs == 40
    for difference in compared.styles["all"].values():
        assert (difference.change, difference.low, difference.high) == (0, 0, 0)
        assert not difference.better and not difference.worse
    assert (compared.gained, compared.lost, compared.worse) == ((), (), ())


def test_compare_a_much_worse_run_says_so() -> None:
    compared = compare(run(30), run(15))
    assert compared.worse == ("hit@1", "hit@5", "ndcg@10")
    assert compared.lost == tuple(str(i) for i in range(15, 30))
    difference = compared.styles["all"]["hit@1"]
    assert (difference.old, difference.new) == (0.75, 0.375)
    assert difference.low < difference.change < difference.high < 0


def test_compare_a_much_better_run_says_so() -> None:
    compared = compare(run(15), run(30))
    assert compared.worse == ()
    assert all(difference.better for difference in compared.styles["all"].values())
    assert len(compared.gained) == 15


def test_compare_what_chance_can_do_says_nothing() -> None:
    compared = compare(run(20), run(19))
    difference = compared.styles["all"]["hit@1"]
    assert difference.low < 0 <= difference.high
    assert compared.worse == ()


def test_compare_names_questions_that_are_not_in_both() -> None:
    old = [outcome("gone"), outcome("same"), outcome("changed", judgement="before")]
    new = [outcome("same"), outcome("changed", judgement="after"), outcome("added")]
    compared = compare(old, new)
    assert (compared.only_old, compared.only_new, compared.rejudged) == (("gone",), ("added",), ("changed",))
    assert compared.pairs == 1


def test_compare_leaves_out_unanswerable_questions() -> None:
    pair = [outcome("a"), outcome("b", answerable=False, hit_at_1=True)]
    assert compare(pair, pair).pairs == 1


def test_compare_goes_by_style() -> None:
    old = [outcome("a", style="typo"), outcome("b", style="long")]
    new = [outcome("a", style="typo", hit_at_1=True), outcome("b", style="long")]
    changes = {style: differences["hit@1"].change for style, differences in compare(old, new).styles.items()}
    assert changes == {"all": 0.5, "long": 0, "typo": 1}


def test_compare_different_questions_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="1 ids are in both, 1 of them with another question"):
        compare([outcome("a"), outcome("b", judgement="x")], [outcome("c"), outcome("b", judgement="y")])


def test_compare_takes_no_notice_of_the_last_digits() -> None:
    old = [outcome(str(i), ndcg=0.1 + 0.2) for i in range(20)]
    new = [outcome(str(i), ndcg=0.3 - 1e-16) for i in range(20)]
    assert compare(old, new).worse == ()


def test_bootstrap_means_are_the_same_every_time() -> None:
    values = np.random.default_rng(1).random((30, 3))
    assert np.array_equal(bootstrap_means(values, 500), bootstrap_means(values, 500))


def test_bootstrap_means_spread_as_the_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_BLOCK", 1000)
    values = np.random.default_rng(2).normal(size=(200, 2))
    means = bootstrap_means(values)
    assert means.shape == (comparison.RESAMPLES, 2)
    assert means.mean(axis=0) == pytest.approx(values.mean(axis=0), abs=0.01)
    assert means.std(axis=0) == pytest.approx(values.std(axis=0) / np.sqrt(200), rel=0.05)
