"""How much may be used: by whom, of what, in which time.

`access` keeps allowances, `gateway` enforces them. An allowance is shared by all it applies to: `group:sales` with
a budget of 10 USD a day is one purse for the whole team.
"""

from typing import Literal

import msgspec

Period = Literal["day", "month", "total"]
"""How often a budget renews, in UTC: at midnight, on the first of the month, never."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """One limit or budget, or several that share an owner. None means: not limited in this respect."""

    allowance_id: str
    """Its id; it stays when the numbers are changed, so that what was spent stays counted."""
    applies_to: str
    """`everyone`, `key:ID`, `group:NAME` (a team), `tenant:NAME`, `feature:NAME` or `model:ALIAS`."""
    requests_per_minute: int | None = None
    """Requests that may begin in any 60 seconds."""
    tokens_per_minute: int | None = None
    """Tokens, read and written together, of requests that begin in any 60 seconds."""
    concurrent: int | None = None
    """Requests that may be under way at one moment."""
    budget_usd: float | None = None
    """Money that may be spent in one period."""
    period: Period = "month"
    """How often the budget renews."""

    @property
    def has_limits(self) -> bool:
        """Tell whether it limits requests, tokens or concurrency, money aside."""
        return not (self.requests_per_minute is self.tokens_per_minute is self.concurrent is None)
