"""What one score adds to the figures of quality. Pure; whole numbers, as in `amounts`."""

from math import isfinite
from typing import NamedTuple

import msgspec

from plimsoll.traces.rollup.amounts import RESOLUTIONS, weight_of

# Far beyond any score, and small enough that a thousand of them stay a 64-bit integer.
_MOST = 2**52


class ScoreKey(NamedTuple):
    """What is counted together."""

    seconds: int
    """How long the row's time is: 60, 3,600 or 86,400."""
    start: int
    """When it begins, in seconds since 1970: the time is that of the trace, not of its judgement."""
    tenant: str
    feature: str
    variant: str
    name: str
    """Name of the score."""
    is_evaluation: bool


class Judged(NamedTuple):
    """The trace that a score is about."""

    start_ns: int
    tenant: str
    feature: str | None
    variant: str | None
    dataset: str | None
    inclusion: float


class Judgement(msgspec.Struct):
    """What the scores of one name said."""

    judged: int = 0
    """Scores that say something."""
    missing: int = 0
    """Scores that could not tell."""
    weight: int = 0
    """The requests that the first stand for, in thousandths: one in ten judged counts ten times."""
    passed: int = 0
    """Those of them that passed; of a scorer without a threshold, the sum of its values."""

    def add(self, other: "Judgement", sign: int = 1) -> None:
        """Add another, or take it away."""
        self.judged += sign * other.judged
        self.missing += sign * other.missing
        self.weight += sign * other.weight
        self.passed += sign * other.passed

    def is_nothing(self) -> bool:
        """Tell whether nothing is left."""
        return not (self.judged or self.missing or self.weight or self.passed)


Judgements = dict[ScoreKey, Judgement]


class GivenScore(NamedTuple):
    """What of a score is counted."""

    name: str
    value: float | None
    passed: bool | None
    inclusion: float


def add_judgement(judgements: Judgements, score: GivenScore, about: Judged, *, sign: int = 1) -> None:
    """Add a score about a trace to the minute, hour and day in which the trace began, or take it away."""
    judgement = _judge(score, about)
    for seconds in RESOLUTIONS:
        start = about.start_ns // (seconds * 10**9) * seconds
        names = (about.tenant, about.feature or "", about.variant or "", score.name)
        key = ScoreKey(seconds, start, *names, about.dataset is not None)
        judgements.setdefault(key, Judgement()).add(judgement, sign)


def _judge(score: GivenScore, about: Judged) -> Judgement:
    share = score.value if score.passed is None else float(score.passed)
    if share is None or not isfinite(share):
        return Judgement(missing=1)
    weight = weight_of(score.inclusion * about.inclusion)
    return Judgement(judged=1, weight=weight, passed=round(max(-_MOST, min(_MOST, weight * share))))
