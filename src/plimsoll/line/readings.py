"""What a bar reads of each observation: a value, nothing because it does not count, or a gap that is counted.

Called by `evidence`. The rules: an invalid request counts for nothing; what infrastructure lost, an unmeasured
latency, an unknown cost and a score that was not given are missing; a pass rate reads the answered requests that its
scorer applies to, and abstentions where that scorer judges them.
"""

from collections.abc import Callable, Sequence

import msgspec

from plimsoll.line.bars import Bar, BarKind
from plimsoll.line.observation import Observation
from plimsoll.line.scorer import judges_abstentions
from plimsoll.records import Outcome

_MOST_MISSING = 0.05


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the observations that count for a bar, gaps included."""

    values: tuple[float | None, ...]
    """One for each that counts, in the bar's unit (1 and 0 for a share); None where it is missing."""
    clusters: tuple[object, ...] | None
    """The cluster of each; None when no observation names one."""
    asked: int
    """All observations, those that do not count included."""
    invalid: int = 0
    """Observations that were no request of the declared shape, and count for nothing."""

    @property
    def n(self) -> int:
        """Return the number of known values."""
        return len(self.values) - self.missing

    @property
    def known(self) -> list[float]:
        """Return the known values."""
        return [value for value in self.values if value is not None]

    @property
    def missing(self) -> int:
        """Return the number of missing values."""
        return self.values.count(None)

    @property
    def is_gappy(self) -> bool:
        """Tell whether so much is missing (above 5 %) that the worst has to be assumed of it."""
        return self.missing > _MOST_MISSING * len(self.values)

    def filled(self, value: float) -> "Filled":
        """Return the values with gaps filled by `value` where there are too many to leave out, else without them."""
        kept = range(len(self.values)) if self.is_gappy else [i for i, v in enumerate(self.values) if v is not None]
        known = [self.values[place] for place in kept]
        return Filled(
            values=[value if one is None else one for one in known],
            clusters=None if self.clusters is None else [self.clusters[place] for place in kept],
        )


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """Values without gaps."""

    values: list[float]
    """The values."""
    clusters: list[object] | None
    """The cluster of each; None when nothing is clustered."""


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What a bar reads of one observation."""

    counts: bool
    """Whether the bar is about it at all."""
    value: float | None
    """The value, in the bar's unit (1 and 0 for a share); None where it is missing or does not count."""


def read_value(bar: Bar, observation: Observation) -> Value:
    """Return what the bar reads of one observation, by the same rules as its evidence: for pairing two versions."""
    counts = observation.is_valid and _counts(bar, observation)
    value = None if observation.is_lost or not counts else _READERS[bar.kind](bar, observation)
    return Value(counts=counts, value=value)


def read_bar(bar: Bar, observations: Sequence[Observation]) -> Reading:
    """Return what the bar reads of the observations."""
    read = [(one, read_value(bar, one)) for one in observations]
    counted = [(one, value) for one, value in read if value.counts]
    return Reading(
        values=tuple(value.value for _, value in counted),
        clusters=_clusters([one for one, _ in counted]),
        asked=len(observations),
        invalid=sum(not one.is_valid for one in observations),
    )


def _counts(bar: Bar, observation: Observation) -> bool:
    """Tell whether the bar is about it.

    A pass rate is about answered requests, lost ones that might have been, and abstentions where its scorer judges
    them; never about what its scorer does not apply to.
    """
    if bar.scorer is None:
        return True
    if bar.scorer.name in observation.inapplicable:
        return False
    is_answer = observation.is_lost or observation.outcome is Outcome.ANSWERED
    return is_answer or judges_abstentions(bar.scorer)


def _clusters(observations: Sequence[Observation]) -> tuple[object, ...] | None:
    """Return each one's cluster, its own place where it names none."""
    if all(one.cluster is None for one in observations):
        return None
    return tuple(place if one.cluster is None else one.cluster for place, one in enumerate(observations))


def _read_pass(bar: Bar, observation: Observation) -> float | None:
    score = observation.scores.get(bar.scorer.name) if bar.scorer else None
    return None if score is None or score.value is None or score.passed is None else float(score.passed)


def _read_answered(_: Bar, observation: Observation) -> float | None:
    return float(observation.outcome is Outcome.ANSWERED)


def _read_latency(_: Bar, observation: Observation) -> float | None:
    return None if observation.latency_ms is None else observation.latency_ms / 1000


def _read_error(_: Bar, observation: Observation) -> float | None:
    return float(observation.outcome is Outcome.FAILED)


def _read_cost(_: Bar, observation: Observation) -> float | None:
    return observation.cost_usd


_READERS: dict[BarKind, Callable[[Bar, Observation], float | None]] = {
    BarKind.PASS_RATE: _read_pass,
    BarKind.ANSWERED: _read_answered,
    BarKind.LATENCY: _read_latency,
    BarKind.ERROR_RATE: _read_error,
    BarKind.MEAN_COST: _read_cost,
}
