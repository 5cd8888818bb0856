"""A share of a sample whose members were drawn with chances of their own.

Called by `evals` for live requests that are judged by sampling.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from plimsoll.records import Interval
from plimsoll.stats.proportion import wilson


class WeightedShare(msgspec.Struct, frozen=True, kw_only=True):
    """A weighted share, and what the sample is worth."""

    interval: Interval
    """The share with Wilson's interval at the effective sample size; `n` is the number of observations."""
    effective_n: float
    """(sum of weights)² / sum of squared weights (Kish 1965)."""


def weighted_proportion(
    outcomes: Sequence[bool],
    weights: Sequence[float],
    *,
    counts: Sequence[int] | None = None,
    confidence: float = 0.95,
) -> WeightedShare | None:
    """Return the share of the population behind a sample drawn with chances 1/weight (Hajek 1971); None for no sample.

    With `counts`, each outcome stands for so many of its weight. Raises ValueError unless there is a positive, finite
    weight for each outcome, and a count.
    """
    if not outcomes:
        return None
    drawn = np.asarray(weights, np.float64)
    if len(drawn) != len(outcomes) or not (np.isfinite(drawn) & (drawn > 0)).all():
        raise ValueError(f"Each of {len(outcomes)} outcomes needs a positive weight: got {len(drawn)} weights.")
    times = np.ones(len(drawn), np.int64) if counts is None else np.asarray(counts, np.int64)
    if len(times) != len(outcomes) or (times < 1).any():
        raise ValueError(f"Each of {len(outcomes)} outcomes needs a count from 1 upwards: got {len(times)} counts.")
    share = min(1.0, float(np.average(np.asarray(outcomes, np.float64), weights=drawn * times)))
    effective = float((drawn * times).sum() ** 2 / (np.square(drawn) * times).sum())
    interval = wilson(share * effective, effective, confidence=confidence)
    return WeightedShare(interval=msgspec.structs.replace(interval, n=int(times.sum())), effective_n=effective)
