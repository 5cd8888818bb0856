"""Intervals behind an erring judge hold the truth as often as they say, on a grid of truths and of judges."""

from itertools import product

import numpy as np
import pytest

from plimsoll.stats import count_judged, prediction_powered_mean, rogan_gladen
from plimsoll.stats.distributions import Floats

GRID = list(product([0.5, 0.7, 0.9, 0.95], [(0.95, 0.95), (0.9, 0.8), (0.7, 0.7)]))


def draw(rng: np.random.Generator, n: int, *, truth: float, accuracy: tuple[float, float]) -> tuple[Floats, Floats]:
    labels = rng.random(n) < truth
    verdicts = np.where(labels, rng.random(n) < accuracy[0], rng.random(n) > accuracy[1])
    return labels.astype(np.float64), verdicts.astype(np.float64)


@pytest.mark.parametrize("n", [30, 60, 200])
def test_the_powered_mean_covers_the_truth(n: int):
    rng = np.random.default_rng(n)
    covered: list[bool] = []
    for truth, accuracy in GRID * 150:
        labels, judged = draw(rng, n, truth=truth, accuracy=accuracy)
        interval = prediction_powered_mean(labels, judged, draw(rng, 500, truth=truth, accuracy=accuracy)[1])
        covered.append(interval.low <= truth <= interval.high)
    assert np.mean(covered) == pytest.approx(0.955, abs=0.02)


@pytest.mark.parametrize("n", [60, 200])
def test_the_corrected_rate_covers_the_truth_where_the_raw_one_does_not(n: int):
    rng = np.random.default_rng(n)
    covered: list[bool] = []
    raw: list[bool] = []
    for truth, accuracy in GRID * 150:
        labels, judged = draw(rng, n, truth=0.5, accuracy=accuracy)
        verdicts = draw(rng, 500, truth=truth, accuracy=accuracy)[1]
        judge = count_judged((labels == 1).tolist(), (judged == 1).tolist())
        interval = rogan_gladen(int(verdicts.sum()), 500, judge)
        covered.append(interval.low <= truth <= interval.high)
        raw.append(abs(verdicts.mean() - truth) < 1.96 * np.sqrt(truth * (1 - truth) / 500))
    assert np.mean(covered) == pytest.approx(0.955, abs=0.02)
    assert np.mean(raw) < 0.4
