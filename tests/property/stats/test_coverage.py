"""Intervals hold the truth as often as they say: within one point of 95 %, averaged over a grid of truths."""

from itertools import product

import numpy as np
import pytest

from plimsoll.stats import (
    clearing_probability,
    clustered_mean,
    clustered_proportion,
    mean_interval,
    paired_binary,
    paired_mean,
    quantile_interval,
    wilson,
)

from unit.stats import oracles


@pytest.mark.parametrize("n", [10, 20, 50, 200])
def test_wilson_covers_the_share(n: int):
    intervals = [wilson(successes, n) for successes in range(n + 1)]
    lows, highs = np.array([[one.low, one.high] for one in intervals]).T
    truths = [percent / 100 for percent in range(1, 100)]
    coverage = [oracles.chances(n, truth)[(lows <= truth) & (truth <= highs)].sum() for truth in truths]
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("n", [5, 20, 80])
def test_students_interval_covers_the_mean(n: int):
    samples = np.random.default_rng(5).normal(3, 2, (4_000, n))
    intervals = [mean_interval(sample) for sample in samples]
    assert np.mean([one.low <= 3 <= one.high for one in intervals]) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(("groups", "size"), [(15, 4), (30, 4), (60, 2)])
def test_the_clustered_interval_covers_the_mean_where_the_plain_one_does_not(groups: int, size: int):
    rng = np.random.default_rng(8)
    shared = rng.normal(0, 1, (3_000, groups, 1))
    samples = (shared + rng.normal(0, 1, (3_000, groups, size))).reshape(3_000, -1)
    clusters = np.repeat(np.arange(groups), size).tolist()
    intervals = [clustered_mean(sample, clusters) for sample in samples]
    plain = [mean_interval(sample) for sample in samples]
    assert np.mean([one.low <= 0 <= one.high for one in intervals]) == pytest.approx(0.95, abs=0.01)
    assert np.mean([one.low <= 0 <= one.high for one in plain]) < 0.93


def test_the_clustered_share_is_covered_where_the_plain_one_is_not():
    rng = np.random.default_rng(9)
    clusters = np.repeat(np.arange(40), 5).tolist()
    clustered: list[bool] = []
    plain: list[bool] = []
    for truth in np.repeat([0.5, 0.7, 0.9], 600):
        outcomes = rng.random((40, 5)) < rng.beta(truth, 1 - truth, (40, 1))
        interval = clustered_proportion(outcomes.ravel().tolist(), clusters)
        independent = wilson(int(outcomes.sum()), 200)
        clustered.append(interval.low <= truth <= interval.high)
        plain.append(independent.low <= truth <= independent.high)
    assert np.mean(clustered) == pytest.approx(0.95, abs=0.01)
    assert np.mean(plain) < 0.85


def test_tangos_interval_covers_the_paired_difference():
    n = 40
    counts = np.array([(gained, lost) for gained in range(n + 1) for lost in range(n + 1 - gained)], dtype=np.float64)
    deltas = [paired_binary(*passes(int(gained), int(lost), n)).delta for gained, lost in counts]
    lows, highs = np.array([[one.low, one.high] for one in deltas]).T
    coverage: list[float] = []
    for gain, loss in product([0.02, 0.05, 0.1, 0.2, 0.3], repeat=2):
        chances = oracles.chances_of_pairs(counts, n, (gain, loss))
        coverage.append(float(chances[(lows <= gain - loss) & (gain - loss <= highs)].sum()))
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.01)


def passes(gained: int, lost: int, n: int) -> tuple[list[bool], list[bool]]:
    both = [True] * (n - gained - lost)
    return [False] * gained + [True] * lost + both, [True] * gained + [False] * lost + both


def test_the_bootstrap_interval_covers_a_skewed_paired_difference():
    rng = np.random.default_rng(10)
    covered: list[bool] = []
    for _ in range(150):
        candidate = rng.exponential(1, 40)
        delta = paired_mean(np.zeros(40), candidate, rng=rng).delta
        covered.append(delta.low <= 1 <= delta.high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize("n", [80, 200])
def test_the_quantile_interval_covers_whatever_the_distribution(n: int):
    samples = np.random.default_rng(12).lognormal(0, 1, (2_000, n))
    truth = np.exp(oracles.normal_quantile(0.95))
    intervals = [quantile_interval(sample, 0.95) for sample in samples]
    assert np.mean([one.low <= truth <= one.high for one in intervals]) >= 0.94
    assert np.mean([one.low > truth for one in intervals]) <= 0.03
    assert np.mean([one.high < truth for one in intervals]) <= 0.03


@pytest.mark.parametrize(("n", "reference"), [(200, 0.25), (500, 0.61)])
def test_runs_at_093_clear_a_bar_of_090_as_often_as_the_architecture_says(n: int, reference: float):
    passes_of_runs = np.random.default_rng(13).binomial(n, 0.93, 4_000)
    cleared = np.mean([wilson(int(count), n).low >= 0.90 for count in passes_of_runs])
    assert cleared == pytest.approx(reference, abs=0.015)
    assert cleared == pytest.approx(clearing_probability(n, expected=0.93, bar=0.90), abs=0.015)
