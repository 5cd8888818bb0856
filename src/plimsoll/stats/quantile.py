"""What a sample of values says about a quantile, whatever their distribution.

Called by `line` for bars on latency. The ends are two of the observed values, so a high quantile of a small sample
has no upper end: 0.95 needs 72 values at confidence 0.95.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from plimsoll.records import Interval
from plimsoll.stats.clusters import as_vector
from plimsoll.stats.distributions import Floats, binomial_reach
from plimsoll.stats.proportion import check_confidence


class Ranks(msgspec.Struct, frozen=True, kw_only=True):
    """Two places among ordered values, counted from 1; 0 where so few values have no such place."""

    low: int
    """The place of the lower end."""
    high: int
    """The place of the upper end."""


def quantile_interval(values: Sequence[float] | Floats, q: float, *, confidence: float = 0.95) -> Interval:
    """Return the interval of a quantile between two order statistics (Conover 1999, section 3.2).

    Exact for independent values of any distribution: coverage is at least `confidence`, with at most half of the
    error on either side. An end that so few values cannot show is infinite. The estimate is the smallest value that
    at least a share `q` of the values does not exceed. Raises ValueError when there is no value or `q` is not
    strictly between 0 and 1.
    """
    ordered = np.sort(as_vector(values))
    n = len(ordered)
    ranks = quantile_ranks(n, q, confidence=confidence)
    return Interval(
        estimate=float(ordered[max(0, math.ceil(q * n - 1e-9) - 1)]),
        low=float(ordered[ranks.low - 1]) if ranks.low else -math.inf,
        high=float(ordered[ranks.high - 1]) if ranks.high else math.inf,
        confidence=confidence,
        n=n,
    )


def quantile_ranks(n: int, q: float, *, confidence: float = 0.95) -> Ranks:
    """Return which two of n ordered values a quantile lies between, as `quantile_interval` does.

    Ranks further than eight standard deviations from the quantile's are not looked at: their chance is below 1e-14.
    Raises ValueError when `q` is not strictly between 0 and 1.
    """
    half = (1 - check_confidence(confidence)) / 2
    if not 0 < q < 1:
        raise ValueError(f"q={q!r} is not between 0 and 1, e.g. 0.95.")
    reach_out = 8 * math.sqrt(n * q * (1 - q)) + 2
    first, last = max(1, math.floor(n * q - reach_out)), min(n, math.ceil(n * q + reach_out))
    ranks = np.arange(first, last + 1, dtype=np.float64)
    reach = binomial_reach(ranks, np.full(len(ranks), float(n)), q)
    high_enough = np.flatnonzero(reach <= half)
    return Ranks(
        low=first - 1 + int(np.count_nonzero(1 - reach <= half)),
        high=first + int(high_enough[0]) if len(high_enough) else 0,
    )


def cases_for_quantile(q: float, *, confidence: float = 0.95) -> int:
    """Return the fewest values from which a quantile's interval has an upper end: q^n at most half of the error."""
    if not 0 < q < 1:
        raise ValueError(f"q={q!r} is not between 0 and 1, e.g. 0.95.")
    return math.ceil(math.log((1 - check_confidence(confidence)) / 2) / math.log(q))
