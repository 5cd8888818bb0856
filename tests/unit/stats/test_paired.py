"""Paired differences, against statsmodels, scipy and a likelihood maximised by brute force."""

import math

import numpy as np
import pytest

from plimsoll.stats import clustered_mean, mcnemar_exact, paired_binary, paired_mean, sign_flip, wilson

from unit.stats import oracles

COUNTS = [(0, 1, 5), (6, 2, 40), (15, 15, 90), (40, 10, 200)]


def passes(gained: int, lost: int, n: int) -> tuple[list[bool], list[bool]]:
    both = [True] * (n - gained - lost)
    return [False] * gained + [True] * lost + both, [True] * gained + [False] * lost + both


@pytest.mark.parametrize(("gained", "lost", "n"), COUNTS)
def test_mcnemar_agrees_with_statsmodels(gained: int, lost: int, n: int):
    assert mcnemar_exact(*passes(gained, lost, n)) == pytest.approx(oracles.mcnemar(gained, lost, n))


@pytest.mark.parametrize(("gained", "lost", "n"), COUNTS)
def test_at_the_ends_of_the_interval_the_score_statistic_is_the_normal_quantile(gained: int, lost: int, n: int):
    delta = paired_binary(*passes(gained, lost, n)).delta
    for end in (delta.low, delta.high):
        loss = oracles.likeliest_loss(gained, lost, n=n, delta=end)
        score = (gained - lost - n * end) / math.sqrt(n * (2 * loss + end - end**2))
        assert abs(score) == pytest.approx(oracles.normal_quantile(0.975), abs=1e-3)


def test_a_binary_difference_counts_the_cases_that_changed():
    paired = paired_binary(*passes(6, 2, 40))
    assert (paired.delta.estimate, paired.discordant, paired.delta.n) == (0.1, 8, 40)


def test_versions_that_never_differ_still_leave_room_for_a_difference():
    same = [True] * 50
    delta = paired_binary(same, same).delta
    assert delta.high == pytest.approx(-delta.low)
    assert delta.high == pytest.approx(1.96**2 / (50 + 1.96**2), rel=1e-3)
    assert mcnemar_exact(same, same) == 1


def test_a_version_that_wins_everywhere_reaches_the_largest_difference():
    delta = paired_binary([False] * 20, [True] * 20).delta
    assert delta.high == pytest.approx(1)
    assert delta.low > 0.6


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="got 2 and 1"):
        paired_binary([True, False], [True])


def test_the_bootstrap_interval_of_normal_differences_is_near_students():
    rng = np.random.default_rng(11)
    baseline = rng.normal(0, 1, 120)
    candidate = baseline + rng.normal(0.2, 0.5, 120)
    clusters = [place // 2 for place in range(120)]
    delta = paired_mean(baseline, candidate, rng=rng, clusters=clusters).delta
    expected = clustered_mean(candidate - baseline, clusters)
    assert (delta.estimate, delta.n) == (pytest.approx(expected.estimate), 120)
    assert (delta.low, delta.high) == pytest.approx((expected.low, expected.high), abs=0.02)


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(2).normal(size=(2, 30))
    first, second = (paired_mean(values[0], values[1], rng=np.random.default_rng(1)) for _ in range(2))
    assert first == second


def test_few_changed_cases_are_bounded_by_counting_them():
    baseline, candidate = [1.0] * 60, [1.0] * 59 + [0.5]
    paired = paired_mean(baseline, candidate, rng=np.random.default_rng(1))
    assert paired.delta.low == pytest.approx(-wilson(1, 60).high)
    assert paired.delta.high == pytest.approx(wilson(0, 60).high)
    assert paired.discordant == 1


def test_the_flips_of_few_differences_are_all_counted():
    assert sign_flip([1.0, 2.0, 3.0], rng=np.random.default_rng(1)) == 2 / 8
    assert sign_flip([1.0, 0.0, -1.0], rng=np.random.default_rng(1)) == 1
    assert sign_flip([0.0, 0.0], rng=np.random.default_rng(1)) == 1


def test_counting_all_flips_agrees_with_scipy():
    differences = np.random.default_rng(4).normal(0.3, 1, 12)
    assert sign_flip(differences, rng=np.random.default_rng(6)) == pytest.approx(oracles.sign_flip(differences))


def test_drawing_flips_comes_near_to_counting_them_all():
    differences = np.random.default_rng(4).normal(0.3, 1, 15)
    counted = sign_flip(differences, rng=np.random.default_rng(6), rounds=2**15)
    assert sign_flip(differences, rng=np.random.default_rng(6)) == pytest.approx(counted, abs=0.01)
