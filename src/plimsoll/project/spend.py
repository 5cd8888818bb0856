"""What the models of a project cost, and how its budgets stand.

`Project.spend` is one of these; the command line and the server call it. Reading writes down first what still waits.
"""

from datetime import timedelta

from plimsoll.gateway import BudgetStanding, SpendBy, SpendTotal
from plimsoll.project.parts import Parts


class ProjectSpend:
    """The spend of a project."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def totals(self, *, by: SpendBy = "day", days: int = 30, tenant: str | None = None) -> list[SpendTotal]:
        """Return what models cost in the last days (UTC, today included), of one tenant or of all.

        By day in order, by anything else the dearest first. Raises InvalidRequest for another `by`.
        """
        await self._parts.ledger.flush()
        since = self._parts.clock.now().date() - timedelta(days=days - 1)
        return await self._parts.spend.totals(since, by=by, tenant=tenant)

    async def budgets(self) -> list[BudgetStanding]:
        """Return how every budget stands in its present period."""
        await self._parts.ledger.flush()
        return await self._parts.spend.standings(await self._parts.allowances.list())

    async def prune(self, *, keep_days: int) -> int:
        """Delete the entries that are older; return how many went."""
        return await self._parts.spend.prune(self._parts.clock.now() - timedelta(days=keep_days))
