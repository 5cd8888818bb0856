"""Blocks of budgets that this process holds durably, out of which single reservations are served in memory.

The database charges an account with what is settled and with all holds on it. Of a hold, this file knows which part is
free, reserved by calls under way, or settled and not yet written; their sum is never more than the hold. So the
account is never charged too little, whenever this process dies. Nothing in this file waits.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from plimsoll.gateway.spend.money import end_period, name_period, to_nano
from plimsoll.records import Allowance, Clock, new_id

LEASE = timedelta(seconds=30)
"""How much longer a hold stays charged than its longest reservation: room for clocks that differ and for reuse."""
FEWEST_CALLS, MOST_CALLS = 32, 1_024
"""A block is wished for so many calls: twice as many as the last where that lasted less than a second."""
_QUICK = timedelta(seconds=1)


class Block:
    """One hold: a part of one account's budget. Amounts are billionths of a dollar."""

    __slots__ = (
        "account", "expires_at", "free", "hold_id", "is_current", "is_granted", "is_tight", "reserved", "unwritten",
        "used_at",
    )  # fmt: skip

    def __init__(self, hold_id: str, account: str, *, now: datetime) -> None:
        self.hold_id = hold_id
        self.account = account
        self.expires_at = now
        self.free = 0
        self.reserved = 0
        self.unwritten = 0
        self.is_granted = False
        """False until the database has set something aside under its id."""
        self.is_tight = False
        """True when the budget gave no more than was needed: what a call leaves over goes back at once."""
        self.is_current = True
        """False once no new reservation is served from it."""
        self.used_at = now

    @property
    def is_drained(self) -> bool:
        """Tell whether nothing of it is left to write or to serve."""
        return not (self.free or self.reserved or self.unwritten)

    def charge(self, spent: int, *, covered: int, rest: int) -> "Charge":
        """Turn the covered part of a reservation into spent money and end the rest of it unspent.

        Money beyond the reservation is taken from what is free, and beyond that from the account itself.
        """
        extra = min(spent - covered, self.free)
        self.free -= extra
        self.reserved -= covered
        self.unwritten += covered + extra
        freed = covered + extra + (self.give_back(rest) if rest else 0)
        return Charge(self.account, spent, self, freed)

    def empty(self) -> "Charge":
        """Give all that is free back to the account."""
        freed, self.free = self.free, 0
        self.unwritten += freed
        return Charge(self.account, 0, self, freed)

    def give_back(self, amount: int) -> int:
        """End a part of a reservation unspent; return how much of the hold must go back to the account."""
        self.reserved -= amount
        if self.is_tight or not self.is_current:
            self.unwritten += amount
            return amount
        self.free += amount
        return 0


class Charge(NamedTuple):
    """What one account is to be charged, and by how much the hold on it shrinks with that."""

    account: str
    spent: int
    block: Block | None
    freed: int


class Purse:
    """What this process knows of one account: a budget in one of its periods."""

    __slots__ = (
        "account", "allowance", "asked_at", "block", "budget", "calls", "ends_at", "granted_under", "refused_at",
        "refused_left",
    )  # fmt: skip

    def __init__(self, allowance: Allowance, now: datetime) -> None:
        self.allowance = allowance
        self.account = f"{allowance.allowance_id}:{name_period(now, allowance.period)}"
        self.budget = to_nano(allowance.budget_usd or 0.0)
        self.ends_at = end_period(now, allowance.period)
        self.block: Block | None = None
        self.granted_under = self.budget
        """The budget at the last grant: a changed one is checked before more is served."""
        self.calls = FEWEST_CALLS
        self.asked_at = now
        self.refused_at: float | None = None
        self.refused_left = 0

    def change(self, allowance: Allowance) -> None:
        """Take over new numbers of the same allowance."""
        self.allowance = allowance
        budget = to_nano(allowance.budget_usd or 0.0)
        if budget != self.budget:
            self.budget, self.refused_at = budget, None

    def wish(self, amount: int, now: datetime) -> int:
        """Return how much to ask for, given one call's amount: more where the last block did not last."""
        is_quick = now - self.asked_at < _QUICK
        self.calls = min(MOST_CALLS, self.calls * 2) if is_quick else FEWEST_CALLS
        self.asked_at = now
        return min(self.calls * amount, self.budget)

    def retire(self) -> None:
        """Serve no more from the block: the next grant makes a new one."""
        if self.block is not None:
            self.block.is_current = False
            self.block = None


class Want(NamedTuple):
    """What a purse asks of its account."""

    account: str
    allowance_id: str
    hold_id: str
    needed: int
    wish: int
    budget: int
    expires_at: datetime


class Claim:
    """A reservation as the ledger keeps it."""

    __slots__ = ("blocks", "ends_at", "left")

    def __init__(self, blocks: tuple[Block, ...], amount: int, ends_at: datetime) -> None:
        self.blocks = blocks
        self.left = amount
        self.ends_at = ends_at


class Escrow:
    """All purses and blocks of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._purses: dict[str, Purse] = {}
        self.blocks: set[Block] = set()
        """Every block that may still have something in the database."""

    def purses_of(self, budgets: list[Allowance], now: datetime) -> list[Purse]:
        """Return the purses of budgets in their present periods."""
        found: list[Purse] = []
        for allowance in budgets:
            purse = self._purses.get(allowance.allowance_id)
            if purse is None or (purse.ends_at is not None and now >= purse.ends_at):
                purse = self._renew(purse, allowance, now)
            elif purse.allowance is not allowance:
                purse.change(allowance)
            found.append(purse)
        return found

    def _renew(self, old: Purse | None, allowance: Allowance, now: datetime) -> Purse:
        if old is not None:
            old.retire()
        purse = self._purses[allowance.allowance_id] = Purse(allowance, now)
        return purse

    def take(self, purses: list[Purse], amount: int, *, now: datetime, ends_at: datetime) -> Claim | None:
        """Reserve the amount out of every purse's block, or nothing and None where one does not cover it."""
        blocks: list[Block] = []
        for purse in purses:
            block = purse.block
            if block is None or not _covers(purse, block, amount=amount, ends_at=ends_at):
                return None
            blocks.append(block)
        for block in blocks:
            block.free -= amount
            block.reserved += amount
            block.used_at = now
        return Claim(tuple(blocks), amount, ends_at)

    def set_aside(self, purses: list[Purse], amount: int, *, now: datetime, ends_at: datetime) -> "Asking":
        """Take what is free and write down what is lacking, so that a grant may be asked for."""
        return Asking([self._ask(purse, amount, now=now, ends_at=ends_at) for purse in purses], amount, self.blocks)

    def _ask(self, purse: Purse, amount: int, *, now: datetime, ends_at: datetime) -> "Ask":
        block = purse.block
        if block is None or not block.is_current or block.expires_at <= now + LEASE / 2:
            purse.retire()
            block = purse.block = Block(new_id(self._clock), purse.account, now=now)
            self.blocks.add(block)
        is_covered = _covers(purse, block, amount=amount, ends_at=ends_at)
        aside = min(block.free, amount)
        block.free -= aside
        block.reserved += aside
        block.used_at = now
        if is_covered:
            return Ask(purse, block, aside, None)
        wish = purse.wish(amount, now)
        expires_at = max(block.expires_at, ends_at + LEASE)
        want = Want(
            purse.account, purse.allowance.allowance_id, block.hold_id, amount - aside, wish, purse.budget, expires_at
        )
        return Ask(purse, block, aside, want)

    def forget_idle_purses(self) -> None:
        """Forget purses that hold nothing."""
        self._purses = {
            name: purse for name, purse in self._purses.items() if purse.block is not None and purse.block.is_current
        }


class Ask(NamedTuple):
    """One purse's part of an asking."""

    purse: Purse
    block: Block
    aside: int
    want: Want | None


class Asking:
    """A reservation that its blocks do not cover yet."""

    def __init__(self, asks: list[Ask], amount: int, blocks: set[Block]) -> None:
        self._asks = asks
        self._amount = amount
        self._blocks = blocks
        self.wants = sorted(ask.want for ask in asks if ask.want is not None)

    def accept(self, granted: dict[str, int], *, ends_at: datetime) -> Claim:
        """Take over what was granted, by account, and return the reservation."""
        for purse, block, aside, want in self._asks:
            if want is None:
                continue
            grant = granted[want.account]
            block.reserved += self._amount - aside
            block.free += grant - want.needed
            block.expires_at = want.expires_at
            block.is_granted = True
            block.is_tight = grant == want.needed
            purse.granted_under = want.budget
            purse.refused_at = None
        return Claim(tuple(ask.block for ask in self._asks), self._amount, ends_at)

    def refuse(self) -> None:
        """Free what was set aside: nothing was granted, and blocks that never held anything are forgotten."""
        self._free()
        for ask in self._asks:
            if not ask.block.is_granted:
                ask.purse.retire()
                self._blocks.discard(ask.block)

    def give_up(self) -> None:
        """Free what was set aside and serve no more from the blocks: nobody knows whether the grant took place."""
        self._free()
        for ask in self._asks:
            if ask.want is not None:
                ask.block.is_current = False

    def _free(self) -> None:
        for ask in self._asks:
            ask.block.reserved -= ask.aside
            ask.block.free += ask.aside


def _covers(purse: Purse, block: Block, *, amount: int, ends_at: datetime) -> bool:
    is_enough = block.free >= amount and block.expires_at >= ends_at
    return is_enough and block.is_current and purse.granted_under == purse.budget
