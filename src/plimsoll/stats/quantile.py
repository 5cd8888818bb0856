"""What a sample of values says about a quantile, whatever their distribution.

Called by `line` for bars on latency. The ends are two of the observed values, so a high quantile of a small sample
has no upper end: 0.95 needs 72 values at confidence 0.95.
"""

import math
from collections.abc import Sequence

import numpy as np

from plimsoll.records import Interval
from plimsoll.stats.clusters import as_vector
from plimsoll.stats.distributions import Floats, binomial_reach
from plimsoll.stats.proportion import check_confidence


def quantile_interval(values: Sequence[float] | Floats, q: float, *, confidence: float = 0.95) -> Interval:
    """Return the interval of a quantile between two order statistics (Conover 1999, section 3.2).

    Exact for independent values of any distribution: coverage is at least `confidence`, with at most half of the
    error on either side. An end that so few values cannot show is infinite. The estimate is the smallest value that
    at least a share `q` of the values does not exceed. Raises ValueError when there is no value or `q` is not
    strictly between 0 and 1.
    """
    ordered = np.sort(as_vector(values))
    half = (1 - check_confidence(confidence)) / 2
    if not 0 < q < 1:
        raise ValueError(f"q={q!r} is not between 0 and 1, e.g. 0.95.")
    n = len(ordered)
    ranks = np.arange(1.0, n + 1)
    reach = binomial_reach(ranks, np.full(n, float(n)), q)
    too_low = int(np.count_nonzero(1 - reach <= half))
    high_enough = np.flatnonzero(reach <= half)
    return Interval(
        estimate=float(ordered[max(0, math.ceil(q * n - 1e-9) - 1)]),
        low=float(ordered[too_low - 1]) if too_low else -math.inf,
        high=float(ordered[high_enough[0]]) if len(high_enough) else math.inf,
        confidence=confidence,
        n=n,
    )


def cases_for_quantile(q: float, *, confidence: float = 0.95) -> int:
    """Return the fewest values from which a quantile's interval has an upper end: q^n at most half of the error."""
    if not 0 < q < 1:
        raise ValueError(f"q={q!r} is not between 0 and 1, e.g. 0.95.")
    return math.ceil(math.log((1 - check_confidence(confidence)) / 2) / math.log(q))
