"""The project at a glance, put together from what the rooms below know. Figures are roll-ups: no trace is read."""

from collections.abc import Mapping

from plimsoll.evals import gate_run
from plimsoll.features import AnyFeature
from plimsoll.knowledge import count_documents
from plimsoll.project.features.live_line import hold_live, nothing_at
from plimsoll.project.features.traffic import ask_for_requests, describe_traffic
from plimsoll.project.features.undeclared import find_undeclared
from plimsoll.project.features.windows import DEFAULT_WINDOW, WINDOWS
from plimsoll.project.knowledge.schedules import Schedules
from plimsoll.project.parts import Parts
from plimsoll.project.reload import InForce
from plimsoll.project.status import CorpusStatus, FeatureStatus, ProjectStatus
from plimsoll.traces import FigureSeries

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
    undeclared = await find_undeclared(features, parts, tenant=tenant)
    corpora = [await _describe_corpus(name, parts, tenant=tenant) for name in settings.knowledge]
    return ProjectStatus(
        name=settings.project.name,
        models=parts.models.in_use,
        features=tuple(described),
        undeclared=undeclared.features,
        more_undeclared=undeclared.more,
        unnamed=undeclared.unnamed,
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
        traffic=describe_traffic(total, points),
        live=hold_live(feature.line, total, points) if feature.line else None,
    )


def _next_step(feature: AnyFeature) -> str:
    if feature.line is None:
        return "No line is drawn yet: add line=Line(...) to its definition."
    return f"Not evaluated yet: run `plimsoll gate {feature.name}`."


async def _count_requests(feature: AnyFeature, parts: Parts, *, tenant: str | None) -> FigureSeries | None:
    asked = ask_for_requests(feature.name, _WINDOW, now=parts.clock.now(), tenant=tenant, line=feature.line)
    return next(iter((await parts.traces.figures(asked)).series), None)


async def _describe_corpus(name: str, parts: Parts, *, tenant: str | None) -> CorpusStatus:
    stats = await count_documents(parts.state, name, tenant=tenant)
    return CorpusStatus(
        name=name,
        documents=stats.documents,
        chunks=stats.chunks,
        failed=stats.failed,
        updated_at=stats.updated_at,
    )
