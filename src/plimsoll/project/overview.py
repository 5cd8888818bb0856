"""The project at a glance, put together from what the rooms below know. Figures are roll-ups: no trace is read."""

from collections.abc import Mapping

from plimsoll.evals import gate_run
from plimsoll.features import AnyFeature
from plimsoll.knowledge import count_documents
from plimsoll.project.live_line import hold_live, latency_target_ms, nothing_at
from plimsoll.project.parts import Parts
from plimsoll.project.reload import InForce
from plimsoll.project.schedules import Schedules
from plimsoll.project.status import CorpusStatus, FeatureStatus, ProjectStatus, Traffic
from plimsoll.project.windows import DEFAULT_WINDOW, WINDOWS
from plimsoll.traces import FigureFilter, FigurePoint, FigureSeries

_WINDOW = WINDOWS[DEFAULT_WINDOW]


async def describe_project(
    in_force: InForce,
    features: Mapping[str, AnyFeature],
    parts: Parts,
    *,
    schedules: Schedules,
    tenant: str | None = None,
) -> ProjectStatus:
    """Return the status of the whole project; requests and documents are the tenant's, of all where none is named."""
    settings = in_force.settings
    described = [await describe_feature(feature, parts, tenant=tenant) for feature in features.values()]
    corpora = [await _describe_corpus(name, parts, tenant=tenant) for name in settings.knowledge]
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


async def describe_feature(feature: AnyFeature, parts: Parts, *, tenant: str | None) -> FeatureStatus:
    """Return one feature against its line: what its last evaluation says, and what its requests say."""
    run = await parts.evaluations.latest(feature.name)
    known = await parts.calibrations.newest()
    report = gate_run(feature.line, run, calibrations=known) if feature.line is not None and run is not None else None
    series = await _count_requests(feature, parts, tenant=tenant)
    total = series.total if series else nothing_at(parts.clock.now())
    points = series.points if series else ()
    return FeatureStatus(
        name=feature.name,
        kind=feature.kind,
        model=feature.model,
        bars=tuple(bar.describe() for bar in feature.line.bars) if feature.line else (),
        verdict=report.verdict if report else None,
        reason=report.reason if report else _next_step(feature),
        evaluated_at=run.ended_at if run else None,
        traffic=_describe_traffic(total, points),
        live=hold_live(feature.line, total, points) if feature.line else None,
    )


def _next_step(feature: AnyFeature) -> str:
    if feature.line is None:
        return "No line is drawn yet: add line=Line(...) to its definition."
    return f"Not evaluated yet: run `plimsoll gate {feature.name}`."


async def _count_requests(feature: AnyFeature, parts: Parts, *, tenant: str | None) -> FigureSeries | None:
    since, until = _WINDOW.ends(parts.clock.now())
    asked = FigureFilter(
        since=since,
        until=until,
        step_seconds=_WINDOW.step.total_seconds(),
        feature=feature.name,
        tenant=tenant,
        within_ms=latency_target_ms(feature.line),
        ends=True,
    )
    return next(iter((await parts.traces.figures(asked)).series), None)


def _describe_traffic(total: FigurePoint, points: tuple[FigurePoint, ...]) -> Traffic:
    outcomes = {"unfinished" if name == "unknown" else name: count for name, count in total.by_outcome.items()}
    return Traffic(
        requests=total.count,
        outcomes=outcomes,
        p95_ms=total.p95_ms,
        cost_usd=total.cost_usd,
        unpriced=total.unpriced,
        trend=tuple(point.count for point in points),
    )


async def _describe_corpus(name: str, parts: Parts, *, tenant: str | None) -> CorpusStatus:
    stats = await count_documents(parts.state, name, tenant=tenant)
    return CorpusStatus(
        name=name,
        documents=stats.documents,
        chunks=stats.chunks,
        failed=stats.failed,
        updated_at=stats.updated_at,
    )
