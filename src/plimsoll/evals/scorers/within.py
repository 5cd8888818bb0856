"""Did one answer stay within a bound on time or money? For cases that may take more, or less, than the line's bar."""

import msgspec

from plimsoll.evals.judgement import cannot_tell, judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class WithinSeconds(msgspec.Struct, frozen=True):
    """Judges whether a request took no longer than a bound."""

    seconds: float
    """The bound; a case may have its own in `expected.seconds`."""
    name: str = "within_seconds"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass a request within the bound; one whose time was not measured could not be told."""
        if sample.latency_ms is None:
            return cannot_tell(self.name, "Its time was not measured.")
        bound, took = _bound(case, "seconds", self.seconds), sample.latency_ms / 1000
        return judge(
            self.name, passed=took <= bound, reason="" if took <= bound else f"It took {took:.3g} s, not {bound:g}."
        )


class WithinCost(msgspec.Struct, frozen=True):
    """Judges whether a request cost no more than a bound."""

    usd: float
    """The bound in US dollars; a case may have its own in `expected.cost_usd`."""
    name: str = "within_cost"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass a request within the bound; one whose price is unknown could not be told."""
        if sample.cost_usd is None:
            return cannot_tell(self.name, "Its price is unknown.")
        bound, cost = _bound(case, "cost_usd", self.usd), sample.cost_usd
        return judge(
            self.name, passed=cost <= bound, reason="" if cost <= bound else f"It cost ${cost:.3g}, not ${bound:g}."
        )


def _bound(case: Case, name: str, default: float) -> float:
    own = case.expected.get(name)
    return float(own) if isinstance(own, int | float) and not isinstance(own, bool) else default
