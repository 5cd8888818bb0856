"""Holds a call to its limits and budgets before it begins, and settles what it came to at its end.

The gateway opens and closes an account for every call that may reach a model. Who may use how much comes from `access`
through a callable; counting is the limiter's, money the ledger's.
"""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

import msgspec

from plimsoll.errors import PriceUnknown
from plimsoll.gateway.call import Call
from plimsoll.gateway.estimate import (
    ASSUMED_OUTPUT_TOKENS,
    MOST_TOKENS,
    bound_output,
    count_answers,
    guess_input,
    output_limit,
)
from plimsoll.gateway.journal import Bill, Journal
from plimsoll.gateway.limits import Admission, Asked, Limiter
from plimsoll.gateway.spend import Reservation, SpendEntry, SpendLedger
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import Wire
from plimsoll.prices import ModelPrice, worst_case
from plimsoll.records import Allowance, Principal

FindPrice = Callable[[ModelTarget], Awaitable[ModelPrice | None]]
"""Says what a model costs, at once where it was asked before."""


class FindAllowances(Protocol):
    """Returns what a call is held to. It must not wait."""

    def __call__(self, caller: Principal, /, *, feature: str | None, alias: str) -> tuple[Allowance, ...]:
        """Return the allowances of a caller, a feature and a model's name."""
        ...


_PAYLOAD = re.compile(rb'(?:base64,|"data": ?")[A-Za-z0-9+/=]{1000,}')
_PAYLOAD_TOKENS = 5_000
_MORE_THAN_ANY_BUDGET_USD = 1_000_000_000.0
_CONTENT = {Wire.CHAT: "messages", Wire.MESSAGES: "messages", Wire.RESPONSES: "input"}


class Account(NamedTuple):
    """What was taken for one call, to be given back at its end."""

    admission: Admission | None
    """Its places and tokens; None where nothing limits it."""
    reservation: Reservation | None
    """Its money; None where no budget applies."""


class Accounts:
    """The limits and budgets of one gateway."""

    def __init__(
        self,
        *,
        limiter: Limiter,
        ledger: SpendLedger | None,
        find_allowances: FindAllowances,
        find_price: FindPrice | None = None,
    ) -> None:
        """Take the parts; without a ledger nothing that is spent is written down, and budgets cannot be kept.

        `find_price` is asked for prices that the plan does not know.
        """
        self.limiter = limiter
        self._find_price = find_price
        self.ledger = ledger
        self._find_allowances = find_allowances

    async def open(self, journal: Journal) -> Account:
        """Take what the call may need, or nothing.

        Raises LimitReached, LimitsUnavailable, BudgetExhausted, StoreUnavailable, and PriceUnknown where a budget
        applies and a model's price is not known. Under a budget the call's answer is bounded. No call is taken while
        too many settlements wait for the database: what it costs could be lost.
        """
        if self.ledger is not None:
            self.ledger.check_room()
        if not journal.route.is_priced:
            await self._learn_prices(journal)
        call, route = journal.call, journal.route
        allowances = self._find_allowances(call.caller, feature=call.feature, alias=route.name)
        if route.allowance is not None:
            allowances = (*allowances, route.allowance)
        if not allowances:
            return _NOTHING
        admission = await self._admit(call, allowances)
        try:
            reservation = await self._reserve(journal, allowances)
        except BaseException:
            if admission is not None:
                await self.limiter.leave(admission, tokens=0)
            raise
        return Account(admission, reservation)

    async def close(self, account: Account, journal: Journal, *, outcome: str) -> None:
        """Settle what the call was billed, and give its places back."""
        if self.ledger is not None:
            self._settle(self.ledger, account, journal, outcome=outcome)
        if account.admission is not None:
            usage = journal.usage
            await self.limiter.leave(account.admission, tokens=usage.input_tokens + usage.output_tokens)

    async def _learn_prices(self, journal: Journal) -> None:
        route = journal.route
        journal.route = msgspec.structs.replace(
            route,
            targets=tuple([await self._price(target) for target in route.targets]),
            fall_back=tuple([await self._price(target) for target in route.fall_back]),
        )

    async def _price(self, target: ModelTarget) -> ModelTarget:
        if target.price is not None or self._find_price is None:
            return target
        return msgspec.structs.replace(target, price=await self._find_price(target))

    async def _admit(self, call: Call, allowances: tuple[Allowance, ...]) -> Admission | None:
        if not any(allowance.has_limits for allowance in allowances):
            return None
        written = all_it_writes(call) if any(a.tokens_per_minute for a in allowances) else 0
        tokens = guess_input(call) + written
        return await self.limiter.admit(Asked(allowances=allowances, tokens=tokens))

    async def _reserve(self, journal: Journal, allowances: tuple[Allowance, ...]) -> Reservation | None:
        if self.ledger is None or not any(allowance.budget_usd is not None for allowance in allowances):
            return None
        call, policy = journal.call, journal.route.policy
        written = most_it_writes(call)
        if call.writes:
            # The reservation covers the call only if the model cannot write more than was assumed.
            journal.call = msgspec.structs.replace(call, fields=bound_output(call.wire, call.fields, written))
        amount = min(_MORE_THAN_ANY_BUDGET_USD, most_it_can_cost(journal, output_tokens=all_it_writes(call)))
        seconds = min(policy.timeouts.total_seconds, call.timeout_seconds or policy.timeouts.total_seconds)
        return await self.ledger.reserve(allowances, amount, seconds=seconds)

    def _settle(self, ledger: SpendLedger, account: Account, journal: Journal, *, outcome: str) -> None:
        if not journal.bills:
            ledger.release(account.reservation)
            return
        last = len(journal.bills) - 1
        for number, bill in enumerate(journal.bills):
            entry = write_entry(journal, bill, outcome=outcome)
            ledger.settle(account.reservation, entry, keeps_open=number < last)


_NOTHING = Account(None, None)


def most_it_writes(call: Call) -> int:
    """Return the most tokens that one answer of a call is taken to have."""
    if not call.writes:
        return 0
    asked = output_limit(call.wire, call.fields)
    return ASSUMED_OUTPUT_TOKENS if asked is None else asked


def all_it_writes(call: Call) -> int:
    """Return the most tokens that all answers of a call are taken to have together: each is billed."""
    return min(most_it_writes(call) * count_answers(call.wire, call.fields), MOST_TOKENS)


def most_it_can_cost(journal: Journal, *, output_tokens: int) -> float:
    """Return the most that a call can cost at any of its targets, in US dollars; raises PriceUnknown."""
    read, dearest = bound_input(journal.call), 0.0
    for target in journal.route.all_targets:
        price = target.price
        cost = None if price is None else worst_case(price, input_tokens=read, output_tokens=output_tokens)
        if cost is None:
            raise PriceUnknown(
                f"A budget applies to this call and the price of {target.full_name!r} is not known.",
                next_step=f"Declare it in plimsoll.toml: [models.{journal.route.name}] input_usd_per_million = …, "
                "output_usd_per_million = ….",
            )
        dearest = max(dearest, cost)
    return dearest


def bound_input(call: Call) -> int:
    """Return a number of tokens that a request cannot exceed: a tokenizer makes at most one of a byte.

    Pictures and documents are counted by the piece, since their bytes are not read as text.
    """
    # A call made in this process says how long its texts are; what its schema and its other fields take comes on top.
    size = max(call.request_bytes, sum(map(len, call.fields.values())))
    content = call.fields.get(_CONTENT[call.wire])
    payloads = _PAYLOAD.findall(bytes(content)) if content is not None else []
    return size - sum(map(len, payloads)) + _PAYLOAD_TOKENS * len(payloads)


def write_entry(journal: Journal, bill: Bill, *, outcome: str) -> SpendEntry:
    """Return the ledger's line for one bill of a call."""
    call, usage = journal.call, bill.usage
    return SpendEntry(
        at=journal.clock.now(),
        subject=call.caller.id,
        tenant=call.caller.tenant,
        groups=call.caller.groups,
        feature=call.feature,
        alias=journal.route.name,
        provider=bill.target.provider,
        model=bill.target.model,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        cache_write_tokens=usage.cache_write_input_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        cost_usd=bill.cost_usd,
        is_estimated=usage.is_estimated,
        trace_id=journal.trace_id,
        outcome=outcome,
    )
