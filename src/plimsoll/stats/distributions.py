"""The few distributions that the formulas need, on `scipy.special`.

The only file of the room that touches the untyped library. `scipy.stats` stays out: importing it costs half a second.
Counts may be real numbers, since an effective sample size is one.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
"""A vector of numbers."""


def normal_quantile(probability: float) -> float:
    """Return the quantile of the standard normal distribution."""
    return float(special.ndtri(probability))


def normal_below(value: float) -> float:
    """Return the probability that a standard normal variable is at most `value`."""
    return float(special.ndtr(value))


def student_quantile(probability: float, degrees: float) -> float:
    """Return the quantile of Student's t with that many degrees of freedom."""
    return float(special.stdtrit(degrees, probability))


def student_below(value: float, degrees: float) -> float:
    """Return the probability that Student's t is at most `value`."""
    return float(special.stdtr(degrees, value))


def binomial_at_least(successes: float, n: float, share: float) -> float:
    """Return the probability of so many successes or more among `n` trials of probability `share`.

    By the incomplete beta function, which is exact for whole counts and continuous between them.
    """
    if successes <= 0:
        return 1.0
    return 0.0 if successes > n else float(special.betainc(successes, n - successes + 1, share))


def binomial_at_most(successes: float, n: float, share: float) -> float:
    """Return the probability of so many successes or fewer among `n` trials of probability `share`."""
    return binomial_at_least(n - successes, n, 1 - share)


def binomial_reach(successes: Floats, n: Floats, share: float) -> Floats:
    """Return, for each pair, the probability of at least so many successes; whole counts, one or more."""
    reachable = successes <= n
    failures = np.where(reachable, n - successes, 0)
    tail = special.betainc(np.where(reachable, successes, 1), failures + 1, share)
    return np.where(reachable, np.asarray(tail, dtype=np.float64), 0.0)
