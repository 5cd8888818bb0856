"""What happened during one call: attempts, waits, events, what was billed. One journal a call, filled as it goes.

`calling` and `streaming` write it; the gateway reads it into receipts, spans and the ledger. It decides nothing.
"""

from collections.abc import Mapping

import msgspec
from opentelemetry.trace import SpanContext, format_span_id, format_trace_id, get_current_span

from plimsoll.gateway.call import Call, Served
from plimsoll.gateway.plan import Route
from plimsoll.gateway.target import ModelTarget
from plimsoll.prices import price_call
from plimsoll.records import Attribute, Clock, SpanEvent, Usage, new_id, new_span_id


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt used, whether or not its answer was of use."""

    target: ModelTarget
    """The model that was asked."""
    usage: Usage
    """Tokens read and written."""
    cost_usd: float | None
    """What that cost; None when a price is unknown."""


class Journal:
    """One call's own record of itself."""

    def __init__(self, call: Call, route: Route, *, clock: Clock) -> None:
        self.call = call
        self.route = route
        self.clock = clock
        caller = find_caller_span()
        self.trace_id = new_id(clock) if caller is None else format_trace_id(caller.trace_id)
        self.parent_id = None if caller is None else format_span_id(caller.span_id)
        self.span_id = new_span_id()
        self.began = clock.monotonic()
        self.began_ns = now_ns(clock)
        self.target = route.targets[0]
        self.served: Served = "model"
        self.attempts = 0
        self.upstream_seconds = 0.0
        self.events: list[SpanEvent] = []
        self.bills: list[Bill] = []

    def note(self, name: str, attributes: Mapping[str, Attribute]) -> None:
        """Note that something happened now, under the name that traces show."""
        self.events.append(SpanEvent(name=name, at_ns=now_ns(self.clock), attributes=dict(attributes)))

    def bill(self, target: ModelTarget, usage: Usage) -> None:
        """Note what an attempt used."""
        cost = price_call(target.price, usage) if target.price is not None else None
        self.bills.append(Bill(target=target, usage=usage, cost_usd=cost))

    @property
    def usage(self) -> Usage:
        """Return the tokens of all attempts that were billed."""
        if len(self.bills) == 1:
            return self.bills[0].usage
        return sum((bill.usage for bill in self.bills), Usage())

    @property
    def cost_usd(self) -> float | None:
        """Return what the attempts cost together; None when the price of any is unknown."""
        total = 0.0
        for bill in self.bills:
            if bill.cost_usd is None:
                return None
            total += bill.cost_usd
        return total

    def seconds(self) -> float:
        """Return how long the call has taken so far."""
        return self.clock.monotonic() - self.began


def find_caller_span() -> SpanContext | None:
    """Return the step of another process that this call belongs to, as the server read it of the request; or None."""
    caller = get_current_span().get_span_context()
    return caller if caller.is_remote and caller.is_valid else None


def now_ns(clock: Clock) -> int:
    """Return the wall time in nanoseconds since 1970, to the microsecond."""
    return int(clock.now().timestamp() * 1_000_000) * 1_000
