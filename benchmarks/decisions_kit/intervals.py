"""How often each interval of `plimsoll.stats` holds the truth, on a grid of truths and sizes."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

import numpy as np
from decisions_kit.row import Row, coverage, simulated

from plimsoll.records import Interval
from plimsoll.stats import (
    clustered_mean,
    clustered_proportion,
    count_judged,
    mean_interval,
    paired_binary,
    paired_mean,
    prediction_powered_mean,
    rogan_gladen,
    wilson,
)
from plimsoll.stats.distributions import Floats

Rng = np.random.Generator
JUDGES = [(0.95, 0.95), (0.9, 0.8), (0.7, 0.7)]
TRUTHS = [0.5, 0.7, 0.8, 0.9, 0.95]
_OTHERS = 500


def interval_rows(rng: Rng, runs: int) -> Iterator[Row]:
    """Yield a row for each point of each family's grid."""
    for family in (shares, means, clustered_means, clustered_shares, paired_shares, paired_means, powered, corrected):
        yield from family(rng, runs)


def shares(rng: Rng, runs: int) -> Iterator[Row]:
    """Wilson's interval of a proportion."""
    interval = cache(wilson)
    for n, percent in product([20, 50, 200, 1_000], range(5, 100, 5)):
        truth = percent / 100
        counts = rng.binomial(n, truth, runs).tolist()
        intervals = (interval(count, n) for count in counts)
        yield coverage("proportion", f"n={n} truth={truth:.2f}", truth=truth, intervals=intervals)


def means(rng: Rng, runs: int) -> Iterator[Row]:
    """Student's interval of a mean of bounded scores; the skewed ones are a family of their own."""
    for n, (a, b) in product([20, 50, 200], [(2.0, 2.0), (5.0, 2.0), (8.0, 1.5)]):
        samples = rng.beta(a, b, (runs, n))
        yield coverage("mean", f"n={n} beta({a:g}, {b:g})", truth=a / (a + b), intervals=map(mean_interval, samples))
    for n in (30, 200):
        samples = rng.lognormal(0.0, 1.0, (runs, n))
        name, truth = f"n={n} lognormal", float(np.exp(0.5))
        yield coverage("mean of a skewed cost", name, truth=truth, intervals=map(mean_interval, samples))


def clustered_means(rng: Rng, runs: int) -> Iterator[Row]:
    """The interval of a mean whose cases share documents."""
    for groups, size in [(15, 4), (30, 4), (60, 5)]:
        clusters = np.repeat(np.arange(groups), size).tolist()

        def experiment(groups: int = groups, size: int = size, clusters: list[int] = clusters) -> Interval:
            values = rng.normal(0, 1, (groups, 1)) + rng.normal(0, 1, (groups, size))
            return clustered_mean(values.ravel(), clusters)

        yield coverage("clustered mean", f"{groups} x {size}", truth=0.0, intervals=simulated(runs, experiment))


def clustered_shares(rng: Rng, runs: int) -> Iterator[Row]:
    """The interval of a proportion whose cases share documents."""
    for (groups, size), truth in product([(30, 4), (60, 5)], [0.5, 0.7, 0.9]):
        clusters = np.repeat(np.arange(groups), size).tolist()

        shape = (groups, size)

        def experiment(
            shape: tuple[int, int] = shape, truth: float = truth, clusters: list[int] = clusters
        ) -> Interval:
            passed = rng.random(shape) < rng.beta(2 * truth, 2 * (1 - truth), (shape[0], 1))
            return clustered_proportion(passed.ravel().tolist(), clusters)

        yield coverage(
            "clustered proportion",
            f"{groups} x {size} truth={truth}",
            truth=truth,
            intervals=simulated(runs, experiment),
        )


def paired_shares(rng: Rng, runs: int) -> Iterator[Row]:
    """Tango's interval of the difference of two pass rates."""

    @cache
    def interval(gained: int, lost: int, n: int) -> Interval:
        same = [True] * (n - gained - lost)
        before, after = [False] * gained + [True] * lost + same, [True] * gained + [False] * lost + same
        return paired_binary(before, after).delta

    for n, gain, loss in product([50, 200], [0.02, 0.05, 0.1, 0.2], [0.02, 0.05, 0.1, 0.2]):
        drawn = rng.multinomial(n, [gain, loss, 1 - gain - loss], runs).tolist()
        intervals = (interval(gained, lost, n) for gained, lost, _ in drawn)
        yield coverage("paired proportions", f"n={n} gain={gain} loss={loss}", truth=gain - loss, intervals=intervals)


def paired_means(rng: Rng, runs: int) -> Iterator[Row]:
    """The bootstrap's interval of the difference of two mean scores, alone and by document."""
    for n, clusters in [(60, None), (150, None), (150, 5)]:
        named = None if clusters is None else (np.arange(n) // clusters).tolist()

        def experiment(n: int = n, clusters: int | None = clusters, named: list[int] | None = named) -> Interval:
            shared = np.repeat(rng.normal(0, 0.1, n // (clusters or 1)), clusters or 1)
            before = rng.beta(5, 2, n)
            after = before + shared + rng.normal(0.03, 0.1, n)
            return paired_mean(before, after, rng=rng, clusters=named).delta

        yield coverage(
            "paired means",
            f"n={n} by {clusters or 1}",
            truth=0.03,
            intervals=simulated(max(200, runs // 10), experiment),
        )


def powered(rng: Rng, runs: int) -> Iterator[Row]:
    """PPI++: labels of some cases, a judge's verdicts of all."""
    for labelled, truth, judge in product([30, 60, 200], TRUTHS, JUDGES):
        judged = _judging(rng, truth, judge)

        def experiment(labelled: int = labelled, judged: Judging = judged) -> Interval:
            labels, verdicts = judged(labelled)
            return prediction_powered_mean(labels, verdicts, judged(_OTHERS)[1])

        name = f"labels={labelled} truth={truth} judge={judge}"
        yield coverage("prediction-powered mean", name, truth=truth, intervals=simulated(runs, experiment))


def corrected(rng: Rng, runs: int) -> Iterator[Row]:
    """Rogan and Gladen: the judge is known from labelled cases of which half pass."""
    for labelled, truth, judge in product([60, 200], TRUTHS, JUDGES):
        tried, judged = _judging(rng, 0.5, judge), _judging(rng, truth, judge)

        def experiment(labelled: int = labelled, tried: Judging = tried, judged: Judging = judged) -> Interval:
            labels, verdicts = tried(labelled)
            counts = count_judged((labels > 0).tolist(), (verdicts > 0).tolist())
            return rogan_gladen(int(judged(_OTHERS)[1].sum()), _OTHERS, counts)

        name = f"labels={labelled} truth={truth} judge={judge}"
        yield coverage("corrected rate", name, truth=truth, intervals=simulated(runs, experiment))


Judging = Callable[[int], tuple[Floats, Floats]]


def _judging(rng: Rng, truth: float, judge: tuple[float, float]) -> Judging:
    """Return what draws labels and the judge's verdicts of so many cases."""

    def draw(n: int) -> tuple[Floats, Floats]:
        labels = rng.random(n) < truth
        verdicts = np.where(labels, rng.random(n) < judge[0], rng.random(n) > judge[1])
        return labels.astype(np.float64), verdicts.astype(np.float64)

    return draw
