"""Holds a run to an amount of money: may another request begin? Pure bookkeeping, one for each run under way.

A request under way counts as much as the dearest one so far, so that the cap is passed only by a request that costs
more than every one before it.
"""

from plimsoll.evals.eval_run import CaseResult


class CostCap:
    """What a run has spent, and whether it may go on."""

    def __init__(self, cap_usd: float | None, *, usd_per_request: float = 0.0) -> None:
        """Take the cap, None for none, and what one request is expected to cost."""
        self._cap_usd = cap_usd
        self._dearest_usd = usd_per_request
        self._under_way = 0
        self.spent_usd = 0.0
        """What is known to be spent."""
        self.unpriced = 0
        """Requests whose cost is not known."""

    @property
    def stop_reason(self) -> str:
        """Return why no further request may begin, as a sentence; empty while one may."""
        if self._cap_usd is None:
            return ""
        if self.unpriced and not self._dearest_usd:
            return "What a request costs is not known, so that no cap can be held."
        # A request of unknown cost is taken for a dear one: an unknown price is not free.
        counted = self.unpriced + self._under_way + 1
        if self.spent_usd + counted * self._dearest_usd > self._cap_usd:
            return f"One more request could take the cost above {self._cap_usd:g} USD ({self.spent_usd:.4g} so far)."
        return ""

    def begin(self) -> None:
        """Note that a request begins."""
        self._under_way += 1

    def settle(self, result: CaseResult) -> None:
        """Note that a request has ended, and what it cost."""
        self._under_way -= 1
        self.count(result)

    def count(self, result: CaseResult) -> None:
        """Note what a request cost that ended in an earlier part of the run."""
        if result.trace_id is None and result.cost_usd is None and result.latency_ms is None:
            return
        self.spent_usd += (result.cost_usd or 0.0) + (result.scoring_usd or 0.0)
        if result.cost_usd is None or result.scoring_usd is None:
            self.unpriced += 1
        else:
            self._dearest_usd = max(self._dearest_usd, result.cost_usd + result.scoring_usd)
