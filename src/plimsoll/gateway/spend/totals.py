"""What was spent, read from totals and never from entries, so that it stays fast however many there are.

Project operations, the HTTP API and the command line ask it. What a process has just settled is not in it yet for a few
milliseconds: `SpendLedger.flush` waits for that.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, get_args

import msgspec

from plimsoll.errors import InvalidRequest, unknown_name
from plimsoll.gateway.spend.money import end_period, name_period, to_nano, to_usd
from plimsoll.gateway.spend.table import Total, erase_subject, prune_entries, read_accounts, sum_days
from plimsoll.records import Allowance, Clock
from plimsoll.store import Store

SpendBy = Literal["day", "tenant", "key", "group", "feature", "alias", "provider", "model"]
"""What spend is added up by."""
_COLUMNS = {"key": "subject", "group": "groups"}
_MOST_TOTALS = 1_000
# Between two slices the ledger's writer has its turn.
_PRUNED_AT_ONCE = 5_000


class SpendTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What was spent under one name."""

    name: str
    """The day, key, group, …; empty for calls without one."""
    requests: int = 0
    """Attempts at models."""
    input_tokens: int = 0
    """Tokens read, cached ones included."""
    output_tokens: int = 0
    """Tokens written, reasoning included."""
    cached_input_tokens: int = 0
    """The part of the input that was read from providers' caches."""
    cache_write_tokens: int = 0
    """The part of the input that was written to providers' caches."""
    reasoning_tokens: int = 0
    """The part of the output that was reasoning."""
    cost_usd: float = 0.0
    """What is known of the cost."""
    unknown_costs: int = 0
    """Attempts whose price is not known; they are not in the cost."""
    estimates: int = 0
    """Attempts whose tokens were estimated."""


class BudgetStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How a budget stands in its present period."""

    allowance: Allowance
    """The allowance that sets it."""
    settled_usd: float
    """What calls have cost."""
    held_usd: float
    """What is set aside for calls under way."""
    left_usd: float
    """What may still be reserved; negative when calls cost more than was reserved for them."""
    renews_at: datetime | None
    """When it renews, in UTC; None when it never does."""


class Spend:
    """What was spent in one project."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def totals(self, since: date, *, by: SpendBy = "day", tenant: str | None = None) -> list[SpendTotal]:
        """Return what was spent from a day (UTC) on, of one tenant or of all: days in order, else the dearest first.

        By group, a call counts for each group of its caller. At most 1,000 totals. InvalidRequest for another `by`.
        """
        if by not in get_args(SpendBy):
            raise InvalidRequest(f"Spend is not added up by {by!r}. {unknown_name('way', by, get_args(SpendBy))}")
        column = _COLUMNS.get(by, by)
        found = await self._store.read(
            lambda connection: sum_days(connection, since.isoformat(), by=column, tenant=tenant)
        )
        totals = [_total_of(name, each) for name, each in (_by_group(found) if by == "group" else _by_name(found))]
        totals.sort(key=lambda total: total.name if by == "day" else (-total.cost_usd, total.name))
        return totals[:_MOST_TOTALS]

    async def standings(self, allowances: Sequence[Allowance]) -> list[BudgetStanding]:
        """Return how the budgets among the allowances stand now, in the order given."""
        now = self._clock.now()
        budgets = [each for each in allowances if each.budget_usd is not None]
        names = [f"{each.allowance_id}:{name_period(now, each.period)}" for each in budgets]
        accounts = await self._store.read(lambda connection: read_accounts(connection, names, now=now))
        return [_standing(each, *accounts[name], now=now) for each, name in zip(budgets, names, strict=True)]

    async def prune(self, oldest: datetime) -> int:
        """Delete entries that are older; return how many went. Totals stay."""
        pruned = count = await self._prune_some(oldest)
        while count == _PRUNED_AT_ONCE:
            count = await self._prune_some(oldest)
            pruned += count
        return pruned

    async def _prune_some(self, oldest: datetime) -> int:
        return await self._store.write(lambda connection: prune_entries(connection, oldest, most=_PRUNED_AT_ONCE))

    async def erase(self, subject: str) -> int:
        """Take a person out of entries and totals, whose money and tokens stay; return how many entries those were."""
        return await self._store.write(lambda connection: erase_subject(connection, subject))


def _by_name(found: Sequence[Total]) -> list[tuple[str, dict[str, int]]]:
    return [(total.name, total.sums) for total in found]


def _by_group(found: Sequence[Total]) -> list[tuple[str, dict[str, int]]]:
    sums: dict[str, dict[str, int]] = {}
    for total in found:
        for group in msgspec.json.decode(total.name, type=list[str]) or [""]:
            so_far = sums.setdefault(group, dict.fromkeys(total.sums, 0))
            for name, number in total.sums.items():
                so_far[name] += number
    return list(sums.items())


def _total_of(name: str, sums: dict[str, int]) -> SpendTotal:
    rest = {key: number for key, number in sums.items() if key != "cost_nano_usd"}
    return SpendTotal(name=name, cost_usd=to_usd(sums["cost_nano_usd"]), **rest)


def _standing(allowance: Allowance, settled: int, held: int, *, now: datetime) -> BudgetStanding:
    return BudgetStanding(
        allowance=allowance,
        settled_usd=to_usd(settled),
        held_usd=to_usd(held),
        left_usd=to_usd(to_nano(allowance.budget_usd or 0.0) - settled - held),
        renews_at=end_period(now, allowance.period),
    )
