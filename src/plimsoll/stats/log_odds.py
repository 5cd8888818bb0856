"""Which words does one of two groups of texts use more? Log-odds with an informative prior (Monroe et al. 2008).

Called by `traces`. The prior is the two groups together, so that a word seen twice is not taken for a discovery.
"""

import numpy as np

from plimsoll.stats.distributions import Floats

_LEAST_REST = 0.5
"""Stands for all other words where there are none."""


def weighted_log_odds(
    first: Floats, second: Floats, *, totals: tuple[float, float], prior_size: float = 500.0
) -> Floats:
    """Return, for each word, the z-score of its log-odds in the second group against the first.

    `first` and `second` count the words that are asked about, `totals` all words of each. Monroe, Colaresi & Quinn
    2008 ("Fightin' Words"), equations 16, 18, 20 and 22, with a Dirichlet prior of `prior_size` words in all, in the
    proportions of both groups together.
    """
    pooled = first + second
    prior = prior_size * pooled / sum(totals)
    odds = [
        np.log((own + prior) / np.maximum(total + prior_size - own - prior, _LEAST_REST))
        for own, total in zip((first, second), totals, strict=True)
    ]
    spread = np.sqrt(1 / (first + prior) + 1 / (second + prior))
    return np.asarray((odds[1] - odds[0]) / spread, dtype=np.float64)
