"""One request or one case of an evaluation, as the bars see it."""

import msgspec

from plimsoll.records import ErrorClass, Outcome, Score


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One request or one case of an evaluation."""

    outcome: Outcome | None
    """How it ended; None when nobody knows."""
    error_class: ErrorClass | None = None
    """Who has to act, where something went wrong."""
    latency_ms: float | None = None
    """How long it took; None when it was not measured."""
    cost_usd: float | None = None
    """What it cost; None when a price is unknown, which is not zero."""
    scores: dict[str, Score] = {}
    """What scorers said, by their names."""
    inapplicable: frozenset[str] = frozenset()
    """Names of scorers that said they do not apply to it; their bars leave it out. Silence is not saying so."""
    cluster: str | None = None
    """What it shares with others (a document, a user, a conversation); None when nothing."""

    @property
    def is_valid(self) -> bool:
        """Tell whether it was a request at all: what is not of the declared shape counts for and against nothing."""
        return self.error_class is not ErrorClass.VALIDATION

    @property
    def is_lost(self) -> bool:
        """Tell whether infrastructure kept the feature from showing what it can do.

        That holds whatever the feature made of the failure: an abstention after a time-out is lost as well.
        """
        if self.outcome is None:
            return True
        return self.error_class is ErrorClass.INFRASTRUCTURE and self.outcome is not Outcome.ANSWERED
