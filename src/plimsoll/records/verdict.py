"""What the line says about a feature."""

from enum import StrEnum

import msgspec


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate with what is known about its error."""

    estimate: float
    """The point estimate; `nan` is never used: without observations there is no interval."""
    low: float
    """Lower end."""
    high: float
    """Upper end."""
    confidence: float
    """Coverage of the two-sided interval, e.g. 0.95."""
    n: int
    """Observations behind it."""


class Verdict(StrEnum):
    """Whether a bar, or a whole line, is cleared. No data is never `holds`."""

    HOLDS = "holds"
    """The evidence lies on the good side of the bar, whole interval."""
    FALLS_SHORT = "falls short"
    """The evidence lies on the bad side of the bar, whole interval."""
    CANNOT_TELL = "cannot tell"
    """The evidence straddles the bar, or there is too little of it."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with its reason."""

    verdict: Verdict
    """Holds, falls short or cannot tell."""
    reason: str
    """Why, in one sentence with the numbers."""
    more_cases: int | None = None
    """How many more cases would probably decide it; None when it is decided or no number would."""
