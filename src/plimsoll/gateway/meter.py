"""Counts of what the gateway did, for `/metrics`: plain numbers on the request path, metric families when asked.

Its labels are bounded: declared aliases, set-up providers, error codes; any other model name counts as `other`. No
label ever names a user, a key or a prompt.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from plimsoll.gateway.journal import Journal

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_OVERHEAD_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5)
OTHER = "other"
"""Label of the model names that the settings do not declare."""


class _Histogram:
    """Counts by bucket, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        running, found = 0, list[tuple[str, float]]()
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            running += count
            found.append((bound, running))
        return found


class _Tally:
    """What is known of the calls of one alias that one provider served with one outcome."""

    def __init__(self) -> None:
        self.calls = 0
        self.tokens = {"input": 0, "cached_input": 0, "output": 0, "reasoning": 0}
        self.cost_usd = 0.0
        self.unpriced = 0
        self.attempts = 0
        self.seconds = _Histogram(_SECONDS)
        self.overhead = _Histogram(_OVERHEAD_SECONDS)


class _Labels(msgspec.Struct, frozen=True):
    model: str
    provider: str
    outcome: str
    served: str


class Meter(Collector):
    """The gateway's counters; register it with a `prometheus_client` registry."""

    def __init__(self) -> None:
        self._tallies: dict[_Labels, _Tally] = {}
        self._events: dict[tuple[str, str], int] = {}

    def count(self, journal: Journal, outcome: str) -> None:
        """Count a call that has ended: `ok`, or the code of its error."""
        model = journal.route.name if journal.route.is_declared else OTHER
        labels = _Labels(model, journal.target.provider, outcome, journal.served)
        tally = self._tallies.get(labels)
        if tally is None:
            tally = self._tallies[labels] = _Tally()
        seconds = journal.seconds()
        tally.calls += 1
        tally.attempts += journal.attempts
        tally.seconds.observe(seconds)
        tally.overhead.observe(max(0.0, seconds - journal.upstream_seconds))
        self._count_use(tally, journal)
        for event in journal.events:
            key = (model, event.name)
            self._events[key] = self._events.get(key, 0) + 1

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        yield from self._counters()
        yield self._histogram("plimsoll_gateway_seconds", "Time of a call, from its arrival to its end.", "seconds")
        yield self._histogram(
            "plimsoll_gateway_overhead_seconds", "What the gateway itself added to a call.", "overhead"
        )
        events = CounterMetricFamily(
            "plimsoll_gateway_events", "Retries, fall-backs and other events of calls.", labels=["model", "event"]
        )
        for (model, event), count in self._events.items():
            events.add_metric([model, event], count)
        yield events

    def _count_use(self, tally: _Tally, journal: Journal) -> None:
        if not journal.bills:
            return
        usage, cost = journal.usage, journal.cost_usd
        tally.tokens["input"] += usage.input_tokens
        tally.tokens["cached_input"] += usage.cached_input_tokens
        tally.tokens["output"] += usage.output_tokens
        tally.tokens["reasoning"] += usage.reasoning_tokens
        tally.cost_usd += cost or 0.0
        tally.unpriced += cost is None

    def _counters(self) -> Iterator[Metric]:
        names = ["model", "provider", "outcome", "served"]
        calls = CounterMetricFamily("plimsoll_gateway_calls", "Calls that ended.", labels=names)
        attempts = CounterMetricFamily("plimsoll_gateway_attempts", "Requests sent to providers.", labels=names)
        cost = CounterMetricFamily("plimsoll_gateway_cost_usd", "Cost of calls with a known price.", labels=names)
        unpriced = CounterMetricFamily("plimsoll_gateway_unpriced_calls", "Calls of unknown cost.", labels=names)
        tokens = CounterMetricFamily(
            "plimsoll_gateway_tokens", "Tokens; cached input and reasoning are subsets.", labels=[*names, "kind"]
        )
        for labels, tally in self._tallies.items():
            values = list(msgspec.structs.astuple(labels))
            calls.add_metric(values, tally.calls)
            attempts.add_metric(values, tally.attempts)
            cost.add_metric(values, tally.cost_usd)
            unpriced.add_metric(values, tally.unpriced)
            for kind, count in tally.tokens.items():
                tokens.add_metric([*values, kind], count)
        yield from (calls, attempts, cost, unpriced, tokens)

    def _histogram(self, name: str, documentation: str, kind: str) -> Metric:
        family = HistogramMetricFamily(name, documentation, labels=["model", "provider", "outcome", "served"])
        for labels, tally in self._tallies.items():
            histogram = tally.seconds if kind == "seconds" else tally.overhead
            family.add_metric(list(msgspec.structs.astuple(labels)), histogram.buckets(), histogram.total)
        return family
