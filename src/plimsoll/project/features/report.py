"""One feature over a while: its figures, its live requests against the line, what failed, and what was evaluated.

`Project.describe_feature` makes it for the console and its JSON, from roll-ups: no span is read but those shown.
"""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from plimsoll.evals import EvalRun
from plimsoll.features import AnyFeature
from plimsoll.project.features.live_line import LiveStanding, hold_live, nothing_at
from plimsoll.project.features.traffic import ask_for_requests
from plimsoll.project.features.windows import Window
from plimsoll.project.parts import Parts
from plimsoll.project.status import FeatureStatus
from plimsoll.project.traces.seen import SeenTraces
from plimsoll.records import Outcome, Principal
from plimsoll.traces import FigurePoint, FigureSeries, TraceFilter, TraceSummary, TrafficKind

_MOST_FAILED = 6
_MOST_RUNS = 5


class FeatureShare(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a feature's requests that a model or a variant served."""

    key: str
    """The model or the variant; empty where none is known."""
    total: FigurePoint
    """Its figures over the whole while."""


class FeatureReport(msgspec.Struct, frozen=True, kw_only=True):
    """One feature over a while."""

    status: FeatureStatus
    """The feature, and what its last evaluation said."""
    window: str
    """The while: `1h`, `24h`, `7d` or `30d`."""
    since: datetime
    """Its first moment."""
    until: datetime
    """Its end, the present step included."""
    step_seconds: float
    """How long a point is."""
    live: LiveStanding | None
    """The while against the line; None for a feature without one."""
    total: FigurePoint | None
    """The whole while; None where nothing was seen."""
    points: tuple[FigurePoint, ...]
    """Its steps, the oldest first, those included in which nothing was seen; none where the whole while is empty."""
    models: tuple[FeatureShare, ...]
    """By model, the most requests first."""
    variants: tuple[FeatureShare, ...]
    """By variant."""
    failed: tuple[TraceSummary, ...]
    """The newest failed requests that the caller may see."""
    runs: tuple[EvalRun, ...]
    """The newest evaluations, without their results."""
    dataset: str | None
    """The dataset that it is evaluated on."""


async def report_feature(
    feature: AnyFeature | None, parts: Parts, *, status: FeatureStatus, window: Window, caller: Principal
) -> FeatureReport:
    """Return the feature over the window, of the caller's tenant; what only requests name is None for the feature."""
    line = feature.line if feature else None
    asked = ask_for_requests(status.name, window, now=parts.clock.now(), tenant=caller.tenant, line=line)
    whole = (await parts.traces.figures(asked)).series
    total, points = (whole[0].total, whole[0].points) if whole else (None, ())
    return FeatureReport(
        status=status,
        window=window.name,
        since=asked.since,
        until=asked.until,
        step_seconds=asked.step_seconds,
        live=hold_live(line, total or nothing_at(asked.since), points) if line else None,
        total=total,
        points=points,
        models=_shares((await parts.traces.figures(replace(asked, by="model", ends=False))).series),
        variants=_shares((await parts.traces.figures(replace(asked, by="variant", ends=False))).series),
        failed=tuple(await _find_failed(status.name, parts, caller=caller, since=asked.since)),
        runs=await parts.evaluations.list(feature.name, limit=_MOST_RUNS) if feature else (),
        dataset=feature.dataset if feature else None,
    )


def _shares(series: tuple[FigureSeries, ...]) -> tuple[FeatureShare, ...]:
    found = [FeatureShare(key=one.key, total=one.total) for one in series if one.total.count]
    return tuple(sorted(found, key=lambda one: -one.total.count))


async def _find_failed(feature: str, parts: Parts, *, caller: Principal, since: datetime) -> list[TraceSummary]:
    wanted = TraceFilter(
        feature=feature,
        outcome=Outcome.FAILED,
        traffic=TrafficKind.LIVE,
        since=since,
        limit=_MOST_FAILED,
    )
    return await SeenTraces(parts, caller, known=(feature,)).list(wanted)
