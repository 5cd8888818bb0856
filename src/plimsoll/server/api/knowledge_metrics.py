"""Metrics of what a corpus knows: scheduled runs and their results, and the age of each source.

They are as of the scheduler's last look; ages are counted on from there. Nothing is read when they are asked for. The
labels name corpora and sources of the settings, so the number of series is theirs.
"""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from plimsoll.knowledge import FindingKind
from plimsoll.project import Project, ScheduleHealth

_SOURCE = ("corpus", "source")
_SCHEDULE = ("corpus", "task", "source")


class KnowledgeMetrics(Collector):
    """How schedules and sources fare."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        health = self._project.schedules.health()
        yield from self._schedules(health)
        yield from self._sources(health)
        yield from self._audits(health)

    def _schedules(self, health: ScheduleHealth) -> Iterator[Metric]:
        runs = CounterMetricFamily(
            "plimsoll_knowledge_scheduled_runs", "Scheduled runs that ended.", labels=(*_SCHEDULE, "result")
        )
        failing = GaugeMetricFamily(
            "plimsoll_knowledge_schedule_failing", "1 while the last run did not succeed.", labels=_SCHEDULE
        )
        overdue = GaugeMetricFamily(
            "plimsoll_knowledge_schedule_overdue_seconds", "How long a run has been due.", labels=_SCHEDULE
        )
        for key, count in health.runs.items():
            runs.add_metric(key, count)
        for state in health.states:
            key = (state.corpus, state.task, state.source)
            failing.add_metric(key, float(state.is_failing))
            overdue.add_metric(key, max(0.0, (health.now - state.due_at).total_seconds()))
        yield from (runs, failing, overdue)

    def _audits(self, health: ScheduleHealth) -> Iterator[Metric]:
        findings = GaugeMetricFamily(
            "plimsoll_knowledge_audit_findings", "Findings of the last audit.", labels=("corpus", "kind")
        )
        age = GaugeMetricFamily(
            "plimsoll_knowledge_audit_age_seconds", "Time since the last audit.", labels=("corpus",)
        )
        for corpus, audit in health.audits.items():
            age.add_metric((corpus,), (health.now - audit.at).total_seconds())
            for kind in FindingKind:
                findings.add_metric((corpus, kind.value.replace(" ", "_")), audit.counts.get(kind.value, 0))
        yield from (findings, age)

    def _sources(self, health: ScheduleHealth) -> Iterator[Metric]:
        age = GaugeMetricFamily(
            "plimsoll_knowledge_source_age_seconds", "Time since a synchronisation succeeded.", labels=_SOURCE
        )
        most = GaugeMetricFamily(
            "plimsoll_knowledge_source_max_age_seconds", "Age from which it is stale.", labels=_SOURCE
        )
        stale = GaugeMetricFamily(
            "plimsoll_knowledge_source_stale", "1 while it is older, or has never been synchronised.", labels=_SOURCE
        )
        held = GaugeMetricFamily("plimsoll_knowledge_source_held", "1 while it waits for a person.", labels=_SOURCE)
        for one in health.ages:
            key = (one.corpus, one.source)
            if one.succeeded_at is not None:
                age.add_metric(key, (health.now - one.succeeded_at).total_seconds())
            if one.max_age is not None:
                most.add_metric(key, one.max_age.total_seconds())
            stale.add_metric(key, float(one.is_stale(health.now)))
            held.add_metric(key, float(one.is_held))
        yield from (age, most, stale, held)
