"""Several questions asked of the same cases: how much each p-value has to give up.

Called by `line`, which claims `falls short` for one of several bars only under Holm, and by `evals` for slices, where
a share of false findings is borne: Benjamini-Hochberg.
"""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values, in the order given (Holm 1979).

    Rejecting those at or below a level keeps the chance of any false rejection at or below it, however the questions
    hang together. Raises ValueError when a p-value is outside 0..1.
    """
    _check(p_values)
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = largest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the adjusted p-values of Benjamini & Hochberg 1995, in the order given.

    Reporting those at or below a level keeps the expected share of false findings among them at or below it, where the
    questions are independent or depend on each other positively. Raises ValueError when a p-value is outside 0..1.
    """
    _check(p_values)
    adjusted = [0.0] * len(p_values)
    smallest = 1.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)):
        smallest = min(smallest, p_values[place] * len(p_values) / (len(p_values) - rank))
        adjusted[place] = smallest
    return adjusted


def _check(p_values: Sequence[float]) -> None:
    for p_value in p_values:
        if not 0 <= p_value <= 1:
            raise ValueError(f"p-value {p_value!r} is outside 0..1.")
