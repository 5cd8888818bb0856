"""Intervals of means, against scipy and statsmodels."""

import math

import numpy as np
import pytest

from plimsoll.stats import bounded_mean, clustered_mean, clustered_proportion, mean_interval, mean_tails, mean_variance

from unit.stats import oracles

VALUES = np.random.default_rng(7).gamma(2, 0.001, 40)
CLUSTERS = [place // 3 for place in range(40)]


def test_the_mean_interval_is_students():
    interval = mean_interval(VALUES, confidence=0.9)
    assert (interval.low, interval.high) == pytest.approx(oracles.student(VALUES, 0.9))
    assert (interval.estimate, interval.n) == (pytest.approx(VALUES.mean()), 40)


def test_the_clustered_mean_agrees_with_statsmodels():
    interval = clustered_mean(VALUES, CLUSTERS)
    assert (interval.low, interval.high) == pytest.approx(oracles.clustered(VALUES, CLUSTERS))


def test_clusters_of_one_give_students_interval():
    assert clustered_mean(VALUES, list(range(40))) == mean_interval(VALUES)


@pytest.mark.parametrize("target", [0.001, 0.002, 0.005])
def test_the_tails_of_a_mean_are_students(target: float):
    tails = mean_tails(VALUES, None, target)
    assert tails.at_least == pytest.approx(oracles.student_p(VALUES, target, "greater"))
    assert tails.at_most == pytest.approx(oracles.student_p(VALUES, target, "less"))


@pytest.mark.parametrize(("target", "at_least"), [(1.0, 0.0), (2.0, 0.5), (3.0, 1.0)])
def test_values_that_do_not_vary_lie_on_one_side_or_on_the_target(target: float, at_least: float):
    tails = mean_tails([2.0, 2.0, 2.0], None, target)
    assert (tails.at_least, tails.at_most) == (at_least, 1 - at_least)


def test_one_value_alone_has_no_interval_ends_and_no_evidence():
    interval = mean_interval([3.0])
    assert (interval.estimate, interval.low, interval.high) == (3.0, -math.inf, math.inf)
    assert mean_tails([3.0, 4.0], ["a", "a"], 0.0).at_least == 1
    assert mean_variance([3.0, 4.0], ["a", "a"]) == math.inf


def test_the_variance_of_independent_values_is_the_usual_one():
    assert mean_variance(VALUES, None) == pytest.approx(VALUES.var(ddof=1))


@pytest.mark.parametrize("values", [[], [[1.0]], [math.nan]])
def test_values_that_are_no_row_of_numbers_are_refused(values: list[float]):
    with pytest.raises(ValueError, match=r"at least one value|not a number"):
        mean_interval(values)


def test_each_value_needs_its_cluster():
    with pytest.raises(ValueError, match="2 values and 1 clusters"):
        clustered_mean([1.0, 2.0], ["a"])


def test_a_bounded_mean_never_leaves_0_and_1():
    nearly = [1.0] * 9 + [0.63, 1.0, 1.0]
    assert clustered_mean(nearly, None).high > 1
    assert bounded_mean(nearly, None).high == 1.0


def test_hits_and_misses_have_the_interval_of_a_share_also_where_all_are_alike():
    hits, clusters = [1.0] * 12, [number // 2 for number in range(12)]
    assert bounded_mean(hits, clusters) == clustered_proportion([True] * 12, clusters)
    assert bounded_mean(hits, clusters).low < 0.7


def test_a_bounded_mean_refuses_what_is_not_bounded():
    with pytest.raises(ValueError, match="beyond 0 and 1"):
        bounded_mean([0.5, 1.5], None)
