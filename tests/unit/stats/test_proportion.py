"""Intervals of shares, against statsmodels and scipy."""

from itertools import product

import pytest

from plimsoll.stats import EffectiveCount, binomial_tails, clustered_proportion, effective_count, wilson

from unit.stats import oracles


@pytest.mark.parametrize(("successes", "n"), [(1, 2), (3, 10), (45, 50), (186, 200), (999, 1000)])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_statsmodels(successes: int, n: int, confidence: float):
    interval = wilson(successes, n, confidence=confidence)
    assert (interval.low, interval.high) == pytest.approx(oracles.wilson(successes, n, confidence))
    assert (interval.estimate, interval.n, interval.confidence) == (successes / n, n, confidence)


@pytest.mark.parametrize("n", [1, 10, 100, 3000])
def test_where_nothing_failed_the_bound_is_the_exact_one_that_the_rule_of_three_rounds(n: int):
    bound = 1 - wilson(n, n).low
    assert bound == pytest.approx(oracles.most_failures(n, 0.95))
    assert min(1, 3 / n) * 0.86 <= bound <= 3 / n
    assert wilson(n, n).high == 1


def test_where_nothing_succeeded_the_same_bound_holds_the_other_way_round():
    assert wilson(0, 50).high == pytest.approx(1 - wilson(50, 50).low)
    assert wilson(0, 50).low == 0


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (3, 2), (-1, 5), (1, -1)])
def test_impossible_counts_are_refused_by_name(successes: int, n: int):
    with pytest.raises(ValueError, match=f"{successes} successes among {n}"):
        wilson(successes, n)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_outside_its_range_is_refused(confidence: float):
    with pytest.raises(ValueError, match=f"confidence={confidence}"):
        wilson(1, 2, confidence=confidence)


@pytest.mark.parametrize(("successes", "n", "share"), list(product([0, 1, 7, 20], [20], [0.0, 0.05, 0.5, 0.95, 1.0])))
def test_binomial_tails_agree_with_scipy(successes: int, n: int, share: float):
    tails = binomial_tails(EffectiveCount(successes=successes, n=n), share)
    assert tails.at_least == pytest.approx(oracles.at_least(successes, n, share))
    assert tails.at_most == pytest.approx(oracles.at_most(successes, n, share))


def test_clusters_of_one_change_nothing():
    outcomes = [True] * 45 + [False] * 5
    assert clustered_proportion(outcomes, list(range(50))) == wilson(45, 50)
    assert clustered_proportion(outcomes, None) == wilson(45, 50)


def test_copies_of_a_case_count_about_once():
    outcomes = ([True] * 9 + [False]) * 5
    clusters = list(range(10)) * 5
    assert effective_count(outcomes, clusters).n == pytest.approx(10, rel=0.4)
    assert clustered_proportion(outcomes, clusters).low < wilson(9, 10).low
    assert clustered_proportion(outcomes, clusters).n == 50


def test_where_all_outcomes_agree_each_cluster_counts_once():
    assert effective_count([True] * 60, list(range(20)) * 3) == EffectiveCount(successes=20, n=20)


def test_a_single_cluster_is_worth_a_single_case():
    assert effective_count([True, True, False, True], ["a"] * 4) == EffectiveCount(successes=0.75, n=1)


def test_clusters_that_spread_evenly_are_worth_no_more_than_their_cases():
    outcomes = [True, False] * 25
    assert 45 < effective_count(outcomes, [place // 2 for place in range(50)]).n <= 50
