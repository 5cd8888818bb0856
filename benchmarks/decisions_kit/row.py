"""One row of simulated experiments: what was promised, what was counted."""

import math
from collections.abc import Callable, Iterable

import msgspec
import numpy as np

from plimsoll.records import Interval


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The share of experiments in which something happened."""

    family: str
    """What is averaged over: the rows of a family make one figure."""
    name: str
    """Which point of the family's grid this is."""
    share: float
    """How often it happened."""
    runs: int
    """Experiments."""
    promised: float
    """How often it should."""
    most: bool = False
    """Whether the promise is `at most so often` rather than `as often as this`."""

    @property
    def error(self) -> float:
        """Return the standard error of the share."""
        return math.sqrt(max(self.share * (1 - self.share), 1 / self.runs) / self.runs)


def coverage(family: str, name: str, *, truth: float, intervals: Iterable[Interval]) -> Row:
    """Return how often intervals of 0.95 hold the truth."""
    held = [interval.low <= truth <= interval.high for interval in intervals]
    return Row(family=family, name=name, share=float(np.mean(held)), runs=len(held), promised=0.95)


def simulated(runs: int, experiment: Callable[[], Interval]) -> Iterable[Interval]:
    """Return the interval of each experiment."""
    return (experiment() for _ in range(runs))
