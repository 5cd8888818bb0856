"""Which of a feature's live requests are judged, by whom, and for how much money. Written in its definition."""

import msgspec

from plimsoll.errors import InvalidFeature
from plimsoll.line import Scorer


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How live requests are drawn to be judged after they were answered."""

    rate: float
    """Share of the requests that are judged, above 0 up to 1; a hash of the trace's id decides."""
    scorers: tuple[Scorer, ...] = ()
    """Scorers beyond those of the feature's line; those that need an expectation do not apply."""
    most_usd_per_day: float | None = None
    """What judging may cost in a day (UTC), over all processes; None: no bound. A bound refuses unknown prices."""

    def __post_init__(self) -> None:
        """Refuse what is no share and no sum of money."""
        if not 0 < self.rate <= 1:
            raise InvalidFeature(f"Sampling(rate={self.rate!r}) is not above 0 and at most 1, e.g. 0.1.")
        if self.most_usd_per_day is not None and not self.most_usd_per_day >= 0:
            raise InvalidFeature(
                f"Sampling(most_usd_per_day={self.most_usd_per_day!r}) is not a sum of US dollars from 0 up, e.g. 2.0."
            )
