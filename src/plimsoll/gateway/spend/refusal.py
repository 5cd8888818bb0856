"""The sentence in which a budget refuses a call."""

from datetime import datetime

from plimsoll.errors import BudgetExhausted
from plimsoll.gateway.spend.money import to_nano, to_usd
from plimsoll.records import Allowance

_CENT = 10_000_000
_A_PERIOD = {"day": " a day", "month": " a month", "total": ""}


def refuse(allowance: Allowance, left: int, amount: int, *, now: datetime, ends_at: datetime | None) -> BudgetExhausted:
    """Return the error that names the budget, whose it is, what is left and when it renews.

    `left` and `amount` (the most that the call may cost) are billionths of a dollar.
    """
    budget = to_nano(allowance.budget_usd or 0.0)
    renews = f"It renews at {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at is not None else "It never renews"
    period = _A_PERIOD[allowance.period]
    return BudgetExhausted(
        f"The budget of {_dollars(budget)}{period} of {allowance.applies_to!r} does not cover this call: "
        f"{_dollars(budget - left)} is spent or reserved, and it may cost {_dollars(amount)}.",
        next_step=f"{renews}; raise it with `plimsoll allowances set {allowance.applies_to} --budget-usd N "
        f"--period {allowance.period}`.",
        retry_after_seconds=None if ends_at is None else (ends_at - now).total_seconds(),
    )


def _dollars(nano: int) -> str:
    """Write an amount with cents, or with as many digits as show that it is not nothing."""
    usd = to_usd(nano)
    return f"${usd:,.2f}" if nano % _CENT == 0 else f"${usd:,.9f}".rstrip("0")
