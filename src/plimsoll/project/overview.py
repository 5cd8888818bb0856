"""The project at a glance, put together from what the rooms below know."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from plimsoll.evals import gate_run
from plimsoll.features import AnyFeature
from plimsoll.project.parts import Parts
from plimsoll.project.reload import InForce
from plimsoll.project.schedules import Schedules
from plimsoll.project.status import CorpusStatus, FeatureStatus, ProjectStatus, Traffic
from plimsoll.traces import TraceFilter

_WINDOW = timedelta(hours=24)
_MOST_TRACES = 500


async def describe_project(
    in_force: InForce, features: Mapping[str, AnyFeature], parts: Parts, *, schedules: Schedules
) -> ProjectStatus:
    """Return the status of the whole project."""
    settings = in_force.settings
    described = [await _describe_feature(feature, parts) for feature in features.values()]
    corpora = [await _describe_corpus(name, parts) for name in settings.knowledge]
    return ProjectStatus(
        name=settings.project.name,
        models=parts.models.in_use,
        features=tuple(described),
        corpora=tuple(corpora),
        schedules=tuple(await schedules.describe_all()),
        gateway=parts.models.health(),
        settings=in_force.state,
        dropped_spans=parts.capture.dropped,
    )


async def _describe_feature(feature: AnyFeature, parts: Parts) -> FeatureStatus:
    run = await parts.evaluations.latest(feature.name)
    known = await parts.calibrations.newest()
    report = gate_run(feature.line, run, calibrations=known) if feature.line is not None and run is not None else None
    return FeatureStatus(
        name=feature.name,
        kind=feature.kind,
        model=feature.model,
        bars=tuple(bar.describe() for bar in feature.line.bars) if feature.line else (),
        verdict=report.verdict if report else None,
        reason=report.reason if report else _next_step(feature),
        evaluated_at=run.ended_at if run else None,
        traffic=await _measure_traffic(feature.name, parts),
    )


def _next_step(feature: AnyFeature) -> str:
    if feature.line is None:
        return "No line is drawn yet: add line=Line(...) to its definition."
    return f"Not evaluated yet: run `plimsoll gate {feature.name}`."


async def _measure_traffic(feature: str, parts: Parts) -> Traffic:
    since = parts.clock.now() - _WINDOW
    traces = await parts.traces.list(TraceFilter(feature=feature, since=since, is_evaluation=False, limit=_MOST_TRACES))
    counts = Counter(str(trace.outcome or "unfinished") for trace in traces)
    return Traffic(requests=len(traces), outcomes=dict(counts))


async def _describe_corpus(name: str, parts: Parts) -> CorpusStatus:
    stats = await (await parts.corpora.get(name)).stats()
    return CorpusStatus(
        name=name,
        documents=stats.documents,
        chunks=stats.chunks,
        failed=stats.failed,
        updated_at=stats.updated_at,
    )
