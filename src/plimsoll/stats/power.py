"""How many cases a question needs, and how small an effect a number of cases can show.

Called by `line` whenever it cannot tell. Sizes are plans, not proofs: they take the truth to be what is expected.
"""

import math

import numpy as np

from plimsoll.records import Interval
from plimsoll.stats.distributions import Floats, binomial_reach, normal_quantile
from plimsoll.stats.proportion import check_confidence

_LARGEST_EXACT = 5_000
_MARGIN_OF_SEARCH = 1.5


def clearing_probability(n: int, *, expected: float, bar: float, confidence: float = 0.95) -> float:
    """Return the probability that the Wilson interval of `n` cases clears the bar, on the side of `expected`.

    Exact, by the binomial distribution. Raises ValueError when a share is outside 0..1 or `expected` is the bar itself.
    """
    _check_shares(expected, bar)
    return float(_clearing(np.array([float(n)]), expected, bar=bar, confidence=confidence)[0])


def cases_for_proportion(expected: float, bar: float, *, confidence: float = 0.95, power: float = 0.8) -> int:
    """Return the cases from which the Wilson interval clears the bar with probability `power`, if `expected` is true.

    The normal approximation (Fleiss, Levin, Paik 2003) names the neighbourhood; within it the exact
    probability rises in a saw's teeth, and the number returned lies past the last tooth that dips below `power`. Past
    100,000 cases the approximation itself. Raises ValueError when a share is outside 0..1 or `expected` is the bar
    itself.
    """
    _check_shares(expected, bar)
    z_bar = normal_quantile(1 - (1 - check_confidence(confidence)) / 2) * math.sqrt(bar * (1 - bar))
    z_expected = normal_quantile(power) * math.sqrt(expected * (1 - expected))
    rough = max(1, math.ceil(((z_bar + z_expected) / (expected - bar)) ** 2))
    if rough > _LARGEST_EXACT:
        return rough
    sizes = np.arange(1.0, _MARGIN_OF_SEARCH * rough + 100)
    short = np.flatnonzero(_clearing(sizes, expected, bar=bar, confidence=confidence) < power)
    return int(sizes[short[-1]]) + 1 if len(short) else 1


def cases_for_difference(
    variance: float,
    margin: float,
    *,
    variance_baseline: float = 0.0,
    variance_candidate: float = 0.0,
    repeats: int = 1,
    confidence: float = 0.95,
    power: float = 0.8,
) -> int:
    """Return the cases that show a mean (or mean paired difference) to be `margin` away, with probability `power`.

    n = (z_{a/2} + z_b)² (w² + s²_A/K + s²_B/K) / margin² (Miller 2024, arXiv 2411.00640, section 5): `variance` is
    w², of the paired difference of case means; s² are the variances within a case, over `repeats` K answers each.
    Raises ValueError when the margin is zero.
    """
    if margin == 0:
        raise ValueError("margin=0: no number of cases shows a difference of nothing.")
    spread = variance + (variance_baseline + variance_candidate) / repeats
    return max(2, math.ceil(_reach(confidence, power) ** 2 * spread / margin**2))


def smallest_effect(variance: float, n: float, *, confidence: float = 0.95, power: float = 0.8) -> float:
    """Return the smallest difference that `n` cases show with probability `power`.

    The inverse of `cases_for_difference`. Raises ValueError when `n` is not positive.
    """
    if not n > 0:
        raise ValueError(f"n={n!r}: need at least one case.")
    return _reach(confidence, power) * math.sqrt(variance / n)


def _reach(confidence: float, power: float) -> float:
    """Return how many standard errors away a target is excluded with that probability by a two-sided interval."""
    return normal_quantile(1 - (1 - check_confidence(confidence)) / 2) + normal_quantile(power)


def _check_shares(expected: float, bar: float) -> None:
    if not (0 <= expected <= 1 and 0 <= bar <= 1):
        raise ValueError(f"expected={expected!r}, bar={bar!r}: a share lies within 0..1.")
    if expected == bar:
        raise ValueError(f"expected={expected!r} is the bar itself: no number of cases tells them apart.")


def _clearing(sizes: Floats, expected: float, *, bar: float, confidence: float) -> Floats:
    """Return, for each size, the probability that the interval clears the bar."""
    if expected < bar:
        return _clearing(sizes, 1 - expected, bar=1 - bar, confidence=confidence)
    alpha = 1 - check_confidence(confidence)
    z = normal_quantile(1 - alpha / 2)
    fewest = np.floor(sizes * bar + z * np.sqrt(sizes * bar * (1 - bar)) + 1e-9) + 1
    flawless = np.where(np.power(bar, sizes) < alpha, sizes, sizes + 1)
    return binomial_reach(np.where(fewest < sizes, fewest, flawless), sizes, expected)


def cases_for_level(p_value: float, n: float, *, level: float, power: float = 0.8) -> int:
    """Return the cases at which evidence as strong a case as this one would reach a stricter level.

    A one-sided p-value of `n` cases is z standard errors, and z grows with the root of n. Raises ValueError unless the
    p-value lies strictly between 0 and 0.5, since weaker evidence points nowhere.
    """
    if not 0 < p_value < 0.5:  # noqa: PLR2004 - half is where evidence points neither way
        raise ValueError(f"p_value={p_value!r} is not between 0 and 0.5.")
    needed = normal_quantile(1 - level) + normal_quantile(power)
    return max(1, math.ceil(n * (needed / normal_quantile(1 - p_value)) ** 2))


def variance_behind(interval: Interval) -> float:
    """Return the variance of one case that an interval of this width stands for: (width / 2z)² n."""
    z = normal_quantile(1 - (1 - interval.confidence) / 2)
    return ((interval.high - interval.low) / (2 * z)) ** 2 * interval.n
