"""The ledger of what calls cost: money is reserved before a call and settled after it.

`Gateway` reserves and settles; `Spend` reads what was written. A settlement is in the database at most about 20 ms
later: its entry, totals and its account's charge in one transaction. It belongs to one event loop; it knows no prices.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from plimsoll.errors import BudgetExhausted, PlimsollError, StoreUnavailable
from plimsoll.gateway.spend.entry import LedgerHealth, Reservation, SpendEntry
from plimsoll.gateway.spend.escrow import Asking, Charge, Claim, Escrow, Purse
from plimsoll.gateway.spend.money import to_nano
from plimsoll.gateway.spend.refusal import refuse
from plimsoll.gateway.spend.table import Granted, grant_holds
from plimsoll.gateway.spend.writer import GroupWriter, Settled, Tidied
from plimsoll.records import Allowance, Clock
from plimsoll.store import Store

IDLE_SECONDS = 1.0
"""After how long money that nobody asks for goes back to its budget."""
MOST_PENDING = 20_000
"""Settlements that may wait for the database; calls are refused when four fifths of that wait."""
_REFUSED_SECONDS = 0.1
_RESERVE_SECONDS = 5.0
_NOTHING_LEFT: tuple[Charge, ...] = ()


class SpendLedger:
    """The ledger of one process. End it with `close`."""

    def __init__(self, store: Store, clock: Clock, *, most_pending: int = MOST_PENDING) -> None:
        self._store = store
        self._clock = clock
        self._escrow = Escrow(clock)
        self._writer = GroupWriter(store, clock, tidy=self._tidy, idle_seconds=IDLE_SECONDS)
        self._near_full = most_pending * 4 // 5
        self._claims: dict[int, Claim] = {}
        self._asking = asyncio.Lock()
        self._last_id = 0
        self._expired = 0

    async def reserve(
        self, allowances: Sequence[Allowance], amount_usd: float, *, seconds: float
    ) -> Reservation | None:
        """Set aside the most that a call may cost, in all budgets among its allowances or in none.

        None where no allowance is a budget. The reservation expires by itself after `seconds`.
        Raises BudgetExhausted, which names the budget, what is spent and when it renews, and StoreUnavailable when the
        database cannot be asked or too many settlements wait for it. ValueError for an amount that is none.
        """
        self.check_room()
        budgets = [each for each in allowances if each.budget_usd is not None]
        if not budgets:
            return None
        amount = to_nano(amount_usd)
        now = self._clock.now()
        ends_at = now + timedelta(seconds=seconds)
        claim = self._escrow.take(self._escrow.purses_of(budgets, now), amount, now=now, ends_at=ends_at)
        if claim is None:
            claim = await self._acquire(budgets, amount, seconds=seconds)
        self._last_id += 1
        self._claims[self._last_id] = claim
        return Reservation(
            reservation_id=self._last_id,
            amount_usd=amount_usd,
            ends_at=claim.ends_at,
            accounts=tuple([block.account for block in claim.blocks]),
        )

    def check_room(self) -> None:
        """Raise StoreUnavailable when too many settlements wait for the database to take another call.

        `reserve` does so itself; a call without a budget asks this, so that what waits is bounded.
        """
        if self._writer.pending >= self._near_full:
            raise self._too_many_pending()

    def settle(self, reservation: Reservation | None, entry: SpendEntry, *, keeps_open: bool = False) -> None:
        """Book what a call cost and end its reservation, or with `keeps_open` keep the rest of it for another attempt.

        It does not wait: the entry is written within about 20 ms, and `flush` waits for that. An unknown cost is
        charged to budgets as the whole reservation; a cost beyond the reservation is charged in full.
        """
        cost = _known(entry.cost_usd)
        charges = _NOTHING_LEFT if reservation is None else self._charge(reservation, cost, keeps_open=keeps_open)
        self._writer.put(Settled(entry, cost, charges))

    def release(self, reservation: Reservation | None) -> None:
        """End a reservation unspent: its call was never made. Again, or after `settle`, it does nothing."""
        claim = None if reservation is None else self._claims.pop(reservation.reservation_id, None)
        if claim is not None:
            self._end(claim)

    async def flush(self) -> None:
        """Wait until all that was settled so far is in the database; raises StoreUnavailable when that fails."""
        await self._writer.flush()

    async def close(self) -> None:
        """Write what is settled and give back what is held; closing again does nothing.

        Raises StoreUnavailable when the database does not take what is settled; holds then stay until they expire.
        """
        await self._writer.close()

    def health(self) -> LedgerHealth:
        """Return how the ledger fares."""
        return LedgerHealth(
            pending=self._writer.pending,
            open_reservations=len(self._claims),
            expired_reservations=self._expired,
            dropped=self._writer.dropped,
            last_error=self._writer.last_error,
        )

    async def _acquire(self, budgets: list[Allowance], amount: int, *, seconds: float) -> Claim:
        """Ask the database for what the blocks do not cover; one asking at a time, so that callers share its block."""
        async with self._asking:
            now = self._clock.now()
            ends_at = now + timedelta(seconds=seconds)
            purses = self._escrow.purses_of(budgets, now)
            claim = self._escrow.take(purses, amount, now=now, ends_at=ends_at)
            if claim is not None:
                return claim
            self._remember_refusals(purses, amount, now)
            try:
                return await self._enlarge(purses, amount, now=now, ends_at=ends_at)
            except BudgetExhausted:
                if not self._writer.pending:
                    raise
            # What this process's own calls left over is on its way back; near the end of a budget that decides.
            await self._writer.flush(timeout_seconds=_RESERVE_SECONDS)
            return await self._enlarge(purses, amount, now=now, ends_at=ends_at)

    async def _enlarge(self, purses: list[Purse], amount: int, *, now: datetime, ends_at: datetime) -> Claim:
        asking = self._escrow.set_aside(purses, amount, now=now, ends_at=ends_at)
        granted = await self._ask(asking, now)
        self._writer.wake()
        for purse in purses:
            if purse.account in granted.refused:
                asking.refuse()
                purse.refused_at, purse.refused_left = self._clock.monotonic(), granted.refused[purse.account]
                raise refuse(purse.allowance, purse.refused_left, amount, now=now, ends_at=purse.ends_at)
        return asking.accept(granted.amounts, ends_at=ends_at)

    async def _ask(self, asking: Asking, now: datetime) -> Granted:
        try:
            return await self._store.write(
                lambda connection: grant_holds(connection, asking.wants, now=now), timeout_seconds=_RESERVE_SECONDS
            )
        except BaseException:
            # The change may have been made or not: what was asked for stays charged until its hold expires.
            asking.give_up()
            self._writer.wake()
            raise

    def _remember_refusals(self, purses: list[Purse], amount: int, now: datetime) -> None:
        """Refuse what was refused a moment ago, so that an exhausted budget does not load the database."""
        for purse in purses:
            if purse.refused_at is None:
                continue
            free = purse.block.free if purse.block is not None else 0
            is_fresh = self._clock.monotonic() - purse.refused_at < _REFUSED_SECONDS
            if is_fresh and amount - free > purse.refused_left:
                raise refuse(purse.allowance, purse.refused_left, amount, now=now, ends_at=purse.ends_at)

    def _charge(self, reservation: Reservation, cost: int | None, *, keeps_open: bool) -> Sequence[Charge]:
        claims, key = self._claims, reservation.reservation_id
        claim = claims.get(key) if keeps_open else claims.pop(key, None)
        if claim is None:
            # It expired: its money may be reserved by others by now, and the call is charged all the same.
            spent = to_nano(reservation.amount_usd) if cost is None else cost
            return [Charge(account, spent, None, 0) for account in reservation.accounts]
        spent = claim.left if cost is None else cost
        covered = min(spent, claim.left)
        claim.left -= covered
        rest = 0 if keeps_open else claim.left
        return [block.charge(spent, covered=covered, rest=rest) for block in claim.blocks]

    def _end(self, claim: Claim) -> None:
        charges = [block.charge(0, covered=0, rest=claim.left) for block in claim.blocks]
        if any(charge.freed for charge in charges):
            self._writer.put(Settled(None, None, charges))

    def _tidy(self, *, is_last: bool) -> Tidied:
        """End expired reservations; return idle money to its budgets and name the holds that nothing is left of."""
        now = self._clock.now()
        for key, claim in [(key, claim) for key, claim in self._claims.items() if claim.ends_at <= now]:
            del self._claims[key]
            self._expired += 1
            self._end(claim)
        blocks = self._escrow.blocks
        idle_since = now - timedelta(seconds=IDLE_SECONDS)
        idle = [block for block in blocks if is_last or not block.is_current or block.used_at <= idle_since]
        drained = [block for block in idle if block.is_drained]
        for block in drained:
            block.is_current = False
            blocks.remove(block)
        charges = [block.empty() for block in idle if block.free > 0]
        self._escrow.forget_idle_purses()
        return Tidied(charges, [block.hold_id for block in drained], has_more=bool(blocks))

    def _too_many_pending(self) -> PlimsollError:
        return StoreUnavailable(
            f"{self._writer.pending:,} calls are settled and wait for the database {self._store.url_shown!r}; "
            "no call is taken until it takes them.",
            next_step=self._writer.last_error or "Try again in a moment.",
        )


def _known(cost_usd: float | None) -> int | None:
    """Return a cost in billionths of a dollar; what is no amount is unknown, since a settlement is never refused."""
    try:
        return None if cost_usd is None else to_nano(cost_usd)
    except ValueError:
        return None
