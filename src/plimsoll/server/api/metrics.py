"""`GET /metrics`: the counters of the gateway and of the server's own health, as Prometheus reads them.

The number of series is bounded: no label names a caller, a key, or a model that the settings do not declare.
"""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.evals import OnlineHealth
from plimsoll.project import GatewayHealth, Project
from plimsoll.server.api.knowledge_metrics import KnowledgeMetrics
from plimsoll.server.auth import require
from plimsoll.server.running.siblings import merge_metrics
from plimsoll.server.state import state_of


class CaptureMetrics(Collector):
    """How writing down traces goes."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        health = self._project.traces.health()
        yield CounterMetricFamily("plimsoll_spans_dropped", "Spans that found no room and were lost.", health.dropped)
        told = "Spans of other programs that were not taken, and whose senders were told."
        yield CounterMetricFamily("plimsoll_spans_turned_away", told, health.turned_away)
        exported = self._project.traces.export_health()
        if exported is not None:
            yield CounterMetricFamily("plimsoll_spans_exported", "Spans that another back end took.", exported.sent)
            lost = "Spans that another back end never got."
            yield CounterMetricFamily("plimsoll_spans_not_exported", lost, exported.dropped)
        yield GaugeMetricFamily("plimsoll_spans_pending", "Spans that wait to be written.", health.pending)
        is_failing = float(health.last_error is not None)
        yield GaugeMetricFamily("plimsoll_spans_failing", "1 while spans cannot be written.", is_failing)


class GatewayMetrics(Collector):
    """How limits, ledger and cache fare."""

    def __init__(self, health: GatewayHealth) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        limits, ledger, cache = self._health.limits, self._health.ledger, self._health.cache
        counters = (
            ("plimsoll_limits_unchecked_calls", "Calls let through unchecked.", limits.unchecked),
            ("plimsoll_limits_refused_calls", "Calls refused as they could not be checked.", limits.refused_unchecked),
            ("plimsoll_limits_failures", "Failed requests to where limits are kept.", limits.failures),
            ("plimsoll_ledger_expired_reservations", "Reservations that expired.", ledger.expired_reservations),
            ("plimsoll_ledger_dropped_entries", "Entries of the ledger that were lost.", ledger.dropped),
            ("plimsoll_cache_hits", "Lookups that found a reply.", cache.hits),
            ("plimsoll_cache_misses", "Lookups that found none.", cache.misses),
            ("plimsoll_cache_failures", "Lookups and writes that failed.", cache.failures),
            ("plimsoll_cache_refused_values", "Replies too large to keep.", cache.refused),
            ("plimsoll_cache_evicted_values", "Replies that made room for others.", cache.evicted),
        )
        gauges = (
            ("plimsoll_limits_open_calls", "Calls under way that count against limits.", limits.open_calls),
            ("plimsoll_ledger_pending_entries", "Settlements that wait to be written.", ledger.pending),
            ("plimsoll_ledger_open_reservations", "Reservations under way.", ledger.open_reservations),
        )
        for name, documentation, value in counters:
            yield CounterMetricFamily(name, documentation, value)
        for name, documentation, value in gauges:
            yield GaugeMetricFamily(name, documentation, value)


class OnlineMetrics(Collector):
    """How judging live requests goes."""

    def __init__(self, health: OnlineHealth) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        health = self._health
        counters = (
            ("plimsoll_online_sampled", "Live requests that were drawn to be judged.", health.sampled),
            ("plimsoll_online_judged", "Live requests whose scores were kept.", health.judged),
            ("plimsoll_online_missing_scores", "Scores of live requests without a value.", health.missing),
            ("plimsoll_online_dropped", "Drawn requests that found no room or were left at the end.", health.dropped),
            ("plimsoll_online_over_budget", "Drawn requests that the day's budget left out.", health.over_budget),
            ("plimsoll_online_failed", "Drawn requests whose scores could not be kept.", health.failed),
        )
        for name, documentation, value in counters:
            yield CounterMetricFamily(name, documentation, value)
        yield GaugeMetricFamily("plimsoll_online_waiting", "Drawn requests that wait to be judged.", health.waiting)


class OfWorker(Collector):
    """The metrics of another collector, each told from those of other workers."""

    def __init__(self, inner: Collector, number: int) -> None:
        self._inner = inner
        self._number = str(number)

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        for metric in self._inner.collect():
            metric.samples = [
                sample._replace(labels={**sample.labels, "worker": self._number}) for sample in metric.samples
            ]
            yield metric


def write_metrics(project: Project, *, worker: int = 0) -> bytes:
    """Return every counter of this process in Prometheus's text format; `worker` is its number among several."""
    registry = CollectorRegistry(auto_describe=False)
    collectors = (
        project.gateway.meter,
        CaptureMetrics(project),
        GatewayMetrics(project.gateway_health()),
        KnowledgeMetrics(project),
        OnlineMetrics(project.evals.online_health()),
    )
    for collector in collectors:
        registry.register(OfWorker(collector, worker) if worker else collector)
    return generate_latest(registry)


async def show_metrics(request: Request) -> Response:
    """`GET /metrics`: every counter of all workers, in Prometheus's text format."""
    require(request, "read")
    state = state_of(request)
    if state.siblings is None:
        text = write_metrics(state.project)
    else:
        own = write_metrics(state.project, worker=state.siblings.number)
        text = merge_metrics([own, *await state.siblings.ask_others()])
    return Response(text, media_type=CONTENT_TYPE_LATEST)
