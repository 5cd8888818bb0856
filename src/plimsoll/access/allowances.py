"""Allowances: set, listed, removed, and found for one call without asking the database.

`start` keeps the picture in memory current, once a second; a change through the same object shows at once. What a
process believes is therefore at most about a second old. Counting and refusing are the gateway's.
"""

import asyncio
import contextlib
import math
from collections.abc import Sequence

from plimsoll.access.scope import AllowanceIndex, check_scope
from plimsoll.access.table import changed_allowances, list_allowances, put_allowance, remove_allowances
from plimsoll.errors import InvalidRequest, NotFound, PlimsollError, unknown_name
from plimsoll.records import Allowance, Clock, Period, Principal, new_id
from plimsoll.store import Store

MOST_ALLOWANCES = 10_000
"""More are refused: every process keeps all of them in memory."""
REFRESH_SECONDS = 1.0
"""How often a started process looks for changes that others made."""
_PERIODS: tuple[Period, ...] = ("day", "month", "total")
_MOST_USD = 1_000_000_000.0
_MOST_COUNT = 2_000_000_000
_NEVER_SEEN = (-1, -1)


class Allowances:
    """The allowances of one project."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._index = AllowanceIndex(())
        self._seen = _NEVER_SEEN
        self._changes = 0
        self._refreshing: asyncio.Task[None] | None = None
        self.last_error: PlimsollError | None = None
        """Why the last look at the database failed; None when it did not. The last picture stays in force."""

    async def start(self) -> None:
        """Read the allowances and look for changes once a second from now on; end it with `close`."""
        await self.refresh()
        self._refreshing = asyncio.get_running_loop().create_task(self._refresh_always(), name="plimsoll-allowances")

    async def close(self) -> None:
        """Look for changes no more; closing again does nothing."""
        if self._refreshing is None:
            return
        self._refreshing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._refreshing
        self._refreshing = None

    def applying_to(self, caller: Principal, *, feature: str | None, alias: str) -> tuple[Allowance, ...]:
        """Return the allowances that one call is held to: of everyone, of its caller, feature and model alias.

        Reads memory only. Empty before `start` or `refresh`.
        """
        return self._index.applying_to(caller, feature=feature, alias=alias)

    async def set(
        self,
        applies_to: str,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        concurrent: int | None = None,
        budget_usd: float | None = None,
        period: Period = "month",
    ) -> Allowance:
        """Set all numbers of the owner's allowance of that period and return it; None takes a number away.

        Raises InvalidRequest for an owner of another form, a number below 1, no number at all, or one too many.
        """
        wanted = Allowance(
            allowance_id=new_id(self._clock),
            applies_to=applies_to,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
            concurrent=concurrent,
            budget_usd=budget_usd,
            period=period,
        )
        _check(wanted)
        at = self._clock.now()
        rows = await self._store.write(lambda c: put_allowance(c, wanted, at=at, most=MOST_ALLOWANCES))
        if rows is None:
            raise InvalidRequest(
                f"There are {MOST_ALLOWANCES:,} allowances already.", next_step="Remove some, or limit groups instead."
            )
        self._accept(rows)
        return next(a for a in self._index.all if (a.applies_to, a.period) == (applies_to, period))

    async def remove(self, applies_to: str, *, period: Period | None = None) -> int:
        """Remove the owner's allowances, of one period or of all, and return how many; NotFound when there is none."""
        removed, rows = await self._store.write(
            lambda connection: remove_allowances(connection, applies_to, period=period)
        )
        self._accept(rows)
        if not removed:
            known = {allowance.applies_to for allowance in self._index.all}
            raise NotFound(
                unknown_name("allowance of", applies_to, known), next_step="`plimsoll allowances list` shows them."
            )
        return removed

    async def list(self) -> list[Allowance]:
        """Return all allowances, by owner and period, as the database has them."""
        return await self._store.read(list_allowances)

    async def erase(self, subject: str) -> int:
        """Delete the allowances of a principal (`key:<id>`) and return how many there were."""
        if not subject.startswith("key:"):
            return 0
        removed, rows = await self._store.write(lambda connection: remove_allowances(connection, subject))
        self._accept(rows)
        return removed

    async def refresh(self) -> None:
        """Take over what other processes changed; raises StoreUnavailable, and then believes what it did."""
        changes = self._changes
        seen, rows = await self._store.read(lambda connection: changed_allowances(connection, self._seen))
        # A change through this object that came in between is newer than what was read.
        if changes != self._changes:
            return
        self._seen = seen
        if rows is not None:
            self._index = AllowanceIndex(rows)

    async def _refresh_always(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
                self.last_error = None
            except PlimsollError as error:
                self.last_error = error

    def _accept(self, rows: Sequence[Allowance]) -> None:
        self._changes += 1
        self._seen = _NEVER_SEEN
        self._index = AllowanceIndex(rows)


def _check(wanted: Allowance) -> None:
    check_scope(wanted.applies_to)
    if wanted.period not in _PERIODS:
        raise InvalidRequest(unknown_name("period", wanted.period, _PERIODS))
    if not wanted.has_limits and wanted.budget_usd is None:
        raise InvalidRequest(
            f"The allowance of {wanted.applies_to!r} limits nothing.",
            next_step="Give requests or tokens a minute, concurrent requests or a budget.",
        )
    for name in ("requests_per_minute", "tokens_per_minute", "concurrent"):
        number: int | None = getattr(wanted, name)
        if number is not None and not 1 <= number <= _MOST_COUNT:
            raise InvalidRequest(f"{name}={number!r} is not from 1 to {_MOST_COUNT:,}.")
    budget = wanted.budget_usd
    if budget is not None and not (math.isfinite(budget) and 0 <= budget <= _MOST_USD):
        raise InvalidRequest(f"budget_usd={budget!r} is not an amount from 0 to {_MOST_USD:,.0f} US dollars.")
